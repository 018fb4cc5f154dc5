"""Carries out a verb by whatever route it came: the authority rule, the effect, the deed, the answer.

Mail, buttons and the command line all end here, so that one verb has one rule, one effect and one undo.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from mailhub import language
from mailhub.authority import Allowed, Ruling, allows
from mailhub.delivery import service
from mailhub.lists import voice
from mailhub.lists.things import QUESTIONS
from mailhub.people import deeds
from mailhub.people.tables import Asking, Question
from mailhub.tokens import MAIL
from mailhub.verbs import Act, Answer, Call, Outcome, Thing


@dataclass(frozen=True, slots=True)
class Carried:
    """The ruling, and what was done when it allowed anything."""

    ruling: Ruling
    outcome: Outcome | None = None
    deed_id: int = 0


def carry_out(call: Call, act: Act, *, on_record: bool) -> Carried:
    """Rule on the verb, then do it and remember it; nothing is told yet."""
    verb = call.verb
    ruling = allows(
        verb.level,
        act.evidence,
        on_record=on_record,
        one_tap=verb.one_tap,
        mailbox_suffices=verb.mailbox_suffices,
    )
    if not isinstance(ruling, Allowed):
        return Carried(ruling)
    outcome = verb.perform(act)
    deed = deeds.note(act.session, act, verb.name, outcome) if outcome.done else None
    return Carried(ruling, outcome, deed.id if deed else 0)


def tell(act: Act, answer: Answer, *, occurrence: int, in_reply_to: str | None = None) -> None:
    """Owe the person this answer, once for each cause."""
    words = language.mail(act.language, answer.key, **answer.values)
    if answer.returns_text and act.words:
        words = language.with_text_below(words, act.words)
    about = answer.thing
    list_id = voice.list_of(act.session, about or act.thing)
    service.tell(
        act.session,
        act.site,
        person_id=act.person_id,
        words=words,
        language=act.language,
        source="site.service",
        kind=f"{answer.key}.{act.via}",
        occurrence=occurrence,
        now=act.now,
        address_id=act.address_id,
        about=about,
        in_reply_to=in_reply_to,
        list_id=list_id,
        sender=voice.sender(act.session, act.site, list_id, act.language),
    )


def open_asking(session: Session, thing: Thing, person_id: int) -> Asking | None:
    """The open asking of this person about this thing: an unused token of a question."""
    question = session.get(Question, thing.id) if thing.kind in (*QUESTIONS, MAIL.name) else None
    if question is None or question.settled_at is not None:
        return None
    asking = session.get(Asking, (question.id, person_id))
    return asking if asking is not None and asking.answered_at is None else None


def tell_once(act: Act, carried: Carried) -> None:
    """Owe the answer to a pressed button; pressing again says nothing new."""
    if carried.outcome is None or not carried.outcome.done or carried.outcome.answer is None:
        return
    tell(act, carried.outcome.answer, occurrence=carried.deed_id)
