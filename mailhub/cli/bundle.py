"""A backup as a file: a tar packed by zstd, with a manifest at its end that names every file and its sha256."""

import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO, cast

from mailhub.archive import zstd
from mailhub.errors import BadInput

MANIFEST = "manifest.json"
FORMAT = 1
_CHUNK = 1024 * 1024
_BROKEN = (tarfile.TarError, zstd.Broken, EOFError, zlib.error)


@dataclass(frozen=True, slots=True)
class About:
    """What a backup says of itself."""

    site: str
    domain: str
    made_at: str
    release: str
    revision: str
    database: str  # "sqlite" or "postgresql"
    format: int = FORMAT


@dataclass(slots=True)
class Packer:
    """Adds files, one after another."""

    tar: tarfile.TarFile
    tell: Callable[[int], None]  # bytes so far
    sums: dict[str, str] = field(default_factory=dict)
    written: int = 0

    def add(self, name: str, path: Path) -> None:
        """Add this file as it is now; one that has gone meanwhile is left out."""
        try:
            opened = path.open("rb")
        except FileNotFoundError:
            return
        with opened as file:
            info = tarfile.TarInfo(name)
            info.size, info.mode = path.stat().st_size, 0o600
            self._write(info, file)

    def close(self, about: About) -> None:
        text = json.dumps({**asdict(about), "files": self.sums}, indent=1, sort_keys=True).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size, info.mode = len(text), 0o600
        self._write(info, io.BytesIO(text))

    def _write(self, info: tarfile.TarInfo, file: IO[bytes]) -> None:
        digest = hashlib.sha256()
        self.tar.addfile(info, cast(Any, _Watched(file, digest.update, self._count)))
        self.sums[info.name] = digest.hexdigest()

    def _count(self, size: int) -> None:
        self.written += size
        self.tell(self.written)


class _Watched:
    """A file that tells what is read of it."""

    def __init__(self, file: IO[bytes], hear: Callable[[bytes], None], count: Callable[[int], None]) -> None:
        self._file = file
        self._hear = hear
        self._count = count

    def read(self, size: int = -1) -> bytes:
        octets = self._file.read(size)
        self._hear(octets)
        self._count(len(octets))
        return octets


@contextmanager
def packed(out: IO[bytes], tell: Callable[[int], None]) -> Iterator[Packer]:
    """Write a backup into this stream; it is whole when the block has ended well."""
    packing = zstd.packing(cast(BinaryIO, out))
    with tarfile.open(fileobj=cast(Any, packing), mode="w|", format=tarfile.PAX_FORMAT) as tar:
        yield Packer(tar, tell)
    packing.close()
    out.flush()


def unpack(source: IO[bytes], folder: Path, tell: Callable[[int], None]) -> About:
    """Put every file of a backup into this folder. Raises BadInput unless all are there as they were written."""
    sums: dict[str, str] = {}
    try:
        with tarfile.open(fileobj=cast(Any, zstd.unpacked(cast(BinaryIO, source))), mode="r|") as tar:
            written = 0
            for member in tar:
                sums[member.name] = _unpack_one(tar, member, folder)
                written += member.size
                tell(written)
    except _BROKEN as fault:
        raise BadInput(f"this is no backup, or it breaks off ({fault}); nothing was restored") from fault
    sums.pop(MANIFEST, None)
    return _checked(folder, sums)


def _unpack_one(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> str:
    place = PurePosixPath(member.name)
    if not member.isfile() or place.is_absolute() or ".." in place.parts:
        raise BadInput(f"{member.name}: no backup of ours holds such a file; nothing was restored")
    target = folder / place
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    source = tar.extractfile(member)
    assert source is not None, "a regular file has content"
    with target.open("xb") as file:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            file.write(chunk)
    target.chmod(0o600)
    return digest.hexdigest()


def _checked(folder: Path, sums: dict[str, str]) -> About:
    """What the manifest says, if it says of every file what came."""
    path = folder / MANIFEST
    if not path.is_file():
        raise BadInput("this is no backup, or it breaks off before its end; nothing was restored")
    said = json.loads(path.read_text(encoding="utf-8"))
    if said.get("format") != FORMAT:
        raise BadInput("a newer release wrote this backup; install that release")
    wrong = sorted(name for name in said["files"].keys() | sums.keys() if said["files"].get(name) != sums.get(name))
    if wrong:
        raise BadInput(f"{len(wrong)} files of the backup are damaged, {wrong[0]} is one; nothing was restored")
    del said["files"]
    return About(**said)
