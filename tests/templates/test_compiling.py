"""Templates: each value safe where it stands, each mistake told with its line, the same words as text and as HTML."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from mailhub.templates.rendering import render
from mailhub.templates.values import BadValue
from tests.mail.htmllint import Reader, words_of
from tests.templates.writing import FOOTER, head, refused, write


def text(body: str, variables: str = "", **values: Any) -> str:
    return render(write(body, variables), values).text.rstrip("\n")


def html(body: str, variables: str = "", **values: Any) -> str:
    """What the body became, between title and footer."""
    whole = render(write(body, variables), values).html
    return whole[whole.index("</h1>") + 5 : whole.index("</div></td></tr></tbody></table></div>")].replace("\n", "")


@pytest.mark.parametrize(
    ("kind", "value", "placeholder", "words"),
    [
        ("text", "Orto & C.", "x", "Orto & C."),
        ("number", 1250, "x", "1.250"),
        ("number", Decimal("2.50"), "x", "2,5"),
        ("number", -3, "x", "-3"),
        ("money", 30, "x", "30 €"),
        ("money", "12.5", "x | money", "12,50 €"),
        ("number", 7, 'x | money("GBP")', "7 £"),
        ("date", date(2026, 3, 14), "x", "sabato 14 marzo"),
        ("date", "2026-03-14", "x | date", "sabato 14 marzo"),
        ("date", "2026-03-14", "x | year", "2026"),
        ("date", "2026-03-14", "x | weekday | capitalize", "Sabato"),
        ("instant", datetime(2026, 3, 14, 9, tzinfo=UTC), "x", "sabato 14 marzo, ore 9"),
        ("instant", "2026-03-14T07:30:00+01:00", "x | hour", "ore 7:30"),
        ("text", "pf-1", "x | upper", "PF-1"),
        ("text", "PF", "x | lower", "pf"),
        ("text", "Cesoie", "x | quoted", "«Cesoie»"),
        ("address", "orto@x.example", "x", "orto@x.example"),
        ("{type: text, fallback: amici}", None, "x", "amici"),
        ("{type: text, fallback: null}", None, 'x | default("amici")', "amici"),
        ("{type: text, fallback: null}", "Anna", 'x | default("amici")', "Anna"),
        ("{type: date, fallback: null}", None, 'x | date | default("presto")', "presto"),
        ("{type: date, fallback: null}", "2026-03-14", 'x | default("presto")', "sabato 14 marzo"),
        ("{type: number, fallback: null}", None, "x | default(0)", "0"),
        ("{type: list, of: text}", ["Anna", "Bruno", "Rita"], "x | listing", "Anna, Bruno e Rita"),
        ("{type: list, of: text}", ["Anna", "Bruno"], "x | count", "2"),
        ("text", "x", '"{{"', "{{"),
    ],
)
def test_a_value_reads_as_it_does_in_a_sentence(kind: str, value: object, placeholder: str, words: str) -> None:
    body, variables = f"Ecco {{{{ {placeholder} }}}}.", f"x: {kind}"
    assert text(body, variables, x=value) == f"Ecco {words}."
    assert words_of(f"<body>{html(body, variables, x=value)}</body>") == f"Ecco {words}."


@pytest.mark.parametrize(
    ("test", "values", "holds"),
    [
        ("n > 1", {"n": 2}, True),
        ("n > 1", {"n": None}, False),
        ("not n > 1", {"n": None}, False),
        ("n > 1 or f", {"n": None, "f": True}, True),
        ("n == 2 and not f", {"n": 2, "f": False}, True),
        ("not (n == 2 and f)", {"n": 2, "f": True}, False),
        ('t == "orto"', {"t": "orto"}, True),
        ('t != "orto"', {"t": "orto"}, False),
        ("t", {"t": ""}, False),
        ("n", {"n": None}, False),
        ("not n", {"n": None}, True),
        ('"a" in l', {"l": ["a", "b"]}, True),
        ("l | count >= 2", {"l": ["a"]}, False),
        ("d <= e", {"d": "2026-03-14", "e": "2026-03-15"}, True),
        ("n != 1.5", {"n": Decimal("1.5")}, False),
    ],
)
def test_a_test_is_true_only_of_what_is_known(test: str, values: dict[str, object], holds: bool) -> None:
    variables = (
        "n: {type: number, fallback: null}\nf: {type: flag, fallback: false}\nt: {type: text, fallback: null}\n"
        "l: {type: list, of: text, fallback: []}\nd: {type: date, fallback: null}\ne: {type: date, fallback: null}"
    )
    body = f"{{% if {test} %}}\nvero\n{{% else %}}\nfalso\n{{% endif %}}\n"
    assert text(body, variables, **values) == ("vero" if holds else "falso")


def test_what_is_asked_for_may_be_written() -> None:
    variables = "o: {type: text, fallback: null}\nn: {type: number, fallback: null}"
    asked = (
        "{% if not o %}\nmanca\n{% else %}\n{{ o }}\n{% endif %}\n{% if o and n > 1 %}\n{{ o }} {{ n }}\n{% endif %}"
    )
    assert text(asked, variables, o="qui", n=2).split() == ["qui", "qui", "2"]
    assert text(asked, variables) == "manca"
    [problem] = refused(head(variables) + "{% if o or n %}\n{{ o }}\n{% endif %}")
    assert problem.startswith('8: "o" may be missing')


def test_branches_are_tried_in_order() -> None:
    body = "{% if n > 9 %}\nmolti\n{% elif n > 1 %}\nalcuni\n{% elif n == 1 %}\nuno\n{% endif %}\nfine"
    assert [text(body, "n: number", n=n).split() for n in (10, 2, 1, 0)] == [
        ["molti", "fine"],
        ["alcuni", "fine"],
        ["uno", "fine"],
        ["fine"],
    ]


def test_a_loop_round_items_makes_one_list_and_none_where_nothing_is() -> None:
    body = "Alberi:\n\n{% for t in trees %}\n- **{{ t.code }}**, {{ t.planted }}\n{% endfor %}\n\nFine."
    variables = "trees: {type: list, of: {code: text, planted: date}}"
    trees = [{"code": "PF-1", "planted": "2026-03-14"}, {"code": "PF-2", "planted": "2026-03-15"}]
    assert text(body, variables, trees=trees) == (
        "Alberi:\n\n- PF-1, sabato 14 marzo\n- PF-2, domenica 15 marzo\n\nFine."
    )
    assert html(body, variables, trees=trees).count("<ul>") == 1
    assert text(body, variables, trees=[]) == "Alberi:\n\nFine."
    assert "<ul>" not in html(body, variables, trees=[])


def test_loops_stand_within_loops() -> None:
    body = "{% for g in groups %}\n{{ g.name }}:\n{% for p in g.people %}\n- {{ p }}\n{% endfor %}\n{% endfor %}"
    variables = "groups: {type: list, of: {name: text, people: {type: list, of: text}}}"
    groups = [{"name": "Orto", "people": ["Anna"]}, {"name": "Forno", "people": []}]
    assert text(body, variables, groups=groups) == "Orto:\n\n- Anna\n\nForno:"


def test_markdown_reads_well_as_text() -> None:
    body = (
        "## Sabato\n\nUna *riga* lunga che va a capo da sola perché ha molte parole, e il **regolamento** si legge\n"
        "[sul sito](https://x.example/regole?a=1&b=2). Poi si comincia.\n\n- uno\n- due\n\n1. primo\n2. secondo\n\n"
        "> detto da altri\n\n[posta](mailto:orto@x.example), <https://x.example/b>\n\n"
        "```\nmele  12\n```\n\nriga\\\nsotto"
    )
    assert text(body) == (
        "Sabato\n\nUna riga lunga che va a capo da sola perché ha molte parole, e il\nregolamento si legge sul sito.\n"
        "https://x.example/regole?a=1&b=2\nPoi si comincia.\n\n- uno\n- due\n\n1. primo\n2. secondo\n\n"
        "> detto da altri\n\nposta (orto@x.example),\nhttps://x.example/b\n\nmele  12\n\nriga\nsotto"
    )


def test_text_and_html_hold_the_same_words_in_the_same_order() -> None:
    body = "## Titolo\n\nCiao {{ n }}, *bene*.\n\n{% if n %}\n- {{ n }}\n- altro\n{% endif %}\n\nUna riga\\\nl'altra."
    filled = words_of(f"<body>{html(body, 'n: text', n='Anna <3')}</body>")
    assert filled.split() == text(body, "n: text", n="Anna <3").replace("- ", "").split()


def test_paragraphs_with_values_are_folded_at_72_columns() -> None:
    lines = text("- {{ a }} " + "parola " * 30, "a: text", a="x" * 30).splitlines()
    assert max(map(len, lines)) <= 72
    assert all(line.startswith("  ") for line in lines[1:])


HOSTILE = [
    '<script>alert(1)</script>"',
    "a\nBcc: x@y.example",
    "' onload='x",
    "&amp;<!--",
    "x\u2028\u202ey",
    "{{ a }}{% if %}",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_stays_in_its_place(value: str) -> None:
    body = 'Ciao {{ a }} [{{ a }}](https://x.example/{{ a }}?q={{ a }} "{{ a }}") ![{{ a }}](https://x.example/{{ a }})'
    template = write(body, "a: text", subject="Per {{ a }}", more='preheader: "Da {{ a }}"\n')
    filled, plain = render(template, {"a": value}, FOOTER), render(template, {"a": "x"}, FOOTER)
    assert "\n" not in filled.subject + filled.preheader
    assert [len(re.findall(sign, filled.html)) for sign in ("<", ">", '"')] == [
        len(re.findall(sign, plain.html)) for sign in ("<", ">", '"')
    ]
    reader = Reader()
    reader.feed(filled.html)
    assert all(target.startswith(("https://x.example/", "mailto:orto@")) for target, _ in reader.links)
    assert "Bcc" not in [line.partition(":")[0] for line in filled.text.splitlines()]


@pytest.mark.parametrize(
    "value",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "https:///x",
        "//x.example",
        "https://x.example/ y",
        "x",
        "HTTPS",
        'https://x.example/"',
    ],
)
def test_only_links_to_pages_and_mailboxes_fill_a_link(value: str) -> None:
    template = write("[qui sotto]({{ page }})", "page: link")
    with pytest.raises(BadValue, match="page is no link"):
        render(template, {"page": value})
    assert 'href="https://x.example/?a=1&amp;b=2"' in render(template, {"page": "https://x.example/?a=1&b=2"}).html


def test_links_and_addresses_can_be_pressed_wherever_they_stand() -> None:
    made = html(
        "Scrivi a {{ a }} o vedi {{ l }} o https://x.example/c",
        "a: address\nl: link",
        a="a@x.example",
        l="https://x.example/b",
    )
    assert made == (
        '<p>Scrivi a <a href="mailto:a@x.example">a@x.example</a> o vedi <a href="https://x.example/b">https://x.example/b'
        '</a> o <a href="https://x.example/c">https://x.example/c</a></p>'
    )
    assert text(
        "[{{ a }}](mailto:{{ a }}) [{{ l }}]({{ l }})", "a: address\nl: link", a="a@x.example", l="https://x.example/b"
    ) == ("a@x.example\nhttps://x.example/b")


@pytest.mark.parametrize(
    ("variables", "values", "what"),
    [
        ("a: text", {}, "a is missing, and has no fallback"),
        ("a: number", {"a": "dodici"}, "a is not a number"),
        ("a: number", {"a": "NaN"}, "a is not a number one can write"),
        ("a: number", {"a": True}, "a is not a number"),
        ("a: date", {"a": "domani"}, "a is no day such as 2026-03-14"),
        ("a: instant", {"a": 5}, "a is no moment"),
        ("a: address", {"a": "a@b@c"}, "a is no mail address"),
        ("a: text", {"a": ["x"]}, "a is not text"),
        ("a: text", {"a": "x" * 20_001}, "a has more than 20000 characters"),
    ],
)
def test_a_value_that_does_not_fit_is_told(variables: str, values: dict[str, object], what: str) -> None:
    with pytest.raises(BadValue, match=re.escape(what)):
        render(write("{{ a }}", variables), values)


def test_a_flag_and_the_things_of_a_list_are_checked_too() -> None:
    template = write("{% for t in l %}\n{{ t.n }}\n{% endfor %}", "f: flag\nl: {type: list, of: {n: number}}")
    for values, what in (
        ({"f": "yes", "l": []}, "f is neither true nor false"),
        ({"f": True, "l": "x"}, "l is not a list"),
        ({"f": True, "l": [{"n": 1}, {}]}, "l, number 2 n is missing"),
        ({"f": True, "l": [{"n": 1}] * 1001}, "l holds more than 1000 things"),
    ):
        with pytest.raises(BadValue, match=what):
            render(template, values)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("uno\n{{ nmae }}", '7: "nmae" is not declared under vars; did you mean "name"?'),
        ("{{ name | uper }}", '6: there is no filter "uper"; did you mean "upper"?'),
        ("{{ name | date }}", '6: "date" is not for a text; it takes date or instant'),
        ('{{ n | money("XYZ") }}', '6: "XYZ" is no currency here; write one of: EUR, GBP, USD'),
        ("{{ name | default }}", '6: "default" is written otherwise; write it as {{ name | default("amici") }}'),
        ("{{ }}", "6: the placeholder is empty; write the name of a variable in it"),
        ("{{ name", "6: {{ is not closed in its line; close it with }}, every quote too, within 500 characters"),
        ("{{ name\n}}", "6: {{ is not closed in its line"),
        ("name }}", "6: }} closes nothing here; take it away, or open it before"),
        ("{{- name }}", "6: a - or + beside the braces is not used here; take it away"),
        ("{{ name + 1 }}", '6: "+" is not used here; write names, filters after |, and tests; no more'),
        ("{{ name.__class__ }}", '6: "name.__class__" is not declared under vars'),
        ("{{ Name }}", '6: "Name" has capital letters; names are written in small ones'),
        ("{{ name() }}", '6: "(" is too much here'),
        ("{{ f }}", "6: yes or no cannot be written; ask for it with {% if … %}"),
        ("{{ l }}", "6: a list cannot be written as it is; go through it with {% for … %}, or add | listing"),
        ("{{ o }}", '6: "o" may be missing, and nothing is said for that; give it a fallback under vars'),
        ("{% if not o %}\n{{ o }}\n{% endif %}", '7: "o" may be missing, and nothing is said for that'),
        ("{% set x = 1 %}", '6: there is no tag "set"; write one of: if, elif'),
        ("{% if %}", '6: "if" says no test; write it as {% if name %}'),
        ("{% if name %}\nx", '6: this "if" is never closed; write {% endif %} where it ends'),
        ("{% if name %}\n{% for p in l %}\n{% endif %}", '8: "endif" closes nothing; close it with {% endfor %} first'),
        ("x\n{% endfor %}", '7: "endfor" closes nothing; take it away'),
        ("{% else %}", '6: "else" belongs to no "if"; open one before it'),
        ("{% if f %}\n{% else %}\n{% else %}\n{% endif %}", '8: the "if" of line 6 has its else already'),
        ("{% for p of l %}\n{% endfor %}", '6: "for" is written otherwise; write it as {% for item in items %}'),
        ("{% for p in name %}\n{% endfor %}", '6: "name" is a text, not a list; go through a list'),
        ("{% for n in l %}\n{% endfor %}", '6: "n" is the name of something else; choose another name for the item'),
        ("{% for p in l %}\n{{ q }}\n{% endfor %}", '7: "q" is not declared under vars'),
        ("x {% if f %} y {% endif %}", "6: a control tag stands inside a line; give it a line of its own"),
        ("- a\n- {% if f %}", "7: a control tag stands inside a line"),
        ("```\n{% if f %}\n{% endif %}\n```", "7: this tag stands inside a list, a quotation or code"),
        ("{% if name == n %}\nx\n{% endif %}", "6: a text and a number cannot be compared by =="),
        ('{% if name < "b" %}\nx\n{% endif %}', "6: a text and a text cannot be compared by <"),
        ("{% if (f %}\nx\n{% endif %}", "6: a bracket is not closed; write ) where it ends"),
        ("[x]({{ name }})", '6: "name" begins a link and is not one; declare it with type: link'),
        ("[x](https://{{ name }}/a)", "6: a placeholder cannot stand in the host of a link"),
        ("[x](javascript:{{ name }})", '6: a link leads to "javascript:…"; begin it with https://, http:// or mailto:'),
        ("uno\ndue [x](/a)", '7: a link leads to "/a"; begin it with https://, http:// or mailto:'),
        ("![](https://x.example/a.png)", "6: a picture without words for those who do not see it; write what it shows"),
        ("![x](http://x.example/a.png)", "6: a picture that does not come from an https address"),
        ("[x]: https://x.example/{{ name }}", "6: this placeholder goes lost here; put it where words stand"),
        ("```{{ name }}\nx\n```", "6: a placeholder cannot stand in the attribute class"),
    ],
)
def test_a_mistake_in_the_body_is_told_with_its_line_and_the_cure(body: str, problem: str) -> None:
    variables = "{name: text, n: number, f: flag, l: {type: list, of: text}, o: {type: text, fallback: null}}"
    [first, *_] = refused(f'---\nsubject: "Prova"\n# una nota\nvars: {variables}\n---\n{body}')
    assert first.startswith(problem)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Ciao", "1: the file begins without front matter; write a line of ---"),
        ("---\nsubject: x\n", "1: the front matter is not closed; write a line of ---"),
        ("---\n---\nx", '2: "subject" is missing; add a line "subject: …"'),
        ("---\nsubject: x\nsubjekt: y\n---\n", '3: "subjekt" is not known here; did you mean "subject"?'),
        ("---\nsubject: {{ group }}\n---\n", '2: a text that begins with {{ needs quotes; put it in quotes: "{{ … }}"'),
        ("---\nsubject: a: b\n---\n", "2: this is not YAML"),
        ("---\nsubject: x\n---\n\nCiao \x07.", "5: a character here is not text"),
        (
            "---\nsubject: x\nlayout: poster\n---\n",
            "3: there is no layout 'poster' in templates/layouts; write one of: letter",
        ),
        ("---\nsubject: x\nanswer: y\n---\n", '3: the layout has no place for "answer"; write "layout: post"'),
        ("---\nsubject: x\npurpose: Big News\n---\n", '3: the purpose "Big News" is no name'),
        ("---\nsubject: x\nvars: [a]\n---\n", '3: "vars" is a list; write keys and values below it'),
        ("---\nsubject: x\nvars:\n  a: txt\n---\n", '4: "txt" is no type; did you mean "text"?'),
        ("---\nsubject: x\nvars:\n  a: list\n---\n", "4: a list needs to say what is in it; write {type: list, of: …}"),
        ("---\nsubject: x\nvars:\n  A: text\n---\n", '4: "A" cannot be a variable; use small letters'),
        ("---\nsubject: x\nvars:\n  footer: text\n---\n", '4: "footer" cannot be a variable'),
        ("---\nsubject: x\nvars:\n  a: {fallback: x}\n---\n", '4: "type" is missing'),
        (
            "---\nsubject: x\nvars:\n  a: {type: text, falback: x}\n---\n",
            '4: "falback" is not known here; did you mean',
        ),
        (
            "---\nsubject: x\nvars:\n  a: {type: date, fallback: ieri}\n---\n",
            "4: the fallback is no day such as 2026-03-14",
        ),
        ("---\nsubject: x\nvars:\n  a: {type: text, of: text}\n---\n", '4: "of" belongs to a list'),
        (
            "---\nsubject: x\nvars:\n  a: {type: list, of: text, fallback: [b]}\n---\n",
            "4: the fallback of a list is an empty one",
        ),
        (
            "---\nsubject: x\nvars:\n  a: text\n  b:\n    type: text\n    optional: true\n---\n",
            '7: "b" may be missing and has no fallback; add "fallback: …", or "fallback: null" and ask for it',
        ),
        ("---\nsubject: x\nvars:\n  a: text\n  a.b: text\n---\n", '5: "a.b" is a part of "a"'),
        ('---\nsubject: "{% if a %}"\n---\n', "2: a control tag cannot stand here; use it in the text below"),
        ('---\nsubject: "{{ b }}"\nvars: {a: text}\n---\n', '2: "b" is not declared under vars'),
    ],
)
def test_a_mistake_in_the_front_matter_is_told_with_its_line_and_the_cure(text: str, problem: str) -> None:
    [first, *_] = refused(text)
    assert first.startswith(problem)


def test_every_mistake_is_told_at_once() -> None:
    assert [line.partition(":")[0] for line in refused(head("a: text") + "{{ b }}\n\n{{ c }}\n\n{{ a | d }}")] == [
        "6",
        "8",
        "10",
    ]


def test_a_note_for_other_organisers_is_not_mailed() -> None:
    assert text("Ciao{# da rivedere #}.") == "Ciao."


def test_a_post_says_who_writes_first_and_how_to_answer_last() -> None:
    more = 'layout: post\nauthor: "{{ who }}"\nanswer: "Rispondi a questa mail: legge {{ who }}."\n'
    filled = render(write("Le cesoie sono arrivate.", "who: text", more=more), {"who": "Rita"}, FOOTER)
    assert filled.text == f"Rita\n\nLe cesoie sono arrivate.\n\nRispondi a questa mail: legge Rita.\n\n-- \n{FOOTER}"
    words = words_of(filled.html)
    assert words.index("Rita") < words.index("Prova") < words.index("Le cesoie") < words.index("Rispondi a questa mail")
