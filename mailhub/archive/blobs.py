"""Content in files named by its sha256, `<data>/blobs/ab/abcd…`: on disk before any row names it, never changed."""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from mailhub.errors import MailhubError
from mailhub.faults import Point, point
from mailhub.site import Site

ORPHAN_AFTER = timedelta(days=1)  # a file without a row may belong to a transaction that is not committed yet
_FOLDER = "blobs"
_UNFINISHED = "."
_SET_ASIDE = ".reaped"


class Damaged(MailhubError):
    """Kept bytes are missing or are not what was kept; the message says which."""


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def path(site: Site, sha256: str) -> Path:
    return site.data_dir / _FOLDER / sha256[:2] / sha256


def put(site: Site, content: bytes) -> str:
    """Keep this content and return its name; it survives a power cut from here on."""
    [sha256] = put_all(site, [content])
    return sha256


def put_all(site: Site, contents: Iterable[bytes]) -> list[str]:
    """Keep several, waiting once for each folder; nothing happens to what is there already."""
    names = []
    folders = set()
    for content in contents:
        names.append(sha256_of(content))
        home = path(site, names[-1])
        if not _is_there(home, len(content)):
            folders |= _make(home.parent)
            _write(home, content)
    for folder in folders:
        _sync(folder)
    point(Point.BLOB_IN_PLACE)
    return names


def get(site: Site, sha256: str) -> bytes:
    """The content of this name. Raises Damaged where the file is missing or holds something else."""
    home = path(site, sha256)
    try:
        content = home.read_bytes()
    except FileNotFoundError:
        raise Damaged(f"{home}: this file is missing; bring it back from a backup") from None
    if sha256_of(content) != sha256:
        raise Damaged(f"{home}: this file has changed since it was kept; bring it back from a backup")
    return content


def _is_there(home: Path, size: int) -> bool:
    """Whether it is; from now on the reaper takes it for new."""
    try:
        os.utime(home)
        return home.stat().st_size == size
    except FileNotFoundError:
        return False


def _make(folder: Path) -> set[Path]:
    """The folders to wait for when a file comes into this one."""
    if folder.is_dir():
        return {folder}
    folder.mkdir(parents=True, exist_ok=True)
    return {folder, folder.parent, folder.parent.parent}


def _write(home: Path, content: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=home.parent, prefix=_UNFINISHED)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            point(Point.BLOB_WRITTEN)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, home)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def drop(site: Site, sha256: str) -> None:
    """Delete the file of this name, which no row may name any more."""
    path(site, sha256).unlink(missing_ok=True)


def old_files(site: Site, *, real_now: datetime) -> Iterator[Path]:
    """Files nobody has touched for a day: perhaps orphans, perhaps in use."""
    before = (real_now - ORPHAN_AFTER).timestamp()
    for file in (site.data_dir / _FOLDER).glob("[0-9a-f][0-9a-f]/*"):
        with contextlib.suppress(FileNotFoundError):
            if file.stat().st_mtime < before:
                yield file


def name_of(file: Path) -> str:
    """The sha256 a file stands for, also where it was set aside."""
    return file.name.partition(".")[0]


def bring_back(file: Path) -> None:
    """Undo a removal that was cut short; a file in its place stays."""
    if file.name.endswith(_SET_ASIDE):
        with contextlib.suppress(FileNotFoundError):
            file.rename(file.with_name(name_of(file)))


def remove(file: Path, *, real_now: datetime) -> bool:
    """Delete a file no row names, unless `put` has found it meanwhile."""
    aside = file.with_name(file.name + _SET_ASIDE)
    before = (real_now - ORPHAN_AFTER).timestamp()
    try:
        file.rename(aside)  # from here on `put` writes anew
        if aside.stat().st_mtime >= before:  # it was touched before we had it
            aside.rename(file)
            return False
    except FileNotFoundError:
        return False
    aside.unlink(missing_ok=True)
    return True
