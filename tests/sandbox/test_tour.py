"""The tour of six steps, in both languages, against the real town: each step is done when it has happened."""

import re
import threading
from collections.abc import Iterator
from html import unescape

import pytest

from mailhub.cli.firstrun import prepare
from mailhub.language import LANGUAGES, say
from mailhub.lists import reading
from mailhub.people import persons
from mailhub.sandbox.demo import living_town
from mailhub.sandbox.postoffice import Letter
from tests.sandbox.guest import FIELD, Guest


@pytest.fixture(scope="module", params=LANGUAGES)
def guest(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guest]:
    folder = tmp_path_factory.mktemp("town")
    with living_town(folder, request.param, prepare, threading.Event(), in_helpers=False) as demo:
        yield Guest(demo, request.param)


def test_nothing_is_done_before_anything_has_happened(guest: Guest) -> None:
    for step in range(1, 7):
        guest.goes_to(step)
        assert guest.done == []
        assert not any(move.is_done for move in guest.moves)
    guest.goes_to("")
    assert guest.text == f"{_said(guest, 'step-1')}. {_said(guest, 'tour-1')}"
    assert 'class="qrline"' in guest.page, "the poster hangs beside the mailbox"


def test_1_an_empty_mail_and_a_yes(guest: Guest) -> None:
    guest.takes(0)
    assert guest.done == []
    assert [move.is_done for move in guest.moves] == [True, False]
    assert 'class="qrline"' not in guest.page
    guest.takes(1, text="")  # an empty answer does nothing, and is told so
    assert guest.done == []
    assert guest.newest().mail.subject in {
        "La tua mail è arrivata senza parole nuove",
        "Your mail came without new words",
    }
    guest.takes(1)
    assert guest.done == [1]
    assert guest.text.startswith(_said(guest, "step-2"))


def test_2_the_answer_to_the_welcome_waits_to_be_read(guest: Guest) -> None:
    assert not guest.moves[0].is_done
    guest.takes(0)
    assert guest.done == [1, 2]
    assert guest.newest().mail.subject in {
        "Il tuo messaggio aspetta di essere letto",
        "Your message is waiting to be read",
    }
    assert "Bruno" in next(one.mail.text for one in guest.mailbox() if one.mail.subject in _WELCOMES)


_WELCOMES = {"Iscrizione confermata: Orto urbano", "You are in: City garden"}


def test_3_the_letter_of_tomorrow_tells_of_two_groups(guest: Guest) -> None:
    guest.goes_to(3)
    guest.takes(0)
    guest.takes(0)
    assert guest.moves[0].is_done
    guest.takes(1)
    assert guest.done == [1, 2], "a letter that lies unopened is not read"
    guest.opens(2)
    assert guest.done == [1, 2, 3]
    letter = guest.newest().mail.text
    numbers = re.findall(r"(?m)^(\d)\. ", letter)
    assert numbers == [str(number) for number in range(1, 8)]
    assert all(re.search(rf"(?m)^{who}", letter) for who in ("Rita Fontana, ", "Aldo Serra, ", "Teo Ronchi, "))
    assert re.search(r"(?m)^7\. [^\n]+: Aldo Serra", letter), "his fourth message is one line"


def test_4_two_lines_take_effect_and_what_is_unclear_is_asked(guest: Guest) -> None:
    guest.goes_to(4)
    guest.takes(1)
    assert guest.moves[1].is_done
    assert 4 not in guest.done
    assert guest.newest().mail.subject in {"A quale messaggio rispondi?", "Which message do you mean?"}
    guest.takes(0)
    assert 4 in guest.done
    receipt = next(letter.mail for letter in guest.mailbox() if letter.mail.subject in _RECEIPTS)
    assert len(re.findall(r"(?m)^\d\b", receipt.text)) >= 2


_RECEIPTS = {"La tua risposta alla lettera è arrivata", "Your answer to the letter has arrived"}


def test_5_bruno_lets_a_message_out(guest: Guest) -> None:
    guest.goes_to(5)
    guest.opens(0)
    assert "Bruno Valli" in guest.page
    guest.takes(1)
    assert 5 in guest.done
    assert guest.newest().mail.subject in {"Il tuo messaggio è andato al gruppo", "Your message has gone to the group"}


def test_6_why_leave_undo(guest: Guest) -> None:
    guest.goes_to(6)
    for place in range(3):
        assert 6 not in guest.done
        guest.takes(place)
    assert 6 in guest.done
    assert "tour=7" in guest.page


def test_the_last_panel_counts_what_was_written_and_what_came(guest: Guest) -> None:
    guest.goes_to(7)
    yours = len(guest.demo.post.by_visitor())
    ours = sum(not letter.outgoing for letter in guest.mailbox())
    assert guest.text == _said(guest, "end-by-mail", yours=yours, ours=ours)
    assert yours >= 9


def test_every_mail_says_what_happened_to_it(guest: Guest) -> None:
    for who in ("nives", "bruno"):
        for letter in guest.mailbox(who):
            page = guest.looks(f"/mail/{who}/{letter.id}/happened?lang={guest.language}")
            told = re.sub("<[^>]+>", " ", page.partition("<h1>")[2].partition("</main>")[0])
            assert _said(guest, "happened-elsewhere") not in told, letter.mail.subject
            assert page.count("<li><p>") > 3, letter.mail.subject
            assert not re.search(r"\b[rup]\.[a-z2-7]{30,}@", told), "no token"


def test_the_panel_says_in_a_line_what_the_last_mail_did(guest: Guest) -> None:
    guest.goes_to(6)
    line = re.search(r'<p class="last" role="status">(.*?)<a', guest.page)
    assert line is not None
    word = {"it": "«annulla»", "en": "&#34;undo&#34;"}[guest.language]
    assert word in line[1]


def test_a_step_begun_again_is_open_again(guest: Guest) -> None:
    assert 6 in guest.done
    guest.presses(f"/tour/nives/6?lang={guest.language}")
    assert 6 not in guest.done
    assert [move.is_done for move in guest.moves] == [False, False, False]


def test_a_closed_panel_stays_closed_until_it_is_opened(guest: Guest) -> None:
    guest.goes_to("off")
    assert 'id="tour"' not in guest.page
    assert "tour=off" in guest.page
    guest.goes_to("")
    assert 'id="tour"' in guest.page


def test_the_day_after_has_something_to_read_too(guest: Guest) -> None:
    before = guest.newest("rita").id
    guest.presses(f"/turn/nives?lang={guest.language}", by="day")
    newest = guest.newest("rita")
    assert newest.id > before
    assert newest.mail.list_ids == ("letter.pietrafiore.example",)


def _said(guest: Guest, key: str, **values: object) -> str:
    return say(guest.language, f"sandbox.{key}", **values)


def test_who_says_in_prose_where_she_lives_finds_herself_in_the_group_there(guest: Guest) -> None:
    [question] = [one for one in guest.mailbox() if one.mail.subject in _WHERE and not one.outgoing]
    _answers(guest, question, {"it": "Abito a Roccaspina, vicino alla fontana!", "en": "I live in Roccaspina!"})
    invitation = guest.newest()
    assert "Roccaspina" in invitation.mail.subject
    where = {
        "it": "Vicino a Roccaspina c'è il gruppo Roccaspina",
        "en": "Near Roccaspina there is the group Roccaspina",
    }
    assert where[guest.language] in invitation.mail.text
    _answers(guest, invitation, {"it": "Sì, volentieri", "en": "Yes please"})
    with guest.demo.hub.database.reading() as session:
        group, nives = reading.by_slug(session, "roccaspina"), persons.find(session, "nives@posta.example")
        assert group is not None
        assert nives is not None
        place = reading.subscription(session, group.id, nives.id)
    assert place is not None
    assert place.state in reading.BELONGING


_WHERE = {"In quale paese vivi?", "Which town do you live in?"}


def _answers(guest: Guest, letter: Letter, words: dict[str, str]) -> None:
    """Reply to it, as the page of the letter offers."""
    page = guest.looks(f"/mail/nives/{letter.id}?lang={guest.language}")
    form = {name: unescape(value or inner) for name, value, inner in FIELD.findall(page)}
    send = re.search(r'action="(/mail/\w+/send[^"]*)"', page)
    assert send is not None
    guest.presses(send[1], **{**form, "text": words[guest.language]})


def test_the_drawing_of_the_journey_shows_her_move(guest: Guest) -> None:
    page = guest.looks(f"/mail/nives/journey?lang={guest.language}")
    source = re.search(r'<img class="river" src="([^"]+)"', page)
    assert source is not None
    drawn = guest.looks(source[1])
    assert {"it": "1 in tutto, 0 ancora in cammino", "en": "1 in all, 0 still on their way"}[guest.language] in drawn
    assert re.search(r"iscrivi", drawn)
