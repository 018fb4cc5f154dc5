"""«dimenticami»: a name and an address are scattered in every way we know, and after the erasure nobody finds them."""

import io
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from mailhub.archive import exporting, search
from mailhub.archive import raw as raws
from mailhub.archive.tables import Post, PostState, PostText, Raw
from mailhub.db.base import Base
from mailhub.delivery.outcomes import Kind, Outcome
from mailhub.hub.erasing import asked, journal
from mailhub.lists.tables import MailList
from mailhub.mail.message import parse
from mailhub.people import consent, persons
from mailhub.people.tables import Erasure, ErasureStage, Suppression
from tests.stories.opening import opening
from tests.stories.town import FORGED, Town, body

IDA, BRUNO, OLGA = "ida.canary@example.org", "bruno@example.org", "olga@example.org"
NAMED = f"Ida Canarini <{IDA}>"
TRACES = re.compile(r"ida\.canary|canarini", re.IGNORECASE)


def forgets(town: Town, word: str = "forget me") -> None:
    """Ask, confirm, and let the work be done."""
    town.writes(IDA, to="hub@lists.test", text=word)
    town.passes(minutes=10)
    town.replies(IDA, town.mailbox(IDA)[-1], "confirm")
    town.passes(minutes=6)


@opening
def lives(town: Town) -> None:
    """Leave traces: posts in two groups, answers that quote them in text and HTML, a held message, a large file."""
    for slug in ("garden", "choir"):
        town.opens_list(slug, members=[NAMED, BRUNO], addresses="members")
    town.opens_list("square", members=[NAMED, BRUNO], moderate="everyone")
    with town.database.transaction() as session:
        person = persons.find(session, IDA)
        assert person is not None
        persons.set_field(session, person.id, "town", "Canarini Alta", now=town.clock.now())
    signed = f"I have shears.\n\n-- \nIda Canarini\n{IDA}, 333 1234567"
    files = {"canarini.pdf": b"y" * 1_200_000}
    town.writes(NAMED, to="garden@lists.test", subject="Shears", text=signed, files=files)
    town.writes(
        NAMED, to="choir@lists.test", subject="Song", text="Write to Ida.Canary@example.org, says Ida Canarini."
    )
    town.writes(NAMED, to="square@lists.test", subject="Canarini waits", text="Hold this")
    town.writes(NAMED, to="garden@lists.test", subject="Forged", text="Not me", headers=FORGED)
    quoting = f"Thank you.\n\nOn Mon, 9 Mar 2026 at 09:00, Ida Canarini <{IDA}> wrote:\n> I have shears, Ida Canarini"
    post = next(mail for mail in town.mailbox(BRUNO) if mail["Subject"] == "Shears")
    ours = {"In-Reply-To": str(post["Message-ID"]), "Cc": NAMED}
    town.writes(BRUNO, to="garden@lists.test", subject="Re: Shears", text=quoting, headers=ours)
    encoded = town.letter(BRUNO, to="choir@lists.test", subject="Re: Song")
    encoded.set_content(f"Così è.\n\n{quoting}", cte="base64")
    encoded.add_alternative(f"<p>Così</p><blockquote><a href='mailto:{IDA}'>Ida</a></blockquote>", subtype="html")
    town.receives(encoded.as_bytes(), BRUNO, ["choir@lists.test"])
    town.passes(hours=1)


def scan(town: Town) -> list[str]:
    """Where one of the traces stands: in every cell of every table, the index, every mail as it came, every file."""
    found = []
    with town.database.reading() as session:
        names = [*Base.metadata.tables, "post_search"]
        for name in names:
            for row in session.execute(sa.text(f"SELECT * FROM {name}")):
                said = "\n".join(cell.decode("latin-1") if isinstance(cell, bytes) else str(cell) for cell in row)
                found += [f"{name}: {hit}" for hit in TRACES.findall(said.replace("=\r\n", ""))]
        for raw in session.scalars(sa.select(Raw)):
            mail = parse(content) if (content := raws.content(town.hub.site, raw)) else None
            said = content.decode("latin-1") + (f"{mail.text}{mail.html or ''}" if mail else "")
            found += [f"raw {raw.id}: {hit}" for hit in TRACES.findall(said)]
    for file in (path for path in Path(town.hub.site.data_dir).rglob("*") if path.is_file()):
        found += [f"{file.name}: {hit.decode()}" for hit in re.findall(rb"ida\.canary|[Cc]anarini", file.read_bytes())]
    return found


def test_after_the_goodbye_no_trace_is_left_anywhere_and_the_words_stay(town: Town) -> None:
    lives(town)
    assert len(scan(town)) > 30
    before = {post.subject: post.thread_id for post in _posts(town)}
    forgets(town)
    goodbye = town.inbox(IDA)[-1]
    assert goodbye["Subject"] == "Done: we will not write again"
    assert "\n".join(scan(town)) == ""
    posts = {post.subject: post for post in _posts(town)}
    assert {subject: post.thread_id for subject, post in posts.items()} == before
    shears, song = posts["Shears"], posts["Song"]
    assert shears.author_name != song.author_name
    assert shears.author_name.startswith("Somebody ")
    with town.database.reading() as session:
        assert session.get_one(PostText, shears.id).words == "I have shears."
        assert "Thank you." in session.get_one(PostText, posts["Re: Shears"].id).words
        made = parse(raws.read(session, town.hub.site, shears.raw_id))
        assert (made.subject, made.text.strip(), made.message_id) == ("Shears", "I have shears.", shears.message_id)
        assert search.find(session, None, "canarini", limit=9, quoted=True) == []
        assert len(search.find(session, None, "shears", limit=9)) >= 1
        erasure = session.scalars(sa.select(Erasure)).one()
        assert (erasure.traces, erasure.next_at, erasure.stage.value) == (None, None, "done")


def test_the_archive_is_read_and_written_out_as_before(town: Town) -> None:
    lives(town)
    forgets(town)
    out = io.BytesIO()
    with town.database.reading() as session:
        group = session.scalars(sa.select(MailList.id).where(MailList.slug == "garden")).one()
    assert exporting.export_mbox(town.database, town.hub.site, group, out) == 2
    assert TRACES.search(out.getvalue().decode()) is None
    assert out.getvalue().count(b"nobody@erased.invalid") == 2
    for path in ("/", "/garden/", "/choir/"):
        page = town.web.get(path)
        assert page.status_code == 200
        assert TRACES.search(page.text) is None


def test_with_their_messages_only_the_answers_of_others_stay(town: Town) -> None:
    lives(town)
    forgets(town, "forget me and my messages")
    assert "\n".join(scan(town)) == ""
    assert {post.subject for post in _posts(town) if post.state is PostState.PUBLISHED} == {"Re: Shears", "Re: Song"}
    with town.database.reading() as session:
        said = "\n".join(session.scalars(sa.select(PostText.words + PostText.quoted)))
        assert "says" not in said
        assert search.find(session, None, "song", limit=9) != []  # the subject of the answer
    assert not [path for path in Path(town.hub.site.data_dir, "blobs").rglob("*") if path.is_file()]


def test_nobody_is_written_to_nor_imported_again_but_may_come_back(paese: Town) -> None:
    paese.opens_list("orto", members=[NAMED, BRUNO])
    paese.writes(IDA, to="hub@lists.test", text="dimenticami")
    paese.passes(minutes=10)
    paese.replies(IDA, paese.mailbox(IDA)[-1], "confermo")
    assert paese.subjects(IDA)[-1] == "Fatto: non ti scriviamo più"
    paese.passes(minutes=6)
    paese.writes(BRUNO, to="orto@lists.test", subject="Ancora", text="Ciao")
    assert paese.inbox(IDA) == []
    with paese.database.reading() as session:
        assert [row.email for row in session.scalars(sa.select(Suppression))] == [None]
        assert persons.find(session, IDA) is None
    paese.writes(IDA, to="orto-iscriviti@lists.test")
    paese.replies(IDA, paese.inbox(IDA)[-1], "sì")
    assert paese.subjects(IDA) == ["Iscrizione confermata: Orto"]


def test_the_only_organiser_is_told_to_hand_over_first(town: Town) -> None:
    town.opens_list("garden", organiser=IDA, members=[BRUNO])
    forgets(town)
    [told] = [mail for mail in town.inbox(IDA) if mail["Subject"] == "First hand over to somebody else"]
    assert "you alone organise Garden" in " ".join(body(told).split())
    assert town.person(IDA) is not None


@pytest.mark.parametrize("word", ["forget me", "forget me and my messages", "dimenticami"])
def test_a_forged_wish_forgets_nobody(town: Town, word: str) -> None:
    town.opens_list("garden", members=[NAMED, BRUNO])
    town.writes(IDA, to="hub@lists.test", text=word, headers=FORGED)
    town.passes(minutes=11)
    [question] = town.inbox(IDA)
    town.replies(IDA, question, "no")
    town.passes(days=3)
    place = town.place("garden", IDA)
    assert place is not None
    assert place.state.value == "active"


def test_a_goodbye_that_cannot_be_delivered_is_given_up_after_a_day(town: Town) -> None:
    town.opens_list("garden", members=[NAMED, BRUNO])
    town.writes(IDA, to="hub@lists.test", text="forget me")
    town.passes(minutes=10)
    town.transport.answers = [Outcome(Kind.DEFERRED, 451, "4.2.2", "later")] * 9
    town.replies(IDA, town.mailbox(IDA)[-1], "confirm")
    town.passes(hours=23)
    assert town.person(IDA) is not None
    town.passes(hours=2)
    assert town.person(IDA) is None
    assert "Done: we will not write again" not in town.subjects(IDA)


def test_a_restart_goes_on_where_the_erasure_was(town: Town) -> None:
    lives(town)
    town.writes(IDA, to="hub@lists.test", text="forget me")
    town.passes(minutes=10)
    with town.database.transaction() as session:
        person = persons.find(session, IDA)
        assert person is not None
        asked.begin(session, town.hub.site, person, with_posts=False, stage=ErasureStage.ROWS, now=town.clock.now())
    stages: list[ErasureStage] = []
    while town.another_worker(town.transport).chores():  # nothing but the rows is left between two pages
        with town.database.reading() as session:
            stages += session.scalars(sa.select(Erasure.stage)).all()
    assert stages[-1] is ErasureStage.DONE
    assert "\n".join(scan(town)) == ""


def test_what_an_older_backup_brings_back_is_erased_anew(town: Town) -> None:
    town.opens_list("garden", members=[NAMED, BRUNO])
    hashes = [consent.key_hash(town.hub.site, IDA)]
    town.passes(hours=1)
    journal.add(town.hub.site, hashes, with_posts=False, asked_at=town.clock.now())
    town.joins("garden", "Late <late@example.org>")
    for times in (1, 0):
        with town.database.transaction() as session:
            assert journal.apply(session, town.hub.site, now=town.clock.now()) == times
        town.settles()
    assert "\n".join(scan(town)) == ""
    assert town.person("late@example.org") is not None
    assert [(len(one.hashes), one.with_posts) for one in journal.read(town.hub.site.data_dir / journal.NAME)] == [
        (1, False),
        (1, False),
    ]


def test_who_came_back_after_the_erasure_stays(town: Town) -> None:
    journal.add(town.hub.site, [consent.key_hash(town.hub.site, IDA)], with_posts=False, asked_at=town.clock.now())
    town.passes(hours=1)
    town.opens_list("garden", members=[NAMED, BRUNO])
    with town.database.transaction() as session:
        assert journal.apply(session, town.hub.site, now=town.clock.now()) == 0


def _posts(town: Town) -> list[Post]:
    with town.database.reading() as session:
        return list(session.scalars(sa.select(Post).order_by(Post.id)))
