"""Which words of an answer belong to which item of a letter."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailhub.digests.answers import Item, Piece, choice, read

TITLES = ("Cesoie", "Il recinto", "Chiudere il cancello la sera", "Potatura", "Apple tree swap")
TEXTS = (
    "Qualcuno ha delle cesoie da prestare? Le mie non tagliano più.",
    "Il recinto verso la strada ha due assi rotte.\nLe ho comprate: mi serve qualcuno che le tenga ferme.",
    "Propongo di chiudere il cancello alle nove di sera, per via dei cinghiali.",
    "Sabato potiamo i meli dietro la scuola, chi viene?",
    "I have six grafted trees to give away, first come first served.",
)


def letter() -> list[Item]:
    return [
        Item(
            n,
            title,
            "Orto urbano",
            "Rita Fontana",
            f"{n}. {title}\nRita Fontana, Orto urbano\n\n{text}\n\nRispondi a {n}: r.{n}@x",
        )
        for n, (title, text) in enumerate(zip(TITLES, TEXTS, strict=True), 1)
    ]


def pieces(text: str) -> list[tuple[tuple[int, ...], str]]:
    """What is sure: items and words."""
    return [(piece.items, piece.text) for piece in read(text, letter(), own_name="Nives Poggi").pieces if piece.is_sure]


def unsure(text: str) -> list[Piece]:
    return [piece for piece in read(text, letter(), own_name="Nives Poggi").pieces if not piece.is_sure]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1 ho io le cesoie", [((1,), "ho io le cesoie")]),
        ("1) ho io le cesoie", [((1,), "ho io le cesoie")]),
        ("1. ho io", [((1,), "ho io")]),
        ("1.ho io", [((1,), "ho io")]),
        ("1ho io", [((1,), "ho io")]),
        ("1: ho io", [((1,), "ho io")]),
        ("1 - ci penso io", [((1,), "ci penso io")]),
        ("#1 ho io", [((1,), "ho io")]),
        ("(2) vengo", [((2,), "vengo")]),
        ("n. 3 va bene", [((3,), "va bene")]),
        ("nº3 va bene", [((3,), "va bene")]),
        ("la 3 vengo", [((3,), "vengo")]),
        ("al 3: va bene", [((3,), "va bene")]),
        ("punto 4 vengo in due", [((4,), "vengo in due")]),
        ("per la 2, vengo io", [((2,), "vengo io")]),
        ("su 3 va bene", [((3,), "va bene")]),
        ("re 2: I can", [((2,), "I can")]),
        ("no 3: fine by me", [((3,), "fine by me")]),
        ("item 4 I'm in", [((4,), "I'm in")]),
        ("number three sounds good", [((3,), "sounds good")]),
        ("the third one: yes", [((3,), "yes")]),
        ("la terza mi piace", [((3,), "mi piace")]),
        ("tre: ok\ndue: no", [((3,), "ok"), ((2,), "no")]),
        ("uno ho io le cesoie\nquattro vengo", [((1,), "ho io le cesoie"), ((4,), "vengo")]),
        ("1 e 3 va bene", [((1, 3), "va bene")]),
        ("1, 2 and 4: yes", [((1, 2, 4), "yes")]),
        ("1+3 ok", [((1, 3), "ok")]),
        ("2-4 ci sono", [((2, 3, 4), "ci sono")]),
        ("1 sì, 2 no, 3 vengo", [((1,), "sì"), ((2,), "no"), ((3,), "vengo")]),
        ("1 ok; 3 ci sono", [((1,), "ok"), ((3,), "ci sono")]),
        ("1 ok. 3 ci sono", [((1,), "ok"), ((3,), "ci sono")]),
        ("3", [((3,), "")]),
        ("1\nho io le cesoie\n4\nvengo", [((1,), "ho io le cesoie"), ((4,), "vengo")]),
        ("Ciao a tutti,\n1 ho io\n\n4 vengo\nGrazie, Nives", [((1,), "ho io"), ((4,), "vengo")]),
        ("Ciao, 2 vengo io", [((2,), "vengo io")]),
        ("Hi all!\n\n5 I'd love one\n\nBest,\nNives", [((5,), "I'd love one")]),
        (
            "1 ho io le cesoie,\nsono nel capanno\n4 vengo",
            [((1,), "ho io le cesoie,\nsono nel capanno"), ((4,), "vengo")],
        ),
        ("2 vengo io.\n\nPorto anche il trapano.", [((2,), "vengo io.\n\nPorto anche il trapano.")]),
        ("1 VENGO ALLE 9:30", [((1,), "VENGO ALLE 9:30")]),
        ("4 vengo il 14 marzo", [((4,), "vengo il 14 marzo")]),
        ("per il cancello va bene", [((3,), "per il cancello va bene")]),
        ("cesoie: le ho io", [((1,), "le ho io")]),
        ("quanto al recinto, vengo", [((2,), "quanto al recinto, vengo")]),
        ("about the apple swap, count me in", [((5,), "about the apple swap, count me in")]),
        ("Cancello: no", [((3,), "no")]),
        ("ecco le mie risposte:\n1 sì\n2 no", [((1,), "sì"), ((2,), "no")]),
        ("il 3 vengo", [((3,), "vengo")]),
    ],
)
def test_people_answer_by_number_and_by_name(text: str, meant: list[tuple[tuple[int, ...], str]]) -> None:
    assert pieces(text) == meant
    assert unsure(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "ho 3 cesoie da prestare",
        "ci vediamo alle 9",
        "14 marzo non posso",
        "3 aprile non posso",
        "9:30 va bene",
        "2.30 va bene",
        "12/3 non posso",
        "2026 sarà un bell'anno",
        "il 14 vengo",
        "bho",
        "vengo anch'io, porto le cesoie",
        "va bene",
        "347 1234567 è il mio numero",
        "no 3",
        "per favore mandatemi altro",
        "for me it is fine",
        "Grazie di tutto il lavoro che fate",
    ],
)
def test_prose_is_asked_about_and_never_guessed(text: str) -> None:
    assert pieces(text) == []
    assert [piece.text for piece in unsure(text)] == [text]


@pytest.mark.parametrize(
    "text",
    [
        *("None", "None of these", "Nuno", "Nessuna", "Grazie. Vengo", "Grazie, No", "Ciao Vengo", "Thanks. Yes"),
        *("Saluti, Ok", "Grazie Marisa"),
    ],
)
def test_what_only_looks_like_a_number_or_a_courtesy_is_asked_about(text: str) -> None:
    assert pieces(text) == []
    assert [piece.text for piece in unsure(text)] == [text]


@pytest.mark.parametrize("text", ["Grazie. Vengo", "Grazie, No", "Ciao Vengo", "Ciao Sì\n\nNives", "Thanks. Yes"])
def test_an_answer_behind_a_courtesy_is_heard(text: str) -> None:
    [piece] = read(text, letter()[:1], own_name="Nives Poggi").pieces
    assert (piece.items, piece.text) == ((1,), text.split("\n")[0])


@pytest.mark.parametrize("text", ["Ciao Marisa,\n\n1 vengo", "1 vengo\n\nGrazie Rita", "1 vengo\nSaluti, Nives"])
def test_people_greeted_and_thanked_by_name_are_no_answer(text: str) -> None:
    assert pieces(text) == [((1,), "vengo")]
    assert unsure(text) == []


@pytest.mark.parametrize(
    ("text", "candidates"),
    [("3 persone vengono con me", (3,)), ("4 of us are coming", (4,)), ("2 ore bastano", (2,)), ("tre vengo", (3,))],
)
def test_a_number_that_may_count_something_is_a_candidate_only(text: str, candidates: tuple[int, ...]) -> None:
    assert pieces(text) == []
    assert [piece.items for piece in unsure(text)] == [candidates]


def test_what_a_clause_counts_stays_with_it() -> None:
    assert pieces("1 porto 3 cesoie, 2 rastrelli") == [((1,), "porto 3 cesoie, 2 rastrelli")]


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("7 vengo", [(7,)]),
        ("99", [(99,)]),
        ("\n".join(f"{n} sì" for n in range(20, 30)), [(n,) for n in range(20, 30)]),
    ],
)
def test_numbers_the_letter_does_not_have_are_told(text: str, unknown: list[tuple[int, ...]]) -> None:
    assert pieces(text) == []
    assert [piece.unknown for piece in unsure(text)] == unknown


def test_a_number_that_is_there_and_one_that_is_not_are_asked_about_together() -> None:
    [piece] = unsure("2 e 9 va bene")
    assert (piece.items, piece.unknown, piece.text) == ((2,), (9,), "va bene")


COMMANDS = ("pubblica", "rifiuta", "fatto", "sì", "no")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1 pubblica, 2 fatto", [((1,), "pubblica"), ((2,), "fatto")]),
        ("2 pubblica, 3 rifiuta: è lungo", [((2,), "pubblica"), ((3,), "rifiuta: è lungo")]),
        ("3 fatto; 1 no", [((3,), "fatto"), ((1,), "no")]),  # downwards too
        ("2 no, grazie", [((2,), "no, grazie")]),
        ("1 e 2 pubblica\nla 3 fatto", [((1, 2), "pubblica"), ((3,), "fatto")]),
        ("per il recinto: rifiuta", [((2,), "rifiuta")]),
        ("1 rifiuta: ne bastano 2, pubblica altrove", [((1,), "rifiuta: ne bastano 2, pubblica altrove")]),
    ],
)
def test_a_letter_that_wants_words_hears_each_of_a_line(text: str, meant: list[tuple[tuple[int, ...], str]]) -> None:
    def understood(_number: int, said: str) -> bool:
        return re.split(r"[:,. ]", said.strip())[0] in COMMANDS and (":" in said or len(said.split()) == 1)

    found = read(text, letter(), understood=understood, only_words=True).pieces
    assert [(piece.items, piece.text) for piece in found if piece.is_sure] == meant
    assert all(piece.is_sure for piece in found)


def quoted(*numbers: int, depth: str = "> ") -> str:
    return "\n".join(depth + line for n in numbers for line in letter()[n - 1].printed.splitlines())


def test_words_below_a_quoted_item_answer_it() -> None:
    above = "Il giorno 9/03/2026 alle ore 07:30 Pietrafiore ha scritto:"
    text = f"{above}\n{quoted(1)}\n\nLe ho io!\n\n{quoted(2)}\n\nVengo a tenerle.\n"
    assert pieces(text) == [((1,), "Le ho io!"), ((2,), "Vengo a tenerle.")]


def test_words_above_a_quotation_trimmed_to_one_item_answer_it() -> None:
    text = f"Vengo io\n\nOn Mon, 9 Mar 2026 at 07:30, Pietrafiore <hub@x.example> wrote:\n{quoted(2)}\n"
    assert pieces(text) == [((2,), "Vengo io")]


def test_words_above_the_whole_letter_are_asked_about() -> None:
    text = f"Vengo io\n\nOn Mon, 9 Mar 2026 at 07:30, Pietrafiore <hub@x.example> wrote:\n{quoted(1, 2, 3, 4, 5)}\n"
    assert pieces(text) == []
    assert [piece.text for piece in unsure(text)] == ["Vengo io"]


def test_a_quotation_cut_by_a_program_to_the_end_of_the_letter_says_nothing() -> None:
    foot = (
        "> Per rispondere bastano un numero e due parole, anche più righe.\n"
        "> Fino a lunedì 9 marzo, ore 7:30 sono usciti cinque messaggi per te.\n"
        "> Ricevi questa lettera perché leggi così: Orto urbano e Piazza.\n"
    )
    text = f"Vengo io\n\nOn Mon, 9 Mar 2026 at 07:30, Pietrafiore <hub@x.example> wrote:\n{quoted(5)}\n{foot}"
    assert pieces(text) == []


def test_a_quotation_that_was_wrapped_anew_is_known_all_the_same() -> None:
    wrapped = (
        "> > Il recinto verso la strada\n> > ha due assi rotte. Le ho comprate: mi\n> > serve qualcuno che le tenga."
    )
    assert pieces(f"Rita ha scritto:\n{wrapped}\n\nEccomi, sabato ci sono.\n") == [((2,), "Eccomi, sabato ci sono.")]


def test_any_words_answer_the_only_item() -> None:
    [only] = letter()[:1]
    for text, said in (
        ("Le ho io!", "Le ho io!"),
        ("1 le ho io", "le ho io"),
        ("1", ""),
        ("Ciao,\nle ho io\nNives", "le ho io"),
    ):
        [piece] = read(text, [only], own_name="Nives Poggi").pieces
        assert (piece.items, piece.text, piece.is_sure) == ((1,), said, True)
    assert read("Grazie!", [only]).pieces == ()


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        *(("2", 2), ("2.", 2), ("il 2", 2), ("due", 2), ("la seconda", 2), ("two please", 2), ("0", 0), ("nessuno", 0)),
        *(
            ("number 3", 3),
            ("3\n\n> 1 Cesoie\n> 2 Il recinto", 3),
            ("Ciao,\n4\nGrazie", 4),
            ("9", None),
            ("None", 0),
            ("nº 2", 2),
            ("n2", 2),
            ("2 e 3", None),
        ),
        *(("non so", None), ("", None), ("vengo alle 3", None)),
    ],
)
def test_a_choice_is_one_number_and_nothing_else(text: str, chosen: int | None) -> None:
    assert choice(text, 5) == chosen


LINES = st.lists(
    st.one_of(
        st.text(alphabet="ab 123.,:)#-e\n>", max_size=30),
        st.sampled_from(
            ["1 sì", "la 3 vengo", "ho 3 cesoie", "Grazie", "> Cesoie", "due: no", "per il cancello ok", "7 x"]
        ),
    ),
    max_size=12,
)


@settings(max_examples=200, deadline=None)
@given(LINES)
def test_no_new_word_is_lost_and_nothing_raises(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = read(text, letter(), own_name="Nives Poggi").pieces
    for piece in found:
        assert set(piece.items) <= {1, 2, 3, 4, 5}
        assert not piece.is_sure or piece.items
    kept = " ".join(piece.text for piece in found)
    for word in re.findall(r"\b[ab]{3,}\b", "\n".join(line for line in lines if ">" not in line)):
        assert word in kept or ">" in text  # words of a quotation are no new ones


def test_a_hostile_text_is_read_in_the_time_of_its_length() -> None:
    for text in ("1, " * 60_000, "per il " * 30_000, "> 1 a\n" * 30_000, "1-" * 90_000, "la " * 60_000 + "3"):
        read(text, letter())
    for space in ("\t", " ", " \t"):
        text = f"Grazie{space * 20_000}Rita{space * 20_000}x"
        read(text, letter())
