"""`mailhub check`: looks for mistakes in configuration and content before they cost anything; changes nothing."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import click
from sqlalchemy.engine import make_url

from mailhub import tokens
from mailhub.cli.backup import keys_of
from mailhub.cli.where import Where
from mailhub.db import migrate
from mailhub.delivery import opening
from mailhub.delivery.budget import Budget
from mailhub.delivery.opening import Trouble
from mailhub.errors import BadInput
from mailhub.facts import Facts
from mailhub.hub.build import all_verbs
from mailhub.inbound import mailbox as mailboxes
from mailhub.inbound.server import bind
from mailhub.jobs.assembly import next_hop
from mailhub.jobs.lock import SiteLock
from mailhub.journeys import gazetteer, trying
from mailhub.journeys import publishing as journeys
from mailhub.journeys.trying import Around
from mailhub.lists import asking, gazetteer_file, publishing
from mailhub.lists.definition import ListDefinition
from mailhub.mail import dkim
from mailhub.mail.authenticity import results
from mailhub.measures import HostPort
from mailhub.people.segments import publishing as segments
from mailhub.settings import Settings
from mailhub.templates import layouts, looks
from mailhub.templates import publishing as templates

RELAY_SECONDS = 10.0


class Weight(StrEnum):
    ERROR = "error"  # the site cannot work so
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know, with its cure."""

    weight: Weight
    text: str


@click.command("check", help="Look for mistakes in configuration and content; exit 1 where there are any.")
@click.pass_obj
def command(where: Where) -> None:
    findings = list(look(where.settings()))
    for finding in findings:
        click.echo(f"{finding.weight:<8} {finding.text}")
    counts = {weight: sum(finding.weight is weight for finding in findings) for weight in Weight}
    click.echo(f"{counts[Weight.ERROR]} errors, {counts[Weight.WARNING]} warnings.")
    if counts[Weight.ERROR]:
        raise click.exceptions.Exit(1)


def _layouts(settings: Settings) -> Iterator[Finding]:
    """The looks of mails, the site's own among them."""
    for name in layouts.known(settings.content.dir):
        try:
            made = layouts.compiled(name, settings.content.dir)
        except BadInput as fault:
            yield Finding(Weight.ERROR, str(fault))
            continue
        path = layouts.find(name, settings.content.dir)
        if (fetched := looks.fetches("".join(made.parts))) is not None:
            yield Finding(Weight.ERROR, f"{path}:1: {fetched[0]}; {fetched[1]}")
        for seen in looks.faults(path.read_text(encoding="utf-8")):
            yield Finding(Weight.WARNING, f"{path}:{seen.line}: {seen.what}; {seen.cure}")


def _templates(settings: Settings) -> Iterator[Finding]:
    try:
        folder = templates.read_folder(settings.content.dir)
    except BadInput as bad:
        yield from (Finding(Weight.ERROR, line) for line in str(bad).splitlines())
        return
    yield from (Finding(Weight.WARNING, str(warning)) for warning in folder.warnings)


def _journeys(settings: Settings) -> Iterator[Finding]:
    """Segments, and journeys beside the groups and mails they name, which are told above, with the tests they bring."""
    folder, site = settings.content.dir, settings.site
    try:
        groups = {one.definition.slug: one.definition for one in publishing.read_folder(folder, all_verbs())}
        mails = templates.read_folder(folder).templates
    except BadInput:
        return
    try:
        known = _known(folder, groups)
        people = segments.read_folder(folder, known)
        known = segments.known_with(known, {slug: one.segment for slug, one in people.items()})
    except BadInput as bad:
        yield from (Finding(Weight.ERROR, line) for line in str(bad).splitlines())
        return
    try:
        found = journeys.read_folder(folder, known, journeys.world(groups, mails))
    except BadInput as bad:
        yield from (Finding(Weight.ERROR, line) for line in str(bad).splitlines())
        return
    places, at = gazetteer.in_folder(folder), {one.place: slug for slug, one in reversed(groups.items()) if one.place}

    def nearest(place: str, within: int) -> str | None:
        return at.get(places.nearest(place, at, within) or "")

    limits = settings.limits
    around = Around(site.time_zone, Budget(limits.mails_a_day, limits.mails_a_week), places, nearest)
    for one in found:
        for problem in trying.problems(one.journey, one.document, around):
            yield Finding(Weight.ERROR, str(problem))


def _known(folder: Path, groups: Mapping[str, ListDefinition]) -> Facts:
    """What segments may ask, as far as files tell."""
    places = tuple((slug, one.place) for slug, one in sorted(groups.items()))
    return asking.of_groups(places, gazetteer_file.as_it_is(folder))


def look(settings: Settings) -> Iterator[Finding]:
    """Everything there is to say, what stops the site first."""
    yield from _content(settings)
    yield from _places(settings)
    yield from _templates(settings)
    yield from _journeys(settings)
    yield from _layouts(settings)
    yield from _folder(settings)
    yield from _database(settings)
    yield from _keys(settings)
    yield from _trust(settings)
    yield from _doors(settings)
    yield from _mailbox(settings)
    yield from _relay(settings)
    yield from _site(settings)


def _content(settings: Settings) -> Iterator[Finding]:
    try:
        lists = publishing.read_folder(settings.content.dir, all_verbs())
    except BadInput as bad:
        for line in str(bad).splitlines():
            yield Finding(Weight.ERROR, line)
        return
    if not lists:
        yield Finding(
            Weight.WARNING, f"{settings.content.dir}/lists holds no group; write one, such as lists/orto.yaml"
        )


def _places(settings: Settings) -> Iterator[Finding]:
    """Where people may say they live, if the site has such a file."""
    try:
        gazetteer_file.in_folder(settings.content.dir)
    except BadInput as bad:
        yield from (Finding(Weight.ERROR, line) for line in str(bad).splitlines())


def _folder(settings: Settings) -> Iterator[Finding]:
    folder = settings.site.data_dir
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        cure = "run this as the user the site runs as, or choose another data_dir in [site]"
        yield Finding(Weight.ERROR, f"{folder}: nothing can be written there; {cure}")


def _database(settings: Settings) -> Iterator[Finding]:
    url = make_url(settings.database.url)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        yield Finding(Weight.NOTE, f"{url.database} is not there yet; `mailhub run` makes it and publishes the files")
        return
    try:
        database = migrate.opened(settings.database.url)
        complaint = migrate.behind(database)
        database.close()
    except BadInput as bad:
        complaint = str(bad)
    if complaint is not None:
        yield Finding(Weight.ERROR, complaint)


def _keys(settings: Settings) -> Iterator[Finding]:
    for path in keys_of(settings).values():
        if path.exists() and path.stat().st_mode & 0o077:
            yield Finding(Weight.ERROR, f"{path}: others on this machine can read this secret; chmod 600 {path}")
    try:
        tokens.load_keys(settings.site.secret_file)
    except BadInput as bad:
        yield Finding(Weight.ERROR, str(bad))
    for key in (settings.dkim.key_file, settings.dkim.next_key_file):
        if key is not None:
            yield from _signing(key)
    if not settings.dkim.selector:
        yield Finding(Weight.WARNING, "[dkim] names no key: our mail leaves unsigned, and many servers will refuse it")


def _signing(path: Path) -> Iterator[Finding]:
    try:
        dkim.record(path.read_bytes())
    except OSError as fault:
        yield Finding(Weight.ERROR, f"{path}: this key cannot be read ({fault.strerror}); see [dkim]")
    except BadInput as fault:
        yield Finding(Weight.ERROR, f"{path}: {fault}")


def _trust(settings: Settings) -> Iterator[Finding]:
    """Whose word counts, where the doors are."""
    inbound = settings.inbound
    is_local = inbound.lmtp is not None or (inbound.smtp is not None and inbound.smtp.is_loopback)
    if inbound.trust == "own" and is_local:
        yield Finding(
            Weight.WARNING,
            '[inbound] trust = "own" behind a mail server sees signatures (DKIM) but no sending hosts (SPF); "relay" '
            "also takes what that server found",
        )


def _doors(settings: Settings) -> Iterator[Finding]:
    """Whether the doors are free; while the site runs they are its own."""
    if not settings.site.data_dir.is_dir() or not os.access(settings.site.data_dir, os.W_OK):
        return
    lock = SiteLock(settings.site.data_dir)
    try:
        for door in (settings.inbound.smtp, settings.inbound.lmtp, settings.web.bind) if lock.take("check") else ():
            if isinstance(door, HostPort):
                bind(door).close()
    except BadInput as bad:
        yield Finding(Weight.ERROR, str(bad))
    finally:
        lock.release()


def _mailbox(settings: Settings) -> Iterator[Finding]:
    """Whether the mailbox opens, and whether the settings know it as its newest mail shows it."""
    account = mailboxes.account(settings.inbound)
    if account is None:
        return
    try:
        seen = mailboxes.peek(account)
    except mailboxes.Unreachable as fault:
        cure = "look at the imap keys of [inbound]. Until it opens, mail waits there"
        yield Finding(Weight.WARNING, f"{account.user}: this mailbox cannot be read ({fault}); {cure}")
        return
    if not seen.has_spam:
        cure = "name its spam folder as imap_spam in [inbound], since mail for us may land there"
        yield Finding(Weight.NOTE, f"{account.user}: the server marks no folder as spam; {cure}")
    if seen.newest is not None:
        yield from _provider(settings, results.said_by(seen.newest))


def _provider(settings: Settings, name: str | None) -> Iterator[Finding]:
    """What the provider calls itself where it writes down who sent a mail."""
    inbound = settings.inbound
    if name is None:
        if inbound.trust == "relay":
            what = "the newest mail in the mailbox bears no Authentication-Results above its Received"
            yield Finding(Weight.NOTE, f"{what}: only signatures (DKIM) prove who wrote")
    elif inbound.trust == "own":
        cure = f'trust = "relay" and authserv_id = "{name}" in [inbound] would count it too'
        yield Finding(Weight.NOTE, f"the provider writes down who sent a mail; {cure}")
    elif (inbound.authserv_id or "").lower() != name.lower():
        what = f'[inbound] authserv_id is "{inbound.authserv_id}", and the newest mail was judged by "{name}"'
        yield Finding(Weight.WARNING, f"{what}; if that is your provider, write its name, else its word does not count")


def _relay(settings: Settings) -> Iterator[Finding]:
    out = settings.outbound
    opened = opening.connect(next_hop(out, settings.site.domain), RELAY_SECONDS)
    if isinstance(opened, Trouble):
        said = f"{opened.code} {opened.text}" if opened.code else opened.text
        yield Finding(
            Weight.WARNING,
            f"{out.host}:{out.port} does not take our mail ({said.strip()}); look at [outbound]. Until it does, mail "
            "waits and is tried again",
        )
    else:
        opened[0].close()


def _site(settings: Settings) -> Iterator[Finding]:
    site = settings.site
    if not site.organisers:
        yield Finding(Weight.WARNING, "[site] names no organisers: nobody would read what needs a person")
    if site.domain == "example.org" or site.domain.endswith(".example.org"):
        yield Finding(Weight.WARNING, f"[site] domain is {site.domain}, which nobody can write to; set your own")
    if not (site.base_url or "").startswith("https://"):
        yield Finding(
            Weight.NOTE,
            "[site] base_url is no https address: mails carry no https List-Unsubscribe and no one-click leaving; "
            "leaving by mail always works",
        )


COMMANDS = {"check": command}
