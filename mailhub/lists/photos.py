"""How the photographs of a post go along: smaller, as many as a mail has room for, and a line that says where they are.

What was made of them lies ready (`archive/pictures`); here is decided what of it a copy carries.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from mailhub import tokens
from mailhub.archive import attachments
from mailhub.archive.pictures import Made
from mailhub.archive.tables import Attachment, Post
from mailhub.language import say
from mailhub.lists import voice
from mailhub.lists.tables import MailList
from mailhub.mail.compose import NewFile
from mailhub.mail.pictures import fitting
from mailhub.site import Site
from mailhub.tokens import Token


def carried(session: Session, site: Site, photos: Mapping[int, Made]) -> Mapping[int, NewFile | None]:
    """What a copy has in the place of each; none where the mail has no room for it."""
    fits = dict(zip(photos, fitting([photo.mailed.size for photo in photos.values()]), strict=True))
    return {at: _file(session, site, photo.mailed) if fits[at] else None for at, photo in photos.items()}


def whole(session: Session, site: Site, photos: Mapping[int, Made]) -> Mapping[int, NewFile]:
    """Each as the archive keeps it, for a mail to one person."""
    return {at: _file(session, site, photo.kept) for at, photo in photos.items()}


def line(
    site: Site,
    group: MailList,
    post: Post,
    files: Sequence[Attachment],
    photos: Mapping[int, Made],
    sent: Mapping[int, NewFile | None],
    language: str,
) -> str:
    """How many are smaller than they are, or not there, and how to see them; "" where all are there as they are."""
    absent = [at for at in photos if sent[at] is None]
    smaller = [at for at, photo in photos.items() if photo.is_reduced and at not in absent]
    told = [
        say(language, f"lists.photos-{what}", count=len(which))
        for what, which in (("smaller", smaller), ("absent", absent))
        if which
    ]
    if not told:
        return ""
    wanted = [file for file in files if file.position in (*smaller, *absent)]
    link = _link(site, wanted[0]) if len(wanted) == 1 else voice.page(site, group, post)
    if link is not None:
        return f"{' '.join((*told, say(language, 'lists.photos-linked')))}\n{link}\n"
    contact = voice.contact(site, group, language)
    return f"{' '.join((*told, say(language, 'lists.photos-asked', contact=contact)))}\n"


def _file(session: Session, site: Site, ready: attachments.Ready) -> NewFile:
    return NewFile(ready.name, ready.type, attachments.content(session, site, ready.sha256))


def _link(site: Site, file: Attachment) -> str | None:
    return site.link(f"f/{site.keys.issue_link(Token(tokens.FILE, 0, file.id))}")
