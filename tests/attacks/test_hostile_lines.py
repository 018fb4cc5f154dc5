"""No line somebody writes takes long to read, whatever it repeats: what reads new words costs their length at most."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest

from mailhub.digests import answers
from mailhub.digests.answers import Item
from mailhub.lists import dates, wishes
from mailhub.lists.verbs import VERBS
from mailhub.mail import attribution, automatic, footers, message, quoting
from mailhub.verbs import Verbs

TODAY, LISTS = date(2026, 3, 9), Verbs(VERBS)
LENGTH, LONG = 16_000, 1_000_000
SECONDS = 5  # of CPU; each of these takes thousandths, what backtracks takes minutes
TITLES = ("Cesoie", "Il recinto", "Potatura di sabato", "Chiudere il cancello la sera")
ITEMS = [
    Item(n, title, "Orto", "Bruno Valli", f"{n}. {title}\nBruno Valli, Orto\n\nChi ha due cesoie da prestare?")
    for n, title in enumerate(TITLES, 1)
]

REPEATED = (
    *(
        " ",
        "\t",
        "\xa0",
        "\n",
        " \n",
        "\r",
        "0",
        "1",
        "1 ",
        "1, ",
        "1. ",
        "1) ",
        "1-",
        "1 e ",
        "1 e la ",
        "la ",
        "per la ",
    ),
    *(
        "- ",
        "-",
        ">",
        "> ",
        ">\n",
        "|",
        "*",
        "_",
        "(",
        "<",
        "<a@b ",
        "a@b ",
        "«",
        '"',
        ". ",
        ", ",
        "; ",
        ": ",
        "!",
        "?",
    ),
    *("x", "Aa ", "A ", "A.", "Ciao ", "Ciao a tutti ", "grazie ", "grazie, ", "grazie e ", "thanks. ", "Dear "),
    *(
        "tre ",
        "tre e ",
        "la terza ",
        "the first and the ",
        "one ",
        "sì alla 3, ",
        "per il cancello ",
        "Cesoie: ",
        "re: ",
    ),
    *("al ", "fino al ", "until ", "14 marzo ", "due ", "On 1 ", "On 1/1/2020 10:00 a@b.c wrote: ", "wrote ", "Da: "),
    *("--Original Message-- ", "Inviato da ", "https://", "mailto:", "pausa ", "vorrei di ", "please ", "METHOD:a\n"),
    *(
        "avviso riservat ",
        "1\ufe0f\u20e3",
        "\u0301",
        "\x00",
        "1 a, ",
        "1 alle ",
        "numero ",
        "a:\n1. ",
        "> Cesoie\nno\n",
    ),
)
BEGUN = ("1 ", "3 vengo ", "la ", "grazie ", "On 1 ", "pausa ", "> ")
FILLED = (" ", "\t", "1", "A", ", ", "-")
LINES = [
    *((unit * LENGTH)[:LENGTH] for unit in REPEATED),
    *((begun + fill * LENGTH)[:LENGTH] + "!" for begun in BEGUN for fill in FILLED),
]


def reads_answer(text: str) -> None:
    answers.read(text, ITEMS, own_name="Nives Poggi", around=f"Rispondi.\n{text[:100]}")
    answers.read(text, ITEMS[:1])


def chooses(text: str) -> None:
    answers.choice(text, 5)


def folds(text: str) -> None:
    quoting.fold(text)


def reads_wish(text: str) -> None:
    wishes.read(text, text, LISTS, today=TODAY)
    wishes.without_courtesy(text)


def reads_day(text: str) -> None:
    dates.until(text, TODAY)


def finds_attribution(text: str) -> None:
    lines = text.split("\n")[:500]
    for at, line in enumerate(lines):
        attribution.attribution(lines, at)
        attribution.header_block(lines, at)
        attribution.is_original_line(line)
        attribution.is_forward_line(line)


def judges_program(text: str) -> None:
    value = " ".join(text[:8_000].replace("\x00", " ").split()).encode()
    fields = b"".join(
        name + b": " + value + b"\r\n"
        for name in (b"Subject", b"Auto-Submitted", b"X-Auto-Response-Suppress", b"Precedence")
    )
    calendar = b"Content-Type: text/calendar\r\n\r\n" + text.encode()
    automatic.nature(message.parse(b"From: a@b.example\r\n" + fields + calendar), "")


def adds_footer(text: str) -> None:
    footers.as_html([text], text.encode())
    footers.as_text([text], text)


READERS = (reads_answer, chooses, folds, reads_wish, reads_day, finds_attribution, judges_program, adds_footer)


@contextmanager
def bounded() -> Iterator[None]:
    """Fail when this has taken more time of the processor than anything here honestly could."""

    def stop(_signal: int, _frame: object) -> None:
        pytest.fail(f"more than {SECONDS} seconds of CPU")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
def test_a_line_that_repeats_anything_is_read_at_once(reader: Callable[[str], None]) -> None:
    for line in LINES:
        with bounded():
            reader(line)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
@pytest.mark.parametrize("unit", [" ", "\n", "grazie ", "al ", "1 ", "> Cesoie\nno\n"])
def test_a_megabyte_of_it_is_read_as_well(reader: Callable[[str], None], unit: str) -> None:
    with bounded():
        reader("1 " + (unit * LONG)[:LONG])
