"""Tries every word our mails name: sent back as a reply, it must do what the mail says (voice.md, section 2).

Each is tried the moment its mail arrives, in a transaction that is taken back. A word in the same mail to somebody of
the same standing is tried once a run.
"""

import re
from email.utils import parseaddr

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import tokens
from mailhub.authority import Level
from mailhub.delivery.tables import Delivery, Mailing
from mailhub.hub import twice
from mailhub.hub.build import Hub
from mailhub.inbound import desk, intake
from mailhub.inbound.dispatch import dispose
from mailhub.inbound.reading import read
from mailhub.inbound.visit import arrive, ways
from mailhub.lists import reading, wishes
from mailhub.mail.authenticity.weighing import Authenticity
from mailhub.site import FRONT_DESK
from mailhub.verbs import Call, plain
from tests.stories.copies import Sent

QUOTED = {"it": re.compile(r"«([^»]*)»"), "en": re.compile(r'"([^"]*)"')}
NUMBERED = re.compile(r"\d{1,3} \w")  # «1 ho io le cesoie»: an answer to an item of a letter
# What we say when a word has not done what it was meant to.
REFUSALS = frozenset(
    f"inbound.{name}"
    for name in (
        *("not-understood", "not-allowed", "expired", "outdated", "empty", "help"),
        *("nothing-to-undo", "already-undone", "undo-too-late"),
    )
)
# Words that are named for another day, another address or another person: here and now they may do nothing.
ELSEWHERE = {
    "lists.help": {"resume", "undo"},
    "lists.pause-unclear": {"resume"},
    "digests.settings": {"follow", "only-decisions", "only-events", "resume", "undo"},
    "lists.left-already": {"leave"},
    "lists.enrol-how": {"enrol"},
    "lists.which-group": {"enrol", "only-decisions", "only-events", "pause", "leave", "each", "digest", "join"},
    "lists.invite-how": {"invite"},
    **{key: {"correct"} for key in ("lists.correct-how", "lists.withdraw-too-late")},
    "inbound.not-allowed": {"enrol", "invite", "publish", "refuse", "approve", "deny", "withdraw", "how-many"},
    "lists.help-moderating": {"readmit"},
    "calm.help-moderating": {"readmit", "voices", "mediation", "lift"},
    "calm.report-asked": {"slow"},
    "delivery.unreachable": {"its-me"},
    **{key: {"vouch"} for key in ("lost.asked-whom", "lost.whom")},
    "calm.which-two": {"voices", "mediation"},
}

# Subjects we give to what members write.
OUR_SUBJECTS = re.compile(r"Introducing |Si presenta: |An introduction$|Una presentazione$")

GENUINE = Authenticity(aligned=True, is_direct=True)  # for towns that ask where mail comes from
_tried: set[tuple[object, ...]] = set()


def faults(hub: Hub, sent: Sent, written: list[str]) -> list[str]:
    """Every word of this mail that does nothing, or is nobody's."""
    if sent.kind != "service":
        return []
    words = dict.fromkeys(QUOTED[sent.language].findall(_one_line(sent.own_words)))
    if not words:
        return []
    with hub.database.reading() as session:
        standing = reading.standing(session, sent.mailing.list_id or 0, sent.key.person)
        calls = {word: _understood(hub, session, sent, word) for word in words}
    found = [_fault(hub, sent, word, call, standing, written) for word, call in calls.items()]
    return [f"{sent.entry} to {sent.copy.envelope_to}: {fault}" for fault in found if fault]


def _words(hub: Hub, verb: str) -> list[str]:
    return [word for words in hub.verbs.get(verb).words.values() for word in words]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _fault(hub: Hub, sent: Sent, word: str, call: Call | None, standing: object, written: list[str]) -> str | None:
    is_theirs = any(word.rstrip("…") in _one_line(text) for text in written)
    if call is None:
        if any(plain(word) in map(plain, _words(hub, name)) for name in ELSEWHERE.get(sent.entry, ())):
            return None
        is_ours = word in ("", "no subject", "senza oggetto") or OUR_SUBJECTS.match(word)
        return None if is_theirs or is_ours else f"{word!r} is no word here"
    if is_theirs and NUMBERED.match(word):
        return None  # «3 persone vengono» comes back in the question what it answers
    tried = (sent.mailing.key.partition("/")[0], sent.language, word, standing)
    if tried in _tried:
        return None
    _tried.add(tried)
    return _rehearse(hub, sent, word, call)


def _understood(hub: Hub, session: Session, sent: Sent, word: str) -> Call | None:
    """The verb this word is, to what a reply to this mail answers."""
    local = hub.site.local_part(_answer_address(sent)) or ""
    token = tokens.peek(local.removeprefix("r.")) if local.startswith("r.") else None
    if token is not None:
        listener = hub.verbs.listener(token.kind.name) if NUMBERED.match(word) else None
        return Call(listener, "") if listener else hub.verbs.recognise(word, token.kind.name)
    if local == FRONT_DESK:
        found = desk.understand(word, hub.verbs, ways(hub, session, hub.clock.now()))
        return found[0] if found else hub.verbs.recognise(word.split()[0], "list") if word else None
    return wishes.read(word, "", hub.verbs, today=hub.clock.now().date())


def _answer_address(sent: Sent) -> str:
    return parseaddr(str(sent.message["Reply-To"] or sent.message["From"]))[1]


def _rehearse(hub: Hub, sent: Sent, word: str, call: Call) -> str | None:
    reply = (
        f"From: {sent.copy.envelope_to}\r\nTo: {_answer_address(sent)}\r\nSubject: Re: {sent.message['Subject']}\r\n"
        f"Message-ID: <rehearsal@example.org>\r\nIn-Reply-To: {sent.message['Message-ID']}\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{word}\r\n"
    ).encode()
    envelope = intake.Envelope(sent.copy.envelope_to, (_answer_address(sent),), "127.0.0.1", "smtp")
    now = hub.clock.now()
    with hub.database.transaction() as session:
        receipt = intake.keep(session, hub.site, envelope, reply, now=now)
        before = _owed(session)
        said = read(reply, sent.copy.envelope_to)
        visit = arrive(hub, session, receipt, reply, said, now, authenticity=GENUINE)
        result = dispose(visit, envelope.recipients[0], 0)
        told = {key.partition("/")[0].rpartition(".")[0] for key in _owed(session) - before}
        session.rollback()
    wrong = sorted(told & REFUSALS - {f"inbound.{call.verb.name}"})
    is_right = (result.outcome, result.reason) in _good(call)
    # What takes two mails is asked about in a mail of its own, where it was one number among others of a letter.
    is_right |= call.verb.listens and sent.entry.startswith("monday.") and "people.twice-asked" in told
    if (is_right and not wrong) or call.verb.name in ELSEWHERE.get(sent.entry, ()):
        return None
    return f"{word!r} does nothing: {result.outcome} {result.reason}, answered with {wrong or sorted(told)}"


def _good(call: Call) -> tuple[tuple[str, str], ...]:
    """What becomes of a mail that says this word as it should; what takes two mails waits for the second."""
    if call.verb.level is Level.CHARTER and call.verb.name != twice.CONFIRM:
        return (("held", twice.WAITS),)
    return (("answered" if call.verb.level is Level.PUBLIC else "done", call.verb.name),)


def _owed(session: Session) -> set[str]:
    """The mailings of service mail by key, with whom and for what."""
    rows = session.execute(
        sa.select(Mailing.key, Delivery.person_id, Delivery.occurrence).join(
            Delivery, Delivery.mailing_id == Mailing.id
        )
    )
    return {f"{key}/{person}/{occurrence}" for key, person, occurrence in rows}
