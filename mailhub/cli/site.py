"""Opens the site a command works on, or passes the command to the process that runs it."""

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import IO, Any

import click

from mailhub.cli.where import Where
from mailhub.db import migrate
from mailhub.db.session import Database
from mailhub.errors import BadInput
from mailhub.hub.build import Hub, build_hub
from mailhub.jobs.control import Terminal, call
from mailhub.jobs.lock import SiteLock
from mailhub.settings import Settings

CONTROL = "control.sock"
RUN = "run"  # what the lock's holder does while the site runs
TRIES, BETWEEN = 50, 0.1  # seconds; a site that has just been started does not listen yet

HubAction = Callable[[Hub, Mapping[str, Any], Terminal], int]


@contextmanager
def alone(settings: Settings, what: str) -> Iterator[None]:
    """Hold the site's lock while doing this; raises BadInput when another process has it."""
    lock = SiteLock(settings.site.data_dir)
    try:
        if not lock.take(what):
            raise BadInput(busy(lock.holder(), settings))
        yield
    finally:
        lock.release()


def busy(holder: str, settings: Settings) -> str:
    """Who has the site, and what to do about it."""
    doing = holder.partition(",")[0]
    if doing == RUN:
        return f"The site in {settings.site.data_dir} is running ({holder}); stop the service first."
    return f"Another command works with {settings.site.data_dir} ({holder}); wait until it has ended."


def open_database(
    settings: Settings, ring: Callable[[str], None] | None = None, *, any_release: bool = False
) -> Database:
    """The database, with its tables; raises BadInput when it cannot be reached or is not of this release."""
    settings.site.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = migrate.opened(settings.database.url, on_commit=ring)
    try:
        if not any_release or migrate.current(database) is None:
            migrate.ensure(database)
    except BaseException:
        database.close()
        raise
    return database


def perform(
    where: Where,
    name: str,
    action: HubAction,
    args: Mapping[str, Any],
    files: Mapping[str, IO[bytes]] | None = None,
    *,
    any_release: bool = False,
) -> None:
    """Do this in the running site, or here when none runs; ends the command with its exit code.

    `any_release`: it can be done to the database of an older release too.
    """
    settings = where.settings()

    def here() -> int:
        return _here(open_database(settings, any_release=any_release), settings, action, args, files or {})

    code = _anywhere(settings, name, args, files or {}, here)
    if code:
        raise click.exceptions.Exit(code)


def _anywhere(
    settings: Settings,
    name: str,
    args: Mapping[str, Any],
    files: Mapping[str, IO[bytes]],
    here: Callable[[], int],
) -> int:
    """Between two looks the site may start or end, so that neither its socket nor its lock is to be had."""
    pause = threading.Event()
    lock = SiteLock(settings.site.data_dir)
    try:
        for _ in range(TRIES):
            code = call(settings.site.data_dir / CONTROL, name, args, files, out=sys.stdout, err=sys.stderr)
            if code is not None:
                return code
            if lock.take(name):
                return here()
            if not lock.holder().startswith(f"{RUN},"):
                break
            pause.wait(BETWEEN)
        raise BadInput(busy(lock.holder(), settings))
    finally:
        lock.release()


def _here(
    database: Database, settings: Settings, action: HubAction, args: Mapping[str, Any], files: Mapping[str, IO[bytes]]
) -> int:
    with closing(database):
        hub = build_hub(settings, database=database)
        return action(hub, args, Terminal(sys.stdout, sys.stderr, files, lambda: None, sys.stderr.isatty()))
