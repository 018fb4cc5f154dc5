"""Plain words as HTML: the same words, safe, with what can be pressed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailhub.templates import prose
from tests.mail.htmllint import Reader, words_of


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Ciao", "<p>Ciao</p>"),
        ("Uno\n\nDue", "<p>Uno</p><p>Due</p>"),
        ("Un verso\nun altro", "<p>Un verso<br>un altro</p>"),
        ("x" * 60 + " parola\n" + "lunghissima fine", "<p>" + "x" * 60 + " parola lunghissima fine</p>"),
        ("- uno\n- due", "<ul><li>uno</li><li>due</li></ul>"),
        ("1 «Cesoie», Orto\n2 «Recinto», Orto", "<p>1 «Cesoie», Orto<br>2 «Recinto», Orto</p>"),
        ("> detto\n>\n> da altri", "<blockquote><p>detto</p><p>da altri</p></blockquote>"),
        ('<b>no</b> & "x"', "<p>&lt;b&gt;no&lt;/b&gt; &amp; &quot;x&quot;</p>"),
        ("scrivi a orto@x.example.", '<p>scrivi a <a href="mailto:orto@x.example">orto@x.example</a>.</p>'),
        (
            "vedi\nhttps://x.example/a?b=1&c=2",
            '<p>vedi<br><a href="https://x.example/a?b=1&amp;c=2">https://x.example/a?b=1&amp;c=2</a></p>',
        ),
        ("javascript:alert(1)", "<p>javascript:alert(1)</p>"),
        ("-" * 72 + "\n1. Cesoie", "<hr><p>1. Cesoie</p>"),
    ],
)
def test_words_keep_their_shape(text: str, html: str) -> None:
    assert prose.to_html(text) == html


def test_the_first_sentence_stands_out() -> None:
    html = prose.to_html("Da adesso non ricevi nulla. Fai ancora parte del gruppo.\n\nAltro.", strong=True)
    assert html == "<p><strong>Da adesso non ricevi nulla.</strong> Fai ancora parte del gruppo.</p><p>Altro.</p>"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_no_text_becomes_markup_of_its_own(text: str) -> None:
    reader = Reader()
    reader.feed(f"<html lang='it'><body>{prose.to_html(text, strong=True)}</body></html>")
    assert reader.faults == []
    assert reader.open == []
    assert all(target.startswith(("mailto:", "http://", "https://")) for target, _ in reader.links)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(alphabet="abc .,", min_size=1, max_size=90), max_size=8))
def test_no_word_is_lost(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert words_of(f"<body>{prose.to_html(text)}</body>").split() == text.split() or "  " in text
