"""Where content lives: the starters' two homes, and the files of each kind in a content folder."""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

import mailhub
from mailhub.content.problems import BadContent, Problem
from mailhub.errors import MailhubError


class Kind(StrEnum):
    """What organisers write; each kind has its folder."""

    LIST = "list"
    JOURNEY = "journey"
    TEMPLATE = "template"
    SEGMENT = "segment"

    @property
    def folder(self) -> str:
        return f"{self}s"


_ENDINGS = {
    Kind.LIST: (".yaml", ".yml"),
    Kind.JOURNEY: (".yaml", ".yml"),
    Kind.TEMPLATE: (".md", ".mjml"),
    Kind.SEGMENT: (".yaml", ".yml"),
}


def starter() -> Path:
    """The folder that holds the starters: `lists/`, `journeys/`, `templates/`, `segments/` and `config.example.toml`.

    In a source checkout they stand beside the package; in an installed wheel, inside it.
    """
    package = Path(mailhub.__file__).resolve().parent
    for home in (package.parent, package / "starter"):
        if (home / "config.example.toml").is_file() and all((home / kind.folder).is_dir() for kind in Kind):
            return home
    raise MailhubError("the starter content is missing; install mailhub again")


def files(content_dir: Path, kind: Kind) -> tuple[Path, ...]:
    """The files of this kind, sorted; hidden ones and what lies outside the folder are passed over.

    Raises BadContent when two files would be one definition.
    """
    home = (content_dir / kind.folder).resolve()
    inside = home.rglob("*") if kind is Kind.TEMPLATE else home.glob("*")
    found = sorted(path for path in inside if path.suffix in _ENDINGS[kind] and _is_ours(path, home))
    if kind is not Kind.TEMPLATE:
        _refuse_twins(found, kind)
    return tuple(found)


def _is_ours(path: Path, home: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(home).parts)
    return not hidden and path.is_file() and path.resolve().is_relative_to(home)


def _refuse_twins(paths: Iterable[Path], kind: Kind) -> None:
    seen: dict[str, Path] = {}
    twins = []
    for path in paths:
        other = seen.setdefault(path.stem, path)
        if other is not path:
            twins.append(Problem(f"{kind.folder}/{path.name}", 1, f"{other.name} is there too", "keep one of the two"))
    if twins:
        raise BadContent(twins)
