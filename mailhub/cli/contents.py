"""`mailhub export content`: what the console or a mail published, back into the files, with the people who hold roles.

The site says the texts, the caller writes the files (the site may have no right to them), then the site notes that file
and version agree. If that last step fails, the next `plan` shows a difference, and nothing is lost.
"""

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from mailhub import content
from mailhub.cli.folder import read_state
from mailhub.cli.site import perform
from mailhub.cli.where import Where
from mailhub.content import Kind, State
from mailhub.db import versions
from mailhub.errors import BadInput
from mailhub.hub.build import Hub
from mailhub.jobs.control import Terminal
from mailhub.journeys import publishing as journeys
from mailhub.lists import publishing, reading
from mailhub.people.segments import publishing as segments
from mailhub.templates import publishing as templates


@click.command("content", help="Write what the console or a mail published, and who holds a role, back into the files.")
@click.option("--theirs", is_flag=True, help="Also where the file has changed since: what it says is lost.")
@click.pass_obj
def content_command(where: Where, theirs: bool) -> None:
    home = where.settings().content.dir
    with tempfile.TemporaryFile() as answer:
        perform(where, "export content", give, {"theirs": theirs}, {"out": answer})
        answer.seek(0)
        texts: list[dict[str, str]] = json.load(answer)
        for one in texts:
            _write(home / one["file"], one["text"])
            click.echo(one["file"])
        answer.seek(0)
        perform(where, "note exported", note, {}, {"in": answer})
    if not texts:
        click.echo("The files say what runs; nothing was to be written.")


def give(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    """The text of every file that should be written."""
    with hub.database.reading() as session:
        folder = read_state(hub, session)
        moved = [each for each in folder.changes if each.state in (State.CHANGED, State.CONFLICT, State.GONE)]
        if moved and not args["theirs"]:
            lines = "\n".join(f"{each.file or each.slug}: {folder.said(each)}" for each in moved)
            raise BadInput(
                f"{lines}\nNothing was written. Publish them with `mailhub apply`, or write over them: --theirs"
            )
        stale = [*_lists(hub, session), *_templates(hub, session), *_segments(hub, session), *_journeys(hub, session)]
    terminal.files["out"].write(json.dumps(stale).encode())
    terminal.files["out"].flush()
    return 0


def note(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    """File and version agree now; a text that names other people is a version of its own."""
    del args
    texts: list[dict[str, str]] = json.load(terminal.files["in"])
    now = hub.clock.now()
    with hub.database.transaction() as session:
        running = {
            publishing.KIND: _running(session),
            templates.KIND: templates.running(session),
            segments.KIND: segments.published(session),
            journeys.KIND: journeys.running(session),
        }
        for one in texts:
            kind, slug, text = one["kind"], one["slug"], one["text"]
            sha = _meaning(kind, text)
            if slug not in running[kind]:
                continue
            if running[kind][slug].sha256 == sha:
                versions.note_exported(session, running[kind][slug], now=now)
            else:
                versions.publish(session, kind, slug, sha, text, origin="file", now=now)
    return 0


def _lists(hub: Hub, session: Session) -> list[dict[str, str]]:
    """The groups whose files do not say what runs."""
    files = {path.stem: path for path in content.files(hub.settings.content.dir, Kind.LIST)}
    texts = {slug: _text(session, found) for slug, found in _running(session).items()}
    return [
        {"kind": publishing.KIND, "slug": slug, "file": f"{Kind.LIST.folder}/{slug}.yaml", "text": text}
        for slug, text in texts.items()
        if not _says(files.get(slug), text)
    ]


def _templates(hub: Hub, session: Session) -> list[dict[str, str]]:
    """The templates whose files do not say what runs."""
    found = []
    for slug, version in sorted(templates.running(session).items()):
        file = templates.file_of(slug, version.body)
        path = hub.settings.content.dir / file
        if not path.is_file() or content.text_fingerprint(path.read_text(encoding="utf-8-sig")) != version.sha256:
            found.append({"kind": templates.KIND, "slug": slug, "file": file, "text": version.body})
    return found


def _journeys(hub: Hub, session: Session) -> list[dict[str, str]]:
    """The journeys whose files do not say what runs."""
    return _as_they_run(hub, Kind.JOURNEY, journeys.running(session))


def _segments(hub: Hub, session: Session) -> list[dict[str, str]]:
    """The segments whose files do not say what runs."""
    return _as_they_run(hub, Kind.SEGMENT, segments.published(session))


def _as_they_run(hub: Hub, kind: Kind, running: Mapping[str, versions.Published]) -> list[dict[str, str]]:
    files = {path.stem: path for path in content.files(hub.settings.content.dir, kind)}
    return [
        {"kind": kind.value, "slug": slug, "file": f"{kind.folder}/{slug}.yaml", "text": found.body}
        for slug, found in sorted(running.items())
        if not _says(files.get(slug), found.body)
    ]


def _meaning(kind: str, text: str) -> str:
    if kind == templates.KIND:
        return content.text_fingerprint(text)
    return content.fingerprint(content.load_text(text, kind).values)


def _running(session: Session) -> dict[str, versions.Published]:
    open_slugs = {group.slug for group in reading.open_lists(session)}
    return {slug: found for slug, found in versions.latest(session, publishing.KIND).items() if slug in open_slugs}


def _text(session: Session, found: versions.Published) -> str:
    """What runs, with those who hold a role now."""
    group = reading.by_slug(session, found.slug)
    assert group is not None, "it is among the open lists"
    values = content.load_text(found.body, found.slug).values
    people: dict[str, content.Value] = {}
    for key, emails in publishing.people_of(session, group.id).items():
        if list(emails) != (values.get(key) or []):
            people[key] = _listed(emails)
    return content.set_values(found.body, people) if people else found.body


def _listed(emails: Sequence[str]) -> content.Value:
    return list(emails) or None


def _says(path: Path | None, text: str) -> bool:
    """Whether a file means this already."""
    if path is None:
        return False
    return content.fingerprint(content.load(path).values) == content.fingerprint(content.load_text(text, "").values)


def _write(path: Path, text: str) -> None:
    """All of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
