"""New words are told from quotes and signatures; no line is lost, and in doubt it is shown."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailhub.mail.quoting import Kind, fold

ATTRIBUTIONS = [
    "Il giorno dom 22 nov 2026 alle ore 10:00 Bo Bianchi <bo@example.org> ha scritto:",
    "Il giorno dom 22 nov 2026 alle ore 10:00 Bo Bianchi <\nbo@example.org> ha scritto:",
    "Il 22/11/2026 10:00, Bo Bianchi ha scritto:",
    "Il 22 novembre 2026 alle 10.00 Bo Bianchi <bo@example.org> ha scritto:",
    "In data 22 novembre 2026 10:00:00 Bo Bianchi <bo@example.org> ha scritto:",
    "On Sun, Nov 22, 2026 at 10:00 AM Bo Bianchi <bo@example.org> wrote:",
    "On 22 Nov 2026, at 10:00, Bo Bianchi\n<bo@example.org>\nwrote:",
    "On 22/11/2026 10:00, Bo Bianchi wrote:",
    "On Sunday, November 22nd, 2026 at 10:00, Bo <bo@example.org> wrote:",
    "Am 22.11.2026 um 10:00 schrieb Bo Bianchi <bo@example.org>:",
    "Bo Bianchi <bo@example.org> schrieb am So., 22. Nov. 2026,\n10:00:",
    "Le dim. 22 nov. 2026 à 10:00, Bo Bianchi <bo@example.org> a écrit :",
    "El dom, 22 nov 2026 a las 10:00, Bo Bianchi (<bo@example.org>) escribió:",
    "Em dom., 22 de nov. de 2026 às 10:00, Bo Bianchi <bo@example.org> escreveu:",
    "Op zo 22 nov 2026 om 10:00 schreef Bo Bianchi <bo@example.org>:",
    "2026-11-22 10:00 GMT+01:00 Bo Bianchi <bo@example.org>:",
    "*On 22/11/2026 10:00, Bo Bianchi <bo@example.org> wrote:*",
    "---- On Sun, 22 Nov 2026 10:00:00 +0100 bo@example.org wrote ----",
]
HEADERS = [
    "Da: Bo Bianchi <bo@example.org>\nInviato: domenica 22 novembre 2026 10:00\nA: Ada Rossi\nOggetto: Semi",
    "Da: Bo Bianchi\nData: 22/11/2026\nA: Ada Rossi\nCc: Carla\nOggetto: Semi",
    "*Da:* Bo Bianchi\n*Inviato:* domenica 22 novembre 2026\n*A:* Ada Rossi\n*Oggetto:* Semi",
    "________________________________\nFrom: Bo <bo@example.org>\nSent: Sunday 22 November\nTo: Ada\nSubject: Seeds",
    "-----Messaggio originale-----\nDa: Bo Bianchi\nInviato: domenica\nA: Ada\nOggetto: Semi",
    "-----Original Message-----",
    "-------- Messaggio originale --------",
    "-----Ursprüngliche Nachricht-----\nVon: Bo\nGesendet: Sonntag\nAn: Ada\nBetreff: Samen",
    "De : Bo Bianchi\nEnvoyé : dimanche 22 novembre 2026\nÀ : Ada\nObjet : Graines",
    "De: Bo\nEnviado el: domingo\nPara: Ada\nAsunto: Semillas",
    "De: Bo\nEnviado: domingo\nPara: Ada\nAssunto: Sementes",
    "Van: Bo\nVerzonden: zondag\nAan: Ada\nOnderwerp: Zaden",
]
FORWARDS = [
    "---------- Forwarded message ---------\nFrom: Bo <bo@example.org>\nDate: Sun\nSubject: x\nTo: Ada\n\nThe seeds.",
    "---------- Messaggio inoltrato ----------\nDa: Bo <bo@example.org>\nData: dom\nOggetto: x\nA: Ada\n\nI semi.",
    "Inizio messaggio inoltrato:\n\nDa: Bo\nOggetto: Semi\nData: 22 novembre\nA: Ada\n\nI semi sono qui.",
    "> Begin forwarded message:\n> \n> From: Bo <bo@example.org>\n> Subject: Seeds\n> \n> The seeds are here.",
    "-------- Messaggio Inoltrato --------\nOggetto: Semi\nMittente: Bo\n\nI semi.\n\nOn 1/1/2026 10:00, E wrote:\n> x",
]
PROSE = [
    "Da: qui si vede il mare.\n\nIl poeta ha scritto:\nnel mezzo del cammin\n\n> una freccia\n\nA: domani",
    "Come Dante ha scritto: nel mezzo.\nIl 5 maggio ci troviamo alle 18:00:\nportate i semi.",
    "On the surface this works.\nOn 5 May at 10:00 we meet, as Bo wrote.\nBring seeds.",
    "> Solo questa riga.",
    "> Una citazione.\n\nE il mio commento.",
    "Prova questo:\n>>> 1 + 1\n2\n>>> 2 + 2\n4",
    "Prova questo:\n>>> x = 1\n>>> x\n1",
    "reply On 22/11/2026 10:00, bo@example.org wrote something nice about us.",
    "A: perché no?\nQ: chi?\nOggetto: la riunione",
    "",
    "\n\n",
    "Sent from my desk, which is much easier to write at than a phone.",
]


def folded(text: str) -> tuple[str, str, str]:
    found = fold(text)
    return found.new, found.quoted, found.signature


@pytest.mark.parametrize("above", ["Va bene, porto i semi.", "Va bene.\n\nCiao,\nAda"])
@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_what_an_attribution_announces_is_folded(attribution: str, above: str) -> None:
    marked = "> Chi porta i semi?\n>\n> Bo"
    plain = "Chi porta i semi?\n\nBo"
    for quote in (marked, plain):
        assert folded(f"{above}\n\n{attribution}\n\n{quote}\n") == (above, f"{attribution}\n\n{quote}", "")
    assert folded(f"{above}\n{attribution}\n{marked}\n") == (above, f"{attribution}\n{marked}", "")


@pytest.mark.parametrize("above", ["3 vengo", "6 in due", "12 marzo va bene", "Vengo in 2\n3 porto io"])
def test_words_with_a_figure_just_above_an_attribution_are_not_a_part_of_it(above: str) -> None:
    attribution = "Il martedì 10 marzo 2026 alle ore 07:30:12 CET, Bo <bo@example.org> ha scritto:"
    assert folded(f"{above}\n{attribution}\n\nChi porta i semi?")[0] == above


@pytest.mark.parametrize("header", HEADERS)
def test_what_a_copied_header_begins_is_folded(header: str) -> None:
    text = f"Va bene, porto i semi.\n\n{header}\n\nChi porta i semi?\n\nBo"
    assert folded(text) == ("Va bene, porto i semi.", f"{header}\n\nChi porta i semi?\n\nBo", "")


@pytest.mark.parametrize("forward", FORWARDS)
@pytest.mark.parametrize("comment", ["Guardate qui.\n\n", ""])
def test_what_is_passed_on_is_content(forward: str, comment: str) -> None:
    assert folded(comment + forward) == (comment + forward, "", "")


def test_a_forward_in_the_manner_of_outlook_is_content_when_the_subject_says_so() -> None:
    text = "Guardate qui.\n\nDa: Bo\nInviato: domenica\nA: Ada\nOggetto: Semi\n\nI semi sono qui."
    assert fold(text, forwarded=True).new == text
    assert fold(text).new == "Guardate qui."


@pytest.mark.parametrize("rule", ["", "________________________________\n", "-----Messaggio originale-----\n"])
def test_a_copied_header_with_no_words_above_is_content(rule: str) -> None:
    text = rule + "Da: Bo\nInviato: domenica\nA: Ada\nOggetto: Semi\n\nI semi sono qui."
    assert folded(text) == (text, "", "")


@pytest.mark.parametrize("text", PROSE)
def test_prose_is_left_alone(text: str) -> None:
    assert folded(text) == (text.strip("\n"), "", "")


def test_answers_between_the_quotes_stay_and_only_quotes_are_folded() -> None:
    text = "Ciao!\n\nIl 22/11/2026 10:00, Bo ha scritto:\n> Chi porta i semi?\n\nIo.\n\n> E la pala?\n\nCarla.\n\nAda"
    assert folded(text) == (
        "Ciao!\n\nIo.\n\nCarla.\n\nAda",
        "Il 22/11/2026 10:00, Bo ha scritto:\n> Chi porta i semi?\n\n> E la pala?",
        "",
    )


def test_an_answer_below_the_quote_stays() -> None:
    text = "Il 22/11/2026 10:00, Bo ha scritto:\n> Chi porta i semi?\n> Bo\n\nIo li porto.\n\n-- \nAda"
    assert folded(text)[0] == "Io li porto."
    assert folded("> Chi porta\n> i semi?\n\nIo li porto.")[0] == "Io li porto."


def test_an_answer_below_an_unmarked_quote_cannot_be_told_from_it_and_both_stay() -> None:
    text = "On 22/11/2026 10:00, Bo <bo@example.org> wrote:\n\nChi porta i semi?\n\nIo li porto."
    assert folded(text)[0] == "Chi porta i semi?\n\nIo li porto."


def test_a_quote_with_no_words_of_ones_own_leaves_nothing_new() -> None:
    assert folded("Il 22/11/2026 10:00, Bo ha scritto:\n> Chi porta i semi?\n")[0] == ""


def test_a_long_quoted_line_that_was_broken_stays_quoted() -> None:
    long = "> questa è una riga citata molto lunga che un programma ha spezzato per"
    text = f"Sì.\n\nIl 22/11/2026 10:00, Bo ha scritto:\n{long}\nerrore\n> e poi continua"
    assert folded(text)[0] == "Sì."


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAda Rossi\nOrto urbano",
        "--\nAda Rossi",
        "Inviato da iPhone",
        "Inviato dal mio telefono Android",
        "Sent from my iPhone",
        "Sent from my phone, please excuse typos.",
        "Get Outlook for Android <https://aka.ms/x>",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Enviado do meu iPhone",
        "Verzonden vanaf mijn iPhone",
        "_______________________________________________\nOrto mailing list\nOrto@lists.test",
    ],
)
def test_a_signature_is_set_apart(signature: str) -> None:
    assert folded(f"Porto i semi.\n\n{signature}\n") == ("Porto i semi.", "", signature)
    quote = "Il 22/11/2026 10:00, Bo ha scritto:\n> Chi?"
    assert folded(f"Porto i semi.\n\n{signature}\n\n{quote}\n") == ("Porto i semi.", quote, signature)


def test_a_rule_above_a_long_text_is_no_signature() -> None:
    text = "Titolo\n--\n" + "\n".join(f"riga {number}" for number in range(40))
    assert folded(text) == (text, "", "")


LINES = st.lists(
    st.sampled_from(
        [
            *ATTRIBUTIONS,
            *HEADERS,
            "> citato",
            ">> più vecchio",
            ">",
            "",
            " ",
            "-- ",
            "Inviato da iPhone",
            "parole",
            "Da: x",
            "On 1",
            "x wrote:",
            "C> y",
            "| z",
        ]
    )
).map("\n".join)


@given(LINES | st.text())
def test_every_line_is_in_one_span_and_words_are_never_all_lost_for_nothing(text: str) -> None:
    found = fold(text)
    lines = text.split("\n")
    assert [line for span in found.spans for line in lines[span.start : span.end]] == lines
    told = "".join(found.new + found.quoted + found.signature)
    assert sorted("".join(told.split())) == sorted("".join(text.split()))
    if not found.new.strip() and text.strip():
        assert any(span.kind is Kind.QUOTED for span in found.spans)


HOSTILE = {
    "on": "On " * 350_000,
    "on-lines": "On 1\n" * 200_000,
    "on-colons": "On 1:\n" * 170_000,
    "il": "Il a,a,a" * 120_000,
    "blank": " \n" * 500_000,
    "quote": "> x\n" * 250_000,
    "quote-gaps": ">\n\n" * 300_000,
    "loose": "> x\ny\n" * 160_000,
    "attributions": "On 1/1/2020 10:00 a@b.c wrote:\n\n" * 30_000,
    "addresses": "1 <a@b>\n" * 125_000,
    "keys": "Da: x\n" * 160_000,
    "key-pairs": "Da: x\nData: 1\n" * 70_000,
    "delimiters": "--\n" * 300_000,
    "devices": "Sent from " * 100_000,
    "underscores": "_" * 1_000_000,
    "one-line": "1" + "a " * 500_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_megabyte_of_hostile_text_is_folded_in_a_fifth_of_a_second(name: str) -> None:
    best = min(seconds(HOSTILE[name][:1_000_000]) for _ in range(2))
    assert best <= 0.2


def seconds(text: str) -> float:
    before = time.process_time()
    fold(text)
    return time.process_time() - before


# The share of each project's own expectations that we meet; they contradict each other, so none can be whole.
LEAST = {"email_reply_trimmer": 0.8, "crisp": 0.9, "talon": 0.8}


@pytest.mark.parametrize("source", LEAST)
def test_replies_of_other_projects_are_folded_much_as_they_do(source: str, corpus: Path) -> None:
    right = total = 0
    for line in (corpus / "replies" / "EXPECT.jsonl").read_text().splitlines():
        expected = json.loads(line)
        if expected["source"] != source or expected["format"] != "text" or "expected" not in expected:
            continue
        found = fold((corpus / expected["file"]).read_text(errors="replace"))
        shown = {"".join(text.split()) for text in (found.new, found.new + found.signature)}
        right += "".join(expected["expected"].split()) in shown
        total += 1
    print(f"{source}: {right} of {total}")
    assert right / total >= LEAST[source]
