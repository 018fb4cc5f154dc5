"""Mails of journeys: a step of a version is one mailing a language; what a copy says is frozen when it is owed."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from mailhub.db.versions import Published
from mailhub.delivery import attention, mailings, outbox
from mailhub.delivery.tables import MailClass, Mailing
from mailhub.errors import MailhubError
from mailhub.journeys import things
from mailhub.journeys.definition import Journey
from mailhub.journeys.rows import Enrolled, occurrence_of
from mailhub.journeys.seeing import Somebody
from mailhub.journeys.state import Mail
from mailhub.language import footer, say
from mailhub.lists import outgoing, reading, voice
from mailhub.lists.tables import MailList
from mailhub.mail.address import Mailbox
from mailhub.mail.compose import Letter as Header
from mailhub.mail.compose import text_frame
from mailhub.mail.frame import Context, Slot
from mailhub.people import consent, questions, roles
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
    token_epoch: int  # of whoever gets it

    @property
    def visit(self) -> int:
        """What names the visit of its step."""
        return occurrence_of(self.each.id, self.mail.visit)


class Outgoing:
    """What the mails of one page of enrolments have in common, each thing found once."""

    def __init__(self, session: Session, site: Site, now: datetime) -> None:
        self._session, self._site, self._now = session, site, now
        self._running: Mapping[str, Published] | None = None
        self._mailings: dict[tuple[str, int, str, str, str], Mailing] = {}
        self._templates: dict[tuple[str, str], Compiled] = {}
        self._footers: dict[tuple[str, int | None, str], str] = {}

    def written(
        self,
        journey: Journey,
        group: MailList | None,
        each: Enrolled,
        mail: Mail,
        values: Mapping[str, Any],
        reader: Somebody,
    ) -> Owing:
        """A mail with these values, by the template's names. Raises BadValue, NoTemplate."""
        template = self._template(mail.letter.template, reader.language)
        below = self._footer(journey, group, template.language)
        slots = rendering.slots(template, values, below)
        mail_class = mail.letter.mail_class or journey.mail_class
        return Owing(each, mail, template, slots, mail_class, reader.token_epoch)

    def owe(self, journey: Journey, group: MailList | None, mails: Sequence[Owing]) -> None:
        """Owe these mails of one journey, and ask their questions where they ask one."""
        asked = self._ask(group, [owing for owing in mails if owing.mail.asks])
        found = [(owing, self._mailing(journey, group, owing)) for owing in mails]
        owed = [self._owed(owing, mailing, asked.get(owing.visit)) for owing, mailing in found]
        outbox.owe_all(self._session, owed, now=self._now)
        spent = [
            (owing.each.way.person_id, mailing.id, owing.visit)
            for owing, mailing in found
            if owing.mail_class is not MailClass.SERVICE
        ]
        attention.spend(self._session, spent, now=self._now)

    def _owed(self, owing: Owing, mailing: Mailing, question_id: int | None) -> outbox.Owed:
        kind = kind_named(things.STEP if question_id is None else things.ASK)
        assert kind is not None
        person_id, visit = owing.each.way.person_id, owing.visit
        # Tokens of a mail that asks live as long as the person; what they answer may have ended, and says so.
        token = Token(kind, person_id, visit if question_id is None else question_id)
        reply_to = self._site.address(f"r.{self._site.keys.issue(token, epoch=owing.token_epoch)}")
        slots = {**owing.slots, "reply_to": reply_to}
        return outbox.Owed(
            mailing.id, person_id, visit * REMINDERS + owing.mail.reminds, slots, owing.template.language
        )

    def _ask(self, group: MailList | None, mails: Sequence[Owing]) -> Mapping[int, int]:
        """The questions these mails ask, by the visit each is about."""
        if not mails:
            return {}
        return questions.ask_each(
            self._session,
            things.KIND[things.ASK],
            {owing.visit: owing.each.way.person_id for owing in mails},
            {owing.visit: {"enrolment": owing.each.id, "visit": owing.mail.visit} for owing in mails},
            now=self._now,
            list_id=group.id if group else None,
        )

    def _template(self, name: str, language: str) -> Compiled:
        key = name, language
        if key not in self._templates:
            self._templates[key] = self._found(name, language)
        return self._templates[key]

    def _found(self, name: str, language: str) -> Compiled:
        if self._running is None:
            self._running = templates.running(self._session)
        there = [slug for slug in self._running if name_of(slug) == name]
        slug = next((s for s in (f"{name}.{language}", f"{name}.{self._site.language}", *there) if s in there), None)
        if slug is None:
            raise NoTemplate(f"the mail {name} is not published any more")
        return _compiled(self._running[slug].body, name, language_of(slug), self._site.content_dir)

    def _mailing(self, journey: Journey, group: MailList | None, owing: Owing) -> Mailing:
        template, step = owing.template, owing.mail.step
        key = (journey.slug, owing.each.version, step, owing.mail.letter.template, template.language)
        if key not in self._mailings:
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
        key = journey.slug, group.id if group else None, language
        if key not in self._footers:
            self._footers[key] = last_lines(self._session, self._site, journey, group, language)
        return self._footers[key]


def last_lines(session: Session, site: Site, journey: Journey, group: MailList | None, language: str) -> str:
    """The two last lines of each mail of a journey: why somebody gets it, and who is behind it."""
    because = sentence(journey, group, language)
    if group is None:
        return footer(language, because, roles.contact(session, site), member=False)
    return footer(language, because, voice.contact(site, group, language))


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
