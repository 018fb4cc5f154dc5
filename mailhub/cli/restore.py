"""Brings a backup back, all of it or nothing, into a site without rows; sending waits until somebody has looked."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from sqlalchemy.engine import make_url

from mailhub import config
from mailhub.cli import bundle
from mailhub.cli.backup import BLOBS, CONTENT, KEYS, ROWS, keys_of
from mailhub.cli.bundle import About
from mailhub.cli.progress import Progress
from mailhub.cli.site import alone
from mailhub.cli.where import CONFIG, Where
from mailhub.clock import Clock
from mailhub.db import copying, migrate
from mailhub.db.session import Database
from mailhub.delivery import switch
from mailhub.errors import BadInput
from mailhub.hub.erasing import journal
from mailhub.jobs.control import Terminal
from mailhub.settings import Settings

_WORK = ".restore"  # beside the configuration, while a backup is read
_UNUSED = frozenset({"lock", "secret", ".backup", journal.NAME})  # what a data folder without a site may hold


def restore(where: Where, source: IO[bytes], terminal: Terminal) -> None:
    """Read and check the whole backup first, then put everything in its place, the rows last."""
    clock = Clock()
    progress = Progress(terminal, clock, "reading the backup")
    home = where.path() or Path(CONFIG)
    with _staged(home.absolute().parent) as folder:
        about = bundle.unpack(source, folder, lambda octets: progress(octets // 1_000_000))
        progress.clear()
        with _settings(home, folder) as settings, alone(settings, "restore"):
            work = _Restore(settings, folder, about, clock.now())
            work.check()
            left = work.put_in_place(Progress(terminal, clock, "restoring"))
            waiting = work.waiting
    progress.clear()
    terminal.out.write(f"Restored: {about.site} ({about.domain}) as it was at {about.made_at}.\n")
    for path in left:
        terminal.out.write(f"{path} is another file than the backup's and was left as it is.\n")
    terminal.out.write(
        f"Sending is held: {waiting} copies wait, and those that left after the backup was made would leave twice. "
        "Mail comes in as soon as the site runs; to send again, use `mailhub resume`.\n"
    )


@contextmanager
def _staged(beside: Path) -> Iterator[Path]:
    folder = beside / _WORK
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(mode=0o700, parents=True)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _settings(home: Path, folder: Path) -> Iterator[Settings]:
    """The configuration that is there, else the backup's, which stays if all goes well."""
    if home.is_file():
        yield config.load(home, os.environ)
        return
    if not (folder / CONFIG).is_file():
        raise BadInput("The backup holds no configuration; write one with `mailhub init`, and restore beside it.")
    shutil.copyfile(folder / CONFIG, home)
    try:
        yield config.load(home, os.environ)
    except BaseException:
        home.unlink()
        raise


@dataclass(slots=True)
class _Restore:
    """One backup, unpacked and whole, on its way into a site."""

    settings: Settings
    folder: Path
    about: About
    now: datetime
    waiting: int = 0

    def check(self) -> None:
        """Raises BadInput for whatever would be overwritten, before anything is."""
        data_dir = self.settings.site.data_dir
        used = sorted(path.name for path in data_dir.iterdir() if path.name not in _UNUSED)
        if used:
            raise BadInput(f"{data_dir} holds {used[0]}: restore into an empty folder; nothing was restored")
        for name, path in keys_of(self.settings).items():
            staged = self.folder / KEYS / name
            if path.is_file() and staged.is_file() and path.read_bytes() != staged.read_bytes():
                raise BadInput(f"{path} is another key than the backup's; move it away. Nothing was restored")
        self._check_database()

    def put_in_place(self, progress: Progress) -> list[Path]:
        """Keys, content and files, then the rows; gives the files that were there already and differ."""
        for name, path in keys_of(self.settings).items():
            if (self.folder / KEYS / name).is_file():
                path.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(self.folder / KEYS / name, path)
        left = self._put_content()
        if (self.folder / BLOBS).is_dir():
            shutil.move(self.folder / BLOBS, self.settings.site.data_dir / BLOBS)
        self._put_rows(progress)
        return left

    def _check_database(self) -> None:
        database = Database(self.settings.database.url)
        kind = "sqlite" if database.is_sqlite else "postgresql"
        if kind != self.about.database:
            raise BadInput(f"The backup is of a site on {self.about.database}, and [database] url names {kind}.")
        if database.is_sqlite:
            path = self._sqlite_path()
            if path.exists():
                raise BadInput(f"{path} is there already; nothing was restored")
        elif self.about.revision != migrate.newest():
            raise BadInput(
                f"The backup is of release {self.about.release}, at revision {self.about.revision}: restore it with "
                "that release, then upgrade."
            )
        elif migrate.current(database) is not None:
            raise BadInput("The database holds a site already; name an empty one in [database] url.")

    def _put_content(self) -> list[Path]:
        left = []
        for staged in sorted((self.folder / CONTENT).rglob("*")):
            path = self.settings.content.dir / staged.relative_to(self.folder / CONTENT)
            if staged.is_file() and not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(staged, path)
                path.chmod(0o644)
            elif staged.is_file() and path.read_bytes() != staged.read_bytes():
                left.append(path)
        return left

    def _put_rows(self, progress: Progress) -> None:
        if self.about.database == "postgresql":
            database = Database(self.settings.database.url)
            copying.fill(database, self.folder / ROWS, progress)
            self._hold(database)
            return
        staged = self.folder / ROWS / "mailhub.db"
        self._hold(Database(f"sqlite:///{staged}"))
        target = self._sqlite_path()
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(staged, target)

    def _hold(self, database: Database) -> None:
        """No restored site sends by itself."""
        with database.transaction() as session:
            switch.hold(session, f"restored from a backup of {self.about.made_at}", now=self.now)
            self.waiting = switch.waiting(session)
        database.close()

    def _sqlite_path(self) -> Path:
        return Path(str(make_url(self.settings.database.url).database))
