"""A journey's file: what is wrong in it is told by its line, with the cure."""

import pytest

from mailhub.journeys.checks import most_steps
from mailhub.journeys.definition import Ask, Do, Send, Wait
from tests.journeys.writing import journey, problems, steps

ASK = "question: Where?, answer: text"
VARS = "vars: {name: person.name}, fallback: {name: you}"
WRONG = [
    ("steps:", '1: there are no steps; write "steps:", and below it "- send: <template>"'),
    ("steps:\n  - {id: a, sned: ciao}", '2: "sned" is no kind of step; did you mean "send"?'),
    ("steps:\n  - {id: a, skip_if: person.confirmed}", "2: this step does nothing; write one of: send, ask, wait,"),
    ("steps:\n  - {id: a, send: ciao, wait: 3 d}", "2: this step is send and wait at once; write two steps"),
    ("steps:\n  - wait: 3 d", '2: this step has no id; add "id: …": small letters, digits and hyphens'),
    ("steps:\n  - send: ciao\n  - send: ciao", '3: the step "ciao" stands above already; give it another id'),
    (
        "steps:\n  - {id: a, send: ciao, goto: c}\n  - {id: b, wait: 1 d}\n  - {id: c, end: {}}",
        '3: no way leads to the step "b"; lead one there, or take it away',
    ),
    (
        "steps:\n  - send: ciao\n  - {id: b, wait: 3 d, goto: ciao}",
        '3: "b" leads back to "ciao" without end; add "max_visits: 3" to the step "ciao"',
    ),
    (
        "steps:\n  - {send: ciao, max_visits: 400}\n  - {id: b, wait: 1 d}\n  - {id: c, wait: 1 d, goto: ciao}",
        "2: somebody could come to 1203 steps; write less; 999 at most",
    ),
    ("steps:\n  - {id: a, send: ciao, goto: b}", '2: there is no step "b"; write one of: a, end'),
    ("steps:\n  - send: caio", '2: there is no template "caio"; did you mean "ciao"?'),
    (
        "steps:\n  - send: solo-it",
        '2: "solo-it" is not there in "en"; write templates/solo-it/solo-it.en.md',
    ),
    ("steps:\n  - send: saluto", '2: "saluto" needs "name"; add vars: {name: person.name}, or what fills it'),
    (
        "steps:\n  - send: {template: saluto, vars: {name: person.name}}",
        "2: person.name may be missing for somebody; add fallback: {name: …}",
    ),
    (
        f"steps:\n  - send: {{template: ciao, {VARS}}}",
        '2: "ciao" has no variable "name"; take it away',
    ),
    (
        "steps:\n  - send: {template: conto, vars: {posts: person.name}}",
        '2: "posts" is a number, which person.name is not; declare it as text, or name another fact',
    ),
    (
        "steps:\n  - send: {template: conto, vars: {posts: posts.count}, fallback: {posts: many}}",
        '2: the fallback of "posts" is not a number; it stands for a number',
    ),
    ("steps:\n  - send: {template: saluto, vars: {name: person.nmae}}", '2: nothing is known as "person.nmae"; did'),
    (
        "steps:\n  - send: ciao\n    skip_if: person.age > 3",
        '3: condition "person.age > 3", letter 1: person.age is not a known fact; did you mean person.name?',
    ),
    ("steps:\n  - {id: a, branch: [{goto: end}]}", '2: "when" is missing; add a line "when: …"'),
    ("steps:\n  - {id: a, branch: []}", '2: this branch has no cases; write below it "- {when: …, goto: …}"'),
    (
        "steps:\n  - id: a\n    branch:\n      - {else: true}\n      - {when: person.confirmed}",
        '4: "else" is not the last case; move it to the end',
    ),
    ("steps:\n  - {id: a, split: {end: 50}}", "2: a split needs two ways at least; write split:"),
    ("steps:\n  - {id: a, wait: 3}", '2: "3" is no length of time; write it as "30 min", "2 h", "3 d" or "2 w"'),
    ("steps:\n  - {id: a, wait: }", '2: "wait" says nothing; write wait: 3 d, or wait: {until: "9:00"}'),
    (
        "steps:\n  - {id: a, wait: {when: person.confirmed}}",
        '2: it could wait for ever; add "timeout: 30 d"',
    ),
    (
        'steps:\n  - {id: a, wait: {for: 3 d, until: "9:00"}}',
        "2: it must wait for one thing; write one of: for, until, date, when",
    ),
    ("steps:\n  - {id: a, wait: {until: mon}}", '2: "mon" is no time of day; write it in quotes as "8:30" or'),
    ("steps:\n  - {id: a, wait: {for: 2 d, timeout: 3 d}}", '2: "timeout" belongs to "when"; take it away'),
    ("steps:\n  - {id: a, wait: {for: 2 d, offset: 1 d}}", '2: "offset" belongs to "date"; take it away'),
    (
        "steps:\n  - {id: a, wait: {date: person.created, until: mon 9:00}}",
        '2: a date has its day of the week; write the hour alone: until: "9:00"',
    ),
    (
        "steps:\n  - {id: a, wait: {date: posts.count}}",
        '2: "posts.count" is a number; name a fact that is a date or instant',
    ),
    (
        f"steps:\n  - {{id: a, ask: {{template: dove, {ASK}, store: town}}}}",
        '2: "town" cannot be stored; write answer.<name>, or person.field.<name>',
    ),
    (
        "steps:\n  - {id: a, ask: {template: dove, question: W, store: answer.a, answer: choice}}",
        "2: a choice needs its words; write answer: {choices: {one: …, other: …}}",
    ),
    (
        f"steps:\n  - {{id: a, ask: {{template: dove, {ASK}, store: answer.a, then: {{answered: b}}}}}}",
        '2: there is no step "b"; write one of: a, end',
    ),
    (
        f"steps:\n  - {{id: a, ask: {{template: dove, {ASK}, store: answer.a, retry: {{template: saluto-2}}}}}}",
        '2: "saluto-2" needs "name"; add vars',
    ),
    (
        f"steps:\n  - {{id: a, ask: {{template: dove, {ASK}, store: answer.a}}}}\n"
        "  - {id: b, ask: {template: dove, question: W, answer: yes_no, store: answer.a}}",
        '3: "answer.a" is a text above; keep this answer under another name',
    ),
    ("steps:\n  - {id: a, join: gardne}", '2: there is no group "gardne"; did you mean "garden"?'),
    ("steps:\n  - {id: a, do: {verb: dance}}", '2: "dance" cannot be done here; write one of: join, leave, pause'),
    ("steps:\n  - {id: a, leave: {list: [garden]}}", '2: "leave" names no group; add list: <group>'),
    ("steps:\n  - {id: a, join: {list: garden, after: answer.jion}}", '2: nothing is known as "answer.jion"; '),
    (
        "steps:\n  - {id: a, join: {list: garden, after: person.name}}",
        '2: "person.name" is a text, which is no yes; name an answer of the type yes_no',
    ),
    ("steps:\n  - {id: a, join: {list: garden, delivery: dayly}}", '2: nobody receives as "dayly"; '),
    ("steps:\n  - {id: a, emit: Hello World}", '2: "Hello World" is no activity; write such as journey.finished'),
    ("steps:\n  - {id: a, set: {person.name: x}}", '2: "person.name" cannot be set; write answer.<name>, or'),
    ("steps:\n  - {id: a, set: {answer.y: person.nmae}}", '2: nothing is known as "person.nmae"; did you mean'),
    ("steps:\n  - {id: a, task: {to: nobody, text: Look}}", '2: there is no group "nobody"; '),
    ("steps:\n  - {id: a, task: {to: garden}}", '2: "text" is missing; add a line "text: …"'),
    ("steps:\n  - {id: a, webhook: {url: http://x}}", '2: "http://x" is no https address; write the whole address'),
    (
        "steps:\n  - {id: a, webhook: {url: https://x.example, values: {a: answer.x}}}",
        '2: nothing is known as "answer.x"; ',
    ),
    (
        "trigger: {activity: subscription.confirmed, segment: person.confirmed}\nsteps: [{send: ciao}]",
        "1: it begins with activity and segment; keep one of them; write a second journey",
    ),
    (
        "trigger: {activity: springtime}\nsteps: [{send: ciao}]",
        '1: nothing that happens is called "springtime"; write such as',
    ),
    ("trigger: {list: garden}\nsteps: [{send: ciao}]", '1: "list" belongs to an activity; add "activity: …", or'),
    (
        "trigger: {activity: post.published, offset: 2 d}\nsteps: [{send: ciao}]",
        '1: "offset" belongs to a date; add "date: …", or take it away',
    ),
    (
        'trigger: {activity: post.published, at: "9:00"}\nsteps: [{send: ciao}]',
        '1: "at" is the hour of a date or of a schedule; take it away, or begin with a wait',
    ),
    ("trigger: {days: [mon]}\nsteps: [{send: ciao}]", '1: "days" needs an hour; add at: "8:30"'),
    (
        "trigger: {segment: answer.x is known}\nsteps: [{id: a, set: {answer.x: y}}]",
        "1: nobody has answered before they come in; ask a fact, or person.field.<name>",
    ),
    (
        'timing: {quiet: {from: "21:30"}}\nsteps: [{send: ciao}]',
        '1: "quiet" has no "to"; write quiet: {from: "21:30", to: "8:00"}',
    ),
    ("timing: {days: [lun]}\nsteps: [{send: ciao}]", '1: "lun" is no day of the week; write one of: mon, tue'),
    ("exits: [{id: a}]\nsteps: [{send: ciao}]", '1: "when" is missing; add a line "when: …"'),
    ("languages: [fr]\nsteps: [{send: ciao}]", '1: "fr" is no language here; write one of: it, en'),
    ("tests: 3\nsteps: [{send: ciao}]", '1: "tests" is no list of mappings; begin each with "- name: …"'),
]


@pytest.mark.parametrize(("text", "expected"), WRONG)
def test_what_is_wrong_is_told_alone_with_its_line_and_cure(text: str, expected: str) -> None:
    told = problems(f"{text}\n")
    assert len(told) == 1, told
    assert told[0].startswith(expected)


def test_all_that_is_wrong_is_told_at_once() -> None:
    told = problems("priority: high\nextra: 1\nsteps:\n  - {id: a, sned: ciao}\n  - {id: b, wait: 3}\n")
    assert [each.partition(":")[0] for each in sorted(told)] == ["1", "2", "4", "5"]


def test_an_activity_that_never_happens_is_refused() -> None:
    [told] = problems("trigger: {activity: post.publisht}\nsteps: [{send: ciao}]\n")
    assert told == '1: nothing that happens is called "post.publisht"; did you mean "post.published"?'
    assert problems("draft: true\ntrigger: {activity: rsvp.attended}\nsteps: [{send: ciao}]\n") == []
    assert problems("trigger: {activity: journey.finished}\nsteps: [{send: ciao}]\n") == []


def test_three_lines_are_a_journey() -> None:
    read = journey("trigger: {activity: subscription.confirmed, list: comunita}\nsteps: [{send: ciao}]\n")
    [step] = read.steps
    assert isinstance(step, Send)
    assert (step.id, step.letter.template, step.ways) == ("ciao", "ciao", {"next": "end"})


def test_a_reminder_is_filled_as_the_first_mail_was() -> None:
    asks = f"ask: {{template: saluto, {VARS}, class: service, {ASK}, store: answer.a, retry: {{template: saluto-2}}}}"
    [step] = steps(f"{{id: a, {asks}}}").steps
    assert isinstance(step, Ask)
    assert step.retry_letter is not None
    assert (step.retry_letter.template, step.retry_letter.vars) == ("saluto-2", {"name": "person.name"})
    assert step.retry_letter.mail_class is step.letter.mail_class is not None


def test_a_reminder_may_do_without_what_the_first_mail_said() -> None:
    steps(f"{{id: a, ask: {{template: saluto, {VARS}, {ASK}, store: answer.a, retry: {{template: dove-2}}}}}}")


def test_both_outcomes_of_a_wait_lead_where_it_goes() -> None:
    read = steps("{id: a, wait: {when: person.confirmed, timeout: 3 d}, goto: end}")
    [step] = read.steps
    assert isinstance(step, Wait)
    assert step.ways == {"met": "end", "timeout": "end"}


def test_spellings_of_a_verb_are_that_verb() -> None:
    read = steps("{id: a, join: garden}", "{id: b, do: {verb: join, list: garden}}")
    assert [(step.verb, dict(step.args)) for step in read.steps if isinstance(step, Do)] == [
        ("join", {"list": "garden"})
    ] * 2


def test_a_loop_that_is_bounded_is_taken_and_its_length_known() -> None:
    read = steps("{send: ciao, max_visits: 3}", "{id: b, wait: 3 d, goto: ciao}", "{id: c, send: fine}")
    assert most_steps(read) == 3 + 2 * 3
