"""Mails of journeys: a step of a version is one mailing a language; what a copy says is frozen when it is owed."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from mailhub.delivery import attention, mailings, outbox
from mailhub.delivery.tables import MailClass, Mailing
from mailhub.errors import MailhubError
from mailhub.journeys import things
from mailhub.journeys.definition import Journey
from mailhub.journeys.rows import Enrolled, occurrence_of
from mailhub.journeys.state import Mail
from mailhub.language import footer, say
from mailhub.lists import outgoing, reading, voice
from mailhub.lists.tables import MailList
from mailhub.mail.address import Mailbox
from mailhub.mail.compose import Letter as Header
from mailhub.mail.compose import text_frame
from mailhub.mail.frame import Context, Slot
from mailhub.people import consent, questions, roles
from mailhub.people.tables import Person
from mailhub.site import FRONT_DESK, Site
from mailhub.templates import publishing as templates
from mailhub.templates import rendering
from mailhub.templates.compiling import Compiled, compiled
from mailhub.templates.remarks import Remarks
from mailhub.templates.slugs import language_of, name_of
from mailhub.tokens import Token, kind_named

SOURCE = "journeys.step"
_REPLY_TO = Slot("reply_to", Context.TOKEN)
REMINDERS = 10  # occurrences of one visit that tell its reminders apart


class NoTemplate(MailhubError):
    """The template of a step is not published any more."""


@dataclass(frozen=True, slots=True)
class Owing:
    """One mail that is ready to be owed."""

    each: Enrolled
    mail: Mail
    template: Compiled
    slots: Mapping[str, str]
    mail_class: MailClass


class Outgoing:
    """What the mails of one page of enrolments have in common, each thing found once."""

    def __init__(self, session: Session, site: Site, now: datetime) -> None:
        self._session, self._site, self._now = session, site, now
        self._running = templates.running(session)
        self._mailings: dict[tuple[str, int, str, str], Mailing] = {}

    def written(
        self, journey: Journey, group: MailList | None, each: Enrolled, mail: Mail, values: Mapping[str, Any], said: str
    ) -> Owing:
        """A mail with these values, by the template's names. Raises BadValue, NoTemplate."""
        template = self._template(mail.letter.template, said)
        below = self._footer(journey, group, template.language)
        slots = rendering.slots(template, values, below)
        return Owing(each, mail, template, slots, mail.letter.mail_class or journey.mail_class)

    def owe(self, journey: Journey, group: MailList | None, owing: Owing) -> None:
        """Owe it, and ask its question where it asks one."""
        session, now, each, mail = self._session, self._now, owing.each, owing.mail
        person = session.get_one(Person, each.way.person_id)
        visit = occurrence_of(each.id, mail.visit)
        about, thing_id = things.STEP, visit
        if mail.asks:
            detail = {"enrolment": each.id, "visit": mail.visit}
            question = questions.ask(
                session,
                things.KIND[things.ASK],
                visit,
                [(person.id, None)],
                now=now,
                list_id=group.id if group else None,
                detail=detail,
            )
            about, thing_id = things.ASK, question.id
        kind = kind_named(about)
        assert kind is not None
        # Tokens of a mail that asks live as long as the person; what they answer may have ended, and says so.
        token = self._site.keys.issue(Token(kind, person.id, thing_id), epoch=person.token_epoch)
        mailing = self._mailing(journey, group, owing)
        outbox.owe(
            session,
            mailing,
            person.id,
            now=now,
            occurrence=visit * REMINDERS + mail.reminds,
            slots={**owing.slots, "reply_to": self._site.address(f"r.{token}")},
            language=owing.template.language,
        )
        if owing.mail_class is not MailClass.SERVICE:
            attention.spend(session, [(person.id, mailing.id, visit)], now=now)

    def _template(self, name: str, language: str) -> Compiled:
        there = [slug for slug in self._running if name_of(slug) == name]
        slug = next((s for s in (f"{name}.{language}", f"{name}.{self._site.language}", *there) if s in there), None)
        if slug is None:
            raise NoTemplate(f"the mail {name} is not published any more")
        version = self._running[slug]
        return _compiled(version.body, name, language_of(slug), self._site.content_dir)

    def _mailing(self, journey: Journey, group: MailList | None, owing: Owing) -> Mailing:
        template, step = owing.template, owing.mail.step
        key = (journey.slug, owing.each.version, step, template.language)
        if key not in self._mailings or owing.mail.reminds:
            frame = _frame(self._session, self._site, group, template, owing.mail_class)
            look = hashlib.sha256(frame).hexdigest()[:12]
            self._mailings[key] = mailings.open_mailing(
                self._session,
                source=SOURCE,
                key=f"{journey.slug}/{owing.each.version}/{step}/{template.language}/{look}",
                mail_class=owing.mail_class,
                purpose=consent.list_purpose(group.id) if group and owing.mail_class is not MailClass.SERVICE else None,
                list_id=group.id if group else None,
                thing_id=owing.each.journey_id,
                frames={template.language: frame},
                now=self._now,
                due_at=self._now,
            )
        return self._mailings[key]

    def _footer(self, journey: Journey, group: MailList | None, language: str) -> str:
        because = sentence(journey, group, language)
        if group is None:
            return footer(language, because, roles.contact(self._session, self._site), member=False)
        return footer(language, because, voice.contact(self._site, group, language))


def sentence(journey: Journey, group: MailList | None, language: str) -> str:
    """Why somebody gets a mail of this journey."""
    title = journey.titled(language)
    if group is None:
        return say(language, "journeys.because", journey=title)
    return say(language, "journeys.because-member", journey=title, group=reading.definition_of(group).titled(language))


@lru_cache(maxsize=500)
def _compiled(body: str, name: str, language: str, content_dir: Path | None) -> Compiled:
    return compiled(body, name, language, content_dir, Remarks(templates.file_of(f"{name}.{language}", body)))


def _frame(session: Session, site: Site, group: MailList | None, template: Compiled, mail_class: MailClass) -> bytes:
    made, language = rendering.framed(template), template.language
    desk = Mailbox(site.name, site.address(FRONT_DESK))
    facts = None
    if group is not None and mail_class is not MailClass.SERVICE:
        known = outgoing.list_facts(site, group, language)
        facts = replace(known, is_open=False, feedback_id=f"journey:list:{group.slug[:30]}:mailhub")
    header = Header(
        sender=voice.sender(session, site, group.id, language) if group else desk,
        subject=made.subject,
        language=language,
        reply_to=_REPLY_TO,
        list=facts,
        provider=site.provider,
    )
    return text_frame(header, made.text, html=made.html).to_bytes()
