"""How the town's people live: what they wrote before a visitor came, and what they write while the clock is turned.

Everything goes in by the real door. What is still to be said is remembered in memory only, as the town itself is.
"""

import threading
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import product

from mailhub.clock import at_local, local
from mailhub.hub.build import Hub
from mailhub.jobs.service import Service
from mailhub.lists import enrolling, reading
from mailhub.people import persons
from mailhub.sandbox import staging, story, writing
from mailhub.sandbox.agenda import Agenda
from mailhub.sandbox.cast import AWAKE, CAST, ORGANISER, VISITOR, Said
from mailhub.sandbox.postoffice import PostOffice

KNOWN_POSTS = 2  # its people are no newcomers


class Turned(StrEnum):
    """What came of turning the clock."""

    DONE = "turned"
    LATE = "unfinished"  # work goes on
    BUSY = "busy"  # somebody else is turning it


class Living:
    """The people of the town, as time passes."""

    def __init__(self, hub: Hub, post: PostOffice, service: Service) -> None:
        assert service.doors is not None, "the town opens its door"
        self.door: tuple[str, int] = service.doors.bound["smtp"]
        self._hub = hub
        self._post = post
        self._service = service
        self._turning = threading.Lock()
        self._today = local(hub.clock.real(), hub.site.time_zone).date()
        self._agenda = Agenda(hub.site.time_zone, self._today)

    def remember(self, language: str, stopping: threading.Event) -> None:
        """Live through the town's past: its people belong to the groups and write."""
        hub, zone = self._hub, self._hub.site.time_zone
        _enrol(hub, language)
        for dated in story.told(language).past:
            if stopping.is_set():
                return
            instant = at_local(self._today + timedelta(days=dated.day), dated.at, zone)
            self._service.turn(instant - hub.clock.now())
            self._say(dated.said, language)
        self._service.turn(at_local(self._today, AWAKE, zone) - hub.clock.now())
        staging.set_scene(hub)
        self._post.open_all()

    def next_due(self) -> datetime | None:
        """When something falls due next, or somebody writes."""
        due, line = self._service.next_due(), self._agenda.soonest
        return min((instant for instant in (due, line.at if line else None) if instant), default=None)

    def settle(self) -> bool:
        """Work off what was handed in; False when that takes too long."""
        settled = self._service.settle()
        self._greet()
        return settled

    def turn(self, by: timedelta, language: str) -> Turned:
        """Let this time pass; whoever has something to say then says it, in this language."""
        if not self._turning.acquire(blocking=False):
            return Turned.BUSY
        try:
            return Turned.DONE if self._turn(self._hub.clock.now() + by, language) else Turned.LATE
        finally:
            self._turning.release()

    def speak(self, language: str) -> None:
        """From now on everybody in town is written to in this language."""
        with self._hub.database.transaction() as session:
            for one in CAST:
                person = persons.find(session, one.mailbox.email)
                if person is not None:
                    persons.change(session, person, now=self._hub.clock.now(), language=language)

    def _turn(self, until: datetime, language: str) -> bool:
        self._greet()
        self._agenda.plan(until)
        while (line := self._agenda.soonest) is not None and line.at <= until:
            if not self._pass(line.at):
                return False
            self._agenda.done(line)
            self._say(line.said(language), language)
        return self._pass(until)

    def _pass(self, until: datetime) -> bool:
        return self._service.turn(max(until - self._hub.clock.now(), timedelta()))

    def _greet(self) -> None:
        with self._hub.database.reading() as session:
            person = persons.find(session, VISITOR.mailbox.email)
            belongs = person is not None and bool(reading.lists_of(session, person.id))
        if belongs:
            self._agenda.greet(self._hub.clock.now())

    def _say(self, said: Said, language: str) -> None:
        """One message; an answer names the message as its author sent it."""
        hub, author = self._hub, said.who.mailbox
        written = (letter.mail for one in CAST for letter in self._post.letters(one.mailbox.email) if letter.outgoing)
        answering = next((mail for mail in written if said.answers and mail.subject == said.answers), None)
        to, now, zone = hub.site.address(said.group), hub.clock.now(), hub.site.time_zone
        raw = writing.compose(
            author, to, said.subject, said.text, now=now, language=language, zone=zone, answering=answering
        )
        writing.hand_in(*self.door, author, to, raw)
        self._post.remember_sent(author.email, raw)
        self._service.settle()


def _enrol(hub: Hub, language: str) -> None:
    """The town's people in all its groups; whoever organises was known by their address alone."""
    now = hub.clock.now()
    with hub.database.transaction() as session:
        for group, one in product(reading.open_lists(session), (one for one in CAST if one.is_known)):
            email, basis = one.mailbox.email, "the story of the sandbox"
            enrolling.add(
                session, group.id, email, basis=basis, name=one.name, language=language, published=KNOWN_POSTS, now=now
            )
        person = persons.find(session, ORGANISER.mailbox.email)
        assert person is not None, "they belong to the groups"
        persons.change(session, person, now=now, name=ORGANISER.name, language=language)
