"""Copies a whole site into one file while it works: rows, mail, configuration, content and keys."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mailhub import __version__
from mailhub.cli import bundle
from mailhub.cli.bundle import About, Packer
from mailhub.cli.progress import Progress
from mailhub.cli.where import CONFIG
from mailhub.content import Kind
from mailhub.db import copying, migrate
from mailhub.errors import BadInput
from mailhub.faults import Point, point
from mailhub.hub.build import Hub
from mailhub.jobs.control import Terminal
from mailhub.jobs.lock import SiteLock
from mailhub.settings import Settings

ROWS, BLOBS, CONTENT, KEYS = "rows", "blobs", "content", "keys"
_WORK = ".backup"  # in data_dir, while one is made


def keys_of(settings: Settings) -> Mapping[str, Path]:
    """Every secret file of a site, by its name in a backup."""
    named = {
        "secret": settings.site.secret_file,
        "dkim.pem": settings.dkim.key_file,
        "dkim-next.pem": settings.dkim.next_key_file,
        "relay-password": settings.outbound.password_file,
        "mailbox-password": settings.inbound.imap_password_file,
    }
    return {name: path for name, path in named.items() if path is not None}


def back_up(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    """Write the site as it is at this moment. Rows come first: a file is on disk before the row that names it."""
    del args
    complaint = None if hub.database.is_sqlite else migrate.behind(hub.database)
    if complaint is not None:  # SQLite is copied as a file, whatever is in it
        raise BadInput(f"{complaint} Its backup is made with the release that wrote it.")
    progress = Progress(terminal, hub.clock, "backing up")
    with _folder(hub.settings.site.data_dir) as folder:
        (folder / ROWS).mkdir()
        copying.copy(hub.database, folder / ROWS, progress)
        point(Point.BACKUP_COPIED)
        if CONFIG in terminal.files:
            (folder / CONFIG).write_bytes(terminal.files[CONFIG].read())
        with bundle.packed(terminal.files["out"], _megabytes(progress)) as packer:
            _add_all(packer, hub.settings, folder)
            packer.close(_about(hub))
    progress.clear()
    terminal.err.write(
        f"The backup holds {len(packer.sums) - 1} files, {packer.written / 1e6:.1f} MB before packing. "
        "It also holds the site's keys: keep it where nobody else can read it.\n"
    )
    return 0


def _add_all(packer: Packer, settings: Settings, folder: Path) -> None:
    for path in sorted((folder / ROWS).iterdir()):
        packer.add(f"{ROWS}/{path.name}", path)
    for name, path in keys_of(settings).items():
        packer.add(f"{KEYS}/{name}", path)
    if (folder / CONFIG).is_file():
        packer.add(CONFIG, folder / CONFIG)
    for kind in Kind:
        for path in _files(settings.content.dir / kind.folder):
            packer.add(f"{CONTENT}/{path.relative_to(settings.content.dir).as_posix()}", path)
    for path in _files(settings.site.data_dir / BLOBS):
        packer.add(f"{BLOBS}/{path.parent.name}/{path.name}", path)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith("."))


def _about(hub: Hub) -> About:
    return About(
        site=hub.site.name,
        domain=hub.site.domain,
        made_at=hub.clock.real().isoformat(timespec="seconds"),
        release=__version__,
        revision=migrate.current(hub.database) or "",
        database="sqlite" if hub.database.is_sqlite else "postgresql",
    )


def _megabytes(progress: Progress) -> Callable[[int], None]:
    return lambda octets: progress(octets // 1_000_000)


@contextmanager
def _folder(data_dir: Path) -> Iterator[Path]:
    """A folder beside the rows, for one backup at a time; what a killed one left goes first."""
    work = data_dir / _WORK
    lock = SiteLock(work)
    try:
        if not lock.take("backup"):
            raise BadInput("Another backup is being made; wait until it has ended.")
        folder = work / "copy"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        lock.release()
