"""What people type to a letter, and what each means: item numbers with the words for them, or a question to ask back.

Written by how people answer, not by how we read it. The letter has five items: 1 Cesoie, 2 Il recinto, 3 Chiudere il
cancello la sera, 4 Potatura, 5 Apple trees to give away.
"""

from dataclasses import dataclass

Meant = tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """Some typed words; `asks`: a person would have to ask what is meant by the rest, or by all of it."""

    typed: str
    meant: Meant = ()
    asks: bool = False


ANSWERS: tuple[Answer, ...] = (
    Answer("1 ho io le cesoie", ((1, "ho io le cesoie"),)),
    Answer("1 le mie sono nel capanno, prendile", ((1, "le mie sono nel capanno, prendile"),)),
    Answer("2 vengo a tenerle ferme", ((2, "vengo a tenerle ferme"),)),
    Answer("3 va bene", ((3, "va bene"),)),
    Answer("3 va bene, ma il sabato no", ((3, "va bene, ma il sabato no"),)),
    Answer("4 vengo in due", ((4, "vengo in due"),)),
    Answer("5 I would love one", ((5, "I would love one"),)),
    Answer("5 me too please!", ((5, "me too please!"),)),
    Answer("1 ho io le cesoie\n4 vengo", ((1, "ho io le cesoie"), (4, "vengo"))),
    Answer("1) sì\n2) no\n3) va bene", ((1, "sì"), (2, "no"), (3, "va bene"))),
    Answer("1. le ho io\n\n3. d'accordo", ((1, "le ho io"), (3, "d'accordo"))),
    Answer("1: le ho io\n2: sabato ci sono", ((1, "le ho io"), (2, "sabato ci sono"))),
    Answer("1 - le ho io\n2 - arrivo", ((1, "le ho io"), (2, "arrivo"))),
    Answer("la 3 vengo", ((3, "vengo"),)),
    Answer("la 4 ci sono, porto la scala", ((4, "ci sono, porto la scala"),)),
    Answer("al 2: ho un trapano", ((2, "ho un trapano"),)),
    Answer("Per la 4: contate su di me", ((4, "contate su di me"),)),
    Answer("n. 3 sono d'accordo", ((3, "sono d'accordo"),)),
    Answer("numero 2: passo domani", ((2, "passo domani"),)),
    Answer("punto 3: secondo me è presto", ((3, "secondo me è presto"),)),
    Answer("number 5: yes please", ((5, "yes please"),)),
    Answer("#5 count me in", ((5, "count me in"),)),
    Answer("re 2: I can hold them", ((2, "I can hold them"),)),
    Answer("the third one: fine", ((3, "fine"),)),
    Answer("la quarta: vengo", ((4, "vengo"),)),
    Answer("Per il cancello va bene", ((3, "Per il cancello va bene"),)),
    Answer("Cesoie: le ho io", ((1, "le ho io"),)),
    Answer("quanto al recinto, passo sabato", ((2, "quanto al recinto, passo sabato"),)),
    Answer("about the apple trees: two for me", ((5, "two for me"),)),
    Answer("sulla potatura: alle 9 non posso, alle 10 sì", ((4, "alle 9 non posso, alle 10 sì"),)),
    Answer("1 e 2 ci penso io", ((1, "ci penso io"), (2, "ci penso io"))),
    Answer("2, 4 vengo", ((2, "vengo"), (4, "vengo"))),
    Answer("1 sì, 2 no, 4 vengo", ((1, "sì"), (2, "no"), (4, "vengo"))),
    Answer("3 ok; 4 ci sono", ((3, "ok"), (4, "ci sono"))),
    Answer("Ciao a tutti,\n\n1 le ho io\n4 vengo\n\nGrazie\nNives", ((1, "le ho io"), (4, "vengo"))),
    Answer("Buongiorno,\n2 posso io sabato mattina.\nUn saluto,\nNives", ((2, "posso io sabato mattina."),)),
    Answer("Hello,\n5 I have room for two trees.\nBest,\nNives", ((5, "I have room for two trees."),)),
    Answer("Ciao, 4 vengo io", ((4, "vengo io"),)),
    Answer(
        "2 Sabato mattina ci sono.\n\nPorto il trapano e due viti lunghe.",
        ((2, "Sabato mattina ci sono.\n\nPorto il trapano e due viti lunghe."),),
    ),
    Answer("4 VENGO ANCH'IO", ((4, "VENGO ANCH'IO"),)),
    Answer("3 per me va benissimo cosi", ((3, "per me va benissimo cosi"),)),
    Answer("1 posso prestarle fino al 14 marzo", ((1, "posso prestarle fino al 14 marzo"),)),
    Answer("4 alle 9:30 riesco", ((4, "alle 9:30 riesco"),)),
    Answer("3", ((3, ""),)),
    Answer("vengo anch'io, porto le cesoie", asks=True),
    Answer("va bene", asks=True),
    Answer("bho", asks=True),
    Answer("Che bella lettera, grazie di averla scritta!", asks=True),
    Answer("ci vediamo sabato alle 9", asks=True),
    Answer("ho 3 scale e 2 seghetti, se servono", asks=True),
    Answer("count me in", asks=True),
    Answer("9 vengo", asks=True),
    Answer("12 sì\n13 no\n14 forse", asks=True),
    Answer("1 le ho io\n8 anche", ((1, "le ho io"),), asks=True),
    Answer("3 persone vengono con me", asks=True),
    Answer("14 marzo non posso", asks=True),
    Answer("Il mio numero è 347 1234567, chiamatemi", asks=True),
    Answer("1 ho io le cesoie 👍", ((1, "ho io le cesoie 👍"),)),
    Answer("2 ok ok ok", ((2, "ok ok ok"),)),
    Answer("due: passo io\nquattro: no", ((2, "passo io"), (4, "no"))),
)
