"""Templates as files and as what runs: published when they differ, found in the reader's language, told with lines."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailhub.content import BadContent
from mailhub.db.session import Database
from mailhub.templates import publishing
from mailhub.templates.rendering import render
from tests.templates.writing import MJML, head

NOW = datetime(2026, 3, 13, 9, tzinfo=UTC)


def put(folder: Path, inside: str, text: str = "---\nsubject: Ciao\n---\nCiao.\n") -> None:
    path = folder / "templates" / inside
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def wrong(folder: Path) -> list[str]:
    with pytest.raises(BadContent) as bad:
        publishing.read_folder(folder)
    return [str(problem) for problem in bad.value.problems]


def test_what_is_new_or_changed_is_published_once(database: Database, tmp_path: Path) -> None:
    put(tmp_path, "ciao/ciao.it.md")
    put(tmp_path, "ciao/ciao.en.md", "---\nsubject: Hello\n---\nHello.\n")
    with database.transaction() as session:
        assert publishing.apply_folder(session, tmp_path, now=NOW) == ["ciao.en", "ciao.it"]
        assert publishing.apply_folder(session, tmp_path, now=NOW) == []
        put(tmp_path, "ciao/ciao.it.md", "---\nsubject: Ciao\n---\nEcco.\n")
        assert publishing.apply_folder(session, tmp_path, now=NOW) == ["ciao.it"]
        assert publishing.running(session)["ciao.it"].number == 2


def test_a_reader_gets_their_language_or_else_the_one_there_is(database: Database, tmp_path: Path) -> None:
    put(tmp_path, "ciao/ciao.it.md")
    put(tmp_path, "ciao/ciao.en.md", "---\nsubject: Hello\n---\nHello.\n")
    put(tmp_path, "solo/solo.en.md", "---\nsubject: Alone\n---\nAlone.\n")
    with database.transaction() as session:
        publishing.apply_folder(session, tmp_path, now=NOW)
        found = [
            publishing.find(session, name, spoken, tmp_path) for name in ("ciao", "solo") for spoken in ("it", "en")
        ]
        subjects = [render(each, {}).subject for each in found if each is not None]
        assert subjects == ["Ciao", "Hello", "Alone", "Alone"]
        assert publishing.find(session, "mai", "it", tmp_path) is None


def test_what_is_taken_back_runs_no_more_and_can_come_again(database: Database, tmp_path: Path) -> None:
    put(tmp_path, "ciao/ciao.it.md")
    with database.transaction() as session:
        publishing.apply_folder(session, tmp_path, now=NOW)
        publishing.take_back(session, "ciao.it", now=NOW)
        assert publishing.find(session, "ciao", "it", tmp_path) is None
        assert publishing.apply_folder(session, tmp_path, now=NOW) == ["ciao.it"]
        assert publishing.find(session, "ciao", "it", tmp_path) is not None


def test_every_language_declares_the_same(tmp_path: Path) -> None:
    put(tmp_path, "a/a.it.md", "---\nsubject: Ciao\nvars:\n  a: text\n  b: date\n  c: text\n---\nCiao.\n")
    put(tmp_path, "a/a.en.md", "---\nsubject: Hello\nvars:\n  a: text\n  b: text\n  d: text\n---\nHello.\n")
    assert wrong(tmp_path) == [
        'templates/a/a.en.md:1: "c" is declared in templates/a/a.it.md and not here; declare it in both, or in neither',
        'templates/a/a.en.md:5: "b" is declared otherwise in templates/a/a.it.md, line 5; '
        "give it the same type in both",
        'templates/a/a.en.md:6: "d" is not declared in templates/a/a.it.md; declare it in both, or in neither',
    ]


def test_a_fallback_is_words_and_may_differ(tmp_path: Path) -> None:
    for spoken, word in (("it", "amici"), ("en", "friends")):
        put(
            tmp_path,
            f"a/a.{spoken}.md",
            f"---\nsubject: A\nvars:\n  a: {{type: text, fallback: {word}}}\n---\n{{{{ a }}}}.\n",
        )
    assert len(publishing.read_folder(tmp_path).templates) == 2


def test_a_language_that_is_missing_is_worth_a_word(tmp_path: Path) -> None:
    put(tmp_path, "a/a.it.md")
    [warning] = publishing.read_folder(tmp_path).warnings
    assert str(warning).startswith('templates/a/a.it.md:1: "a" is not there in "en"; who reads that language')


@pytest.mark.parametrize(
    "inside", ["a.it.md", "a/b.it.md", "a/a.md", "a/a.de.md", "a/a.it.html.md", "A/A.it.md", "a/b/a.it.md"]
)
def test_a_name_that_tells_no_template_is_told(tmp_path: Path, inside: str) -> None:
    put(tmp_path, inside)
    [problem] = wrong(tmp_path)
    assert problem.startswith(
        f"templates/{inside}:1: no template can be told from this name; write it as templates/<name>"
    )


def test_one_template_has_one_file_a_language(tmp_path: Path) -> None:
    put(tmp_path, "a/a.it.md")
    put(tmp_path, "a/a.it.mjml", head() + MJML.replace("BODY", "Ciao."))
    assert wrong(tmp_path) == ["templates/a/a.it.mjml:1: templates/a/a.it.md is there too; keep one of the two"]


def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    put(tmp_path, "a/a.it.md")
    (tmp_path / "templates" / "a" / "a.en.md").write_bytes(b"---\nsubject: \xff\n---\n")
    assert wrong(tmp_path) == ["templates/a/a.en.md:1: this is not UTF-8; save the file as UTF-8"]


def test_the_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    put(tmp_path, "a/a.it.md", "---\nsubject: A\n---\n{{ b }}")
    put(tmp_path, "c/c.it.md", "---\nsubject: A\n---\n# Titolo\n\n{{ b }}")
    put(tmp_path, "d/d.it.md", "---\nsubject: A\n---\n# Titolo")
    assert [problem.partition(": ")[0] for problem in wrong(tmp_path)] == [
        "templates/a/a.it.md:4",
        "templates/c/c.it.md:6",
        "templates/d/d.it.md:4",
    ]
