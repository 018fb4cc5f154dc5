"""The tests a journey brings along: played by the check, and told by their line where something else comes."""

import pytest

from mailhub.delivery.budget import Budget
from mailhub.journeys import trying, written
from mailhub.journeys.trying import Around
from tests.journeys.writing import FACTS, HEAD, document

AROUND = Around("Europe/Rome", nearest=lambda place, within: "garden" if (place, within) == ("Bra", 25) else None)
BENVENUTO = """\
trigger: {activity: subscription.confirmed, list: comunita}
exits:
  - {id: left, when: not list.comunita.member}
  - {id: writes, when: posts.count >= 1, goal: true}
timing: {quiet: {from: "21:30", to: "8:00"}, days: [mon, tue, wed, thu, fri, sat]}
steps:
  - send: {template: ciao, quiet: ignore}
  - id: dove
    ask: {template: dove, question: Where?, answer: text, store: person.field.town, timeout: 5 d,
          retry: {every: 5 d, template: dove-2}, then: {timeout: fine, unclear: aiuto}}
  - {id: gruppo, set: {answer.group: {nearest: person.field.town, within: 25 km}}}
  - {id: scelta, branch: [{when: answer.group is known, goto: invito}, {else: true, goto: fine}]}
  - id: invito
    ask: {template: aiuto, question: In?, answer: yes_no, store: answer.join, quiet: ignore, then: {timeout: fine}}
  - {id: entra, branch: [{when: answer.join, goto: iscrivi}, {else: true, goto: fine}]}
  - {id: iscrivi, join: {list: answer.group, after: answer.join}}
  - {id: benvenga, task: {to: answer.group, text: Say hello, timeout: 4 d}}
  - {id: dopo, wait: {when: list.garden.member, timeout: 10 d}}
  - {id: fine, end: {}}
  - {id: aiuto, task: {text: Not understood}}
tests:
  - name: Lucia
    person: {name: Lucia Bassi, language: it, time_zone: Europe/Rome}
    at: "2026-03-28T23:10"
    script:
"""
SCRIPT_AT = BENVENUTO.count("\n") + HEAD.count("\n")


def failures(*script: str, head: str = BENVENUTO) -> list[str]:
    """What is told of this script, lines counted from its own first."""
    found = document(head + "".join(f"      - {line}\n" for line in script))
    told = trying.problems(written.read(found, FACTS), found, AROUND)
    lines = []
    for problem in told:
        assert problem.file == "journeys/benvenuto.yaml"
        lines.append(f"{problem.line - SCRIPT_AT}: {problem.what}; {problem.cure}")
    return lines


WHOLE = (
    '{expect: ciao, at: "2026-03-28T23:10"}',  # it answers what was done this minute
    '{expect: dove, at: "2026-03-30T08:00"}',  # quiet, then a Sunday, then the night on which clocks change
    r'{reply: "Bra\n\nOn Monday somebody wrote:\n> Where?", after: 2 h}',
    "{expect_set: {person.field.town: Bra, answer.group: garden}}",
    '{expect: invito, at: "2026-03-30T10:00"}',
    "{reply: Sì volentieri, after: 1 d}",
    "{expect: iscrivi}",
    "{expect: benvenga}",
    "{done: benvenga, after: 3 d}",
    "{expect: end, by: completed}",
)


def test_a_test_that_holds_says_nothing() -> None:
    assert failures(*WHOLE) == []


@pytest.mark.parametrize(
    ("place", "line", "told"),
    [
        (
            0,
            "{expect: dove}",
            '1: test "Lucia": expected dove; got ciao on Sat 28 Mar 2026, 23:10',
        ),
        (
            1,
            '{expect: dove, at: "2026-03-29T08:00"}',
            '2: test "Lucia": expected dove on Sun 29 Mar 2026, 08:00; got it on Mon 30 Mar 2026, 08:00',
        ),
        (2, "{after: 30 d}", '4: test "Lucia": expected person.field.town to be Bra; it is None'),
        (3, "{expect_set: {person.field.town: Alba}}", '4: test "Lucia": expected person.field.town to be Alba; it is'),
        (5, "{reply: No grazie, after: 1 d}", '7: test "Lucia": expected iscrivi; got the end (completed) on Tue 31'),
        (5, "{reply: Chi siete?, after: 1 d}", '7: test "Lucia": expected iscrivi; got the end (completed) on Mon 13'),
        (6, "{expect: aiuto}", '7: test "Lucia": expected aiuto; got the end (completed) on'),
        (
            8,
            "{done: aiuto}",
            '9: test "Lucia": aiuto is done and was not asked; the way stands at benvenga (tasked) on',
        ),
        (8, "{reply: Fatto}", '9: test "Lucia": a reply to nothing; the way stands at benvenga (tasked) on Tue 31 Mar'),
        (
            9,
            "{expect: end, by: writes}",
            '10: test "Lucia": expected end by writes; got the end (completed) on Fri 03 Apr 2026, 10:00',
        ),
    ],
)
def test_a_test_that_fails_names_its_line_and_both_sides(place: int, line: str, told: str) -> None:
    script = [*WHOLE[:place], line, *WHOLE[place + 1 :]]
    [found] = failures(*script)
    assert found.startswith(told)


def test_silence_reminds_and_ends() -> None:
    assert not failures("{expect: ciao}", "{expect: dove}", '{expect: dove, at: "2026-04-04T08:00"}', "{expect: end}")


def test_what_changes_meanwhile_is_told_in_the_script() -> None:
    script = ("{expect: ciao}", "{change: {posts.count: 1}, after: 1 d}", "{expect: end, by: writes}")
    assert not failures(*script)
    assert failures(*script[:2], "{expect: end, by: left}") == [
        '3: test "Lucia": expected end by left; got the end (goal writes) on Sun 29 Mar 2026, 23:10'
    ]


def test_the_first_failure_of_a_script_is_enough() -> None:
    assert len(failures("{expect: dove}", "{expect: dove}", "{expect: invito}")) == 1


def test_the_nearest_group_may_be_imagined_too() -> None:
    head = BENVENUTO.replace("    script:\n", "    near: {Alba: comunita}\n    script:\n")
    lines = ("{expect: ciao}", "{expect: dove}", "{reply: Alba}", "{expect_set: {answer.group: comunita}}")
    assert failures(*lines, head=head) == []
    assert len(failures(*lines)) == 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{expect: nowhere}", '1: there is no step "nowhere"; write one of: '),
        ("{expect: scelta}", '1: nothing is to be seen of the step "scelta"; expect the mail, the task or the end'),
        ("{expct: ciao}", "1: this line does not say one thing; write one of: expect, expect_set, reply, change, done"),
        ("{reply: hello, done: benvenga}", "1: this line does not say one thing; write one of: expect, "),
        ("{reply: hello, after: soon}", '1: "soon" is no length of time; write it as'),
        ("{expect: ciao, at: tomorrow}", '1: "tomorrow" is no moment; write it as "2026-03-14T09:00", on the'),
        ("{change: {posts.cont: 1}}", '1: nothing is known as "posts.cont"; did you mean "posts.count"?'),
        ("{change: {posts.count: many}}", '1: "posts.count" is a number; write a number, such as 3'),
        ("{change: {person.confirmed: 1}}", '1: "person.confirmed" is a flag; write true or false'),
        ("{change: {posts.last_at: soon}}", '1: "posts.last_at" is a instant; write it as'),
        ("{change: {person.language: fr}}", '1: "person.language" is a choice; write one of its words'),
    ],
)
def test_a_line_that_means_nothing_is_told(line: str, told: str) -> None:
    assert any(found.startswith(told) for found in failures(line)), failures(line)


def test_what_stands_above_a_script_is_read_as_well() -> None:
    head = BENVENUTO.replace("time_zone: Europe/Rome", "time_zone: Rome, age: 3").replace("    at:", "    on:")
    told = [found.partition(": ")[2] for found in failures("{expect: ciao}", head=head)]
    assert '"Rome" is no time zone; write such as Europe/Rome' in told
    assert any(found.startswith('nothing is known as "age"') for found in told)
    assert '"at" is missing; add at: "2026-03-28T10:00", when they come in' in told
    assert any(found.startswith('"on" is not known here') for found in told)
    assert failures("{expect: ciao}", head=BENVENUTO.replace("    script:", "    scrpt:"))


def test_the_budget_of_the_site_is_kept() -> None:
    found = document(BENVENUTO + "".join(f"      - {line}\n" for line in WHOLE))
    strict = Around("Europe/Rome", Budget(1, 1), nearest=AROUND.nearest)
    [told] = trying.problems(written.read(found, FACTS), found, strict)
    assert told.cure == "got it on Mon 06 Apr 2026, 08:00"
