"""Carries out a verb by whatever route it came: the authority rule, the effect, the deed, the answer.

Mail, buttons and the command line all end here, so that one verb has one rule, one effect and one undo.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mailhub import formats, language
from mailhub.authority import Allowed, Evidence, Level
from mailhub.delivery import service
from mailhub.digests import which
from mailhub.digests.monday import writing as monday
from mailhub.hub.lost import recent
from mailhub.lists import telling, voice
from mailhub.lists.tables import MailList
from mailhub.lists.things import DESK, QUESTIONS
from mailhub.people import deeds, persons, roles
from mailhub.people.deeds import Carried
from mailhub.people.tables import Asking, Person, Question
from mailhub.site import FRONT_DESK, Site
from mailhub.tokens import MAIL, MAILING, TWICE
from mailhub.verbs import Act, Answer, Call, Outcome, Thing

__all__ = ["Carried", "carry_out", "open_asking", "tell", "tell_of", "tell_once"]

LETTERS = (MAILING.name, which.KIND)  # what an answer to a letter is about
OF_SITE = ("named", "known")  # footers that stand without a group
LONGEST_TEXT = 20_000  # characters of somebody's own words that come back below ours


def carry_out(call: Call, act: Act, *, on_record: bool, asked_ago: timedelta | None = None) -> Carried:
    """Rule on the verb, do it and remember it. What cannot be taken back waits while the person's address can."""
    is_theirs = act.evidence.aligned or act.evidence.fresh_login
    if call.verb.level is Level.CHARTER and is_theirs:
        ends = recent.until(act.session, act.person_id, act.now)
        if ends is not None:
            person = act.session.get_one(Person, act.person_id)
            until = formats.day_hour(act.language, ends, persons.zone_of(person, act.site))
            values = {"until": until, "contact": roles.contact(act.session, act.site)}
            return Carried(Allowed(), Outcome(False, Answer("lost.not-yet", values)))
    return deeds.carry_out(call, act, on_record=on_record, asked_ago=asked_ago)


def tell(act: Act, answer: Answer, *, occurrence: int, in_reply_to: str | None = None, because: str = "member") -> None:
    """Owe the person this answer, once for each cause; `because` is an entry of the footers."""
    words = language.mail(act.language, answer.key, **answer.values)
    if answer.returns_text and act.words:
        words = language.with_text_below(words, act.words[:LONGEST_TEXT])
    if answer.below:
        words = language.with_more(words, answer.below)
    about = answer.thing or (act.thing if act.thing.id else None)
    about = None if about == DESK else about
    list_id = voice.list_of(act.session, about) if about else None
    service.tell(
        act.session,
        act.site,
        person_id=act.person_id,
        words=words,
        language=act.language,
        source=service.SOURCE,
        kind=f"{answer.key}.{act.via}",
        occurrence=occurrence,
        now=act.now,
        address_id=act.address_id,
        about=about,
        in_reply_to=in_reply_to,
        list_id=list_id,
        sender=voice.sender(act.session, act.site, list_id, act.language),
        footer=_footer(act, list_id, because),
    )


def tell_of(
    session: Session,
    site: Site,
    person_id: int,
    answer: Answer,
    *,
    occurrence: int,
    now: datetime,
    because: str,
    address_id: int | None = None,
    language: str | None = None,
) -> None:
    """Owe somebody a mail that answers nothing of theirs: what happened without them, or what they are asked."""
    act = Act(
        session=session,
        site=site,
        person_id=person_id,
        thing=answer.thing or DESK,
        argument="",
        evidence=Evidence(),
        via="reply",
        now=now,
        language=language or persons.language_of(session.get_one(Person, person_id), site),
        address_id=address_id,
    )
    tell(act, answer, occurrence=occurrence, because=because)


def _footer(act: Act, list_id: int | None, because: str) -> str:
    """The two lines below: the group's, or the site's where it is about no group."""
    group = act.session.get(MailList, list_id) if list_id else None
    if group is not None:
        person = act.session.get_one(Person, act.person_id)
        return telling.footer(act.session, act.site, person, group, because, act.language, act.now)
    desk = act.site.address(FRONT_DESK)
    if because == "organiser":
        sentence = language.say(act.language, "footer.organiser", group=act.site.name)
    elif act.thing.kind == monday.KIND:
        sentence = language.say(act.language, "footer.monday")
    elif because in OF_SITE or act.thing.kind in LETTERS:
        sentence = language.say(act.language, f"footer.{because if because in OF_SITE else 'letter'}")
    else:
        sentence = language.say(act.language, "footer.wrote", address=desk)
    return language.footer(act.language, sentence, roles.contact(act.session, act.site), member=False)


def open_asking(session: Session, thing: Thing, person_id: int) -> Asking | None:
    """The open asking of this person about this thing: an unused token of a question."""
    question = session.get(Question, thing.id) if thing.kind in (*QUESTIONS, MAIL.name, TWICE.name) else None
    if question is None or question.settled_at is not None:
        return None
    asking = session.get(Asking, (question.id, person_id))
    return asking if asking is not None and asking.answered_at is None else None


def tell_once(act: Act, carried: Carried) -> None:
    """Owe the answer to a pressed button; pressing again says nothing new."""
    if carried.outcome is None or not carried.outcome.done or carried.outcome.answer is None:
        return
    tell(act, carried.outcome.answer, occurrence=carried.deed_id)
