"""Reads `lists/<slug>.yaml`; the file's name is the slug. Also tells which keys there are, for the docs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from mailhub.content import Document, Localised, Reader
from mailhub.lists.choices import FOR_A_GROUP
from mailhub.lists.definition import (
    GOALS,
    Addresses,
    Archive,
    Beyond,
    Join,
    ListDefinition,
    ListKind,
    ReplyTo,
)
from mailhub.lists.policy import WhoIsRead, WhoPosts
from mailhub.mail.address import BadAddress, valid

LONGEST_TITLE = 60  # letters

_DEFAULTS = ListDefinition("", Localised())


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the file: what may be written, what counts when nothing is, what it means."""

    name: str
    form: str
    default: str
    meaning: str
    read: Callable[[Reader], Mapping[str, Any]]


def _choice(name: str, among: Any, meaning: str) -> Key:
    default = getattr(_DEFAULTS, name)
    form = " \\| ".join(str(word.value) for word in among)
    return Key(name, form, default.value, meaning, lambda r: {name: r.choice(name, among, default)})


def _flag(name: str, meaning: str) -> Key:
    default = getattr(_DEFAULTS, name)
    return Key(name, "true \\| false", str(default).lower(), meaning, lambda r: {name: r.flag(name, default)})


def _words(name: str, form: str, default: str, meaning: str) -> Key:
    return Key(name, form, default, meaning, lambda r: {name: r.words(name, ())})


def _texts(name: str, meaning: str) -> Key:
    return Key(name, "text, or one per language", "", meaning, lambda r: {name: r.localised(name, Localised())})


def _attachments(reader: Reader) -> Mapping[str, Any]:
    inner = reader.mapping("attachments")
    return {
        "inline_up_to": inner.size("inline_up_to", _DEFAULTS.inline_up_to),
        "beyond": inner.choice("beyond", Beyond, _DEFAULTS.beyond),
    }


KEYS: tuple[Key, ...] = (
    Key(
        "title",
        "text, or one per language",
        "(must be there)",
        "what people call the group",
        lambda r: {"title": r.localised("title")},
    ),
    _texts("description", "one or two sentences: what the group is for"),
    _choice("kind", ListKind, "whether members talk, or only receive"),
    Key(
        "parent",
        "slug",
        "",
        "the list above; its announcements reach this one",
        lambda r: {"parent": r.text("parent", None)},
    ),
    _words("aliases", "list of names", "[]", "further names that stand before the @"),
    _choice("join", Join, "who comes in: everybody, with an organiser's yes, by invitation"),
    _choice("post", WhoPosts, "whose posts go out; others are held, never lost"),
    _choice("moderate", WhoIsRead, "whose posts a moderator reads first (newcomers: fewer than two published)"),
    Key(
        "approvals",
        "number",
        "1",
        'how many moderators must say "publish"; one is enough to refuse',
        lambda r: {"approvals": r.number("approvals", _DEFAULTS.approvals, least=1)},
    ),
    _choice("archive", Archive, "who may read what was written"),
    _flag("index", "a public archive may be found by search engines"),
    _choice("addresses", Addresses, "hidden: members see names and relay addresses"),
    _choice("reply_to", ReplyTo, "where a plain reply goes"),
    _choice("default_delivery", FOR_A_GROUP, "how newcomers receive: every message, the daily letter, nothing"),
    _flag("subject_tag", "[slug] before each subject"),
    Key(
        "grace",
        "length of time",
        "2 min",
        "how long an author may withdraw before anything is sent; 0 min: at once",
        lambda r: {"grace": r.duration("grace", _DEFAULTS.grace)},
    ),
    Key(
        "fold_after",
        "number",
        "3",
        "messages of one person that stand whole in one letter; the next are a line each, 0: all stand whole",
        lambda r: {"fold_after": r.number("fold_after", _DEFAULTS.fold_after)},
    ),
    _flag("footer", "two lines under every copy: why it came, how to leave"),
    _flag("transparent", "keeps the author's own DKIM signature"),
    Key(
        "attachments",
        "{inline_up_to: size, beyond: link \\| inline}",
        "{inline_up_to: 1 MB, beyond: link}",
        "larger files are linked, not sent along",
        _attachments,
    ),
    Key(
        "largest", "size", "20 MB", "a larger post is held", lambda r: {"largest": r.size("largest", _DEFAULTS.largest)}
    ),
    _words("organisers", "list of addresses", "the site's", "who decides; they keep the role until a verb takes it"),
    _words("moderators", "list of addresses", "the organisers", "who reads held posts"),
    _words("topics", "list of topics", "[]", f"what it is about: {GOALS[0]} … {GOALS[-1]}, or words of your own"),
    Key(
        "place",
        "name",
        "",
        "where the group is: a name of `lists/places.csv`, by which newcomers find the nearest one",
        lambda r: {"place": r.text("place", "")},
    ),
    _texts("rules", "the rules of the group, a line each: moderators name them by number, newcomers get them"),
    _texts("licence", "how what is written here may be used and quoted, on the group's page"),
    _texts("welcome", "a sentence of your own in the welcome"),
)


def keys() -> tuple[Key, ...]:
    """Every key of a list's file, in the order of the docs."""
    return KEYS


def read(document: Document) -> ListDefinition:
    """The definition a file holds. Raises BadContent with every problem of this file; `checks` compares files."""
    reader = Reader(document)
    values: dict[str, Any] = {}
    for key in KEYS:
        values.update(key.read(reader))
    _check_title(reader, values["title"])
    for name in ("organisers", "moderators"):
        _check_addresses(reader, name, values[name])
    reader.check()
    return ListDefinition(slug=PurePath(document.file).stem, **values)


def _check_title(reader: Reader, title: Localised) -> None:
    """It stands in the name of every sender and in every subject."""
    if any("\n" in text or len(text) > LONGEST_TITLE for _, text in title.texts):
        reader.problem('"title" is too long', f"write one line of at most {LONGEST_TITLE} letters", "title")


def _check_addresses(reader: Reader, name: str, emails: tuple[str, ...]) -> None:
    for place, email in enumerate(emails):
        try:
            plain = valid(email).name == ""
        except BadAddress:
            plain = False
        if not plain:
            reader.problem(f'"{email}" is not an address', 'write it alone, such as "bruno@example.org"', name, place)
