"""What whoever mailed files is told: the plan in words, what people would read, and what may be answered."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import PurePath

from sqlalchemy.orm import Session

from mailhub import formats
from mailhub.content import State
from mailhub.hub.publishing import planning, samples
from mailhub.hub.publishing.draft import Draft
from mailhub.hub.publishing.planning import Part
from mailhub.hub.publishing.release import Key
from mailhub.hub.publishing.samples import Imagined
from mailhub.journeys import definition, seconding
from mailhub.journeys import publishing as journeys
from mailhub.language import COLUMNS, Words, say, wrap
from mailhub.lists import publishing as lists
from mailhub.people import persons
from mailhub.people.tables import Person
from mailhub.site import Site
from mailhub.verbs import Answer, Thing

RULE = "-" * COLUMNS
MOST_NAMED = 3  # files in one sentence
MOST_LINES = 40  # that differ, of one file
MOST_PROBLEMS = 30


def what(draft: Draft, language: str) -> str:
    """A mail's files in a subject."""
    return called([one.slug for one in draft.files], language)


def called(slugs: Sequence[str], language: str) -> str:
    """Files in a few letters: the name they share, else how many they are."""
    names = dict.fromkeys(slug.partition(".")[0] for slug in slugs)
    if len(names) == 1:
        return next(iter(names))
    return say(language, "publishing.files" if slugs else "publishing.no-files", count=len(slugs))


def named(files: Sequence[str], language: str) -> str:
    """Files in a sentence, as they are called without their folder."""
    shown = [PurePath(file).name for file in files[:MOST_NAMED]]
    more = len(files) - len(shown)
    return formats.listing(language, [*shown, say(language, "publishing.more", count=more)] if more else shown)


def files_of(draft: Draft, language: str) -> str:
    return named([one.file for one in draft.files], language)


def faulty(draft: Draft, language: str) -> Answer:
    """Everything to mend."""
    count, shown = len(draft.problems), draft.problems[:MOST_PROBLEMS]
    lines = [_quoted(problem) for problem in shown]
    if count > len(shown):
        lines.append(f"> {say(language, 'publishing.more-problems', count=count - len(shown))}")
    values = {"what": what(draft, language), "faults": say(language, "publishing.faults", count=count)}
    return Answer("publishing.faulty", values, None, below="\n".join(lines))


def same(draft: Draft, language: str) -> Answer:
    return Answer("publishing.same", {"what": what(draft, language), "files": files_of(draft, language)}, None)


def plan(
    session: Session,
    site: Site,
    draft: Draft,
    person_id: int,
    thing: Thing,
    language: str,
    *,
    now: datetime,
    ends_at: datetime,
    again: bool = False,
    former: datetime | None = None,
) -> Answer:
    """The plan, and what may be answered to it. `again`: it is another than was shown; `former`: one it replaces."""
    person = session.get_one(Person, person_id)
    zone = persons.zone_of(person, site)
    values: dict[str, object] = {
        "what": what(draft, language),
        "files": files_of(draft, language),
        "until": formats.day_hour(language, ends_at, zone),
        "former": say(language, "publishing.former", day=formats.day_hour(language, former, zone)) if former else "",
    }
    below = "\n\n".join([RULE, *_plan(draft, language), *_samples(session, site, draft, person_id, now, language)])
    if draft.planned.faults:
        shown = example(draft)
        values |= {"example": shown, "step": shown.partition("=")[0]}
        return Answer("publishing.stranded", values, thing, below=below)
    values["more"] = _more(session, draft, person_id, language)
    return Answer("publishing.again" if again else "publishing.plan", values, thing, below=below)


def receipt(
    draft: Draft, keys: Sequence[Key], waiting: Mapping[str, int], thing: Thing, language: str, *, is_undoable: bool
) -> Answer:
    """What runs now, and what waits for another organiser; `waiting`: how many people each journey concerns."""
    live = [part.file for part in draft.planned.parts if (part.kind, part.slug) in keys]
    rest = say(language, "publishing.live", files=named(live, language), count=len(live)) if live else ""
    if waiting:
        values = {"journeys": formats.listing(language, waiting), "count": sum(waiting.values()), "rest": rest}
        return Answer("publishing.waits", {"what": what(draft, language), **values}, thing)
    ways = [slug for kind, slug in keys if kind == journeys.KIND]
    values = {
        "live": rest,
        "undo": say(language, "publishing.undo") if is_undoable else say(language, "publishing.former-again"),
        "pause": [say(language, "publishing.pause", slug=slug) for slug in ways],
    }
    return Answer("publishing.published", {"what": what(draft, language), **values}, thing)


def example(draft: Draft) -> str:
    """What may be answered where people stand at a step that goes."""
    for slug, step, _ in planning.stranded(draft.planned, draft.read):
        target = draft.read.journeys[slug].journey.first
        return f"{step}={target}" if len(draft.read.journeys) == 1 else f"{slug}:{step}={target}"
    slug = next(iter(draft.read.journeys))
    return f"{slug}={draft.read.journeys[slug].journey.first}"


def _more(session: Session, draft: Draft, person_id: int, language: str) -> list[str]:
    """What «pubblica» needs beside itself."""
    found = []
    if draft.planned.gives_roles:
        found.append(say(language, "publishing.charter-role"))
    elif draft.planned.is_charter:
        found.append(say(language, "publishing.charter-many", most=planning.AT_ONCE))
    if waits := waiting(session, draft, person_id):
        found.append(say(language, "publishing.second", journeys=formats.listing(language, waits)))
    return found


def waiting(session: Session, draft: Draft, person_id: int) -> list[str]:
    """The journeys for which another organiser would be asked."""
    many = [part.slug for part in draft.planned.parts if part.concerned > seconding.MANY]
    there = [slug for slug in many if journeys.find(session, slug) is not None]
    return there if there and seconding.others(session, person_id) else []


def _plan(draft: Draft, language: str) -> Iterator[str]:
    """Each file: how it stands, what publishing it changes, and the lines that differ."""
    for part in draft.planned.parts:
        state = "new" if part.change.state is State.NEW else "changed"
        lines = [say(language, f"publishing.{state}", file=PurePath(part.file).name)]
        lines += [f"- {effect.told(language)}" for effect in part.effects]
        yield "\n".join(lines)
        if part.faults:
            yield "\n".join([say(language, "publishing.not-so"), *map(_quoted, part.faults)])
        if part.change.state is not State.NEW and part.change.diff:
            yield _differing(part, language)


def _quoted(text: str) -> str:
    """A sentence for who knows where to look: not of our mails' tone, so it stands as a quotation."""
    return "\n".join(f"> {line}" for line in wrap(text, COLUMNS - 2).splitlines())


def _differing(part: Part, language: str) -> str:
    lines = [line for line in part.change.diff.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    shown = [f"> {line}" for line in lines[:MOST_LINES]]
    more = [f"> {say(language, 'publishing.more-lines', count=len(lines) - MOST_LINES)}"]
    return "\n".join([say(language, "publishing.differs"), *shown, *(more if len(lines) > MOST_LINES else [])])


def _samples(session: Session, site: Site, draft: Draft, person_id: int, now: datetime, language: str) -> Iterator[str]:
    for kind, slug in draft.planned.keys:
        if kind == lists.KIND:
            words = samples.of_list(session, site, draft.read.lists[slug], person_id)
            yield _sample(words, say(language, "publishing.sample-list", slug=slug), language)
        if kind == journeys.KIND:
            journey = draft.read.journeys[slug].journey
            mail = samples.of_journey(session, site, draft.read, journey, person_id, now)
            if mail is not None:
                yield _sample(mail, say(language, "publishing.sample-journey", slug=slug), language)
            else:
                yield say(language, "publishing.no-sample", slug=slug)
            if slug in draft.imagined:
                yield "\n".join(_imagined(journey, draft.imagined[slug], language))


def _sample(words: Words, above: str, language: str) -> str:
    lines = [say(language, "publishing.titled", subject=words.subject), "", *words.text.rstrip("\n").splitlines()]
    return "\n".join([above, *(f"> {line}".rstrip() for line in lines)])


def _imagined(journey: definition.Journey, found: Imagined, language: str) -> Iterator[str]:
    """What it would do to those who could come in today, step by step."""
    totals = found.totals
    key = "imagined-some" if found.more else "imagined"
    yield say(language, f"publishing.{key}", slug=journey.slug, count=totals.people, mails=totals.mails)
    for step, total in totals.steps.items() if totals.people else ():
        mails = total.mails + total.reminders
        values = {"step": step, "came": total.came} | ({"mails": mails} if mails else {})
        yield say(language, f"publishing.{'step' if mails else 'step-quiet'}", **values)
