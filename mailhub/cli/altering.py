"""Changes single texts in a configuration file, and no other byte of it: comments, order and line ends stay."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from mailhub import config
from mailhub.errors import BadInput
from mailhub.settings import Settings

_VALUE = re.compile(r"""(?P<before>\s*[A-Za-z_"']+\s*=\s*)(?:"[^"\\]*"|'[^']*')(?P<after>[ \t]*(?:\#[^\n]*)?\r?\n?)""")
_HEADER = re.compile(r"\s*\[[^\[\]]+\][ \t]*(?:#[^\n]*)?\r?\n?")
_PLAIN = re.compile(r"[A-Za-z0-9._:/-]+")  # needs no escapes in TOML
_BOM = "\ufeff"


def alter(path: Path, section: str, values: Mapping[str, str], environ: Mapping[str, str]) -> list[str]:
    """Write these keys of a section; says what was changed, a line each. Raises BadInput, and then nothing was.

    The file is replaced at once, by one that reads as the same configuration but for these keys.
    """
    real = path.resolve()  # a link stays one
    before = config.load(path, environ)
    old = getattr(before, section)
    wanted = {key: value for key, value in values.items() if getattr(old, key) != value}
    if not wanted:
        return []
    text = real.read_bytes().decode("utf-8")
    new = _BOM * text.startswith(_BOM) + altered(text.removeprefix(_BOM), section, wanted)
    right = before.model_copy(update={section: old.model_copy(update=wanted)})
    _replace(real, new.encode("utf-8"), right, environ)
    return [
        f"{path}: [{section}] {key} = {_quoted(value)} ({_was(getattr(old, key))})" for key, value in wanted.items()
    ]


def altered(text: str, section: str, values: Mapping[str, str]) -> str:
    """The text with these values: in place where the keys stand, else below the others or the header. Pure."""
    lines = re.split(r"(?<=\n)", text)
    at = config.key_lines(text)
    last = at.get((section,), 0)
    for key, value in values.items():
        if (section, key) not in at:
            continue
        number = at[section, key]
        match = _VALUE.fullmatch(lines[number - 1])
        if match is None:
            raise BadInput(f"line {number} is not one key and one text")
        lines[number - 1] = f"{match['before']}{_quoted(value)}{match['after']}"
        last = number
    missing = [f"{key} = {_quoted(value)}" for key, value in values.items() if (section, key) not in at]
    return "".join(_with_more(lines, last, section, missing, is_below=last != at.get((section,), 0)))


def _with_more(lines: list[str], last: int, section: str, more: Sequence[str], *, is_below: bool) -> list[str]:
    """These lines, and more after the line with this number; with none, at the end as a section."""
    if not more:
        return lines
    end = "\r\n" if lines[0].endswith("\r\n") else "\n"
    if last and not is_below and _HEADER.fullmatch(lines[last - 1]) is None:
        raise BadInput(f"line {last} is not the header of a section")
    place = last or len(lines)
    before = lines[:place]
    if before and before[-1] and not before[-1].endswith("\n"):
        before[-1] += end
    added = [f"{line}{end}" for line in more]
    return [*before, *([] if last else [end, f"[{section}]{end}"]), *added, *lines[place:]]


def _quoted(value: str) -> str:
    if not _PLAIN.fullmatch(value):
        raise BadInput(f"{value!r:.80} is no name to write down")
    return f'"{value}"'


def _was(value: object) -> str:
    return f"was {_quoted(str(value))}" if value else "new"


def _replace(path: Path, octets: bytes, right: Settings, environ: Mapping[str, str]) -> None:
    """Put this in the place of a file whole, once it is known to read right; its owner and rights stay."""
    beside = path.with_name(f".{path.name}.new")
    kept = path.stat()
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            if (kept.st_uid, kept.st_gid) != (os.fstat(descriptor).st_uid, os.fstat(descriptor).st_gid):
                os.fchown(descriptor, kept.st_uid, kept.st_gid)
            os.fchmod(descriptor, kept.st_mode & 0o7777)
            file.write(octets)
            file.flush()
            os.fsync(descriptor)
        if config.load(beside, environ) != right:
            raise BadInput(f"{path}: it would no longer read as it does")
        os.replace(beside, path)
        _settle(path.parent)
    except OSError as fault:
        raise BadInput(f"{path}: this file cannot be written ({fault.strerror})") from fault
    except BadInput as fault:
        raise BadInput(str(fault).replace(str(beside), str(path))) from fault
    finally:
        beside.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
