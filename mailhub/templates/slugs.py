"""Which template a file is: `<name>/<name>.<language>.md` has the slug `<name>.<language>`. Pure."""

import re
from pathlib import PurePath

from mailhub.language import LANGUAGES

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_LONGEST = 40


def place_of(inside: PurePath) -> str | None:
    """The slug of a file inside `templates/`; None where no template is told by it."""
    name, _, rest = inside.name.partition(".")
    language = rest.partition(".")[0]
    fits = len(name) <= _LONGEST and _NAME.fullmatch(name) and language in LANGUAGES and rest.count(".") == 1
    return f"{name}.{language}" if fits and inside.parts[:-1] == (name,) else None


def name_of(slug: str) -> str:
    return slug.partition(".")[0]


def language_of(slug: str) -> str:
    return slug.partition(".")[2]
