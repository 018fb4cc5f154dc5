"""A journey is changed while people are on it: they finish as they began, unless somebody says otherwise."""

from collections.abc import Mapping

import pytest
import sqlalchemy as sa

from mailhub.errors import BadInput
from mailhub.journeys import loading, pausing, planning, publishing, releasing, seconding
from mailhub.journeys.migration import NOBODY, Migration
from mailhub.journeys.publishing import Written
from mailhub.journeys.tables import Enrolment, TransitionRow
from mailhub.people import persons, roles
from mailhub.templates import publishing as templates
from tests.stories.journeys import place, publishes, steps
from tests.stories.town import Town, body

OLGA, NIVES, RITA = "olga@example.org", "nives@example.org", "rita@example.org"
MAILS = {"one": "One | The first.", "two": "Two | The second.", "extra": "Extra | Something more."}
HEAD = "title: Welcome\ntrigger: {activity: subscription.confirmed, list: garden}\n"
FIRST = HEAD + "steps: [{send: one}, {id: pause, wait: 10 d}, {send: two}]\n"


def joins(town: Town, email: str = NIVES) -> None:
    town.writes(f"<{email}>", to="garden-join@lists.test")
    [question] = town.inbox(email)
    town.replies(f"<{email}>", question, "yes")
    town.inbox(email)


@pytest.fixture
def garden(town: Town) -> Town:
    """A group with a journey that Nives is on: yesterday she had the first mail, and waits."""
    town.opens_list("garden", organiser=OLGA)
    town.joins("garden", OLGA)
    town.settles()
    publishes(town, FIRST, MAILS)
    joins(town)
    town.passes(days=1)
    assert place(town, NIVES) == ("pause", "waiting")
    return town


def written(town: Town, text: str) -> Written:
    """The journey, as its file says now."""
    folder = town.hub.settings.content.dir
    (folder / "journeys" / "welcome.yaml").write_text(HEAD + text)
    with town.database.reading() as session:
        mails = templates.read_folder(folder).templates
        world = publishing.world(["garden"], mails)
        [one] = publishing.read_folder(folder, loading.facts(session, town.hub.site), world)
    return one


def plans(town: Town, text: str, wanted: Migration = NOBODY) -> list[str]:
    """What `plan` would say."""
    one = written(town, text)
    with town.database.reading() as session:
        plan = planning.plan(session, town.hub.site, one, wanted, now=town.clock.now())
    return [effect.told("en") for effect in plan.effects]


def changes(town: Town, text: str, wanted: Migration = NOBODY) -> None:
    """Publish it so, as olga."""
    one = written(town, text)
    with town.database.transaction() as session:
        releasing.release(session, town.hub.site, one, wanted, by="olga", origin="file", now=town.clock.now())
    town.settles()


def way(town: Town, email: str = NIVES) -> Mapping[str, object]:
    with town.database.reading() as session:
        person = persons.find(session, email)
        assert person is not None
        found = session.scalars(sa.select(Enrolment).where(Enrolment.person_id == person.id)).one()
        return {"version": found.version, "due": found.due_at, "since": found.since, "reason": found.reason}


def records(town: Town, outcome: str) -> list[tuple[str, str, int, str]]:
    with town.database.reading() as session:
        c = TransitionRow
        found = session.execute(sa.select(c.step, c.to_step, c.version, c.cause).where(c.outcome == outcome))
        return [(step, to, version, cause) for step, to, version, cause in found]


def test_who_is_on_a_journey_finishes_as_they_began(garden: Town) -> None:
    before = way(garden)
    shorter = "steps: [{send: one}, {id: pause, wait: 2 d}, {send: extra}, {send: two}]\n"
    assert plans(garden, shorter) == [
        "people who are on it: 1 (v1: 1); they finish as they began",
        "the step pause waits 2 d instead of 10 d; who waits there keeps their date: 1",
        "new step extra: sends extra",
    ]
    changes(garden, shorter)
    assert way(garden) == before
    garden.passes(days=11)
    assert [mail["Subject"] for mail in garden.inbox(NIVES)] == ["Two"]
    assert place(garden, NIVES) == ("ended", "completed")


def test_who_comes_after_has_the_new_one(garden: Town) -> None:
    changes(garden, "steps: [{send: one}, {id: pause, wait: 2 d}, {send: two}]\n")
    joins(garden, RITA)
    assert way(garden, RITA)["version"] == 2
    garden.passes(days=3)
    assert [mail["Subject"] for mail in garden.inbox(RITA)] == ["Two"]
    assert garden.inbox(NIVES) == []


def test_a_wait_can_be_counted_anew_from_when_it_began(garden: Town) -> None:
    shorter = "steps: [{send: one}, {id: pause, wait: 2 d}, {send: two}]\n"
    wanted = Migration(recount=frozenset({"pause"}))
    assert plans(garden, shorter, wanted)[-1] == (
        "people whose wait at pause is counted anew from when they came to it: 1"
    )
    came = way(garden)["since"]
    changes(garden, shorter, wanted)
    assert way(garden)["since"] == came
    assert records(garden, "moved") == [("pause", "pause", 1, "version 2 published by olga: pause counted anew")]
    garden.passes(days=1, hours=1)
    assert [mail["Subject"] for mail in garden.inbox(NIVES)] == ["Two"]


def test_whose_time_comes_at_once_can_be_spread_over_days(garden: Town) -> None:
    joins(garden, RITA)
    garden.passes(days=5)
    shorter = "steps: [{send: one}, {id: pause, wait: 2 d}, {send: two}]\n"
    wanted = Migration(recount=frozenset({"pause"}), spread=2)
    assert plans(garden, shorter, wanted)[-1] == "of these, their time comes over 2 days: 2"
    changes(garden, shorter, wanted)
    assert [len(garden.inbox(email)) for email in (NIVES, RITA)] == [1, 0]
    garden.passes(days=1, hours=1)
    assert [len(garden.inbox(email)) for email in (NIVES, RITA)] == [0, 1]


def test_a_step_at_which_people_stand_is_not_taken_away_without_a_word(garden: Town) -> None:
    without = "steps: [{send: one}, {id: rest, wait: 3 d}, {send: two}]\n"
    assert plans(garden, without)[1] == "the step pause goes; people who stand there: 1"
    with pytest.raises(BadInput) as refused:
        changes(garden, without)
    assert str(refused.value) == (
        'journeys/welcome.yaml: 1 person stands at the step "pause", which is gone; say what becomes of them: '
        "--map welcome:pause=NEW-STEP, --leave welcome:pause=REASON, or --stay welcome:pause lets them finish as "
        "they began"
    )
    assert way(garden)["version"] == 1


def test_a_mapping_leads_people_to_another_step(garden: Town) -> None:
    without = "steps: [{send: one}, {send: extra}, {id: rest, wait: 3 d}, {send: two}]\n"
    wanted = Migration(map={"pause": "extra"})
    assert plans(garden, without, wanted)[-2:] == [
        "people who go from pause to extra: 1",
        "of these, their time comes at once: 1",
    ]
    changes(garden, without, wanted)
    assert [mail["Subject"] for mail in garden.inbox(NIVES)] == ["Extra"]
    assert place(garden, NIVES) == ("rest", "waiting")
    assert records(garden, "moved") == [("pause", "extra", 1, "version 2 published by olga: pause → extra")]
    assert steps(garden, NIVES) == [("one", "sent"), ("pause", "moved"), ("extra", "sent")]


def test_who_is_let_go_gets_nothing_more_and_the_reason_is_kept(garden: Town) -> None:
    changes(garden, "steps: [{send: one}, {send: two}]\n", Migration(leave={"pause": "the evening is over"}))
    garden.passes(days=11)
    assert garden.inbox(NIVES) == []
    assert place(garden, NIVES) == ("ended", "stopped")
    assert way(garden)["reason"] == "the evening is over"


def test_who_may_stay_finishes_though_the_step_is_gone(garden: Town) -> None:
    changes(garden, "steps: [{send: one}, {send: two}]\n", Migration(stay=frozenset({"pause"})))
    changes(garden, "steps: [{send: one}, {send: two}, {send: extra}]\n")
    garden.passes(days=11)
    assert [mail["Subject"] for mail in garden.inbox(NIVES)] == ["Two"]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Migration(map={"paus": "two"}), 'no version that people are on has a step "paus"; did you mean "pause"?'),
        (Migration(map={"pause": "tow"}), '"pause" is to become "tow", which the new version has not; did you mean'),
        (Migration(recount=frozenset({"two"})), '"two" is no wait in the new version'),
    ],
)
def test_a_mapping_that_makes_no_sense_publishes_nothing(garden: Town, wanted: Migration, said: str) -> None:
    with pytest.raises(BadInput, match=r"^journeys/welcome\.yaml: ") as refused:
        changes(garden, "steps: [{send: one}, {id: pause, wait: 10 d}, {send: two}, {send: extra}]\n", wanted)
    assert said in str(refused.value)
    assert way(garden)["version"] == 1


def test_an_exit_counts_at_once_for_everybody_on_every_version(garden: Town) -> None:
    rule = "exits: [{id: writes, when: posts.count >= 0}]\n"
    text = "steps: [{send: one}, {id: pause, wait: 10 d}, {send: two}]\n" + rule
    assert "new exit writes: it counts at once, for all versions and everybody who is on them" in plans(garden, text)
    changes(garden, text)
    garden.passes(days=11)
    assert garden.inbox(NIVES) == []


QUESTION = "{id: dove, ask: {template: extra, question: Where?, answer: text, store: person.field.town, timeout: 5 d}}"


def test_a_question_that_stays_is_answered_on_the_new_version(garden: Town) -> None:
    changes(garden, f"steps: [{{send: one}}, {QUESTION}, {{send: two}}]\n", Migration(map={"pause": "dove"}))
    [asked] = garden.inbox(NIVES)
    later = f"steps: [{{send: one}}, {QUESTION}, {{id: pause, wait: 1 d}}, {{send: two}}]\n"
    changes(garden, later, Migration(map={"dove": "dove"}))
    garden.passes(hours=1)
    assert place(garden, NIVES) == ("dove", "asked")
    assert garden.inbox(NIVES) == []
    garden.replies(NIVES, asked, "Pietrafiore")
    assert place(garden, NIVES) == ("pause", "waiting")
    assert way(garden)["version"] == 3


def test_a_favour_that_stays_is_done_on_the_new_version(garden: Town) -> None:
    favour = "{id: favour, task: {text: Write to them.}}"
    changes(garden, f"steps: [{{send: one}}, {favour}, {{send: two}}]\n", Migration(map={"pause": "favour"}))
    [asked] = garden.inbox(OLGA)
    later = f"steps: [{{send: one}}, {favour}, {{id: rest, wait: 1 d}}, {{send: two}}]\n"
    changes(garden, later, Migration(map={"favour": "favour"}))
    garden.replies(OLGA, asked, "done")
    assert place(garden, NIVES) == ("rest", "waiting")
    assert way(garden)["version"] == 3


def test_a_question_that_goes_is_closed(garden: Town) -> None:
    changes(garden, f"steps: [{{send: one}}, {QUESTION}, {{send: two}}]\n", Migration(map={"pause": "dove"}))
    [asked] = garden.inbox(NIVES)
    changes(garden, "steps: [{send: one}, {id: rest, wait: 3 d}, {send: two}]\n", Migration(map={"dove": "rest"}))
    garden.replies(NIVES, asked, "Pietrafiore")
    [told] = garden.inbox(NIVES)
    assert "needs no answer any more" in body(told)
    assert place(garden, NIVES) == ("rest", "waiting")


def test_words_alone_change_for_everybody_not_yet_written_to(garden: Town) -> None:
    publishes(garden, FIRST, {**MAILS, "two": "Two | Quite another second."})
    garden.passes(days=11)
    [mail] = garden.inbox(NIVES)
    assert "Quite another second." in body(mail)
    assert way(garden)["version"] == 1


def test_after_a_pause_whoever_waits_for_something_looks_whether_it_is_so(garden: Town) -> None:
    watch = "{id: watch, wait: {when: person.field.town is known, timeout: 30 d, then: {timeout: end}}}"
    with garden.database.transaction() as session:
        olga = persons.find(session, OLGA)
        assert olga is not None
        persons.set_field(session, olga.id, "town", "Borgo", now=garden.clock.now())
    changes(garden, f"steps: [{{send: one}}, {watch}, {{send: two}}]\n", Migration(map={"pause": "watch"}))
    with garden.database.transaction() as session:
        row = publishing.find(session, "welcome")
        person = persons.find(session, NIVES)
        assert row is not None
        assert person is not None
        pausing.pause(session, row, by="olga", now=garden.clock.now())
        persons.set_field(session, person.id, "town", "Pietrafiore", now=garden.clock.now())
    garden.passes(days=2)
    assert (place(garden, NIVES), garden.inbox(NIVES)) == (("watch", "watching"), [])
    with garden.database.transaction() as session:
        row = publishing.find(session, "welcome")
        assert row is not None
        pausing.resume(session, row, by="olga", now=garden.clock.now())
    garden.settles()
    assert [mail["Subject"] for mail in garden.inbox(NIVES)] == ["Two"]


ADA = "ada@example.org"


@pytest.fixture
def many(garden: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """A change for which one organiser is not enough, asked for by Olga; Ada organises the site as well."""
    monkeypatch.setattr(seconding, "MANY", 0)
    with garden.database.transaction() as session:
        roles.appoint(session, [ADA], roles.ORGANISER, origin="config", now=garden.clock.now())
    return garden


def asks(town: Town, text: str, wanted: Migration) -> None:
    one = written(town, text)
    with town.database.transaction() as session:
        now = town.clock.now()
        plan = planning.plan(session, town.hub.site, one, wanted, now=now)
        olga = persons.find(session, OLGA)
        assert olga is not None
        seconding.ask(session, town.hub.site, one, wanted, plan, by="olga", who=olga.id, now=now)
    town.settles()


WITHOUT = "steps: [{send: one}, {id: rest, wait: 3 d}, {send: two}]\n"


def test_another_organiser_publishes_by_reply(many: Town) -> None:
    asks(many, WITHOUT, Migration(map={"pause": "rest"}))
    [question] = many.inbox(ADA)
    assert "people who go from pause to rest: 1" in " ".join(body(question).split())
    assert way(many)["version"] == 1
    many.replies(ADA, question, "publish")
    assert way(many)["version"] == 2
    [told] = many.inbox(ADA)
    assert told["Subject"] == "Published: welcome"
    [(_, _, _, cause)] = records(many, "moved")
    assert cause.endswith(", as olga asked: pause → rest")


def test_what_is_refused_changes_nothing(many: Town) -> None:
    asks(many, WITHOUT, Migration(map={"pause": "rest"}))
    [question] = many.inbox(ADA)
    many.replies(ADA, question, "refuse")
    assert way(many)["version"] == 1
    [told] = many.inbox(ADA)
    assert told["Subject"] == "Left as it is: welcome"


def test_the_same_is_asked_once_and_an_answer_to_what_has_changed_publishes_nothing(many: Town) -> None:
    asks(many, WITHOUT, Migration(map={"pause": "rest"}))
    asks(many, WITHOUT, Migration(map={"pause": "rest"}))
    [question] = many.inbox(ADA)
    changes(many, "steps: [{send: one}, {id: pause, wait: 10 d}, {send: extra}]\n")
    many.replies(ADA, question, "publish")
    [told] = many.inbox(ADA)
    assert told["Subject"] == "Not published: welcome is another now"
    assert way(many)["version"] == 1


def asks_to_bring_in(town: Town, count: int = 9_000) -> None:
    with town.database.transaction() as session:
        one = publishing.published(session, "welcome", loading.facts(session, town.hub.site))
        olga = persons.find(session, OLGA)
        assert one is not None
        assert olga is not None
        now = town.clock.now()
        seconding.ask_to_bring_in(session, town.hub.site, one, count, by="olga", who=olga.id, now=now)
    town.settles()


def may_come(town: Town) -> bool:
    with town.database.reading() as session:
        return seconding.may_come(session, "welcome", now=town.clock.now())


def test_many_come_in_at_once_only_when_another_organiser_agrees(many: Town) -> None:
    asks_to_bring_in(many)
    asks_to_bring_in(many, 9_001)
    [question] = many.inbox(ADA)
    assert question["Subject"] == "Welcome: may 9,000 people come in?"
    assert not may_come(many)
    many.replies(ADA, question, "yes")
    assert [mail["Subject"] for mail in many.inbox(ADA)] == ["Agreed: people may come into welcome"]
    assert may_come(many)
    assert way(many)["version"] == 1
    many.passes(days=8)
    assert not may_come(many)  # it was about who was there then


@pytest.mark.parametrize("word", ["no", None])
def test_who_says_no_or_agreed_to_what_ran_before_lets_nobody_in(many: Town, word: str | None) -> None:
    asks_to_bring_in(many)
    [question] = many.inbox(ADA)
    many.replies(ADA, question, word or "yes")
    many.inbox(ADA)
    if word is None:
        changes(many, "steps: [{send: one}, {id: pause, wait: 10 d}, {send: extra}]\n")
    assert not may_come(many)
