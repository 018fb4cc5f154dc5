"""Somebody joins, and things happen to them step by step, as organisers wrote it."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa

from mailhub.inbound.tracing.finding import trace
from mailhub.inbound.tracing.wording import tell
from mailhub.journeys import erasing, rows
from mailhub.journeys.tables import Enrolment, JourneyRow
from mailhub.people import persons
from mailhub.templates import publishing as templates
from tests.stories.journeys import place, publishes, steps
from tests.stories.town import Town, body, prose

OLGA, NIVES = "olga@example.org", "nives@example.org"
HELLO = {"hello": "Hello {{ name }} | How good that you are here."}


def joins(town: Town, email: str = NIVES, group: str = "garden") -> None:
    """Nives asks and confirms; what she was told is read."""
    town.writes(f"Nives Rossi <{email}>", to=f"{group}-join@lists.test")
    question = town.inbox(email)[-1]
    town.replies(f"Nives Rossi <{email}>", question, "yes")


@pytest.fixture
def garden(town: Town) -> Town:
    town.opens_list("garden", organiser=OLGA)
    town.joins("garden", OLGA)
    town.settles()  # what happened until now is known
    return town


def test_three_lines_welcome_whoever_joins(garden: Town) -> None:
    journey = "title: Welcome\ntrigger: {activity: subscription.confirmed, list: garden}\nsteps: [{send: hello}]\n"
    publishes(garden, journey, HELLO)
    joins(garden)
    [_, hello] = garden.inbox(NIVES)
    assert hello["Subject"] == "Hello friend"
    assert "How good that you are here." in body(hello)
    assert place(garden, NIVES) == ("ended", "completed")
    assert steps(garden, NIVES) == [("hello", "sent")]


def test_who_joined_before_it_was_published_is_left_in_peace(garden: Town) -> None:
    joins(garden)
    garden.inbox(NIVES)
    journey = "title: Welcome\ntrigger: {activity: subscription.confirmed, list: garden}\nsteps: [{send: hello}]\n"
    publishes(garden, journey, HELLO)
    garden.passes(days=2)
    assert garden.inbox(NIVES) == []


WAY = """
title: Welcome
trigger: {activity: subscription.confirmed, list: garden}
exits:
  - {id: writes, when: list.garden.posts >= 1, goal: true}
timing: {quiet: {from: "21:30", to: "8:00"}, days: [mon, tue, wed, thu, fri, sat]}
steps:
  - send: {template: hello, quiet: ignore, vars: {name: person.first_name}}
  - id: tools
    ask:
      template: tools
      question: Would you like to borrow tools?
      answer: yes_no
      store: answer.tools
      timeout: 5 d
      retry: {times: 1, every: 2 d}
      then: {timeout: later, unclear: call}
  - id: which
    branch: [{when: answer.tools, goto: lend}, {else: true, goto: later}]
  - {id: lend, task: {text: Show them where the tools are., timeout: 3 d, escalate: true}}
  - {id: news, join: {list: tools, after: answer.tools}}
  - {id: later, wait: 10 d}
  - send: how
    goto: end
  - {id: call, task: {text: Please call them.}}
"""
MAILS = {
    **HELLO,
    "tools": "Would you like to borrow tools? | Reply with yes or no.",
    "how": "How is it going? | Tell us, if you like.",
}


@pytest.fixture
def way(garden: Town) -> Town:
    garden.opens_list("tools", organiser=OLGA)
    publishes(garden, WAY, MAILS)
    joins(garden)
    return garden


def asked(town: Town) -> EmailMessage:
    """The question, once its hour has come: one mail a day is enough."""
    town.passes(days=1)
    return next(mail for mail in town.inbox(NIVES) if str(mail["Subject"]).startswith("Would you"))


def test_mails_come_one_a_day_in_hours_that_are_not_quiet(way: Town) -> None:
    assert way.subjects(NIVES)[-1] == "Hello Nives"
    way.passes(hours=14)  # 23:00
    assert way.subjects(NIVES) == []
    way.passes(hours=9, minutes=30)  # 8:30 the next day
    assert way.subjects(NIVES) == ["Would you like to borrow tools?"]


def test_a_plain_yes_moves_on_to_a_person_and_into_a_group(way: Town) -> None:
    question = asked(way)
    way.inbox(OLGA)
    way.replies(NIVES, question, "Yes please, that would be great!")
    assert place(way, NIVES) == ("lend", "tasked")
    [favour] = way.inbox(OLGA)
    assert "Show them where the tools are." in prose(favour)
    assert "Nives Rossi" in prose(favour)
    assert way.inbox(NIVES)[-1]["Subject"] == "Noted: yes"
    way.replies(OLGA, favour, "done")
    found = way.place("tools", NIVES)
    assert found is not None
    assert found.state.value == "active"
    assert place(way, NIVES) == ("later", "waiting")


def test_a_no_goes_another_way(way: Town) -> None:
    way.replies(NIVES, asked(way), "no thanks")
    assert place(way, NIVES) == ("later", "waiting")
    assert way.place("tools", NIVES) is None


def test_what_is_no_answer_goes_to_a_person_and_the_journey_waits(way: Town) -> None:
    question = asked(way)
    way.inbox(OLGA)
    way.replies(
        NIVES, question, "By the way, is the gate open in the mornings? I would come with my two children then."
    )
    assert place(way, NIVES) == ("tools", "asked")
    [heard] = way.inbox(OLGA)
    assert "is the gate open in the mornings?" in body(heard)
    assert way.inbox(NIVES)[-1]["Subject"] == "We gave your message to the organisers"
    way.replies(NIVES, question, "yes")
    assert place(way, NIVES)[0] == "lend"


def test_what_cannot_be_read_is_asked_once_more_and_then_looked_at_by_a_person(way: Town) -> None:
    question = asked(way)
    way.replies(NIVES, question, "maybe")
    [again] = way.inbox(NIVES)
    assert "Would you like to borrow tools?" in prose(again)
    way.inbox(OLGA)
    way.replies(NIVES, again, "perhaps, who knows")
    assert place(way, NIVES) == ("call", "tasked")
    [favour] = way.inbox(OLGA)
    assert "> perhaps, who knows" in body(favour)
    assert way.inbox(NIVES)[-1]["Subject"] == "We gave your message to the organisers"


def test_what_stands_beside_an_answer_is_read_by_a_person(way: Town) -> None:
    question = asked(way)
    way.inbox(OLGA)
    way.replies(NIVES, question, "Yes. Is the small saw still there?")
    assert place(way, NIVES)[0] == "lend"
    assert any("Is the small saw still there?" in body(mail) for mail in way.inbox(OLGA))


def test_silence_is_reminded_once_and_then_passed_over(way: Town) -> None:
    asked(way)
    way.passes(days=3)
    assert way.subjects(NIVES) == ["Would you like to borrow tools?"]
    way.passes(days=6)
    assert place(way, NIVES) == ("later", "waiting")
    assert ("tools", "timeout") in steps(way, NIVES)


def test_an_answer_after_the_end_changes_nothing_and_says_so(way: Town) -> None:
    question = asked(way)
    way.passes(days=9)
    way.inbox(NIVES)
    way.replies(NIVES, question, "yes")
    assert place(way, NIVES) == ("later", "waiting")
    assert way.inbox(NIVES)[-1]["Subject"] == "The question is closed"


def test_an_automatic_answer_answers_nothing(way: Town) -> None:
    question = asked(way)
    way.replies(NIVES, question, "yes", headers={"Auto-Submitted": "auto-replied"})
    assert place(way, NIVES) == ("tools", "asked")


def test_a_forwarded_question_gives_nobody_her_voice(way: Town) -> None:
    question = asked(way)
    way.joins("garden", "mo@example.org")
    way.replies("mo@example.org", question, "yes")
    assert place(way, NIVES) == ("tools", "asked")


def test_a_goal_ends_the_way_at_once(way: Town) -> None:
    way.writes(f"Nives Rossi <{NIVES}>", to="garden@lists.test", subject="Seeds", text="I have beans to share.")
    held = way.inbox(OLGA)[-1]
    way.replies(OLGA, held, "publish")
    assert place(way, NIVES) == ("ended", "goal")
    way.inbox(NIVES)
    way.passes(days=20)
    assert way.subjects(NIVES) == []


def test_who_leaves_the_group_gets_nothing_more(way: Town) -> None:
    way.inbox(NIVES)
    way.writes(NIVES, to="garden-leave@lists.test")
    way.inbox(NIVES)
    way.passes(days=20)
    assert way.subjects(NIVES) == []


def test_a_task_nobody_does_goes_to_the_organisers_of_the_site_and_then_on(way: Town) -> None:
    way.replies(NIVES, asked(way), "yes")
    way.passes(days=7)
    assert place(way, NIVES)[0] in ("later", "how")


def test_words_to_a_mail_that_asks_nothing_reach_a_person(way: Town) -> None:
    hello = way.inbox(NIVES)[-1]
    way.inbox(OLGA)
    way.replies(NIVES, hello, "Thank you! Where do I park my bicycle?")
    [heard] = way.inbox(OLGA)
    assert "Where do I park my bicycle?" in body(heard)


def test_why_says_what_began_it_and_what_comes_next(way: Town) -> None:
    hello = way.inbox(NIVES)[-1]
    way.replies(NIVES, hello, "why")
    [told] = way.inbox(NIVES)
    assert "It is a step of Welcome: it began when you joined Garden, Monday 9 March." in prose(told)
    assert "The next step is tomorrow, Tuesday 10, 8:00." in prose(told) or "The next step is" in prose(told)
    way.replies(NIVES, asked(way), "why")
    assert "Now it waits for your answer" in prose(way.inbox(NIVES)[-1])


def test_in_a_pause_nothing_comes_and_after_it_the_journey_goes_on(way: Town) -> None:
    hello = way.inbox(NIVES)[-1]
    way.replies(NIVES, hello, "pause until 20 March")
    way.inbox(NIVES)
    way.passes(days=8)
    assert way.subjects(NIVES) == []
    way.passes(days=4)
    assert "Would you like to borrow tools?" in way.subjects(NIVES)


def test_whoever_resumes_sooner_hears_sooner(way: Town) -> None:
    hello = way.inbox(NIVES)[-1]
    way.replies(NIVES, hello, "pause until 20 March")
    way.passes(days=2)
    way.inbox(NIVES)
    way.replies(NIVES, hello, "resume")
    assert "Would you like to borrow tools?" in way.subjects(NIVES)


def test_leaving_the_group_ends_the_way_whatever_the_file_says(way: Town) -> None:
    way.replies(NIVES, asked(way), "leave")
    assert place(way, NIVES) == ("ended", "left")


def traced(town: Town, email: str, language: str = "en") -> str:
    with town.database.reading() as session:
        found = trace(session, town.hub, email)
    return "\n".join(line.text for line in tell(found, town.hub.verbs, language, "Europe/Rome", town.clock.now()))


def test_a_trace_says_where_somebody_stands_and_why_somebody_else_is_in_no_journey(way: Town) -> None:
    way.replies(NIVES, asked(way), "no")
    told = traced(way, NIVES)
    assert 'Journey "Welcome", version 1: it began Monday 9 March, 9:00.' in told
    assert "step tools, answered." in told
    assert "Now at the step later, until" in told
    way.writes("Mo <mo@example.org>", to="tools-join@lists.test")
    outside = traced(way, "mo@example.org")
    assert 'Journey "Welcome": not now.' in outside
    assert "list.garden.member is false" in outside
    assert "Percorso «Welcome»: adesso no." in traced(way, "mo@example.org", "it")


LATE = """
title: News of the beds
trigger: {activity: subscription.confirmed, list: garden}
timing: {overdue: {grace: 2 d, then: THEN}}
steps:
  - {id: three-days, wait: 3 d}
  - send: how
"""


def pauses(town: Town, *, for_days: int) -> None:
    """Nobody moves for a while, as after an outage."""
    for row_values in ({"paused_at": town.clock.now()}, {"paused_at": None}):
        with town.database.transaction() as session:
            session.execute(sa.update(JourneyRow).values(**row_values))
        if row_values["paused_at"] is not None:
            town.passes(days=for_days)


def late(town: Town, then: str) -> None:
    publishes(town, LATE.replace("THEN", then), MAILS)
    joins(town)
    town.inbox(NIVES)
    pauses(town, for_days=12)
    town.settles()


def test_what_is_too_late_is_passed_over(garden: Town) -> None:
    late(garden, "skip")
    assert garden.subjects(NIVES) == []
    assert steps(garden, NIVES)[-1] == ("how", "too late")


def test_what_is_late_still_leaves_where_the_file_says_so(garden: Town) -> None:
    late(garden, "send")
    assert garden.subjects(NIVES) == ["How is it going?"]


@pytest.mark.parametrize(("word", "subjects"), [("send", ["How is it going?"]), ("skip", [])])
def test_somebody_says_whether_a_late_mail_still_leaves(garden: Town, word: str, subjects: list[str]) -> None:
    late(garden, "ask")
    assert garden.subjects(NIVES) == []
    question = garden.inbox(OLGA)[-1]
    assert str(question["Subject"]) == "News of the beds: a mail is late. Shall I send it?"
    garden.replies(OLGA, question, word)
    assert garden.subjects(NIVES) == subjects
    assert place(garden, NIVES) == ("ended", "completed")


def test_a_mail_that_cannot_be_written_stops_those_it_is_for_and_is_told_once(garden: Town) -> None:
    journey = "title: Welcome\ntrigger: {activity: subscription.confirmed, list: garden}\nsteps: [{send: hello}]\n"
    publishes(garden, journey, HELLO)
    with garden.database.transaction() as session:
        for slug in ("hello.it", "hello.en"):
            templates.take_back(session, slug, now=garden.clock.now())
    joins(garden)
    joins(garden, "mo@example.org")
    assert place(garden, NIVES) == place(garden, "mo@example.org") == ("ended", "failed")
    told = [mail for mail in garden.inbox(OLGA) if "could not be written" in str(mail["Subject"])]
    assert len(told) == 1
    assert "the mail hello is not published any more" in prose(told[0])


def test_an_answer_is_kept_also_where_the_next_mail_cannot_be_written(garden: Town) -> None:
    ask = "{template: where, question: Where do you live?, answer: text, store: person.field.town}"
    head = "title: Welcome\ntrigger: {activity: subscription.confirmed, list: garden}\n"
    journey = f"{head}steps:\n  - {{id: a, ask: {ask}}}\n  - send: {{template: hello, class: service}}\n"
    publishes(garden, journey, {"where": "Where? | Where do you live?", **HELLO})
    joins(garden)
    question = garden.inbox(NIVES)[-1]
    with garden.database.transaction() as session:
        for slug in ("hello.it", "hello.en"):
            templates.take_back(session, slug, now=garden.clock.now())
    garden.replies(f"Nives Rossi <{NIVES}>", question, "In Bra")
    assert place(garden, NIVES) == ("ended", "failed")
    person = garden.person(NIVES)
    assert person is not None
    with garden.database.reading() as session:
        assert persons.fields_of(session, person.id) == {"town": "In Bra"}


def test_a_wait_until_an_hour_ends_at_that_hour_where_the_person_is(garden: Town) -> None:
    journey = LATE.replace("wait: 3 d", 'wait: {until: "thu 18:30"}').replace("THEN", "skip")
    publishes(garden, journey, MAILS)
    joins(garden)
    garden.inbox(NIVES)
    garden.passes(days=3, hours=9, minutes=29)  # Thursday, 18:29
    assert garden.subjects(NIVES) == []
    garden.passes(minutes=2)
    assert garden.subjects(NIVES) == ["How is it going?"]


def test_a_wait_for_something_ends_when_it_is_so(garden: Town) -> None:
    garden.opens_list("tools", organiser=OLGA)
    journey = LATE.replace("wait: 3 d", "wait: {when: list.tools.member, timeout: 30 d, then: {timeout: end}}")
    publishes(garden, journey.replace("THEN", "skip"), MAILS)
    joins(garden)
    garden.inbox(NIVES)
    garden.passes(days=5)
    assert garden.subjects(NIVES) == []
    garden.joins("tools", NIVES)
    garden.settles()
    assert garden.subjects(NIVES) == ["How is it going?"]


def test_a_wait_for_something_that_never_comes_ends_by_itself(garden: Town) -> None:
    garden.opens_list("tools", organiser=OLGA)
    journey = LATE.replace("wait: 3 d", "wait: {when: list.tools.member, timeout: 30 d, then: {timeout: end}}")
    publishes(garden, journey.replace("THEN", "skip"), MAILS)
    joins(garden)
    garden.passes(days=31)
    assert steps(garden, NIVES) == [("three-days", "timeout")]
    assert place(garden, NIVES) == ("ended", "completed")


def test_a_split_parts_people_and_keeps_each_on_their_side(garden: Town) -> None:
    journey = (
        "title: Two ways\ntrigger: {activity: subscription.confirmed, list: garden}\n"
        "steps:\n  - {id: part, split: {hello: 50, how: 50}}\n  - {send: hello, goto: end}\n  - send: how\n"
    )
    publishes(garden, journey, MAILS)
    people = [f"person{n}@example.org" for n in range(12)]
    garden.joins("garden", *people)
    garden.settles()
    taken = {steps(garden, email)[0][1] for email in people}
    assert taken == {"hello", "how"}
    assert all(len(garden.inbox(email)) == 1 for email in people)


def test_who_is_forgotten_is_on_no_journey_and_leaves_no_answer(way: Town) -> None:
    way.replies(NIVES, asked(way), "yes")
    with way.database.transaction() as session:
        person = persons.find(session, NIVES)
        assert person is not None
        assert erasing.forget(session, person.id, limit=100)
        assert not erasing.forget(session, person.id, limit=100)
        kept = session.scalars(sa.select(Enrolment)).all()
    assert [(one.ended, one.reason, one.kept) for one in kept] == [("stopped", "erased", {})]


SHARED = """
title: One line of yours
trigger: {activity: subscription.confirmed, list: garden}
steps:
  - id: why
    ask:
      template: how
      quiet: ignore
      question: What made you come?
      answer: text
      store: answer.why
      publish_in: garden
"""


@pytest.mark.parametrize("word", ["yes", "no"])
def test_an_answer_stands_in_the_group_after_its_authors_yes_and_not_without(garden: Town, word: str) -> None:
    publishes(garden, SHARED, MAILS)
    garden.written.append("What made you come?")
    joins(garden)
    question = garden.inbox(NIVES)[-1]
    garden.inbox(OLGA)
    garden.replies(NIVES, question, "The smell of tomatoes, and my grandmother.")
    may = garden.inbox(NIVES)[-1]
    assert str(may["Subject"]) == "May the group read it?"
    assert "> The smell of tomatoes, and my grandmother." in body(may)
    garden.replies(NIVES, may, word)
    if word == "yes":
        [held] = garden.inbox(OLGA)
        garden.replies(OLGA, held, "publish")
        [copy] = [mail for mail in garden.inbox(OLGA) if str(mail["Subject"]) == "What made you come?"]
        assert "The smell of tomatoes" in body(copy)
    else:
        assert garden.inbox(OLGA) == []
        assert garden.inbox(NIVES)[-1]["Subject"] == "It stays between you and the organisers"


def test_where_two_mails_are_due_the_one_of_the_journey_that_matters_more_leaves_today(garden: Town) -> None:
    for slug, mail, priority in (("small", "hello", 20), ("large", "how", 80)):
        journey = (
            f"title: {slug}\ntrigger: {{activity: subscription.confirmed, list: garden}}\npriority: {priority}\n"
            f'steps: [{{id: tomorrow, wait: {{until: "10:00"}}}}, {{send: {mail}}}]\n'
        )
        publishes(garden, journey, MAILS, slug)
    joins(garden)
    garden.inbox(NIVES)
    garden.passes(hours=5)
    assert garden.subjects(NIVES) == ["How is it going?"]
    garden.passes(days=1)
    assert garden.subjects(NIVES) == ["Hello friend"]


def test_a_rule_of_exit_that_counts_days_is_looked_at_on_its_day(garden: Town) -> None:
    journey = (
        "title: Welcome\ntrigger: {activity: subscription.confirmed, list: garden}\n"
        "exits: [{id: old, when: person.created < now - 10 d}]\n"
        "steps: [{send: hello}, {id: long, wait: 30 d}]\n"
    )
    publishes(garden, journey, HELLO)
    joins(garden)
    garden.passes(days=9)
    assert place(garden, NIVES) == ("long", "waiting")
    with garden.database.reading() as session:
        way = session.scalars(sa.select(Enrolment).order_by(Enrolment.id.desc()).limit(1)).one()
        assert way.due_at is not None
        assert way.due_at < garden.clock.now() + timedelta(days=2)
        own = rows.due_of(way.due_at, way.kept)
        assert own is not None
        assert own > garden.clock.now() + timedelta(days=20)
    garden.passes(days=2)
    assert place(garden, NIVES) == ("ended", "left")
    assert steps(garden, NIVES) == [("hello", "sent"), ("long", "old")]
