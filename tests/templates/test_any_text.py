"""Whatever stands in a template: compiled or refused in a moment, and nothing of ours left in the mail."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailhub.content import BadContent
from mailhub.templates.rendering import render
from mailhub.templates.values import BadValue
from tests.templates.writing import FOOTER, MJML, WHOLE, head, refused, told, write

TAGS = ("{{", "}}", "{%", "%}", "{{ a }}", "{{ a | upper }}", "{{ p }}", "{#", "#}")
BLOCKS = ("{% if a %}", "{% endif %}", "{% for p in l %}", "{% endfor %}", "\n", "\n\n", "- ", "> ", "# ", "```", "1. ")
SIGNS = (*'`*[]()<>&"!\\é', "](", "  ", "mk", "https://x.example/", "mailto:", "javascript:")
MARKUP = ("<!--[if ", "]>", "-->", '<a href="')
PIECES = st.sampled_from((*TAGS, *BLOCKS, *SIGNS, *MARKUP))
BODIES = st.lists(PIECES | st.text(max_size=6), max_size=25).map("".join)


@settings(max_examples=200, deadline=None)
@given(BODIES)
def test_any_text_is_compiled_or_refused_and_no_mark_is_left(body: str) -> None:
    _compiled_or_refused(body, "templates/prova/prova.it.md")


@settings(max_examples=100, deadline=None)
@given(BODIES)
def test_any_text_in_mjml_is_compiled_or_refused_and_no_mark_is_left(body: str) -> None:
    _compiled_or_refused(MJML.replace("BODY", body), WHOLE)


def _compiled_or_refused(body: str, file: str) -> None:
    try:
        template = write(body, "a: text\nl: {type: list, of: text}", file=file)
    except BadContent:
        return
    filled = render(template, {"a": '<">', "l": ["x", "y"]}, FOOTER)
    for part in (filled.subject, filled.text, filled.html):
        assert not re.search(r"mk[0-9a-f]{12}", part)
    assert '<">' not in filled.html


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_no_value_leaves_its_place(one: str, other: str) -> None:
    template = write(
        '{{ a }} **{{ b }}** [{{ a }}](https://x.example/?q={{ b }} "{{ a }}")', "a: text\nb: text", subject="{{ a }}"
    )
    filled, plain = (render(template, {"a": a, "b": b}, FOOTER).html for a, b in ((one, other), ("x", "y")))
    assert [filled.count(sign) for sign in '<>"'] == [plain.count(sign) for sign in '<>"']


@pytest.mark.parametrize(
    "body",
    [
        "{% if a %}\n" * 10_000,
        "{% for x in l %}\n" * 5_000,
        "{{ a }}\n" * 9_000,
        "{{" * 40_000,
        "{{ " + "(" * 400 + " }}",
        "{% if " + "not " * 100 + "a %}\n{% endif %}",
        "{% if " + "(" * 200 + "a" + ")" * 200 + " %}\n{% endif %}",
        "x" * 200_000,
        "<div>" * 20_000,
    ],
)
@pytest.mark.parametrize("file", ["templates/prova/prova.it.md", WHOLE])
def test_a_hostile_template_ends_in_a_clear_error(body: str, file: str) -> None:
    text = head("a: text\nl: {type: list, of: text}") + (MJML.replace("BODY", body) if file == WHOLE else body)
    if file == WHOLE or "<div>" not in body:  # Markdown takes tags for words
        assert refused(text, file=file)


@pytest.mark.parametrize(
    "escape",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ a.__init__.__globals__ }}",
        "{{ a._private }}",
        '{{ a | attr("__class__") }}',
        '{{ a["__class__"] }}',
        "{{ a.upper() }}",
        '{{ "x" * 99999999 }}',
        "{{ 10 ** 10 }}",
        "{{ a ~ a }}",
        "{{ range(10) }}",
        "{{ self }}",
        "{{ config }}",
        "{{ cycler.__init__ }}",
        "{{ lipsum }}",
        "{{ namespace() }}",
        '{{ "%s" % a }}',
        '{{ a | format("x") }}',
        '{{ l | map("upper") }}',
        '{{ l | join(",") }}',
        "{{ a | safe }}",
        "{{ a if a else l }}",
        '{{ env("HOME") }}',
        "{{ [1, 2] }}",
        "{{ {1: 2} }}",
        "{{ a; a }}",
        "{{ not a }}",
        "{{ -a }}",
        "{% include 'x' %}",
        "{% import 'os' as os %}",
        "{% extends 'x' %}",
        "{% macro x() %}",
        "{% call x() %}",
        "{% set x = 1 %}",
        "{% do x %}",
        "{% raw %}",
        "{% autoescape false %}",
        "{% filter upper %}",
        "{% with x = 1 %}",
        "{% block x %}",
        "{% for k, v in l %}",
        "{% for x in l recursive %}",
        "{% for x in l if x %}",
        "{% for x in range(9) %}",
        "{% if a is defined %}",
        "{% if a() %}",
    ],
)
def test_what_jinja_would_run_is_refused(escape: str) -> None:
    assert len(refused(head("a: text\nl: {type: list, of: text}") + escape)) == 1


@pytest.mark.parametrize("body", ["a@" * 12_000, "_a" * 12_000, "«" * 12_000, "1. a\n" * 3_000, "[a](" * 6_000])
def test_what_is_slow_to_read_is_still_read_to_its_end(body: str) -> None:
    """Each of these would take minutes where a rule looks twice at what it has seen."""
    assert any("'clicca'" in line for line in told(f"{head()}{body}\n\nclicca"))


def test_huge_front_matter_ends_in_a_clear_error() -> None:
    assert "100,000 characters" in refused("---\n" + "a: b\n" * 30_000 + "---\n")[0]
    assert refused("---\n" + "".join(f"a{number}: b\n" for number in range(1_500)) + "---\n")
    assert refused("---\nsubject: x\nvars: " + "{a: " * 1_000 + "\n---\n")


def test_loops_that_would_never_end_are_stopped() -> None:
    loops = "".join(f"{{% for {letter} in l %}}\n" for letter in "bcdef")
    template = write(f"{loops}{{{{ f }}}}\n" + "{% endfor %}\n" * 5, "l: {type: list, of: text}")
    with pytest.raises(BadValue, match="the mail would grow without end"):
        render(template, {"l": ["x"] * 1_000})
