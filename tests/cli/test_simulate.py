"""`mailhub simulate` shows what a journey would do, to whom and when; it writes nothing."""

import json
from typing import Any

import pytest

from tests.cli.conftest import Cli

JOURNEY = """\
title: Two mails
list: orto
trigger: {activity: subscription.confirmed, list: orto, where: posts.count < 1}
timing: {quiet: {from: "21:30", to: "8:00"}}
steps:
  - send: {template: benarrivo, quiet: ignore}
  - id: dove
    ask: {template: dove-stai, question: Where?, answer: text, store: answer.town, timeout: 5 d,
          retry: {every: 3 d}, then: {timeout: saluti}}
  - {id: due-giorni, wait: 2 d}
  - {id: saluti, send: benarrivo}
"""
MAIL = '---\nsubject: "Hello"\npurpose: membership\n---\nHello.\n'
PEOPLE = "email,name,language,time_zone\nana@example.org,Ana,it,Europe/Rome\nbea@example.org,Bea,en,America/Santiago\n"


@pytest.fixture
def garden(site: Cli) -> Cli:
    """A site with a journey in its folder that nobody has published, and two people."""
    for path in (site.folder / "journeys").glob("*.yaml"):
        path.unlink()
    (site.folder / "journeys" / "due-mail.yaml").write_text(JOURNEY)
    for name in ("benarrivo", "dove-stai"):
        for language in ("it", "en"):
            path = site.folder / "templates" / name / f"{name}.{language}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(MAIL)
    people = site.file("people.csv", PEOPLE)
    site.says("import", "members", people, "--list", "orto", "--basis", "asked at the fair")
    return site


def simulated(garden: Cli, *words: str) -> Any:
    return json.loads(garden.says("simulate", "due-mail", "--from", "2026-03-27T22:00", "--json", *words))


def mails(found: Any) -> list[tuple[str, str, str]]:
    return [
        (each["at"], each["what"], each["detail"]) for each in found["events"] if each["what"] in ("mail", "reminder")
    ]


def test_one_person_is_written_on_their_own_clock(garden: Cli) -> None:
    found = simulated(garden, "--person", "ana@example.org")
    assert mails(found) == [
        ("2026-03-27T22:00+01:00", "mail", "benarrivo"),
        ("2026-03-28T08:00+01:00", "mail", "dove-stai"),
        ("2026-03-31T08:00+02:00", "reminder", "dove-stai"),
        ("2026-04-05T08:00+02:00", "mail", "benarrivo"),
    ]
    assert (found["end"], found["stands"]) == ("completed", None)
    far = simulated(garden, "--person", "bea@example.org")
    assert mails(far)[1][0] == "2026-03-28T08:00-03:00"


def test_a_reply_may_be_imagined(garden: Cli) -> None:
    found = simulated(garden, "--person", "ana@example.org", "--reply", "dove", "2 h", "Abito a Bra")
    assert [at for at, _, _ in mails(found)] == [
        "2026-03-27T22:00+01:00",
        "2026-03-28T08:00+01:00",
        "2026-03-30T10:00+02:00",
    ]
    assert {
        "at": "2026-03-28T10:00+01:00",
        "step": "dove",
        "what": "stored",
        "detail": "answer.town = Abito a Bra",
    } in (found["events"])


def test_somebody_invented_will_do_where_nobody_is_named(garden: Cli) -> None:
    said = garden.says("simulate", "due-mail", "--from", "2026-03-27T22:00")
    lines = said.splitlines()
    assert lines[0] == "due-mail for somebody invented (Europe/Rome), from Fri 27 Mar 2026, 22:00"
    assert lines[2] == "Fri 27 Mar 2026, 22:00  mail      benarrivo                benarrivo"
    assert lines[-1].endswith("completed")


def test_everybody_is_added_up(garden: Cli) -> None:
    found = simulated(garden, "--all")
    assert (found["people"], found["refused"], found["mails"], found["most_to_one"]) == (2, 0, 8, 4)
    assert found["days"][0] == {"day": "2026-03-27", "mails": {"benarrivo": 2}}
    steps = {each["step"]: each for each in found["steps"]}
    assert steps["dove"] == {
        "step": "dove",
        "came": 2,
        "mails": 2,
        "reminders": 2,
        "outcomes": {"timeout": 2},
        "standing": 0,
    }
    assert steps["due-giorni"]["came"] == 0
    assert found["ends"] == {"completed": 2}


def test_people_stand_where_they_are_when_the_days_are_over(garden: Cli) -> None:
    found = simulated(garden, "--all", "--days", "2")
    assert found["ends"] == {"on their way": 2}
    assert [each["standing"] for each in found["steps"]] == [0, 2, 0, 0]
    text = garden.says("simulate", "due-mail", "--all", "--days", "2", "--from", "2026-03-27T22:00")
    assert "4 mails, 2 at most to one person." in text
    assert "still there 2" in text


def test_whom_the_trigger_does_not_fit_is_counted_apart(garden: Cli) -> None:
    path = garden.folder / "journeys" / "due-mail.yaml"
    path.write_text(JOURNEY.replace("posts.count < 1", "person.language = it"))
    found = simulated(garden, "--all")
    assert (found["people"], found["refused"]) == (1, 1)


def test_nothing_is_written(garden: Cli) -> None:
    files = {path: path.read_bytes() for path in garden.folder.rglob("*.db*") if path.is_file()}
    assert files
    simulated(garden, "--all")
    assert {path: path.read_bytes() for path in files} == files


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("due-mai",), 'there is no journey "due-mai"; did you mean "due-mail"?'),
        (("due-mail", "--person", "zoe@example.org"), "--person zoe@example.org: nobody is known by this address"),
        (("due-mail", "--from", "soon"), '--from soon: this is no moment; write it as "2026-03-28T10:00"'),
        (("due-mail", "--reply", "saluti", "2 h", "x"), '--reply: the step "saluti" asks nothing; write one of: dove'),
        (("due-mail", "--reply", "dove", "2", "x"), '--reply: "2" is no length of time; write it as'),
    ],
)
def test_what_cannot_be_imagined_is_refused(garden: Cli, words: tuple[str, ...], said: str) -> None:
    assert said in garden.refuses("simulate", *words)


def test_a_person_and_everybody_are_not_both_asked_for(garden: Cli) -> None:
    assert "exclude each other" in garden.refuses("simulate", "due-mail", "--all", "--person", "x@example.org", code=2)


def test_a_file_with_mistakes_is_told_by_its_lines(garden: Cli) -> None:
    (garden.folder / "journeys" / "due-mail.yaml").write_text(JOURNEY.replace("send: benarrivo", "send: benarivo"))
    assert 'journeys/due-mail.yaml:11: there is no template "benarivo"; did you mean' in garden.refuses(
        "simulate", "due-mail"
    )
