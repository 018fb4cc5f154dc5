"""Templates that are MJML from beginning to end: their words as text, tags round elements, mistakes told."""

from typing import Any

import pytest

from mailhub.templates.rendering import render
from tests.templates.writing import FOOTER, MJML, WHOLE, head, refused, write


def whole(body: str, variables: str = "", **values: Any) -> tuple[str, str]:
    filled = render(write(MJML.replace("BODY", body), variables, file=WHOLE), values, FOOTER)
    return filled.text.removesuffix(f"\n\n-- \n{FOOTER}"), filled.html


def test_a_whole_mjml_has_its_words_as_text_too() -> None:
    text, html = whole(
        '<h1>{{ title }}</h1><p>Ciao <b>{{ a }}</b>, ecco <a href="{{ l }}">la pagina</a>. Fine.</p><ul>\n'
        "{% for p in ps %}\n<li>{{ p }}</li>\n{% endfor %}\n</ul><p>Poi<br/>basta</p>",
        "a: text\nl: link\nps: {type: list, of: text}",
        a="Anna <", l="https://x.example/a", ps=["uno", "due"],
    )  # fmt: skip
    assert text == "Ciao Anna <, ecco la pagina.\nhttps://x.example/a\nFine.\n\n- uno\n- due\n\nPoi\nbasta"
    assert "<title>Prova</title>" in html
    assert 'lang="it"' in html
    assert "<li>uno</li>\n\n<li>due</li>" in html
    assert "Ciao <b>Anna &lt;</b>" in html


def test_each_link_has_its_own_address_and_a_name_has_none() -> None:
    text, _ = whole(
        '<p><a href="https://x.example/a">uno</a> e <a name="b">due</a></p><p><a href="mailto:a@x">tre</a></p>'
    )
    assert text == "uno\nhttps://x.example/a\ne due\n\ntre (a@x)"


def test_tags_stand_round_whole_sections() -> None:
    section = (
        '<mj-section><mj-column><mj-button href="https://x.example/{{ a }}">Vieni</mj-button></mj-column></mj-section>'
    )
    begins, ends = "<mj-section><mj-column><mj-text>y", "x</mj-text></mj-column></mj-section>"
    body = f"{ends}\n{{% if a %}}\n{section}\n{{% endif %}}\n{begins}"
    text, html = whole(body, "a: {type: text, fallback: null}", a="à b")
    assert text == "x\n\nVieni\nhttps://x.example/%C3%A0%20b\n\ny"
    assert 'href="https://x.example/%C3%A0%20b"' in html
    assert whole(body, "a: {type: text, fallback: null}")[0] == "x\n\ny"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("{{ footer }}", "ciao"), "6: the place {{ footer }} is missing; write it last"),
        (("<mj-text>BODY", "<mj-txt>BODY"), '7: there is no element <mj-txt>; did you mean "mj-text"?'),
        (("BODY", "<p>"), "6: this is no MJML"),
        (
            ("BODY", '<a href="mailto:x" style="color:{{ a }}">x</a>'),
            "7: a placeholder cannot stand in the attribute style",
        ),
        (
            ("<mj-section><mj-column><mj-text>B", "<mj-section>\n{% if a %}\n<mj-column>\n{% endif %}\n<mj-text>B"),
            "10: this tag and the one",
        ),
        (
            ("<mj-text>BODY", '<mj-text color="#888888" background-color="#fff">BODY'),
            "7: #888888 on #ffffff has a contrast of 3.5",
        ),
        (("<mj-text>BODY", '<mj-image src="https://x.example/a.png" /><mj-text>BODY'), "7: a picture without words"),
        (("BODY", "<!-- {{ a }} -->"), "7: "),
        (("BODY", "<form></form>"), "7: <form> may not be mailed"),
        (("BODY", "<p>a</p>\n<script>x</script>"), "8: <script> may not be mailed"),
        (("BODY", '<p onclick="x">a</p>'), "7: the attribute onclick may not be mailed"),
        (("BODY", '<a href="javascript:x">a</a>'), '7: href leads to "javascript:x"; begin it with https://'),
        (("BODY", "<mj-include path='/etc/passwd' />"), "7: there is no element <mj-include>"),
    ],
)
def test_a_mistake_in_mjml_is_told_with_its_line(change: tuple[str, str], problem: str) -> None:
    [first, *_] = refused(head("a: text") + MJML.replace(*change), file=WHOLE)
    assert first.startswith(problem)


def test_a_whole_mjml_has_no_layout() -> None:
    assert refused(head(more="layout: post\n") + MJML, file=WHOLE) == [
        '3: "layout" is for Markdown; say it in the MJML instead'
    ]
