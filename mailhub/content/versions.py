"""What publishing would do: files on disk against the versions that run."""

import difflib
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

from mailhub.content.yamlfile import Value

Key: TypeAlias = tuple[str, str]  # kind and slug


def canonical(value: Value) -> str:
    """The one spelling of these values: without comments, quotes, layout and order of keys; lists keep theirs."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def fingerprint(value: Value) -> str:
    """The sha256 of what a YAML file means, so that editing its comments publishes nothing."""
    return _sha256(canonical(value))


def text_fingerprint(text: str) -> str:
    """The sha256 of content that is not YAML, such as a template; the kind of line ends does not count."""
    return _sha256(text.replace("\r\n", "\n"))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class OnDisk:
    """One definition as its file has it now."""

    kind: str
    slug: str
    file: str  # as problems name it
    sha256: str
    body: str


class Running(Protocol):
    """One definition as it runs: its newest published version."""

    @property
    def kind(self) -> str: ...
    @property
    def slug(self) -> str: ...
    @property
    def number(self) -> int: ...
    @property
    def sha256(self) -> str: ...
    @property
    def body(self) -> str: ...


class State(StrEnum):
    """Which side moved since file and published version last agreed."""

    UNCHANGED = "unchanged"
    NEW = "new"  # never published
    CHANGED = "changed"  # the file moved
    GONE = "gone"  # the file was taken away
    BEHIND = "behind"  # only what runs moved, by the console: the file waits to be exported
    CONFLICT = "conflict"  # both moved, in different directions


@dataclass(frozen=True, slots=True)
class Change:
    """What publishing would mean for one definition; `diff` leads from what runs to the file."""

    kind: str
    slug: str
    state: State
    file: str | None
    number: int | None  # of the version that runs
    diff: str = ""


def compare(files: Iterable[OnDisk], running: Iterable[Running], agreed: Mapping[Key, str]) -> tuple[Change, ...]:
    """Every definition there is on either side, by kind and slug.

    `agreed` is the sha256 that file and version last had in common: when the file was last published, or exported.
    """
    on_disk = {(file.kind, file.slug): file for file in files}
    published = {(version.kind, version.slug): version for version in running}
    return tuple(
        _change(key, on_disk.get(key), published.get(key), agreed.get(key)) for key in sorted({*on_disk, *published})
    )


def _change(key: Key, file: OnDisk | None, version: Running | None, agreed: str | None) -> Change:
    state = _state(file.sha256 if file else None, version.sha256 if version else None, agreed)
    return Change(
        kind=key[0],
        slug=key[1],
        state=state,
        file=file.file if file else None,
        number=version.number if version else None,
        diff="" if state is State.UNCHANGED else _diff(key, file, version),
    )


def _state(file: str | None, version: str | None, agreed: str | None) -> State:
    if file == version:
        return State.UNCHANGED
    if version is None:
        return State.NEW
    if file == agreed:  # with neither, the definition was born in the console
        return State.BEHIND
    if version != agreed:
        return State.CONFLICT
    return State.GONE if file is None else State.CHANGED


def _diff(key: Key, file: OnDisk | None, version: Running | None) -> str:
    lines = difflib.unified_diff(
        version.body.splitlines() if version else [],
        file.body.splitlines() if file else [],
        f"{key[0]} {key[1]}, version {version.number}" if version else "(not published)",
        file.file if file else "(no file)",
        lineterm="",
    )
    return "\n".join(lines)
