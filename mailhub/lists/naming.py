"""Reads a local part as people write it: which list, and which verb or role of it.

Pure. Letter case, `+` or `_` for the hyphen, no hyphen at all and one typo are forgiven when only one reading is left.
Tokens (`r.…`, `p.…`) and the front desk are the caller's business: they are looked at before.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

SHORTEST_FORGIVEN = 4  # letters; in a shorter name one typo makes another word

ROLE_WORDS: Mapping[str, str] = {
    "organiser": "organiser",
    "organizer": "organiser",
    "organizza": "organiser",
    "chi-organizza": "organiser",
    "moderator": "moderator",
    "modera": "moderator",
    "chi-modera": "moderator",
}


@dataclass(frozen=True, slots=True)
class Found:
    """The list meant, with the verb or the role that stood beside its name; neither: it is a post."""

    list_id: int
    verb: str | None = None
    role: str | None = None
    forgiven: bool = False  # not written as declared, so a stranger's words must not go there

    @property
    def is_post(self) -> bool:
        return self.verb is None and self.role is None


@dataclass(frozen=True, slots=True)
class Unclear:
    """More than one reading is as near: the writer is asked."""

    list_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """What local parts may say: every slug and alias with its list, every verb by suffix, every role by word."""

    lists: Mapping[str, int]
    suffixes: Mapping[str, str]
    roles: Mapping[str, str]

    def resolve(self, local: str, member_of: Container[int] | None = None) -> Found | Unclear | None:
        """What this local part means; None when nothing is near.

        `member_of` holds the lists of the writer: a forgiven name takes posts from its members only. None leaves that
        open, for a door that does not know the writer yet.
        """
        written = local.lower()
        if "." in written:
            return self._role(written)
        exact = self._exact(written)
        if exact is not None:
            return exact
        for near in (self._squeezed(written), self._mistyped(written)):
            meant = {found for found in near if _may(found, member_of)}
            if len(meant) == 1:
                return meant.pop()
            if meant:
                return Unclear(tuple(sorted({found.list_id for found in meant})))
        return None

    def name_in(self, local: str) -> str:
        """The name that stands in it, be it a group's or not: without the verb or the role beside it."""
        written = local.lower()
        word, dot, name = written.partition(".")
        if dot and word in self.roles:
            return name
        ends = [f"-{suffix}" for suffix in self.suffixes if written.endswith(f"-{suffix}")]
        return written.removesuffix(max(ends, key=len, default=""))

    def _exact(self, written: str) -> Found | None:
        if written in self.lists:
            return Found(self.lists[written])
        for suffix, verb in self.suffixes.items():
            name = written.removesuffix(f"-{suffix}")
            if name != written and name in self.lists:
                return Found(self.lists[name], verb=verb)
        return None

    def _role(self, written: str) -> Found | None:
        word, _, name = written.partition(".")
        if word in self.roles and name in self.lists:
            return Found(self.lists[name], role=self.roles[word])
        return None

    def _forms(self) -> Iterator[tuple[str, Found]]:
        """Every address there is, without hyphens."""
        for name, list_id in self.lists.items():
            yield _squeeze(name), Found(list_id, forgiven=True)
            for suffix, verb in self.suffixes.items():
                yield _squeeze(name + suffix), Found(list_id, verb=verb, forgiven=True)

    def _squeezed(self, written: str) -> set[Found]:
        plain = _squeeze(written)
        return {found for form, found in self._forms() if form == plain}

    def _mistyped(self, written: str) -> set[Found]:
        plain = _squeeze(written)
        if len(plain) < SHORTEST_FORGIVEN:
            return set()
        return {f for form, f in self._forms() if len(form) >= SHORTEST_FORGIVEN and is_one_slip(plain, form)}


def _may(found: Found, member_of: Container[int] | None) -> bool:
    return not found.is_post or member_of is None or found.list_id in member_of


def _squeeze(text: str) -> str:
    return text.replace("-", "").replace("_", "").replace("+", "")


def is_one_slip(written: str, meant: str) -> bool:
    """Whether one letter too many, too few, wrong, or two swapped neighbours part these words."""
    if written == meant or abs(len(written) - len(meant)) > 1:
        return False
    start = 0
    while start < min(len(written), len(meant)) and written[start] == meant[start]:
        start += 1
    ours, theirs = written[start:], meant[start:]
    if len(ours) == len(theirs):
        swapped = len(ours) > 1 and ours[:2] == theirs[1::-1] and ours[2:] == theirs[2:]
        return ours[1:] == theirs[1:] or swapped
    longer, shorter = (ours, theirs) if len(ours) > len(theirs) else (theirs, ours)
    return longer[1:] == shorter
