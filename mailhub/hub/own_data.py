"""«dati»: a person is sent everything that is held about them, as files they can open and a program can read.

What is sent is made when it leaves and stored nowhere. Where their messages are many they come in several mails.
"""

import base64
import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import formats, language
from mailhub.archive import blobs
from mailhub.archive import raw as raws
from mailhub.archive.tables import Post
from mailhub.authority import Level
from mailhub.delivery import service
from mailhub.delivery.sources import QuietSource
from mailhub.delivery.tables import Delivery, Mailing
from mailhub.hub import holdings
from mailhub.language import say
from mailhub.lists import reading
from mailhub.lists.tables import MailList
from mailhub.mail.compose import File
from mailhub.mail.frame import Context, Slot
from mailhub.people import activity, persons, roles
from mailhub.people.tables import Person
from mailhub.site import FRONT_DESK, Site
from mailhub.verbs import ANYTHING, Act, Outcome, Verb

SOURCE = "site.data"
PART_BYTES = 1_000_000  # of messages in one mail, so that making it keeps nobody waiting
MOST_POSTS = 200  # in one mail
APART = timedelta(seconds=20)  # between two of these mails
_ZIP = Slot("zip", Context.FILE)
_FIRST, _LAST = "first_post", "last_post"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say; the same content gives the same bytes


class DataSource(QuietSource):
    """Answers for these mails, and fills in their files."""

    name = SOURCE

    def slots(
        self, session: Session, site: Site, mailing: Mailing, deliveries: Sequence[Delivery], now: datetime
    ) -> Sequence[Mapping[str, str]]:
        del mailing, now
        texts = service.as_html(deliveries)
        files = [_zip(session, site, each) for each in deliveries]
        return [{**text, _ZIP.name: base64.b64encode(made).decode()} for text, made in zip(texts, files, strict=True)]

    def because(self, session: Session, site: Site, mailing: Mailing, delivery: Delivery, language: str) -> str:  # noqa: ARG002
        return say(language, "delivery.because-service")


def send(act: Act) -> Outcome:
    """Owe them all there is, in as many mails as it takes."""
    activity.note(act.session, "person.exported", now=act.now, person_id=act.person_id, via=act.via)
    parts = list(_parts(act.session, act.person_id))
    held = _summary(act)
    for turn, (first, last) in enumerate(parts):
        key, values = ("people.data", {"held": held}) if turn == 0 else ("people.data-more", {})
        place = {"part": str(turn + 1), "parts": str(len(parts))}
        service.tell(
            act.session,
            act.site,
            person_id=act.person_id,
            words=language.mail(act.language, key, **values, **place),
            language=act.language,
            source=SOURCE,
            kind=f"{key}.{turn}",
            occurrence=int(act.now.timestamp()),
            now=act.now,
            address_id=act.address_id,
            footer=_footer(act),
            due_at=act.now + APART * turn,
            files=[File(f"{say(act.language, 'people.data-file')}-{turn + 1}.zip", "application/zip", _ZIP)],
            more={_FIRST: str(first), _LAST: str(last)},
        )
    return Outcome(True)


def _footer(act: Act) -> str:
    because = say(act.language, "footer.wrote", address=act.site.address(FRONT_DESK))
    return language.footer(act.language, because, roles.contact(act.session, act.site), member=False)


def _parts(session: Session, person_id: int) -> Iterator[tuple[int, int]]:
    """The messages of each mail, as the first and the last id; the first mail comes even without any."""
    first, last, octets, count = 0, 0, 0, 0
    own = sa.select(Post.id, Post.size).where(Post.person_id == person_id).order_by(Post.id)
    for post_id, size in session.execute(own):
        if count and (octets + size > PART_BYTES or count == MOST_POSTS):
            yield first, last
            first, octets, count = post_id, 0, 0
        last, octets, count = post_id, octets + size, count + 1
    yield first, last


def _summary(act: Act) -> list[str]:
    """What there is, a line each."""
    session, spoken = act.session, act.language
    emails = [address.email for address in persons.addresses_of(session, act.person_id)]
    belongs = sorted(reading.lists_of(session, act.person_id))
    titles = [reading.definition_of(session.get_one(MailList, one)).titled(spoken) for one in belongs]
    posts = session.scalar(sa.select(sa.func.count()).where(Post.person_id == act.person_id))
    told = {
        "name": session.get_one(Person, act.person_id).name,
        "addresses": formats.listing(spoken, emails),
        "groups": formats.listing(spoken, titles),
        "messages": formats.number(spoken, posts or 0),
    }
    return [say(spoken, f"people.data-{what}", value=value) for what, value in told.items() if value]


def _zip(session: Session, site: Site, delivery: Delivery) -> bytes:
    """The files of one of these mails; all the rows come with the first."""
    frozen = delivery.slots or {}
    first, last = int(frozen.get(_FIRST, 0)), int(frozen.get(_LAST, 0))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        if first == 0:
            whole = holdings.everything(session, site, delivery.person_id)
            _add(archive, "data.json", json.dumps(whole, ensure_ascii=False, indent=1).encode())
        for slug, number, raw in _own_mails(session, site, delivery.person_id, first, last):
            _add(archive, f"{slug}/{number:06}.eml", raw)
    return made.getvalue()


def _own_mails(session: Session, site: Site, person_id: int, first: int, last: int) -> Iterator[tuple[str, int, bytes]]:
    """Their own messages as they came; of one whose bytes are lost the words are among the rows."""
    own = sa.select(MailList.slug, Post.number, Post.raw_id).join(MailList, MailList.id == Post.list_id)
    for slug, number, raw_id in session.execute(
        own.where(Post.person_id == person_id, Post.id.between(first, last)).order_by(Post.id)
    ):
        try:
            yield slug, number, raws.read(session, site, raw_id)
        except blobs.Damaged:
            continue


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _LONG_AGO)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


DATA = Verb(
    name="data",
    words={"it": ("dati", "i miei dati", "vorrei i miei dati"), "en": ("data", "my data", "send me my data")},
    level=Level.CHARTER,
    things=frozenset({ANYTHING}),
    perform=send,
)
