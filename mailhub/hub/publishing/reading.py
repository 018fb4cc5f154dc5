"""Reads files that came by mail beside everything that runs: what they name may run already, or come along."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from sqlalchemy.orm import Session

from mailhub import content
from mailhub.content import BadContent, Document, Kind, Problem
from mailhub.delivery.budget import Budget
from mailhub.hub.publishing.files import Files
from mailhub.hub.publishing.mailed import Mailed
from mailhub.journeys import checks, gazetteer, loading, trying
from mailhub.journeys import publishing as journeys
from mailhub.journeys.checks import World
from mailhub.journeys.definition import Journey
from mailhub.journeys.trying import Around
from mailhub.lists import checks as of_lists
from mailhub.lists import publishing as lists
from mailhub.lists import reading as groups
from mailhub.lists.checks import Written as WrittenList
from mailhub.site import Site
from mailhub.templates import publishing as templates
from mailhub.templates.publishing import Written as WrittenTemplate
from mailhub.templates.remarks import Remarks
from mailhub.templates.slugs import name_of
from mailhub.verbs import Verbs


def vet(files: Sequence[Mailed], folder: Path | None) -> None:
    """Read each by itself and forget it: done where it may be killed, so that what hangs it hangs nothing else."""
    for one in files:
        try:
            if one.kind is Kind.TEMPLATE:
                templates.read_text(one.text, one.slug, folder, Remarks(one.file))
            else:
                content.load_text(one.text, one.file)
        except BadContent:  # told with everything else, by `read`
            continue


def read(session: Session, site: Site, verbs: Verbs, files: Sequence[Mailed]) -> Files:
    """What they say. Raises BadContent with all that is wrong in all of them, in the words of `mailhub check`."""
    reading = _Reading(session, site, verbs, files)
    found_lists, found_templates = reading.lists(), reading.templates()
    # Where mails cannot be read, journeys that send them would look wrong.
    found_journeys = reading.journeys(found_lists, found_templates) if not reading.problems else {}
    if reading.problems:
        raise BadContent(reading.problems)
    return Files(found_lists, found_templates, found_journeys)


class _Reading:
    """One mail's files while they are read; what is wrong is collected."""

    def __init__(self, session: Session, site: Site, verbs: Verbs, files: Sequence[Mailed]) -> None:
        self._session, self._site, self._verbs = session, site, verbs
        self._files = files
        self.problems: list[Problem] = []

    def lists(self) -> Mapping[str, WrittenList]:
        try:
            read = lists.checked(self._session, self._documents(Kind.LIST), self._verbs)
        except BadContent as bad:
            self.problems += bad.problems
            return {}
        self.problems += of_lists.places(read, gazetteer.places(self._site))
        return {one.definition.slug: one for one in read}

    def templates(self) -> Mapping[str, WrittenTemplate]:
        mailed = {one.slug: (one.file, one.text) for one in self._files if one.kind is Kind.TEMPLATE}
        try:
            read = templates.checked(self._session, mailed, self._site.content_dir)
        except BadContent as bad:
            self.problems += bad.problems
            return {}
        return {one.slug: one for one in read}

    def journeys(
        self, read_lists: Mapping[str, WrittenList], read_templates: Mapping[str, WrittenTemplate]
    ) -> Mapping[str, journeys.Written]:
        before, there = self._world({}, {}), self._world(read_lists, read_templates)
        documents = self._documents(Kind.JOURNEY)
        self.problems += _drafts(documents)
        self.problems += self._running(read_templates, before, there)
        try:
            read = journeys.read_documents(documents, loading.facts(self._session, self._site), there)
        except BadContent as bad:
            self.problems += bad.problems
            return {}
        for one in read:
            self.problems += trying.problems(one.journey, one.document, self._around())
        return {one.slug: one for one in read}

    def _documents(self, kind: Kind) -> list[Document]:
        found = []
        for one in (one for one in self._files if one.kind is kind):
            try:
                found.append(_document(one.text, one.file))
            except BadContent as bad:
                self.problems += bad.problems
        return found

    def _world(self, read_lists: Mapping[str, WrittenList], read_templates: Mapping[str, WrittenTemplate]) -> World:
        heads = templates.heads(self._session)
        for one in read_templates.values():
            heads.setdefault(one.template.name, {})[one.template.language] = one.template.head
        open_slugs = {group.slug for group in groups.open_lists(self._session)}
        return World(heads, frozenset(open_slugs | read_lists.keys()))

    def _running(self, read_templates: Mapping[str, WrittenTemplate], before: World, there: World) -> Iterator[Problem]:
        """What a changed mail would break in journeys that run and do not come along."""
        changed = {name_of(slug) for slug in read_templates}
        mailed = {one.slug for one in self._files if one.kind is Kind.JOURNEY}
        for slug in journeys.running(self._session).keys() - mailed if changed else ():
            one = journeys.published(self._session, slug, loading.facts(self._session, self._site))
            if one is not None and changed & templates_of(one.journey):
                known = set(map(str, checks.check(one.journey, one.document, before)))
                found = checks.check(one.journey, one.document, there)
                yield from (problem for problem in found if str(problem) not in known)

    def _around(self) -> Around:
        site = self._site
        budget = Budget(site.mails_a_day, site.mails_a_week)
        return Around(site.time_zone, budget, gazetteer.places(site), gazetteer.nearest(self._session, site))


@lru_cache(maxsize=50)
def _document(text: str, file: str) -> Document:
    """Read once: the word that publishes it comes a little later, within a transaction."""
    return content.load_text(text, file)


def _drafts(documents: Sequence[Document]) -> Iterator[Problem]:
    """`apply` passes a draft over; whoever mails one wants it published."""
    for document in documents:
        if document.get("draft") is True:
            yield document.problem("this journey is a draft", 'take "draft: true" away to publish it', "draft")


def templates_of(journey: Journey) -> set[str]:
    """The templates its mails are written by."""
    return {letter.template for step in journey.steps for _, letter in checks.letters(step)}
