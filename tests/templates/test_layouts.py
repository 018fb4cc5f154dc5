"""Layouts: compiled once, their mistakes told with line and cure, and nothing put into them leaves its place."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailhub import content
from mailhub.errors import BadInput
from mailhub.mail.frame import Context, Slot
from mailhub.templates import layouts
from tests.mail.htmllint import lint, words_of

NAMES = layouts.NAMES
VALUES: dict[str, str | Slot] = {
    "language": "it",
    "title": "Cesoie & recinto",
    "preheader": "Due righe",
    "body": Slot("html", Context.MARKUP),
    "footer": "Ricevi questa mail perché …",
}


def whole(name: str, body: str = "<p>Ciao</p>", **values: str) -> str:
    parts = layouts.compiled(name).html({**VALUES, **values})
    return "".join(part if isinstance(part, str) else body for part in parts)


@pytest.mark.parametrize("name", NAMES)
def test_a_starter_layout_is_a_mail_for_everybody(name: str) -> None:
    html = whole(name)
    assert lint(html, "it") == []
    assert words_of(html).endswith("Ciao Ricevi questa mail perché …")
    assert len(html.encode()) < 8_000


@pytest.mark.parametrize("name", NAMES)
def test_it_is_legible_at_320_pixels_and_without_a_style_sheet(name: str) -> None:
    html = whole(name)
    assert "max-width:600px" in html.replace(" ", "")
    assert 'name="viewport"' in html
    without = html[: html.index("<style")] + html[html.rindex("</style>") :]
    assert "<h1>Cesoie &amp; recinto</h1>" in without
    assert "font-size:18px" in without.replace(" ", "")


def test_a_sites_own_layout_goes_before_the_starter_and_changes_at_once(tmp_path: Path) -> None:
    own = tmp_path / layouts.FOLDER / "notice.mjml"
    own.parent.mkdir(parents=True)
    starter = (content.starter() / layouts.FOLDER / "notice.mjml").read_text()
    own.write_text(starter.replace("<h1>{{ title }}</h1>", "<h1>{{ title }}</h1><p>Ours</p>"))
    assert "Ours" in "".join(map(str, layouts.compiled("notice", tmp_path).parts))
    own.write_text(starter.replace("<h1>{{ title }}</h1>", "<h1>{{ title }}</h1><p>Newer</p>"))
    assert "Newer" in "".join(map(str, layouts.compiled("notice", tmp_path).parts))
    assert "Ours" not in "".join(map(str, layouts.compiled("letter", tmp_path).parts))


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (
            ("{{ body }}", "{{ bdoy }}"),
            ":",
            "there is no place {{ bdoy }}; the places are answer, author, body, footer",
        ),
        (("{{ footer }}", "no way out"), ":1:", "the place {{ footer }} is missing"),
        (("<mj-body", "<mj-boody"), ":30:", 'there is no element <mj-boody>; did you mean "mj-body"?'),
        (("</mj-body>", ""), ":1:", "this is no MJML"),
        (("<h1>", "<div>" * 300 + "<h1>"), ":1:", "too large or too deep"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_the_cure(
    tmp_path: Path, change: tuple[str, str], line: str, words: str
) -> None:
    own = tmp_path / layouts.FOLDER / "notice.mjml"
    own.parent.mkdir(parents=True)
    own.write_text((content.starter() / layouts.FOLDER / "notice.mjml").read_text().replace(*change))
    with pytest.raises(BadInput) as told:
        layouts.compiled("notice", tmp_path)
    assert line in str(told.value)
    assert words in str(told.value)


def test_a_layout_that_is_nowhere_is_told() -> None:
    with pytest.raises(BadInput, match="there is no layout 'poster'"):
        layouts.compiled("poster")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_no_value_leaves_its_place(value: str) -> None:
    html = whole("notice", title=value, footer=value)
    plain = whole("notice", title="", footer="")
    assert html.count("<") == plain.count("<")
    assert html.count('"') == plain.count('"')
