"""`mailhub segment`: which segments there are, how many people they are about, and why somebody is in one or not."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from mailhub.cli.site import perform
from mailhub.cli.where import Where
from mailhub.clock import local
from mailhub.conditions import written
from mailhub.conditions.parser import SEGMENT
from mailhub.content import one_of
from mailhub.errors import BadInput
from mailhub.hub.build import Hub
from mailhub.hub.publishing import naming
from mailhub.jobs.control import Terminal
from mailhub.language import say
from mailhub.lists import asking
from mailhub.people import persons
from mailhub.people.segments import counting, explaining, publishing
from mailhub.people.segments.definition import Segment
from mailhub.people.segments.resolving import Read
from mailhub.site import LANGUAGES, Site

language_option = click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
json_option = click.option("--json", "as_json", is_flag=True, help="As one JSON object a line.")


@click.group("segment", help="Whom segments are about: how many, and why somebody is in one or not.")
def command() -> None:
    pass


@command.command("list", help="Every segment, with how many people it is about now.")
@language_option
@json_option
@click.pass_obj
def list_command(where: Where, /, **args: Any) -> None:
    perform(where, "segment list", every, args)


@command.command("show", help="One segment; with --person, whether somebody is in it and why.")
@click.argument("slug", metavar="SEGMENT")
@click.option("--person", "email", metavar="EMAIL")
@language_option
@json_option
@click.pass_obj
def show_command(where: Where, /, **args: Any) -> None:
    perform(where, "segment show", show, args)


def every(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    """A line for each; what is wrong with one is told in its place."""
    now = hub.clock.now()
    with hub.database.reading() as session:
        found = _read(hub, session)
        counts = {slug: _count(hub, session, one, now) for slug, one in found.segments.items()}
    for slug, count in sorted(counts.items()):
        title = found.segments[slug].title.into(args["language"])
        said = {"segment": slug, "title": title, "people": count}
        terminal.out.write(_json(said) if args["as_json"] else f"{count:>8}  {slug:<24} {title}\n")
    for problem in found.problems:
        said = {"problem": str(problem)}
        terminal.out.write(_json(said) if args["as_json"] else f"{problem}\n")
    if not counts and not found.problems:
        terminal.err.write("No segment is published; write one into segments/, then `mailhub apply`.\n")
    return 0


def show(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    """What it says and of how many; of one person, each test that decided."""
    now, language = hub.clock.now(), args["language"]
    with hub.database.reading() as session:
        read = _read(hub, session)
        one = found(read, args["slug"])
        if args["email"] is not None:
            said, text = _person(session, hub.site, one, args["email"], language, now)
        else:
            said, text = _whole(hub, session, read, one, language, now)
    terminal.out.write(_json(said) if args["as_json"] else text)
    return 0


def find(session: Session, site: Site, slug: str) -> Segment:
    """The segment of this slug as it runs; raises BadInput with those there are."""
    return found(publishing.running(session, asking.before_segments(session, site)), slug)


def found(read: Read, slug: str) -> Segment:
    one = read.segments.get(slug.removeprefix(SEGMENT).replace("_", "-"))
    if one is None:
        wrong = [str(each) for each in read.problems if each.file == f"segments/{slug}.yaml"]
        none = "none is published yet: `mailhub apply` publishes the files"
        cure = one_of(slug, read.segments) if read.segments else none
        raise BadInput("\n".join(wrong) or f"{slug}: there is no such segment; {cure}")
    return one


def _read(hub: Hub, session: Session) -> Read:
    return publishing.running(session, asking.before_segments(session, hub.site))


def _count(hub: Hub, session: Session, one: Segment, now: datetime) -> int:
    return counting.count(session, one.when, hub.site, now=now)


def _whole(
    hub: Hub, session: Session, read: Read, one: Segment, language: str, now: datetime
) -> tuple[Mapping[str, Any], str]:
    count, users = _count(hub, session, one, now), naming.users(session, one.slug, read.segments)
    title, description = one.title.into(language), one.description.into(language)
    said = {
        "segment": one.slug,
        "title": title,
        "description": description,
        "when": written(one.when),
        "list": one.list,
        "people": count,
        "named_by": users,
    }
    lines = [title, *([description] if description else []), "", written(one.when), ""]
    lines += [say(language, "segments.of-group", list=one.list)] if one.list else []
    lines.append(say(language, "segments.people", count=count))
    lines += [say(language, "segments.used", files=", ".join(users))] if users else []
    return said, "".join(f"{line}\n" for line in lines)


def _person(
    session: Session, site: Site, one: Segment, email: str, language: str, now: datetime
) -> tuple[Mapping[str, Any], str]:
    person = persons.find(session, email)
    if person is None:
        raise BadInput(f"--person {email}: nobody is known by this address")
    why = explaining.reasons(session, site, one, person.id, language, now=now)
    turn = local(why.flips_at, site.time_zone).isoformat(timespec="minutes") if why.flips_at else None
    said = {"segment": one.slug, "person": email, "in": why.is_in, "because": list(why.lines), "until": turn}
    lines = [say(language, f"segments.{'in' if why.is_in else 'out'}", email=email, slug=one.slug)]
    lines += [f"  {line}" for line in why.lines]
    lines += [say(language, f"segments.flips-{'out' if why.is_in else 'in'}", at=turn)] if turn else []
    return said, "".join(f"{line}\n" for line in lines)


def _json(said: Mapping[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False) + "\n"


COMMANDS = {"segment": command}
ACTIONS = {"segment list": every, "segment show": show}
