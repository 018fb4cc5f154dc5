"""Letters as mailings: one standing mailing a language, a delivery for each letter, its words made when it leaves."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import formats
from mailhub.delivery import mailings, outbox
from mailhub.delivery.sources import Judgement, No, QuietSource
from mailhub.delivery.tables import Delivery, MailClass, Mailing
from mailhub.digests import page, text, wordings
from mailhub.digests.offers import Offers
from mailhub.digests.tables import Letter
from mailhub.digests.viewing import View, Viewer, reply_address
from mailhub.language import say
from mailhub.mail.address import Mailbox
from mailhub.mail.compose import Automatic, ListFacts, text_frame
from mailhub.mail.compose import Letter as Header
from mailhub.mail.frame import Context, Slot
from mailhub.people import roles
from mailhub.people.tables import Person
from mailhub.site import FRONT_DESK, Site
from mailhub.templates import layouts
from mailhub.tokens import LEAVE, MAILING, Token
from mailhub.verbs import Thing

SOURCE = "digests.letter"
STREAM = "letter"  # its List-Id, and the part of its name that stays
NOTHING_LEFT = "left every group it tells of"
_SUBJECT = Slot("subject", Context.WORDS)
_TEXT = Slot("text", Context.TEXT)
_TITLE = Slot("subject", Context.HTML)
_HTML = Slot("html", Context.MARKUP)
_HTML_FOOTER = Slot("html_footer", Context.MARKUP)
_REPLY_TO = Slot("reply_to", Context.TOKEN)


class Outgoing:
    """The standing mailings of one page of letters, each found once."""

    def __init__(self, session: Session, site: Site, now: datetime) -> None:
        self._session = session
        self._site = site
        self._now = now
        self._mailings: dict[str, Mailing] = {}

    def owe(self, letter: Letter) -> None:
        """Owe a letter to its reader."""
        spoken = letter.language
        if spoken not in self._mailings:
            self._mailings[spoken] = _standing(self._session, self._site, spoken, self._now)
        mailing, now = self._mailings[spoken], self._now
        outbox.owe(self._session, mailing, letter.person_id, now=now, occurrence=letter.id, language=spoken)


class LetterSource(QuietSource):
    """Answers to the outbox for letters: what they say when they leave, and whether anything is left to say."""

    name = SOURCE

    def __init__(self, offers: Offers) -> None:
        self._offers = offers

    def still_owed(
        self,
        session: Session,
        mailing: Mailing,  # noqa: ARG002 - part of the promise
        deliveries: Sequence[Delivery],
        now: datetime,  # noqa: ARG002
    ) -> Mapping[int, Judgement]:
        letters = _letters(session, deliveries)
        empty = {letter_id for letter_id, letter in letters.items() if not self._has_groups(session, letter)}
        return {place: No(NOTHING_LEFT) for place, each in enumerate(deliveries) if each.occurrence in empty}

    def slots(
        self,
        session: Session,
        site: Site,
        mailing: Mailing,  # noqa: ARG002
        deliveries: Sequence[Delivery],
        now: datetime,  # noqa: ARG002
    ) -> Sequence[Mapping[str, str]]:
        letters = _letters(session, deliveries)
        ordered = [letters[each.occurrence] for each in deliveries]
        views = Viewer(session, site, self._offers).views(ordered)
        contact = roles.contact(session, site)
        return [_slots(session, site, view, contact) for view in views]

    def because(self, session: Session, site: Site, mailing: Mailing, delivery: Delivery, language: str) -> str:  # noqa: ARG002
        letter = session.get(Letter, delivery.occurrence)
        if letter is None:
            return say(language, "delivery.because-service")
        [view] = Viewer(session, site, self._offers).views([letter])
        return say(language, "digests.because", groups=formats.listing(language, view.groups))

    def _has_groups(self, session: Session, letter: Letter) -> bool:
        lists: dict[str, set[int]] = {}
        for kind, list_id in session.execute(_LISTS, {"letter": letter.id}):
            lists.setdefault(kind, set()).add(list_id)
        offered = ((self._offers.get(kind), ids) for kind, ids in lists.items())
        return any(offer is not None and offer.welcome(session, letter.person_id, ids) for offer, ids in offered)


def _letters(session: Session, deliveries: Sequence[Delivery]) -> dict[int, Letter]:
    wanted = sa.select(Letter).where(Letter.id.in_([each.occurrence for each in deliveries]))
    return {letter.id: letter for letter in session.scalars(wanted)}


def _slots(session: Session, site: Site, view: View, contact: str) -> dict[str, str]:
    person = session.get_one(Person, view.letter.person_id)
    leave = Token(LEAVE, person.id, 0)  # the letter is no list's: leaving it leaves the letter, not the groups
    return {
        "subject": wordings.subject(view),
        "text": text.text(view, contact),
        "html": page.body(view),
        "html_footer": page.footer(view, contact),
        "reply_to": reply_address(site, view.letter, person, Thing(MAILING.name, view.letter.id)),
        "leave_address": site.address(f"u.{site.keys.issue(leave)}"),
        "leave_url": (site.link(f"u/{site.keys.issue_link(leave)}") or "") if site.secure else "",
    }


def _standing(session: Session, site: Site, language: str, now: datetime) -> Mailing:
    places: dict[str, str | Slot] = {
        "title": _TITLE,
        "preheader": _TITLE,
        "body": _HTML,
        "footer": _HTML_FOOTER,
        "language": language,
    }
    looks = layouts.compiled("letter", site.content_dir).html(places)
    frame = text_frame(_header(site, language), (_TEXT,), html=looks).to_bytes()
    look = hashlib.sha256(frame).hexdigest()[:12]
    return mailings.open_mailing(
        session,
        source=SOURCE,
        key=f"{language}/{look}",
        mail_class=MailClass.DIGEST,
        frames={language: frame},
        now=now,
        due_at=now,
    )


def _header(site: Site, language: str) -> Header:
    desk = site.address(FRONT_DESK)
    return Header(
        sender=Mailbox(site.name, desk),
        subject=(_SUBJECT,),
        language=language,
        automatic=Automatic.GENERATED,
        reply_to=_REPLY_TO,
        list=ListFacts(
            title=say(language, "digests.stream", site=site.name),
            list_id=f"{STREAM}.{site.domain}",
            address=desk,
            is_open=False,
            help=desk,
            owner=site.address("postmaster"),
            one_click=site.secure,
            feedback_id=f"{STREAM}:digest:site:mailhub",
            provider=site.provider,
        ),
    )


_LISTS = sa.text("SELECT DISTINCT thing, list_id FROM letter_item WHERE letter_id = :letter")
