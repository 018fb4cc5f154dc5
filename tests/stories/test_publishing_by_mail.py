"""Files mailed to the front desk come back as their plan, and a reply publishes them."""

import json
import re
from collections.abc import Mapping
from email import policy
from email.message import EmailMessage
from io import BytesIO, StringIO

import pytest
import sqlalchemy as sa

from mailhub.cli import contents, publishing
from mailhub.cli.site import HubAction
from mailhub.content import Kind
from mailhub.db import versions
from mailhub.db.versions import Published
from mailhub.errors import BadInput
from mailhub.hub.publishing import kinds, planning
from mailhub.hub.publishing import reading as files_read
from mailhub.hub.publishing.mailed import Mailed
from mailhub.jobs.control import Terminal
from mailhub.journeys import publishing as journeys
from mailhub.journeys import seconding
from mailhub.lists import reading
from mailhub.offload import Cell, TookTooLong
from mailhub.people import persons, roles
from mailhub.people.tables import Question
from tests.stories.journeys import place, publishes
from tests.stories.town import FORGED, Town, body

OLGA, ADA, NIVES, MO, BEA, ZOE = (f"{name}@example.org" for name in ("olga", "ada", "nives", "mo", "bea", "zoe"))
DESK = "hub@lists.test"
MAILS = {"one": "One | The first.", "two": "Two | The second.", "extra": "Extra | Something more."}
HEAD = "title: Welcome\ntrigger: {activity: subscription.confirmed, list: garden}\n"
FIRST = HEAD + "steps: [{send: one}, {id: pause, wait: 10 d}, {send: two}]\n"
HELLO = "---\nsubject: {subject}\npurpose: membership\n---\n{text}\n"


@pytest.fixture
def garden(town: Town) -> Town:
    """A group; Olga organises the site, Bea the group, Mo is a member. Nothing is published but the mails."""
    town.opens_list("garden", organiser=BEA, moderate="nobody")
    town.joins("garden", OLGA, MO)
    appoints(town, OLGA)
    town.settles()
    town.opens_list("mill", organiser=OLGA)
    publishes(town, FIRST.replace("garden", "mill"), MAILS, "other")
    return town


def appoints(town: Town, *emails: str) -> None:
    with town.database.transaction() as session:
        roles.appoint(session, emails, roles.ORGANISER, origin="config", now=town.clock.now())


def mails(
    town: Town, files: Mapping[str, str | bytes], author: str = OLGA, text: str = "Here they are."
) -> EmailMessage:
    """Send these to the front desk; what comes back."""
    octets = {name: content if isinstance(content, bytes) else content.encode() for name, content in files.items()}
    town.inbox(author)
    town.writes(f"<{author}>", DESK, "New files", text, files=octets)
    [answer] = town.inbox(author)
    return answer


def runs(town: Town, kind: Kind, slug: str) -> Published | None:
    with town.database.reading() as session:
        return versions.latest(session, kind.value).get(slug)


def joins(town: Town, email: str = NIVES) -> None:
    town.writes(f"<{email}>", to="garden-join@lists.test")
    [question] = town.inbox(email)
    town.replies(f"<{email}>", question, "yes")


def said(mail: EmailMessage) -> str:
    """Its sentences, those it quotes among them."""
    return " ".join(re.sub(r"(?m)^> ?", "", body(mail)).split())


def answers(town: Town, mail: EmailMessage, word: str, author: str = OLGA) -> EmailMessage:
    town.replies(f"<{author}>", mail, word)
    [told] = town.inbox(author)
    return told


def test_a_mailed_journey_comes_back_as_its_plan_and_is_published_by_reply(garden: Town) -> None:
    plan = mails(garden, {"welcome.yaml": FIRST})
    assert plan["Subject"] == "Not live yet: welcome"
    told = said(plan)
    assert 'nothing of it is live yet: reply "publish" if it may be, "discard" to leave' in told
    assert "welcome.yaml: new - the journey begins with who comes in from now on" in told
    assert "The first mail of welcome, as it would reach you: Subject: One The first. --" in told
    assert "the 2 people who could come in today, in 4 mails: - one: 2 come to it, 2 mails - pause: 2" in told
    assert runs(garden, Kind.JOURNEY, "welcome") is None

    receipt = answers(garden, plan, "publish")
    assert receipt["Subject"] == "Published: welcome"
    assert "welcome.yaml is live from now on." in said(receipt)
    assert "mailhub journey pause welcome" in said(receipt)
    version = runs(garden, Kind.JOURNEY, "welcome")
    assert version is not None
    assert (version.number, version.origin, version.body) == (1, "mail", FIRST)
    joins(garden)
    assert "One" in garden.subjects(NIVES)
    assert place(garden, NIVES) == ("pause", "waiting")


def test_what_is_discarded_or_waits_too_long_changes_nothing_and_is_not_kept(garden: Town) -> None:
    first, second = mails(garden, {"welcome.yaml": FIRST}), mails(garden, {"spring.yaml": FIRST})
    assert answers(garden, first, "discard")["Subject"] == "Discarded: welcome"
    again = answers(garden, first, "publish")
    assert again["Subject"] == "That plan is over: welcome"
    assert "You discarded it on Monday 9 March, 9:00." in said(again)
    garden.passes(days=8)
    [monday] = garden.inbox(OLGA)
    assert "What you sent for spring waits for a word of yours" in said(monday)
    late = answers(garden, second, "publish")
    assert "It waited for a week, until Monday 16 March, 9:00." in said(late)
    with garden.database.reading() as session:
        details = session.scalars(sa.select(Question.detail).where(Question.kind.in_(kinds.ALL))).all()
    assert details == [{"files": [{"kind": "journey", "slug": slug}]} for slug in ("welcome", "spring")]
    assert runs(garden, Kind.JOURNEY, "welcome") is None


def test_what_is_wrong_is_told_with_its_line_and_the_cure_and_nothing_is_kept(garden: Town) -> None:
    wrong = FIRST.replace("wait: 10 d", "wait: soon").replace("{send: two}", "{send: tow}")
    told = mails(garden, {"welcome.yaml": wrong, "notes.md": "Ciao"})
    assert told["Subject"] == "Nothing published: welcome"
    assert "There is one thing to mend" in said(told)
    assert "notes.md:1: no template can be told from this name; call it <name>.it.md or" in said(told)
    told = mails(garden, {"welcome.yaml": wrong, "three.it.md": "Ciao"})
    assert told["Subject"] == "Nothing published: 2 files"
    assert "templates/three/three.it.md:1: the file begins without front matter; write a" in said(told)
    told = mails(garden, {"welcome.yaml": wrong})
    assert 'journeys/welcome.yaml:3: "soon" is no length of time; write it as "30 min"' in said(told)
    told = mails(garden, {"welcome.yaml": wrong.replace("soon", "3 d")})
    assert 'journeys/welcome.yaml:3: there is no template "tow"; did you mean "two"?' in said(told)
    assert garden.last() == ("answered", "faulty-files")
    with garden.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).where(Question.kind.in_(kinds.ALL))) == 0


def test_a_test_of_a_journey_that_fails_is_told_before_anything_is_published(garden: Town) -> None:
    trial = "tests:\n  - name: at once\n    at: 2026-03-09T10:00\n    script: [{expect: two}]\n"
    told = mails(garden, {"welcome.yaml": FIRST + trial})
    assert 'journeys/welcome.yaml:7: test "at once": expected two; got one' in said(told)


@pytest.mark.parametrize("author", [MO, ZOE])
def test_who_organises_nothing_hears_so_and_nothing_is_kept(garden: Town, author: str) -> None:
    told = mails(garden, {"welcome.yaml": FIRST}, author)
    assert told["Subject"] == "Only an organiser can publish this"
    assert "Nothing has changed, and nothing of it is kept." in said(told)
    assert "Here they are." in said(told)
    assert garden.last() == ("answered", "no-office")
    with garden.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).where(Question.kind.in_(kinds.ALL))) == 0


def test_files_nobody_vouches_for_wait_for_their_author(garden: Town) -> None:
    garden.inbox(OLGA)
    garden.writes(OLGA, DESK, "Files", "Here.", files={"welcome.yaml": FIRST.encode()}, headers=FORGED)
    assert garden.last() == ("held", "unproven")
    [asked] = garden.inbox(OLGA)
    assert asked["Subject"] == "Did you write to us?"
    garden.replies(OLGA, asked, "yes")
    [plan] = garden.inbox(OLGA)
    assert plan["Subject"] == "Not live yet: welcome"
    garden.replies(OLGA, plan, "publish", headers=FORGED)
    assert garden.last() == ("held", "unproven")
    garden.inbox(OLGA)
    garden.writes(ZOE, DESK, "Files", "Here.", files={"welcome.yaml": FIRST.encode()}, headers=FORGED)
    assert (garden.inbox(ZOE), garden.last()) == ([], ("held", "no-office"))
    assert runs(garden, Kind.JOURNEY, "welcome") is None


def test_nobody_else_answers_for_who_sent_it(garden: Town) -> None:
    plan = mails(garden, {"welcome.yaml": FIRST})
    appoints(garden, ADA)
    garden.replies(ADA, plan, "publish")
    assert garden.last() == ("held", "not-theirs")
    assert runs(garden, Kind.JOURNEY, "welcome") is None


def test_who_organises_no_more_publishes_nothing(garden: Town) -> None:
    plan = mails(garden, {"welcome.yaml": FIRST})
    appoints(garden, ADA)
    with garden.database.transaction() as session:
        olga = persons.find(session, OLGA)
        assert olga is not None
        roles.take(session, olga.id, roles.ORGANISER, now=garden.clock.now())
        mill = reading.by_slug(session, "mill")
        assert mill is not None
        roles.take(session, olga.id, roles.ORGANISER, mill.id, now=garden.clock.now())
    again = answers(garden, plan, "publish")  # the token of before names the plan, and proves nothing any more
    told = answers(garden, again, "publish")
    assert told["Subject"] == "Only an organiser can publish this"
    assert runs(garden, Kind.JOURNEY, "welcome") is None


YARD = "title: {it: Cortile, en: Yard}\njoin: open\n"


def test_a_mailed_group_shows_what_newcomers_are_asked_and_opens(garden: Town) -> None:
    plan = mails(garden, {"yard.yaml": YARD})
    assert "yard.yaml: new - the group opens, with nobody in it yet" in said(plan)
    assert "What whoever asks to join yard would be asked: Subject: Is this you? Yard group" in said(plan)
    assert answers(garden, plan, "publish")["Subject"] == "Published: yard"
    garden.writes(NIVES, to="yard-join@lists.test")
    [question] = garden.inbox(NIVES)
    garden.replies(NIVES, question, "yes")
    assert garden.subjects(NIVES) == ["You are in: Yard"]
    change = mails(garden, {"yard.yaml": YARD + "moderate: everyone\n"})
    assert "every message of 1 people would be read first" in said(change)
    assert "+moderate: everyone" in said(change)


def test_a_name_that_another_group_has_is_told(garden: Town) -> None:
    told = mails(garden, {"yard.yaml": YARD + "aliases: [garden]\n"})
    assert 'lists/yard.yaml:3: the name "garden" belongs to lists/garden.yaml; choose another' in said(told)


def test_who_gives_a_role_by_mail_is_asked_twice(garden: Town) -> None:
    plan = mails(garden, {"yard.yaml": YARD + f"organisers: [{ADA}]\n"})
    assert "would have a role: ada@example.org" in said(plan)
    assert "so after that we ask you once more, ten minutes later" in said(plan)
    assert answers(garden, plan, "publish")["Subject"] == "In ten minutes we ask you once more"
    assert runs(garden, Kind.LIST, "yard") is None
    garden.passes(minutes=11)
    [code] = garden.inbox(OLGA)
    assert "publish what you sent" in said(code)
    told = answers(garden, code, "confirm")
    assert told["Subject"] == "Published: yard"
    assert "send the former file again" in said(told)
    assert runs(garden, Kind.LIST, "yard") is not None


def test_a_mailed_text_changes_what_is_written_from_now_on(garden: Town) -> None:
    answers(garden, mails(garden, {"welcome.yaml": FIRST}), "publish")
    both = {f"one.{language}.md": HELLO.format(subject="One", text="Quite another.") for language in ("it", "en")}
    plan = mails(garden, both)
    assert plan["Subject"] == "Not live yet: one"
    assert "one.it.md: changed - it: One" in said(plan)
    assert "-The first. +Quite another." in said(plan)
    answers(garden, plan, "publish")
    joins(garden)
    assert any("Quite another." in body(mail) for mail in garden.inbox(NIVES))


def test_a_text_that_a_running_journey_could_not_fill_is_refused(garden: Town) -> None:
    asks = "---\nsubject: One\npurpose: membership\nvars:\n  town: text\n---\nIn {{ town }}.\n"
    told = mails(garden, {"one.it.md": asks, "one.en.md": asks})
    assert 'journeys/other.yaml:3: "one" needs "town"; add vars:' in said(told)
    alone = mails(garden, {"one.it.md": asks})
    assert 'templates/one/one.en.md:1: "town" is declared in templates/one/one.it.md and not here' in said(alone)


def test_a_journey_and_its_mail_come_together(garden: Town) -> None:
    hello = {f"hello.{language}.md": HELLO.format(subject="Ciao", text="Hello there.") for language in ("it", "en")}
    journey = HEAD + "steps: [{send: hello}]\n"
    assert 'there is no template "hello"' in said(mails(garden, {"welcome.yaml": journey}))
    plan = mails(garden, {"welcome.yaml": journey, **hello})
    assert plan["Subject"] == "Not live yet: 3 files"
    assert "Subject: Ciao Hello there." in said(plan)
    told = answers(garden, plan, "publish")
    named = "hello.en.md, hello.it.md and welcome.yaml are live from now on."
    assert named in said(told)
    joins(garden)
    assert "Ciao" in garden.subjects(NIVES)


def test_the_same_file_once_more_takes_the_place_of_the_first(garden: Town) -> None:
    first = mails(garden, {"welcome.yaml": FIRST})
    garden.passes(hours=1)
    second = mails(garden, {"welcome.yaml": FIRST.replace("10 d", "9 d")})
    assert "It takes the place of what you sent on Monday 9 March, 9:00." in said(second)
    over = answers(garden, first, "publish")
    assert over["Subject"] == "That plan is over: welcome"
    assert "On Monday 9 March, 10:00 you sent a newer one" in said(over)
    assert runs(garden, Kind.JOURNEY, "welcome") is None
    answers(garden, second, "publish")
    assert "9 d" in body_of(garden, "welcome")


def body_of(town: Town, slug: str) -> str:
    version = runs(town, Kind.JOURNEY, slug)
    return version.body if version is not None else ""


def test_what_was_published_in_between_is_not_published_over_unseen(garden: Town) -> None:
    appoints(garden, ADA)
    of_olga = mails(garden, {"welcome.yaml": FIRST})
    of_ada = mails(garden, {"welcome.yaml": FIRST.replace("10 d", "20 d")}, ADA)
    answers(garden, of_ada, "publish", ADA)
    again = answers(garden, of_olga, "publish")
    assert again["Subject"] == "Another plan now: welcome"
    assert "Nothing was published: since we showed you the plan" in said(again)
    assert "the step pause waits 10 d instead of 20 d" in said(again)
    assert "20 d" in body_of(garden, "welcome")
    assert answers(garden, again, "publish")["Subject"] == "Published: welcome"
    assert "10 d" in body_of(garden, "welcome")


WITHOUT = HEAD + "steps: [{send: one}, {id: rest, wait: 3 d}, {send: two}]\n"


@pytest.fixture
def waiting(garden: Town) -> Town:
    """Nives is on the journey, and waits at a step."""
    answers(garden, mails(garden, {"welcome.yaml": FIRST}), "publish")
    joins(garden)
    garden.passes(days=1)
    assert place(garden, NIVES) == ("pause", "waiting")
    return garden


def test_a_step_does_not_go_while_people_stand_there_until_a_reply_says_where(waiting: Town) -> None:
    plan = mails(waiting, {"welcome.yaml": WITHOUT})
    assert plan["Subject"] == "Say first where people go: welcome"
    assert 'Reply "publish pause=one" and they go to that step' in said(plan)
    assert '1 person stands at the step "pause", which is gone' in said(plan)
    assert answers(waiting, plan, "publish")["Subject"] == "Say first where people go: welcome"
    wrong = answers(waiting, plan, "publish pause=rets")
    assert '"pause" is to become "rets", which the new version has not' in said(wrong)
    mapped = answers(waiting, plan, "Publish pause=rest")
    assert mapped["Subject"] == "Not live yet: welcome"
    assert "people who go from pause to rest: 1" in said(mapped)
    assert answers(waiting, mapped, "publish")["Subject"] == "Published: welcome"
    assert place(waiting, NIVES) == ("rest", "waiting")


def test_people_may_finish_as_they_began(waiting: Town) -> None:
    plan = mails(waiting, {"welcome.yaml": WITHOUT})
    mapped = answers(waiting, plan, "publish pause stays")
    assert "people who stay at pause and finish as they began: 1" in said(mapped)
    answers(waiting, mapped, "publish")
    assert place(waiting, NIVES) == ("pause", "waiting")


def test_people_who_have_moved_make_another_plan(garden: Town) -> None:
    answers(garden, mails(garden, {"welcome.yaml": FIRST}), "publish")
    plan = mails(garden, {"welcome.yaml": WITHOUT})
    assert plan["Subject"] == "Not live yet: welcome"
    joins(garden)
    again = answers(garden, plan, "publish")
    assert again["Subject"] == "Say first where people go: welcome"


def test_words_that_are_not_clear_publish_nothing(garden: Town) -> None:
    plan = mails(garden, {"welcome.yaml": FIRST})
    told = answers(garden, plan, "publish, but only on Monday")
    assert told["Subject"] == "It is not clear what to publish: welcome"
    assert runs(garden, Kind.JOURNEY, "welcome") is None
    assert answers(garden, told, "publish")["Subject"] == "Published: welcome"


def test_for_thousands_another_organiser_says_yes_too(waiting: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seconding, "MANY", 0)
    appoints(waiting, ADA)
    mapped = answers(waiting, mails(waiting, {"welcome.yaml": WITHOUT}), "publish pause=rest")
    assert "For welcome another organiser will be asked too" in said(mapped)
    told = answers(waiting, mapped, "publish")
    assert told["Subject"] == "Another organiser is asked: welcome"
    assert body_of(waiting, "welcome") == FIRST
    [question] = waiting.inbox(ADA)
    assert question["Subject"] == "Welcome: shall the change be published?"
    waiting.replies(ADA, question, "publish")
    assert body_of(waiting, "welcome") == WITHOUT
    version = runs(waiting, Kind.JOURNEY, "welcome")
    assert version is not None
    assert version.origin == "mail"
    assert place(waiting, NIVES) == ("rest", "waiting")


def test_what_concerns_many_at_once_takes_two_mails(waiting: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "AT_ONCE", 0)
    plan = mails(waiting, {"welcome.yaml": WITHOUT})
    mapped = answers(waiting, plan, "publish pause=rest")
    assert "concerns more than 0 people at once" in said(mapped)
    assert answers(waiting, mapped, "publish")["Subject"] == "In ten minutes we ask you once more"
    waiting.passes(minutes=11)
    [code] = waiting.inbox(OLGA)
    assert answers(waiting, code, "confirm")["Subject"] == "Published: welcome"
    assert place(waiting, NIVES) == ("rest", "waiting")


def test_a_publication_is_taken_back_within_a_day(waiting: Town) -> None:
    told = answers(waiting, mails(waiting, {"welcome.yaml": FIRST.replace("10 d", "5 d")}), "publish")
    assert "5 d" in body_of(waiting, "welcome")
    assert answers(waiting, told, "undo")["Subject"] == "Done: all as before"
    assert body_of(waiting, "welcome") == FIRST
    told = answers(waiting, mails(waiting, {"spring.yaml": FIRST, "yard.yaml": YARD}), "publish")
    answers(waiting, told, "undo")
    with waiting.database.reading() as session:
        row, group = journeys.find(session, "spring"), reading.by_slug(session, "yard")
    assert row is not None
    assert group is not None
    assert (row.closed_at, group.closed_at) == (waiting.clock.now(), waiting.clock.now())


def test_what_is_newer_or_has_people_is_not_taken_back(waiting: Town) -> None:
    first = answers(waiting, mails(waiting, {"welcome.yaml": FIRST.replace("10 d", "5 d")}), "publish")
    answers(waiting, mails(waiting, {"welcome.yaml": FIRST.replace("10 d", "6 d")}), "publish")
    assert answers(waiting, first, "undo")["Subject"] == "It is late to undo"
    group = answers(waiting, mails(waiting, {"yard.yaml": YARD}), "publish")
    waiting.joins("yard", MO)
    assert answers(waiting, group, "undo")["Subject"] == "It is late to undo"
    assert "6 d" in body_of(waiting, "welcome")


def test_a_mail_that_a_newer_journey_writes_by_is_not_taken_back(garden: Town) -> None:
    hello = {f"hello.{language}.md": HELLO.format(subject="Ciao", text="Hello there.") for language in ("it", "en")}
    mail = answers(garden, mails(garden, hello), "publish")
    way = answers(garden, mails(garden, {"welcome.yaml": HEAD + "steps: [{send: hello}]\n"}), "publish")
    assert answers(garden, mail, "undo")["Subject"] == "It is late to undo"
    answers(garden, way, "undo")
    assert answers(garden, mail, "undo")["Subject"] == "Done: all as before"


def test_what_a_program_would_answer_for_ever_is_not_told_of_faults(garden: Town) -> None:
    bulk = {"Precedence": "bulk"}
    garden.writes(OLGA, DESK, "Files", "Here.", files={"welcome.yaml": b"title: ["}, headers=bulk)
    assert garden.inbox(OLGA)[1:] == []
    assert garden.last()[0] == "dropped"


def test_who_organises_a_group_publishes_what_stays_within_it(garden: Town) -> None:
    plan = mails(garden, {"welcome.yaml": FIRST, "garden.yaml": "title: Garden\nmoderate: nobody\n"}, BEA)
    assert answers(garden, plan, "publish", BEA)["Subject"] == "Published: 2 files"
    beyond = (
        {"mill.yaml": YARD},
        {"yard.yaml": YARD},
        {"other.yaml": FIRST},
        {"away.yaml": HEAD.replace("garden", "mill") + "steps: [{send: one}]\n"},
        {"away.yaml": HEAD + "steps: [{id: tell, webhook: {url: 'https://x.example/', values: {who: person.name}}}]\n"},
        {"away.yaml": HEAD + "steps: [{id: in, join: mill}]\n"},
        {"one.it.md": HELLO.format(subject="One", text="Another.")},
    )
    for files in beyond:
        told = mails(garden, files, BEA)
        assert told["Subject"] == "Only an organiser can publish this", (files, body(told))
        garden.passes(days=1)


@pytest.mark.parametrize(
    ("name", "octets"),
    [
        ("Welcome (1).YAML.txt", FIRST.encode()),
        ("welcome.yml", b"\xef\xbb\xbf" + FIRST.replace("\n", "\r\n").encode()),
        ("C:\\Documents\\welcome.yaml", FIRST.encode("utf-16")),
        ("../../welcome.yaml", FIRST.replace("Welcome", "Qui c’è").encode("cp1252")),
    ],
)
def test_what_mail_programs_do_to_names_and_letters_is_forgiven(garden: Town, name: str, octets: bytes) -> None:
    plan = mails(garden, {name: octets})
    assert plan["Subject"] == "Not live yet: welcome"
    answers(garden, plan, "publish")
    assert body_of(garden, "welcome").replace("Qui c’è", "Welcome") == FIRST
    assert list(garden.folder.rglob("welcome.yaml")) == []


def test_a_mail_that_is_nothing_but_a_file_is_one(garden: Town) -> None:
    garden.inbox(OLGA)
    for subject, text, told in (
        ("journeys/welcome.yaml", f"{FIRST}\n-- \nOlga\n", "Not live yet: welcome"),
        ("New words", f"# yard.yaml\n{YARD}", "Not live yet: yard"),
        ("one.it.md", HELLO.format(subject="One", text="Another."), "Not live yet: one"),
        ("Something new", FIRST, "Nothing published: your mail"),
    ):
        garden.writes(OLGA, DESK, subject, text)
        assert garden.subjects(OLGA) == [told]
    garden.writes(OLGA, DESK, "Title: it is raining", "title: is what I mean\njoin us on Monday, all of you, please")
    assert garden.last()[1] != "faulty-files"


def test_notes_beside_a_letter_to_the_desk_are_read_by_a_person(garden: Town) -> None:
    minutes = {"minutes.md": b"# Monday\n\nWe met."}
    garden.writes(
        MO, DESK, "Minutes", "Here are the minutes of Monday, for everybody who was not there.", files=minutes
    )
    assert garden.last() == ("held", "unrouted")


def test_the_same_mail_once_more_makes_no_second_plan(garden: Town) -> None:
    letter = garden.letter(OLGA, DESK, "Files", "Here.", files={"welcome.yaml": FIRST.encode()})
    for _ in range(2):
        garden.receives(letter.as_bytes(policy=policy.SMTP), OLGA, [DESK])
    assert garden.subjects(OLGA).count("Not live yet: welcome") == 1
    assert garden.last() == ("dropped", "duplicate")


def test_who_is_forgotten_leaves_no_text_in_a_plan_that_waited(garden: Town) -> None:
    appoints(garden, ADA)
    mails(garden, {"welcome.yaml": FIRST})
    garden.writes(OLGA, DESK, text="forget me")
    garden.passes(minutes=11)
    [code] = garden.inbox(OLGA)[-1:]
    garden.replies(OLGA, code, "confirm")
    with garden.database.reading() as session:
        [detail] = session.scalars(sa.select(Question.detail).where(Question.kind.in_(kinds.ALL)))
    assert detail == {"files": [{"kind": "journey", "slug": "welcome"}]}


def test_what_would_cost_much_to_read_is_refused_before_it_is_read(garden: Town) -> None:
    bomb = "title: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"k{n}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 10)}]\n" for n in range(8)
    )
    assert "more than 20000 values; split the file" in said(mails(garden, {"bomb.yaml": bomb}))
    assert "more than 30 levels" in said(mails(garden, {"deep.yaml": f"title: {'[' * 200}"}))
    assert "files are longer than 100,000 octets" in said(mails(garden, {"long.yaml": "#" * 100_001}))
    many = {f"n{number}.yaml": YARD for number in range(13)}
    assert "13 files came at once; send 12 at most in one mail" in said(mails(garden, many))
    twice = mails(garden, {"yard.yaml": YARD, "yard (1).yaml": YARD})
    assert "lists/yard.yaml:1: this file came twice; send one of the two" in said(twice)
    garden.passes(days=1)
    assert "take the tag away" in said(mails(garden, {"tag.yaml": "title: !!python/object:os.system x\n"}))
    template = HELLO.format(subject="One", text="{{ ''.__class__ }}")
    assert "templates/hello/hello.it.md:5:" in said(mails(garden, {"hello.it.md": template}))


def test_what_hangs_its_reader_is_refused_and_hangs_nothing_else(garden: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def hangs(*_: object) -> None:
        raise TookTooLong("10 s")

    monkeypatch.setattr(files_read, "vet", hangs)
    assert "these files take too long to read; send them one by one" in said(mails(garden, {"welcome.yaml": FIRST}))


def test_files_are_tried_in_a_process_of_their_own(garden: Town) -> None:
    cell = Cell(20.0)
    hello = HELLO.format(subject="Ciao", text="Hello there.")
    files = (
        Mailed(Kind.JOURNEY, "welcome", "journeys/welcome.yaml", "title: ["),
        Mailed(Kind.TEMPLATE, "hello.it", "templates/hello/hello.it.md", hello),
    )
    try:
        assert cell.call(files_read.vet, files, garden.hub.site.content_dir) is None
    finally:
        cell.close()


def test_a_draft_is_not_published_by_mail(garden: Town) -> None:
    told = mails(garden, {"welcome.yaml": "draft: true\n" + FIRST})
    assert 'journeys/welcome.yaml:1: this journey is a draft; take "draft: true" away to publish it' in said(told)


def test_what_runs_already_is_nothing_to_publish(garden: Town) -> None:
    answers(garden, mails(garden, {"welcome.yaml": FIRST}), "publish")
    told = mails(garden, {"welcome.yaml": f"# As before\n{FIRST}"})
    assert told["Subject"] == "Nothing to publish: welcome"
    assert garden.last() == ("answered", "nothing-new")


def test_everything_is_told_in_italian_too(paese: Town) -> None:
    paese.opens_list("garden", organiser=OLGA)
    appoints(paese, OLGA)
    publishes(paese, HEAD + "steps: [{send: one}]\n", MAILS, "other")
    plan = mails(paese, {"welcome.yaml": FIRST}, text="Ecco il nuovo file per il gruppo.")
    assert plan["Subject"] == "Non ancora in uso: welcome"
    assert "rispondi «pubblica» se va bene così, «rifiuta» per lasciare tutto com'è" in said(plan)
    assert "La prima mail di welcome, come arriverebbe a te: Oggetto: One" in said(plan)
    told = answers(paese, plan, "pubblica")
    assert told["Subject"] == "In uso: welcome"
    assert "welcome.yaml è in uso da adesso." in said(told)


ARGS = {
    "diff": False,
    "map": (),
    "leave": (),
    "stay": (),
    "recount": (),
    "backfill": (),
    "organiser": None,
    "spread": 1,
}


def command(town: Town, action: HubAction, **args: object) -> list[str]:
    """What a command says that works with the running site; of the journey alone."""
    out = StringIO()
    action(town.hub, {**ARGS, **args}, Terminal(out, out, {}, lambda: None, False))
    return [line for line in out.getvalue().splitlines() if "welcome" in line]


def exports(town: Town) -> None:
    """`mailhub export content`."""
    out, folder = BytesIO(), town.hub.settings.content.dir
    contents.give(town.hub, {"theirs": False}, Terminal(StringIO(), StringIO(), {"out": out}, lambda: None, False))
    for one in json.loads(out.getvalue()):
        path = folder / one["file"]
        path.parent.mkdir(exist_ok=True)
        path.write_text(one["text"])
    contents.note(town.hub, {}, Terminal(StringIO(), StringIO(), {"in": BytesIO(out.getvalue())}, lambda: None, False))


def test_what_was_published_by_mail_is_newer_than_the_folder_until_it_is_exported(garden: Town) -> None:
    answers(garden, mails(garden, {"welcome.yaml": FIRST}), "publish")
    newer = (
        "welcome: changed by mail, from Olga, on Mon 09 Mar 2026, 09:00; `mailhub export content` writes it into the"
    )
    assert command(garden, publishing.plan) == [f"{newer} file"]
    assert command(garden, publishing.apply, keep=None, close=False, by="olga") == []
    assert body_of(garden, "welcome") == FIRST
    exports(garden)
    path = garden.hub.settings.content.dir / "journeys" / "welcome.yaml"
    assert path.read_text() == FIRST
    assert command(garden, publishing.plan) == []

    path.write_text(FIRST.replace("10 d", "4 d"))
    assert command(garden, publishing.plan)[0] == "journeys/welcome.yaml: changed"
    answers(garden, mails(garden, {"welcome.yaml": FIRST.replace("10 d", "6 d")}), "publish")
    both = "journeys/welcome.yaml: changed in the file and by mail, from Olga, on Mon 09 Mar 2026, 09:00"
    assert command(garden, publishing.plan)[0] == both
    with pytest.raises(BadInput, match="changed in the file and by mail, from Olga") as refused:
        command(garden, publishing.apply, keep=None, close=False, by="olga")
    assert "`mailhub apply --ours` publishes the files" in str(refused.value)
    with pytest.raises(BadInput, match="Nothing was written"):
        exports(garden)
    assert "6 d" in body_of(garden, "welcome")
    command(garden, publishing.apply, keep="files", close=False, by="olga")
    assert "4 d" in body_of(garden, "welcome")


def test_whoever_asked_is_named_where_another_agreed(waiting: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seconding, "MANY", 0)
    appoints(waiting, ADA)
    mapped = answers(waiting, mails(waiting, {"welcome.yaml": WITHOUT}), "publish pause=rest")
    answers(waiting, mapped, "publish")
    waiting.replies(ADA, waiting.inbox(ADA)[0], "publish")
    assert "changed by mail, from Olga, on Tue 10 Mar" in command(waiting, publishing.plan)[0]
