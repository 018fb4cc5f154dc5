"""`mailhub run`: the service itself, until SIGTERM or SIGINT."""

import logging
import signal
import sys
import threading

import click

from mailhub.cli.actions import ACTIONS
from mailhub.cli.firstrun import prepare
from mailhub.cli.site import Where, alone
from mailhub.hub.build import build_hub
from mailhub.jobs.doorbell import Doorbell
from mailhub.jobs.service import ROLES, Service, actions_for

SWITCH_INTERVAL = 0.0005  # seconds: a thread that computes must not keep the doors waiting


@click.command("run", help="Run the site: doors, pages, work and clock in one process.")
@click.option("--only", multiple=True, type=click.Choice(ROLES), help="Only this part; may be given several times.")
@click.pass_obj
def command(where: Where, only: tuple[str, ...]) -> None:
    settings = where.settings()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    sys.setswitchinterval(SWITCH_INTERVAL)
    with alone(settings):
        bells = Doorbell()
        hub = build_hub(settings, ring=bells.ring, in_helpers=True)
        prepare(hub)
        service = Service(hub, bells, actions_for(hub, ACTIONS), only=frozenset(only) or frozenset(ROLES))
        stopping = threading.Event()
        for kind in (signal.SIGTERM, signal.SIGINT):
            signal.signal(kind, lambda *_: stopping.set())
        service.start()
        _say_where(service)
        stopping.wait()
        service.stop()


def _say_where(service: Service) -> None:
    """One line a person or a test can read: where the doors and the pages are."""
    doors = dict(service.doors.bound) if service.doors else {}
    said = [f"{kind} {_place(at)}" for kind, at in doors.items()]
    if service.web:
        said.append(f"web http://{service.web.bound}/")
    click.echo("ready: " + ", ".join(said))


def _place(at: object) -> str:
    return f"{at[0]}:{at[1]}" if isinstance(at, tuple) else str(at)


COMMANDS = {"run": command}
