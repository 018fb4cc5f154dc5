"""Opens the site a command works on, or passes the command to the process that runs it."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import click

from mailhub import config
from mailhub.errors import BadInput
from mailhub.hub.build import Hub, build_hub
from mailhub.jobs.control import SiteLock, Terminal, call
from mailhub.settings import Settings

CONTROL = "control.sock"

HubAction = Callable[[Hub, Mapping[str, Any], Terminal], int]


@dataclass(frozen=True, slots=True)
class Where:
    """Which configuration the caller meant."""

    config: Path | None

    def settings(self) -> Settings:
        return config.load(self.config, os.environ)


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Hold the site's lock; raises BadInput while it runs."""
    lock = SiteLock(settings.site.data_dir)
    if not lock.take():
        raise BadInput("The site is running; stop the service first.")
    try:
        yield
    finally:
        lock.release()


def perform(
    where: Where, name: str, action: HubAction, args: Mapping[str, Any], files: Mapping[str, IO[bytes]] | None = None
) -> None:
    """Do this in the running site, or here when none runs; ends the command with its exit code."""
    settings = where.settings()
    sys.stdout.flush()
    code = call(
        settings.site.data_dir / CONTROL,
        name,
        json.loads(json.dumps(args)),
        files or {},
        out=sys.stdout.fileno(),
        err=sys.stderr.fileno(),
        tty=sys.stderr.isatty(),
    )
    if code is None:
        code = _here(settings, action, args, files or {})
    raise click.exceptions.Exit(code)


def _here(settings: Settings, action: HubAction, args: Mapping[str, Any], files: Mapping[str, IO[bytes]]) -> int:
    with alone(settings):
        hub = build_hub(settings)
        try:
            return action(hub, args, Terminal(sys.stdout, sys.stderr, files, lambda: None, sys.stderr.isatty()))
        finally:
            hub.close()


def open_input(path: str) -> IO[bytes]:
    """A file to read, `-` for standard input; the message names it."""
    if path == "-":
        return sys.stdin.buffer
    try:
        return Path(path).open("rb")
    except OSError as fault:
        raise BadInput(f"{path}: this file cannot be read ({fault.strerror}).") from fault
