"""What people look for is found, in either language, the newest first, and no query raises."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailhub.archive import posts, search, stemming
from mailhub.archive.search import Hit
from mailhub.archive.tables import Post
from tests.archive.conftest import NOW
from tests.archive.writing import Archive, mailed


def index(archive: Archive) -> None:
    with archive.database.transaction() as session:
        while search.index(session, archive.site, now=NOW):
            pass
        assert session.scalar(search.WAITS) is None


def fill(archive: Archive, *texts: str, list_id: int = 1) -> None:
    """Publish these as posts m0, m1, …, each a day newer than the one before."""
    at = NOW - timedelta(days=100)
    mails = [mailed(f"m{n}@x.test", text=t, sent_at=at + timedelta(days=n)) for n, t in enumerate(texts)]
    archive.publish(list_id, *mails)
    index(archive)


def found(archive: Archive, query: str, lists: list[int] | None = None, *, quoted: bool = False) -> list[str]:
    with archive.database.reading() as session:
        hits = search.find(session, lists, query, limit=20, quoted=quoted)
        names = dict(session.execute(sa.select(Post.id, Post.message_id)).all())
    return [names[hit.post_id].partition("@")[0] for hit in hits]


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("La riunione è alle nove, grazie a chi viene.", "riunioni"),
        ("Le riunioni sono due, grazie.", "riunione"),
        ("L'assemblea si tiene in piazza.", "assemblee"),
        ("Le assemblee si tengono in piazza.", "l'assemblea"),
        ("Dell’ulivo si parla domani.", "ulivi"),
        ("Nel parco ci sono alberi.", "albero parchi"),
        ("Perché no? Così è più bello.", "perche cosi piu"),
        ("Perche no, e piu bello cosi.", "PERCHÉ"),
        ("We are planting the trees on Saturday.", "tree"),
        ("I planted a tree for you.", "planting trees"),
        ("Anna's garden is open, and you can come.", "Anna's gardens"),
        ("Ana schreibt über die Straße.", "strasse"),
        ("Scrivi a orto-urbano@pietrafiore.example.", "pietrafiore"),
        ("The version is 2.14.3 of it.", "2.14.3"),
    ],
)
def test_words_meet_across_endings_accents_case_and_articles(archive: Archive, said: str, asked: str) -> None:
    fill(archive, said, "Di questo non si parla. Nothing of that is in here.")
    assert found(archive, asked) == ["m0"]


def test_all_words_must_be_there(archive: Archive) -> None:
    fill(archive, "Potatura degli ulivi.", "Potatura delle siepi.", "Gli ulivi e la potatura.")
    assert found(archive, "potatura ulivi") == ["m2", "m0"]


def test_a_subject_counts_as_well(archive: Archive) -> None:
    archive.publish(1, mailed("a@x.test", subject="Assemblea di sabato", text="Ci vediamo."))
    index(archive)
    assert found(archive, "assemblea vediamo") == ["a"]


def test_quoted_words_are_found_only_on_request(archive: Archive) -> None:
    quote = "Il giorno sab 14 mar 2026 alle ore 09:00 Bea <bea@example.org> ha scritto:\r\n> Il pozzo è asciutto.\r\n"
    fill(archive, f"Ho capito.\r\n\r\n{quote}", "Il pozzo è pieno.")

    assert found(archive, "pozzo") == ["m1"]
    assert found(archive, "pozzo", quoted=True) == ["m1", "m0"]
    assert found(archive, "capito pozzo", quoted=True) == ["m0"]


def test_only_the_lists_asked_for_are_looked_at(archive: Archive) -> None:
    archive.publish(1, mailed("a@x.test", text="Potatura"))
    archive.publish(12, mailed("b@x.test", text="Potatura 1"))
    index(archive)

    assert found(archive, "potatura", [1]) == ["a"]
    assert found(archive, "potatura", [12]) == ["b"]
    assert sorted(found(archive, "potatura", [1, 12])) == ["a", "b"]
    assert found(archive, "potatura", []) == []
    assert found(archive, "12", [12]) == []


def test_the_newest_come_first_by_when_they_were_sent_and_pages_join(archive: Archive) -> None:
    days = [3, 1, 4, 15, 9, 2, 6, 5, 35, 8]
    archive.publish(1, *(mailed(f"{d}@x.test", text="parola", sent_at=NOW - timedelta(days=d)) for d in days))
    index(archive)

    seen: list[str] = []
    before: Hit | None = None
    with archive.database.reading() as session:
        names = dict(session.execute(sa.select(Post.id, Post.message_id)).all())
        while hits := search.find(session, None, "parole", limit=3, before=before):
            seen += [names[hit.post_id] for hit in hits]
            before = hits[-1]
    assert seen == [f"{d}@x.test" for d in sorted(days)]


def test_a_common_word_is_found_in_the_other_form_of_the_query(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailhub.archive.search_postgresql.FEW", 2)
    fill(archive, *(["comune"] * 5))
    assert found(archive, "comuni") == ["m4", "m3", "m2", "m1", "m0"]


def test_a_withdrawn_post_is_not_found(archive: Archive) -> None:
    fill(archive, "segreto", "segreto")
    with archive.database.transaction() as session:
        post = posts.find(session, 1, "m0@x.test")
        assert post is not None
        posts.withdraw(session, post)
    assert found(archive, "segreto") == ["m1"]


def test_a_post_withdrawn_before_it_was_indexed_is_not_found(archive: Archive) -> None:
    archive.publish(1, mailed("a@x.test", text="segreto"))
    with archive.database.transaction() as session:
        post = posts.find(session, 1, "a@x.test")
        assert post is not None
        posts.withdraw(session, post)
    index(archive)
    assert found(archive, "segreto") == []


def test_indexing_twice_finds_once(archive: Archive) -> None:
    fill(archive, "una volta")
    with archive.database.transaction() as session:
        session.execute(sa.update(Post).values(indexed_at=None))
    index(archive)
    assert found(archive, "volte") == ["m0"]


def test_words_that_stand_in_html_alone_are_read_by_the_job(archive: Archive) -> None:
    html = (
        b"Message-ID: <html@x.test>\r\nFrom: ana@example.org\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>La <b>fioritura</b> &egrave; iniziata.</p>\r\n"
    )
    with archive.database.transaction() as session:
        archive.publish_batch(session, 1, [html])
    index(archive)
    assert found(archive, "fioriture") == ["html"]


awkward = st.text(st.sampled_from("a1 \"'*:()^-+{}[]\\,.;~%_?!#@$&|<>=/\0\ud800’àß½Ⅷ中नि𞤀\n"), max_size=30)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    awkward | st.text(max_size=40) | st.sampled_from(["AND", "a OR", "NEAR(a b)", "col:x", "NOT", "subject : a", "a*"])
)
def test_no_query_raises(archive: Archive, query: str) -> None:
    found(archive, query, [1], quoted=True)
    found(archive, query)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30))
def test_a_word_is_found_by_itself_whatever_its_letters(archive: Archive, text: str) -> None:
    list_id = archive.next_list() + 100
    archive.publish(list_id, mailed(f"{list_id}@x.test", subject="s", text=f"primo {text} ultimo"))
    index(archive)
    words = stemming.asked(f"primo {text} ultimo", search.MOST_WORDS)
    for word in words:
        if word.isascii():
            assert found(archive, word, [list_id]) == [str(list_id)]


def test_a_page_of_the_job_stays_small(archive: Archive) -> None:
    archive.publish(1, *(mailed(f"{n}@x.test", text="parole " * 2000) for n in range(10)))
    with archive.database.transaction() as session:
        assert 0 < search.index(session, archive.site, now=NOW) < 10
