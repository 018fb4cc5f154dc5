"""What the rules of tone and of mail have against a template: each remark with the line it is about."""

import pytest

from mailhub.templates.lint import wrong_weekdays
from tests.templates.writing import MJML, WHOLE, head, told

PARAGRAPH = "Il gruppo si ritrova sabato mattina.\n\n"


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        (head(subject="x" * 56) + "Ciao.", "2: the subject has 56 characters with usual values; say it in 55"),
        (
            head("group: text", subject="Una cosa lunga da dire a tutto il gruppo {{ group }}") + "Ciao.",
            "2: the subject has 60",
        ),
        (head(subject="[orto] Ciao") + "Ciao.", "2: the subject begins with a tag or a prefix"),
        (head(subject="Re: ciao") + "Ciao.", "2: the subject begins with a tag or a prefix"),
        (head(subject="Ciao!") + "Ciao.", "2: the subject has an exclamation mark"),
        (head() + PARAGRAPH + "Bene! Molto bene!", "6: 2 exclamation marks; leave one at most"),
        (head() + PARAGRAPH + "Per leggere\nclicca qui.", "7: the word 'clicca'"),
        (head() + PARAGRAPH + "Il tuo *digest* arriva.", "6: the word 'digest'"),
        (head() + PARAGRAPH + "Sei iscritto/a.", "6: the form 'iscritto/a' tells a gender"),
        (head() + PARAGRAPH + "Cari tutti\ne benvenuti.", "7: the form 'benvenuti' tells a gender"),
        (head() + 'Un "esempio".', '4: " is not how this language quotes'),
        (head(more="preheader: Leggi il digest\n") + "Ciao.", "3: the word 'digest'"),
        (head() + "# Ciao", "4: # makes a second title beside the subject; begin headings with ##"),
        (
            head() + PARAGRAPH + "Ci vediamo\nsabato 15 marzo 2026.",
            '7: "sabato 15 marzo 2026" is a domenica; write domenica',
        ),
        (head() + "parola " * 91, "4: the text has 91 words, at most 90"),
        (head() + "Vedi https://x.example/a adesso.", "4: a link comes before a word to reply with"),
        (
            head() + "![Un melo](https://x.example/a.png)",
            "4: a picture is fetched from its server by every reader's program",
        ),
        (head() + "![Un melo](https://x.example/a.png)" * 4 + "parola " * 20, "4: 4 pictures; most programs hide them"),
        (head(more="purpose: news\n") + "parola " * 14_000, "5: the HTML has "),
        (head("l: {type: list, of: text}") + "{% for a in l %}\nclicca\n{% endfor %}", "7: the word 'clicca'"),
    ],
)
def test_a_remark_names_the_line_it_is_about(text: str, remark: str) -> None:
    assert any(line.startswith(remark) for line in told(text)), told(text)


def test_english_is_read_by_its_own_rules() -> None:
    text = head() + "Click here.\n\nYour subscription to our mailing list. See you on Friday, 14 March 2026.\n"
    said = told(text, file="templates/prova/prova.en.md")
    assert said == ['6: "Friday, 14 March 2026" is a Saturday; write Saturday, or another day']
    said = told(text.replace("Friday", "Saturday"), file="templates/prova/prova.en.md")
    assert [line.partition(";")[0] for line in said] == [
        "4: the word 'Click'",
        "6: the word 'subscription'",
        "6: the word 'list'",
    ]


def test_what_is_not_service_may_be_longer() -> None:
    assert told(head(more="purpose: news\n") + "parola " * 200) == []


def test_words_in_quotations_and_links_are_other_peoples() -> None:
    assert told(head() + "Anna scrive: «clicca qui». Vedi post@x.example.") == []


def test_mjml_is_read_by_the_same_rules() -> None:
    said = told(head() + MJML.replace("BODY", "<h1>Vedi</h1>\n<p>il tuo digest</p>"), file=WHOLE)
    assert [line.partition(";")[0] for line in said] == ["6: the word 'digest'"]


def test_a_whole_mjml_does_itself_what_a_look_does_for_others() -> None:
    words = "<mj-section><mj-column><mj-text>{{ footer }}</mj-text></mj-column></mj-section>"
    bare = f"<mjml><mj-body>{words}</mj-body></mjml>"
    assert told(head() + bare, file=WHOLE) == [
        "1: fonts or backgrounds would be fetched from elsewhere whenever it is opened; "
        'write <mj-all font-family="Georgia, serif" /> in <mj-attributes>, and no url()'
    ]
    styled = bare.replace(
        "<mjml>", '<mjml><mj-head><mj-attributes><mj-all font-family="serif"/></mj-attributes></mj-head>'
    )
    assert [line.partition(";")[0] for line in told(head() + styled, file=WHOLE)] == [
        "1: the mail does not say its language",
        "1: the mail has no title",
        "1: there are 0 first headings",
    ]


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("it", "sabato 14 marzo 2026", []),
        ("it", "Sabato 14 marzo", []),
        ("it", "lunedì 1º giugno 2026", []),
        ("it", "martedì 1º giugno 2026", [("martedì 1º giugno 2026", "lunedì")]),
        ("it", "domenica 30 febbraio 2026", []),
        ("en", "Saturday 14 March 2026", []),
        ("en", "Sunday, March 14, 2026", [("Sunday, March 14, 2026", "Saturday")]),
        ("en", "Saturday 14th March 2026", []),
    ],
)
def test_a_weekday_is_held_against_its_date(language: str, text: str, found: list[tuple[str, str]]) -> None:
    assert list(wrong_weekdays(language, text)) == found
