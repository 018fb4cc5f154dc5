"""`mailhub run`: the service itself, until SIGTERM or SIGINT."""

import gc
import logging
import signal
import sys
import threading

import click

from mailhub.cli.actions import ACTIONS
from mailhub.cli.firstrun import prepare
from mailhub.cli.site import RUN, alone, open_database
from mailhub.cli.where import Where
from mailhub.delivery import switch
from mailhub.hub.build import Hub, build_hub
from mailhub.jobs.doorbell import Doorbell
from mailhub.jobs.service import ROLES, Service, actions_for
from mailhub.settings import Settings

SWITCH_INTERVAL = 0.0005  # seconds: a thread that computes must not keep the doors waiting


@click.command("run", help="Run the site: doors, pages, work and clock in one process.")
@click.option("--only", multiple=True, type=click.Choice(ROLES), help="Only this part; may be given several times.")
@click.pass_obj
def command(where: Where, only: tuple[str, ...]) -> None:
    settings = where.settings()
    _log()
    sys.setswitchinterval(SWITCH_INTERVAL)
    stopping = threading.Event()
    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, lambda *_: stopping.set())
    with alone(settings, RUN):
        _serve(settings, frozenset(only) or frozenset(ROLES), stopping)


def _serve(settings: Settings, roles: frozenset[str], stopping: threading.Event) -> None:
    bells = Doorbell()
    database = open_database(settings, bells.ring)
    try:
        hub = build_hub(settings, database=database, in_helpers=True)
    except BaseException:
        database.close()
        raise
    service = Service(hub, bells, actions_for(hub, ACTIONS), only=roles)
    try:
        prepare(hub)
        service.start()
        _settle_memory()
        _say_where(hub, service)
        stopping.wait()
    finally:
        service.stop()


def _settle_memory() -> None:
    """What is loaded by now stays: the collector need not look at it again, nor look often for our few cycles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _log() -> None:
    """One line an event, to standard error; libraries speak of trouble only."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    logging.getLogger("mailhub").setLevel(logging.INFO)


def _say_where(hub: Hub, service: Service) -> None:
    """Lines a person or a test can read: where the doors and the pages are, and what holds mail back."""
    doors = dict(service.doors.bound) if service.doors else {}
    said = [f"{kind} {_place(at)}" for kind, at in doors.items()]
    if service.mailbox:
        said.append(f"mailbox {service.mailbox.where}")
    if service.web:
        said.append(f"web http://{service.web.bound}/")
    click.echo("ready: " + (", ".join(said) or "no door is open"))
    with hub.database.reading() as session:
        why = switch.why_held(session)
    if why is not None:
        click.echo(f"Sending is held ({why}). To send again: mailhub resume")


def _place(at: object) -> str:
    return f"{at[0]}:{at[1]}" if isinstance(at, tuple) else str(at)


COMMANDS = {"run": command}
