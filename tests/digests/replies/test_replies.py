"""Two hundred answers as mail programs send them land as meant, and none in a wrong conversation."""

import re
from collections import Counter
from html import escape
from itertools import islice, product

from mailhub.digests.answers import Item, read
from mailhub.mail import message
from tests.digests.replies.answers import ANSWERS, Answer
from tests.digests.replies.clients import CLIENTS, Client, Letter

ITEMS = (
    ("Cesoie", "Orto urbano", "Rita Fontana", "Qualcuno ha delle cesoie da prestare? Le mie non tagliano più."),
    (
        *("Il recinto", "Orto urbano", "Aldo Serra"),
        "Il recinto verso la strada ha due assi rotte.\n\nLe ho comprate: mi serve qualcuno che le tenga ferme.",
    ),
    (
        *("Chiudere il cancello la sera", "La piazza", "Teo Ronchi"),
        "Propongo di chiudere il cancello alle nove di sera, per via dei cinghiali.",
    ),
    ("Potatura", "Orto urbano", "Bruno Valli", "Sabato 14 potiamo i meli dietro la scuola. Chi viene porti i guanti."),
    (
        *("Apple trees to give away", "La piazza", "Marta Lisi"),
        "I have six grafted apple trees to give away, first come first served.",
    ),
)
RULE = "-" * 72
ANSWERS_OF_ALL = 240
MARK = 0.98


def items() -> list[Item]:
    found = []
    for n, (title, group, author, text) in enumerate(ITEMS, 1):
        head = f"{n}. {title}\n{author}, {group}, lunedì 9 marzo, ore 18:40"
        found.append(Item(n, title, group, author, f"{head}\n\n{text}\n\nRispondi a {n}: r.ab{n}@pietrafiore.example"))
    return found


def letter() -> Letter:
    """The text as mailhub writes it, and HTML that says the same."""
    blocks = [f"{RULE}\n{item.printed}" for item in items()]
    foot = (
        f"{RULE}\n\nPer rispondere bastano un numero e due parole, anche più righe: «1 ho io le cesoie», «5 vengo».\n\n"
        "Fino a martedì 10 marzo, ore 7:30 sono usciti 5 messaggi per te. Nessun programma sceglie: si va dal più "
        "vecchio al più recente.\n\n-- \nRicevi questa lettera perché leggi così: Orto urbano e La piazza.\n"
        "Rispondi «perché», «pausa» o «niente lettera» · Scrivere a una persona: bruno@pietrafiore.example"
    )
    contents = "\n".join(f"{item.number}  {item.title}" for item in items())
    text = "\n\n".join(["Martedì 10 marzo: 5 messaggi da 2 gruppi.", contents, *blocks, foot])
    html = "".join(f"<p>{'<br>'.join(map(escape, block.splitlines()))}</p>" for block in text.split("\n\n"))
    return Letter(
        text,
        html,
        "r.xyz@pietrafiore.example",
        "La lettera di martedì 10 marzo: 5 messaggi",
        "<l1@pietrafiore.example>",
    )


def mails() -> list[tuple[Client, Answer]]:
    """Every answer by several clients, every client with many answers, no pair twice."""
    turns = product(range(4), enumerate(ANSWERS))
    return list(
        islice(
            ((CLIENTS[(place * 7 + turn * 5) % len(CLIENTS)], answer) for turn, (place, answer) in turns),
            ANSWERS_OF_ALL,
        )
    )


def plain(text: str) -> str:
    return " ".join(text.split())


def test_there_are_two_hundred_different_mails_of_every_client() -> None:
    pairs = [(client.__name__, answer.typed) for client, answer in mails()]
    assert len(set(pairs)) == ANSWERS_OF_ALL >= 200
    assert set(Counter(name for name, _ in pairs)) == {client.__name__ for client in CLIENTS}
    assert min(Counter(name for name, _ in pairs).values()) >= 8


def test_answers_land_as_meant_and_none_in_a_wrong_conversation() -> None:
    missed, wrong = [], []
    for client, answer in mails():
        found = read(message.parse(client(letter(), answer.typed)).text, items(), own_name="Nives Poggi")
        sure = Counter((n, plain(p.text)) for p in found.pieces if p.is_sure for n in p.items)
        meant = Counter((n, plain(text)) for n, text in answer.meant)
        asks = any(not piece.is_sure for piece in found.pieces)
        here = f"{client.__name__}: {answer.typed!r} gave {sorted(sure)}, asks {asks}"
        if {n for n, _ in sure} - {n for n, _ in meant}:
            wrong.append(here)
        if sure != meant or asks != answer.asks:
            missed.append(here)
    assert wrong == []
    assert len(missed) <= ANSWERS_OF_ALL * (1 - MARK), "\n".join(missed)


def test_nothing_typed_is_lost() -> None:
    for client, answer in mails():
        found = read(message.parse(client(letter(), answer.typed)).text, items(), own_name="Nives Poggi")
        kept = plain(" ".join(piece.text for piece in found.pieces))
        for _, text in answer.meant:
            assert plain(text) in kept or re.search(r"[^\x00-\xff]", text), (client.__name__, answer.typed)
