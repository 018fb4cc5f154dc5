"""Pictures of received mails, made once when the mail is read, and found again by the bytes they came in.

So a mail that waits, or of which a message of its own is made, has its pictures ready whenever it is published.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import attachments, blobs
from mailhub.archive.packing import FILE_ABOVE
from mailhub.archive.rows import BLOB, PICTURE, insert_new
from mailhub.archive.tables import Blob, Picture
from mailhub.mail import body, pictures
from mailhub.mail.pictures import Still
from mailhub.site import Site


@dataclass(frozen=True, slots=True)
class Made:
    """What a picture of a mail became: ready to become rows (what is large of it is on disk), or found among them."""

    position: int  # among the files of the mail
    source: str  # the sha256 of the file as it came
    kept: attachments.Ready  # for the archive
    mailed: attachments.Ready  # for copies

    @property
    def is_reduced(self) -> bool:
        """Whether the archive has a larger one than copies."""
        return self.kept.sha256 != self.mailed.sha256


def prepare(site: Site, position: int, file: body.Attachment, made: pictures.Picture) -> Made:
    """All that needs no database."""
    source = blobs.sha256_of(file.content)
    return Made(position, source, ready(site, position, file, made.kept), ready(site, position, file, made.mailed))


def ready(site: Site, position: int, file: body.Attachment, still: Still) -> attachments.Ready:
    """One picture in the place of a file."""
    name = file.name or f"file-{position + 1}"
    is_file = len(still.content) > FILE_ABOVE
    sha256 = blobs.put(site, still.content) if is_file else blobs.sha256_of(still.content)
    content = None if is_file else still.content
    return attachments.Ready(pictures.named(name, still.type), still.type, len(still.content), sha256, content)


def write(session: Session, raw_id: int, made: Sequence[Made]) -> None:
    """Write down the pictures of a mail."""
    contents = {one.sha256: one for each in made for one in (each.kept, each.mailed)}
    bodies = [{"sha256": one.sha256, "size": one.size, "body": one.content} for _, one in sorted(contents.items())]
    insert_new(session, BLOB, bodies)
    insert_new(session, PICTURE, [_row(raw_id, one) for one in made])


def _row(raw_id: int, one: Made) -> dict[str, object]:
    return {
        "raw_id": raw_id,
        "position": one.position,
        "source": one.source,
        "sha256": one.kept.sha256,
        "type": one.kept.type,
        "mailed_sha256": one.mailed.sha256,
        "mailed_type": one.mailed.type,
    }


def of(session: Session, files: Sequence[body.Attachment]) -> Mapping[int, Made]:
    """The pictures among these files of a mail, by their place; what none was made of is not among them."""
    sources = {at: blobs.sha256_of(file.content) for at, file in enumerate(files) if pictures.kind(file.content)}
    if not sources:
        return {}
    rows = session.scalars(sa.select(Picture).where(Picture.source.in_(set(sources.values())))).all()
    found = {row.source: row for row in rows}
    names = {name for row in rows for name in (row.sha256, row.mailed_sha256)}
    sizes = dict(session.execute(sa.select(Blob.sha256, Blob.size).where(Blob.sha256.in_(names))).all())
    return {at: _known(at, files[at], found[source], sizes) for at, source in sources.items() if source in found}


def _known(at: int, file: body.Attachment, row: Picture, sizes: Mapping[str, int]) -> Made:
    name = file.name or f"file-{at + 1}"

    def found(sha256: str, type_: str) -> attachments.Ready:
        return attachments.Ready(pictures.named(name, type_), type_, sizes[sha256], sha256, None)

    return Made(at, row.source, found(row.sha256, row.type), found(row.mailed_sha256, row.mailed_type))
