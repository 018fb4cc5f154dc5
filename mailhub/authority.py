"""Who may do what: the evidence a mail or a click brings, against what the verb demands.

| level     | for example                         | allowed with                                               |
|-----------|-------------------------------------|------------------------------------------------------------|
| 0 PUBLIC  | help, who organises                 | any evidence, or an address on record                      |
| 1 LIGHT   | leave, pause, letter                | A, T, M or W                                               |
| 2 VOICE   | post, reply, change a preference    | A or W; for a one-tap answer (vote, RSVP) A and T, or W    |
| 3 OFFICE  | publish, refuse, let somebody in    | A and T, or W                                              |
| 4 CHARTER | campaign, roles, export, erase      | W; or A and M, by a code asked for ten minutes ago or more |

A, T, M and W are explained at `Evidence`; M is also T. For joining and for «was this you?» M suffices at level 2, so
that a domain without DKIM is not asked for ever. A pressed button brings T (or M) and is therefore level 1; above
that its page says what to reply. T without A never speaks for anybody above level 1: mails are forwarded and quoted.

Below its level a mail from an address on record is held and that address is asked, once a day; from any other
address it is held, shown to organisers and never answered (an answer would reach whoever was forged). At level 0
there is nothing to hold: Silent. Whether the person is a member, a moderator or banned is not asked here, and
automatic mail never comes this far.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, IntEnum

TWO_MAILS_APART = timedelta(minutes=10)


class Level(IntEnum):
    """How much a verb can do to people; every verb declares one."""

    PUBLIC = 0
    LIGHT = 1
    VOICE = 2
    OFFICE = 3
    CHARTER = 4


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is proven about the author of one mail or click."""

    aligned: bool = False  # A: DKIM or SPF pass aligned with the one mailbox in From, or that mailbox said «it was me»
    token: bool = False  # T: a valid token that belongs to the person who acts
    mailbox: bool = False  # M: the unused token of a question that was sent only to this mailbox
    fresh_login: bool = False  # W: signed in on the web a short while ago

    @property
    def any(self) -> bool:
        """Whether anything at all is proven."""
        return self.aligned or self.token or self.mailbox or self.fresh_login


class Ask(Enum):
    """Who is asked about a held mail."""

    RECORD = "record"  # the address on record: «was this you?», once a day
    ORGANISERS = "organisers"  # it is shown to them; its sender hears nothing


@dataclass(frozen=True, slots=True)
class Allowed:
    """Go on."""


@dataclass(frozen=True, slots=True)
class Held:
    """Nothing happens until somebody has been asked."""

    ask: Ask


@dataclass(frozen=True, slots=True)
class Silent:
    """Nothing happens, and nobody is told."""


Ruling = Allowed | Held | Silent


def allows(
    level: Level,
    evidence: Evidence,
    *,
    on_record: bool,
    one_tap: bool = False,
    mailbox_suffices: bool = False,
    asked_ago: timedelta | None = None,
) -> Ruling:
    """Rule on one verb. `on_record`: the From address (or the token's person) is one we know.

    `one_tap`: an answer of one word to one question; `mailbox_suffices`: joining, «was this you?»; `asked_ago`: how
    long ago the request was made that this mail confirms by a code (level 4 by two mails).
    """
    if level is Level.PUBLIC:
        return Allowed() if evidence.any or on_record else Silent()
    if _suffices(level, evidence, one_tap, mailbox_suffices, asked_ago):
        return Allowed()
    return Held(Ask.RECORD if on_record else Ask.ORGANISERS)


def _suffices(
    level: Level, evidence: Evidence, one_tap: bool, mailbox_suffices: bool, asked_ago: timedelta | None
) -> bool:
    if evidence.fresh_login:
        return True
    token = evidence.token or evidence.mailbox
    match level:
        case Level.PUBLIC | Level.LIGHT:
            return evidence.any
        case Level.VOICE:
            by_mailbox = mailbox_suffices and evidence.mailbox
            return by_mailbox or (evidence.aligned and (token or not one_tap))
        case Level.OFFICE:
            return evidence.aligned and token
        case Level.CHARTER:
            waited = asked_ago is not None and asked_ago >= TWO_MAILS_APART
            return evidence.aligned and evidence.mailbox and waited
