"""Holds what is kept against its checksums: every received mail, every file."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from mailhub.archive import blobs
from mailhub.archive import raw as raws
from mailhub.archive.tables import Attachment, Blob, Raw
from mailhub.cli.progress import Progress
from mailhub.hub.build import Hub
from mailhub.jobs.control import Terminal

PAGE = 50  # rows with their content


def verify(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    """Read everything once; each damage is a line, and the exit code says whether there was any."""
    del args
    progress = Progress(terminal, hub.clock, "verifying")
    damages = _damages_of_rows(hub)
    mails, found = _mails(hub, progress)
    files, more = _files(hub, progress)
    damages += [*found, *more]
    progress.clear()
    for damage in damages:
        terminal.out.write(f"{damage}\n")
    whole = "nothing is damaged" if not damages else f"{len(damages)} are damaged"
    terminal.out.write(f"{mails} mails and {files} attached files: {whole}.\n")
    return 1 if damages else 0


def _damages_of_rows(hub: Hub) -> list[str]:
    """What SQLite finds wrong with its own file; PostgreSQL watches over its pages itself."""
    if not hub.database.is_sqlite:
        return []
    with hub.database.reader.connect() as connection:
        said = connection.exec_driver_sql("PRAGMA quick_check(20)").scalars().all()
    return [] if said == ["ok"] else [f"the database: {line}" for line in said]


def _mails(hub: Hub, progress: Progress) -> tuple[int, list[str]]:
    damages, count, last = [], 0, 0
    while True:
        with hub.database.reading() as session:
            page = session.scalars(sa.select(Raw).where(Raw.id > last).order_by(Raw.id).limit(PAGE)).all()
            for row in page:
                try:
                    raws.content(hub.site, row)
                except blobs.Damaged as damaged:
                    damages.append(str(damaged))
        if not page:
            return count, damages
        last, count = page[-1].id, count + len(page)
        progress(count)


def _files(hub: Hub, progress: Progress) -> tuple[int, list[str]]:
    count, last = 0, ""
    with hub.database.reading() as session:
        lost = session.scalars(
            sa.select(Attachment.sha256).where(~sa.exists().where(Blob.sha256 == Attachment.sha256)).distinct()
        )
        damages = [f"an attachment lacks its content {sha256}; see a backup" for sha256 in lost]
    while True:
        with hub.database.reading() as session:
            page = session.scalars(sa.select(Blob).where(Blob.sha256 > last).order_by(Blob.sha256).limit(PAGE)).all()
            damages += [damage for row in page if (damage := _damage(hub, row)) is not None]
        if not page:
            return count, damages
        last, count = page[-1].sha256, count + len(page)
        progress(count)


def _damage(hub: Hub, row: Blob) -> str | None:
    if row.body is not None:
        changed = blobs.sha256_of(row.body) != row.sha256
        return f"the attached file {row.sha256} has changed in the database; see a backup" if changed else None
    try:
        blobs.get(hub.site, row.sha256)
    except blobs.Damaged as damaged:
        return str(damaged)
    return None
