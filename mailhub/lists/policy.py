"""What happens to a post: pure rules over what the mail is, who wrote it and what the group decided.

All that objects is collected, in order, so that a moderator reads every reason at once and the author the first.
"""

from dataclasses import dataclass
from enum import StrEnum

MOST_HOPS = 50  # Received fields; RFC 5321 section 6.3 lets a loop be assumed from 100
NEWCOMER_BELOW = 2  # published posts


class Reason(StrEnum):
    """Why a post is not simply published; the words are `lists.reason-<value>` of the catalogue."""

    LOOP = "loop"
    AUTOMATIC = "automatic"
    DUPLICATE = "duplicate"
    CLOSED = "closed"
    BANNED = "banned"
    EMPTY = "empty"
    UNPROVEN = "unproven"
    NOT_A_MEMBER = "not-a-member"
    MODERATORS_ONLY = "moderators-only"
    NEWCOMER = "newcomer"
    EVERYONE = "everyone"
    INTRODUCTION = "introduction"
    TOO_LARGE = "too-large"
    TOKEN_INSIDE = "token-inside"  # noqa: S105 - a reason, not a secret
    RELAY_STRANGER = "relay-stranger"
    SEEMS_PERSONAL = "seems-personal"  # it reads as if one person were meant; its author is asked
    SLOW = "slow-pace"  # of its conversation, and so the next three
    TURN = "others-turn"
    SHUT = "conversation-closed"
    TWO_VOICES = "two-voices"
    MEDIATION = "in-mediation"
    TOO_MANY_MAILS = "too-many-mails"  # that nobody vouches for, to one role
    NOBODY_THERE = "nobody-there"  # nobody holds the role it is for


class Standing(StrEnum):
    """Where the author stands in this group."""

    STRANGER = "stranger"
    PENDING = "pending"  # asked to confirm
    WAITING = "waiting"  # confirmed; an organiser has the word
    NEWCOMER = "newcomer"
    MEMBER = "member"
    TRUSTED = "trusted"  # a moderator has said that nobody need read them first
    BANNED = "banned"  # a moderator has said that they may not write here; what others write still reaches them
    MODERATOR = "moderator"
    ORGANISER = "organiser"

    @property
    def belongs(self) -> bool:
        return self not in (Standing.STRANGER, Standing.PENDING, Standing.WAITING, Standing.BANNED)

    @property
    def moderates(self) -> bool:
        return self in (Standing.MODERATOR, Standing.ORGANISER)


class WhoPosts(StrEnum):
    ANYONE = "anyone"
    MEMBERS = "members"
    MODERATORS = "moderators"


class WhoIsRead(StrEnum):
    """Whose posts a moderator reads first."""

    NOBODY = "nobody"
    NEWCOMERS = "newcomers"
    EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class Rules:
    """What the group decided about posts."""

    post: WhoPosts = WhoPosts.MEMBERS
    moderate: WhoIsRead = WhoIsRead.NEWCOMERS
    largest: int = 20_000_000
    transparent: bool = False
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail to the group is, apart from its words."""

    size: int
    proven: bool  # its evidence suffices to speak for its author
    is_automatic: bool = False
    seems_automatic: bool = False  # it reads like an absence note, and nothing in its header says so
    is_own: bool = False  # carries a List-Id of ours: we sent it
    hops: int = 0
    is_seen: bool = False  # the group has this Message-ID already
    is_empty: bool = False  # no words, no file, no subject
    is_introduction: bool = False  # it answers the welcome, which has promised that somebody reads it first
    seems_personal: bool = False  # it greets one person, and quotes nobody else
    holds_token: bool = False  # one of our signed addresses or links stands in what would be distributed


@dataclass(frozen=True, slots=True)
class Accept:
    """It goes to the group."""


@dataclass(frozen=True, slots=True)
class Hold:
    """It waits; never lost."""

    reasons: tuple[Reason, ...]

    def without(self, *met: Reason) -> "Hold | Accept":
        """What is left when these reasons no longer stand."""
        left = tuple(r for r in self.reasons if r not in met)
        return Hold(left) if left else Accept()


@dataclass(frozen=True, slots=True)
class Drop:
    """Nothing happens and nobody is told: an answer could start a loop."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Refuse:
    """It will not go out; its author is told, with their text."""

    reason: Reason


Verdict = Accept | Hold | Drop | Refuse


def standing(
    *,
    is_organiser: bool,
    is_moderator: bool,
    is_member: bool,
    published: int,
    asked: Standing,
    decided: Standing | None = None,
) -> Standing:
    """Where somebody stands; `asked` is PENDING, WAITING or STRANGER for who is no member.

    `decided`: a moderator has said TRUSTED or BANNED of them, which holds for nobody who has an office.
    """
    if is_organiser:
        return Standing.ORGANISER
    if is_moderator:
        return Standing.MODERATOR
    if decided is Standing.BANNED:
        return decided
    if not is_member:
        return asked
    if decided is not None:
        return decided
    return Standing.NEWCOMER if published < NEWCOMER_BELOW else Standing.MEMBER


def judge(letter: Letter, author: Standing, rules: Rules) -> Verdict:
    """Decide what happens to a post."""
    if letter.is_own or letter.hops >= MOST_HOPS:
        return Drop(Reason.LOOP)
    if letter.is_automatic:
        return Drop(Reason.AUTOMATIC)
    if letter.is_seen:
        return Drop(Reason.DUPLICATE)
    if rules.closed:
        return Refuse(Reason.CLOSED) if letter.proven else Drop(Reason.CLOSED)
    if author is Standing.BANNED and letter.proven:
        return Refuse(Reason.BANNED)
    if letter.is_empty and author.belongs:
        return Refuse(Reason.EMPTY) if letter.proven else Drop(Reason.EMPTY)
    objections = _objections(letter, author, rules)
    return Hold(objections) if objections else Accept()


def is_read_first(author: Standing, rules: Rules) -> bool:
    """Whether a moderator reads what this member writes before the group does, by what the group decided."""
    if rules.moderate is WhoIsRead.EVERYONE:
        return not author.moderates and author is not Standing.TRUSTED
    return rules.moderate is WhoIsRead.NEWCOMERS and author is Standing.NEWCOMER


def _objections(letter: Letter, author: Standing, rules: Rules) -> tuple[Reason, ...]:
    """Everything that keeps this post from going out by itself, in the order a moderator reads it."""
    found = (
        (Reason.UNPROVEN, not letter.proven),
        (Reason.NOT_A_MEMBER, rules.post is not WhoPosts.ANYONE and not author.belongs),
        (Reason.MODERATORS_ONLY, rules.post is WhoPosts.MODERATORS and author.belongs and not author.moderates),
        (Reason.EVERYONE, rules.moderate is WhoIsRead.EVERYONE and is_read_first(author, rules)),
        (Reason.NEWCOMER, rules.moderate is WhoIsRead.NEWCOMERS and _is_new(author, rules)),
        (Reason.INTRODUCTION, letter.is_introduction and not author.moderates),
        (Reason.AUTOMATIC, letter.seems_automatic),
        (Reason.TOO_LARGE, letter.size > rules.largest),
        (Reason.TOKEN_INSIDE, rules.transparent and letter.holds_token),
        (Reason.SEEMS_PERSONAL, letter.seems_personal and author.belongs),
    )
    return tuple(reason for reason, holds in found if holds)


def _is_new(author: Standing, rules: Rules) -> bool:
    """A stranger is new too, where strangers may write at all; elsewhere «not a member» says it."""
    return author is Standing.NEWCOMER or (rules.post is WhoPosts.ANYONE and not author.belongs)
