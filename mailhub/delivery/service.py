"""Service mail: an answer, a question, a notice to one person, in our words.

Each kind of it has one standing mailing a language and sender; what one mail says is frozen in its delivery.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mailhub import language as words_of
from mailhub import tokens
from mailhub.delivery import mailings, outbox
from mailhub.delivery.sources import QuietSource
from mailhub.delivery.tables import Delivery, MailClass, Mailing
from mailhub.errors import MailhubError
from mailhub.language import Words
from mailhub.mail.address import Mailbox
from mailhub.mail.compose import Automatic, File, Letter, text_frame
from mailhub.mail.frame import Context, Slot, Text
from mailhub.people.tables import Person
from mailhub.site import FRONT_DESK, Site
from mailhub.templates import layouts, prose
from mailhub.tokens import Token
from mailhub.verbs import Thing

SOURCE = "site.service"
ANSWERABLE = timedelta(days=180)  # a reply after that is told that it comes late

_SUBJECT = Slot("subject", Context.WORDS)
_TEXT = Slot("text", Context.TEXT)
_REPLY_TO = Slot("reply_to", Context.TOKEN)
_IN_REPLY_TO = Slot("in_reply_to", Context.TOKEN)
_CUT = "\n\n-- \n"  # RFC 3676 section 4.3
_TITLE = Slot("subject", Context.HTML)
_PLACES: Mapping[str, Slot] = {
    "title": _TITLE,
    "preheader": _TITLE,
    "body": Slot("html", Context.MARKUP),
    "footer": Slot("html_footer", Context.MARKUP),
}
_MESSAGE_ID = re.compile(r"[!-;=?-~]{3,250}")


class SiteSource(QuietSource):
    """Answers for the mail the site itself writes."""

    def __init__(self, name: str = SOURCE, because: str = "delivery.because-service") -> None:
        self.name = name
        self._because = because

    def slots(
        self,
        session: Session,  # noqa: ARG002
        site: Site,  # noqa: ARG002
        mailing: Mailing,  # noqa: ARG002
        deliveries: Sequence[Delivery],
        now: datetime,  # noqa: ARG002
    ) -> Sequence[Mapping[str, str]]:
        return as_html(deliveries)

    def because(self, session: Session, site: Site, mailing: Mailing, delivery: Delivery, language: str) -> str:  # noqa: ARG002
        return words_of.say(language, self._because)


def as_html(deliveries: Sequence[Delivery]) -> list[dict[str, str]]:
    """The words of service mails a second time, as HTML: made when they leave, and never stored."""
    return [_html_of((each.slots or {}).get("text", "")) for each in deliveries]


def _html_of(text: str) -> dict[str, str]:
    above, _, below = text.partition(_CUT)
    lines = "<br>".join(prose.inline(line) for line in below.splitlines())
    return {"html": prose.to_html(above, strong=True), "html_footer": lines}


def tell(
    session: Session,
    site: Site,
    *,
    person_id: int,
    words: Words,
    language: str,
    source: str,
    kind: str,
    occurrence: int,
    now: datetime,
    address_id: int | None = None,
    about: Thing | None = None,
    in_reply_to: str | None = None,
    list_id: int | None = None,
    sender: Mailbox | None = None,
    footer: str = "",
    layout: str = "notice",
    due_at: datetime | None = None,
    files: Sequence[File] = (),
    more: Mapping[str, str] | None = None,
) -> None:
    """Owe this person one mail of this kind; a repeat for the same occurrence changes nothing.

    `about` is what a reply to it answers; `in_reply_to` is the Message-ID of the mail it answers; `sender` is the group
    or, without one, the site; `footer` the two lines of `language.footer`. The
    source fills the slots of `files`, by what `more` keeps.
    """
    answered = _message_id(in_reply_to)
    letter = _letter(site, sender, language, about, answered)
    slots = {**(more or {}), "subject": words.subject, "text": _whole(words.text, footer)}
    if about is not None:
        slots["reply_to"] = site.address(f"r.{_reply_token(session, site, person_id, about, now)}")
    if answered:
        slots["in_reply_to"] = answered
    looks = layouts.compiled(layout, site.content_dir).html({**_PLACES, "language": language})
    mailing = _standing(session, letter, looks, files, source, kind, list_id, now)
    outbox.owe(
        session, mailing, person_id, now=now, occurrence=occurrence, slots=slots, address_id=address_id, due_at=due_at
    )


def _letter(site: Site, sender: Mailbox | None, language: str, about: Thing | None, answered: str) -> Letter:
    return Letter(
        sender=sender or Mailbox(site.name, site.address(FRONT_DESK)),
        subject=(_SUBJECT,),
        language=language,
        automatic=Automatic.REPLIED if answered else Automatic.GENERATED,
        reply_to=_REPLY_TO if about else "",
        in_reply_to=_IN_REPLY_TO if answered else "",
        references=_IN_REPLY_TO if answered else "",
        provider=site.provider,
    )


def _standing(
    session: Session,
    letter: Letter,
    looks: Text,
    files: Sequence[File],
    source: str,
    kind: str,
    list_id: int | None,
    now: datetime,
) -> Mailing:
    """The mailing all such mails belong to; another look of them begins another one."""
    frame = text_frame(letter, (_TEXT,), html=looks, files=files).to_bytes()
    look = hashlib.sha256(frame).hexdigest()[:12]
    return mailings.open_mailing(
        session,
        source=source,
        key=f"{kind}/{letter.language}/{list_id or 0}/{look}",
        mail_class=MailClass.SERVICE,
        frames={letter.language: frame},
        now=now,
        due_at=now,
        list_id=list_id,
    )


def _whole(text: str, footer: str) -> str:
    """The text as it leaves: no line of ours over 72 columns, quoted ones as they are; the footer cut off as one is."""
    lines = [line if line.startswith(">") else _wrapped(line) for line in text.splitlines()]
    below = f"{_CUT}{footer}" if footer else ""
    return "\n".join(lines) + below


def _wrapped(line: str) -> str:
    return line if len(line) <= words_of.COLUMNS else words_of.wrap(line)


def _message_id(text: str | None) -> str:
    """A stranger's Message-ID in brackets, or "" where it is none that may stand in our header."""
    inner = (text or "").strip().removeprefix("<").removesuffix(">")
    return f"<{inner}>" if _MESSAGE_ID.fullmatch(inner) else ""


def _reply_token(session: Session, site: Site, person_id: int, about: Thing, now: datetime) -> str:
    kind = tokens.kind_named(about.kind)
    if kind is None:
        raise MailhubError(f"no kind of token is called {about.kind!r}, so nobody could answer about one")
    epoch = session.get_one(Person, person_id).token_epoch
    return site.keys.issue(Token(kind, person_id, about.id, (now + ANSWERABLE).date()), epoch=epoch)
