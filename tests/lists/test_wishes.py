"""A wish to leave, or a command, that went to the whole group."""

from datetime import date

import pytest

from mailhub import tokens
from mailhub.lists import redaction, wishes
from mailhub.lists.verbs import VERBS
from mailhub.tokens import Keys, Token
from mailhub.verbs import Verbs
from tests.lists.village import SITE

VERBS_OF_LISTS = Verbs(VERBS)
TODAY = date(2026, 3, 9)


def read(words: str, subject: str = "Re: Cesoie") -> tuple[str, str] | None:
    call = wishes.read(words, subject, VERBS_OF_LISTS, today=TODAY)
    return (call.verb.name, call.argument) if call else None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("CANCELLATEMI", ("leave", "")),
        ("cancellatemi!!!", ("leave", "")),
        ("Cancelatemi", ("leave", "")),
        ("unsubscribe", ("leave", "")),
        ("UNSUSCRIBE", ("leave", "")),
        ("Please unsubscribe me.", ("leave", "")),
        ("remove me from this list", ("leave", "")),
        ("Esci, grazie", ("leave", "")),
        ("Buongiorno,\ncancellatemi per favore\nMario Rossi", ("leave", "")),
        ("non voglio più ricevere mail", ("leave", "")),
        ("Non voglio piu ricevere mail", ("leave", "")),
        ("perché", ("why", "")),
        ("perche", ("why", "")),
        ("Pausa fino al 2 settembre", ("pause", "fino al 2 settembre")),
        ("pause", ("pause", "")),
        ("aiuto", ("help", "")),
        ("ritira", ("withdraw", "")),
        ("iscrivimi", ("join", "")),
    ],
)
def test_a_mail_that_is_only_a_command_is_that_command(words: str, expected: tuple[str, str]) -> None:
    assert read(words) == expected


@pytest.mark.parametrize(
    ("words", "subject", "expected"),
    [
        ("", "[Orto] unsubscribe", ("leave", "")),
        ("_" * 47 + "\nOrto mailing list\nhttps://lists.test", "cancellatemi", ("leave", "")),
        ("Unsubscribe\n-------------- next part --------------\nAn attachment was scrubbed", "Re: Gita", ("leave", "")),
        (
            "Please remove my email address ana@example.org from this list. The link fails.",
            "Unsubscribe",
            ("leave", ""),
        ),
        ("Vorrei cancellarmi dalla lista. Grazie di tutto, è stato bello.", "cancellatemi", ("leave", "")),
        ("Vorrei cancellarmi dalla lista della spesa. Grazie di tutto.", "cancellatemi", None),
        ("Send that word to another address. Then it works.", "Re: unsubscribe", None),
        ("Please remove me from the kitchen duty. I am away.", "Duties", None),
    ],
)
def test_what_others_write_below_is_no_part_of_a_wish(
    words: str, subject: str, expected: tuple[str, str] | None
) -> None:
    assert read(words, subject) == expected


@pytest.mark.parametrize(
    "words",
    [
        "Chi porta le cesoie?",
        "Ciao",
        "Grazie",
        "sì",
        "perché?",
        "Chi?",
        "pausa pranzo da me alle 12",
        "Aiuto, si è rotta la carriola",
        "help me with the fence",
        "leave the gate open",
        "Esci dal cancello grande e gira a destra",
        "why not on Sunday",
        "aiuto\nsi è rotto il rubinetto\nvenite subito per favore",
        "Cancellatemi dalla lista dei turni di sabato prossimo, per piacere, che non ci sono",
        "",
    ],
)
def test_what_people_say_to_each_other_is_for_the_group(words: str) -> None:
    assert read(words) is None


def test_an_empty_mail_is_read_by_its_subject() -> None:
    assert read("", "unsubscribe") == ("leave", "")
    assert read("", "Re: esci") is None
    assert read("Chi porta le cesoie?", "unsubscribe") is None


@pytest.mark.parametrize(
    "text",
    [
        "u.{token}@lists.test",
        "mailto:u.{token}@lists.test?subject=unsubscribe",
        "R.{token}@LISTS.TEST",
        "hub+b.{token}@lists.test",
        "u.{token}%40lists.test",
        "https://lists.test/u/{link}",
        "<https://lists.test/a/{link}?v=leave>",
    ],
)
def test_what_speaks_for_somebody_is_taken_out(text: str) -> None:
    token = Token(tokens.LEAVE, 7, 3)
    keys = Keys(b"k" * 32)
    whole = text.format(token=keys.issue(token), link=keys.issue_link(token))
    assert redaction.holds_token(SITE, whole)
    shown = redaction.redactor(SITE)(f"prima {whole} dopo")
    assert keys.issue(token) not in shown.lower()
    assert keys.issue_link(token) not in shown
    assert shown.startswith("prima ")
    assert shown.endswith(" dopo")


@pytest.mark.parametrize(
    "text",
    ["orto@lists.test", "r.rossi@lists.test", "u.a@example.org", "https://lists.test/orto/", "p.{token}@lists.test"],
)
def test_what_is_for_everybody_stays(text: str) -> None:
    whole = text.format(token=Keys(b"k" * 32).issue(Token(tokens.RELAY, 7, 3)))
    assert redaction.redactor(SITE)(whole) == whole
