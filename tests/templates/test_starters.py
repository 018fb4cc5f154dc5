"""The starter templates and looks: judged as every mail of ours is, and the same by the fast path as one by one."""

import email
import email.policy
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailhub import content, wording
from mailhub.language import LANGUAGES
from mailhub.mail.address import Mailbox
from mailhub.mail.compose import Letter, text_frame
from mailhub.mail.mould import Mould
from mailhub.templates import layouts, looks, publishing
from mailhub.templates.compiling import Compiled
from mailhub.templates.lint import sample
from mailhub.templates.rendering import framed, render, slots
from tests.mail.htmllint import lint, words_of
from tests.templates.writing import FOOTER, write

STARTERS = publishing.read_folder(content.starter())
EACH = pytest.mark.parametrize("template", [one.template for one in STARTERS.templates], ids=lambda one: one.language)
POST = 'layout: post\nauthor: "{{ who }}"\nanswer: "Rispondi, legge {{ who }}."\n'


@EACH
def test_a_starter_is_a_mail_for_everybody(template: Compiled) -> None:
    filled = render(template, sample(template.head.vars), FOOTER)
    assert lint(filled.html, template.language) == []
    without = filled.html[: filled.html.index("<style")] + filled.html[filled.html.rindex("</style>") :]
    assert "font-size:18px" in without
    assert "max-width:600px" in without
    assert "<img" not in without
    assert len(filled.html.encode()) < 9_000
    assert max(map(len, filled.text.splitlines())) <= 72


@EACH
def test_a_starter_speaks_as_our_mails_do(template: Compiled) -> None:
    filled = render(template, sample(template.head.vars))
    assert list(wording.faults(template.language, f"{filled.subject}\n{filled.text}")) == []
    assert list(wording.mail_faults(template.language, filled.subject, filled.text)) == []


@EACH
def test_a_starter_says_the_same_as_text_and_as_html(template: Compiled) -> None:
    filled = render(template, sample(template.head.vars), FOOTER)
    above, _, below = filled.text.partition("-- \n")
    words = words_of(filled.html)
    unmarked = re.sub(r"^- ", "", above, flags=re.MULTILINE)  # words do not tell where an item of a list begins
    assert " ".join(unmarked.split()) in words
    assert words.endswith(" ".join(below.split()))


def test_nothing_is_to_be_said_against_the_starters() -> None:
    assert STARTERS.warnings == ()
    written = {one.slug for one in STARTERS.templates}
    names = {slug.rpartition(".")[0] for slug in written}
    assert "welcome" in names
    assert written == {f"{name}.{language}" for name in names for language in LANGUAGES}


def test_the_welcome_reads_as_it_was_written_for_people() -> None:
    welcome = next(one.template for one in STARTERS.templates if one.slug == "welcome.it")
    values = {
        "group": "Orto di Pietrafiore",
        "address": "orto@pietrafiore.example",
        "first_letter": datetime(2026, 3, 15, 7, 30, tzinfo=UTC),
        "organiser": "Bruno, che organizza il gruppo,",
    }
    assert render(welcome, values).text == (
        "Da adesso ne fai parte: per parlare al gruppo scrivi a\n"
        "orto@pietrafiore.example, come scriveresti a una persona.\n\n"
        "La prima lettera arriva domenica 15 marzo, ore 7:30, se c'è qualcosa da\n"
        "leggere. A ogni lettera puoi rispondere: la risposta va al posto giusto.\n\n"
        "Se ti va, presentati: rispondi qui con due righe, chi sei e che cosa ti\n"
        "piacerebbe fare. Bruno, che organizza il gruppo, le legge prima di\ntutti.\n\n"
        "Tre parole da ricordare, da scrivere in risposta a qualunque nostra\nmail: «aiuto», «pausa», «esci».\n"
    )


@pytest.mark.parametrize("name", layouts.NAMES)
def test_the_colours_of_a_look_can_be_told_apart(name: str) -> None:
    assert looks.faults((content.starter() / layouts.FOLDER / f"{name}.mjml").read_text()) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('<mj-text color="#59635c">x</mj-text>', []),
        ('<mj-text color="#999">x</mj-text>', ["#999999 on #ffffff has a contrast of 2.8"]),
        (
            '<mj-section background-color="#456636"><mj-text color="#1f2a24">x</mj-text></mj-section>',
            ["#1f2a24 on #456636"],
        ),
        ('<mj-button background-color="#dcb45a">x</mj-button>', ["#ffffff on #dcb45a has"]),
        (
            '<mj-head><mj-attributes><mj-all color="#eee"/></mj-attributes></mj-head>\n<mj-text>x</mj-text>',
            ["#eeeeee on"],
        ),
        (
            '<mj-attributes><mj-class name="a" color="#eee"/></mj-attributes><mj-text mj-class="a">x</mj-text>',
            ["#eeeeee on"],
        ),
        ('<mj-image src="http://x.example/a.png"/>', ["a picture without words", "a picture that does not come from"]),
    ],
)
def test_what_few_can_see_is_found_in_mjml(text: str, found: list[str]) -> None:
    told = [fault.what for fault in looks.faults(text)]
    assert len(told) == len(found)
    assert all(what.startswith(wanted) for what, wanted in zip(told, found, strict=True))


# --- the fast path --------------------------------------------------------------------------------------------------

LOOP = "{% for t in trees %}\n- {{ t.code }}, {{ t.planted }}\n{% endfor %}\n\n"
LISTED = LOOP + "{% if note %}\n{{ note }}\n{% endif %}\n\nFine."
TREES = [{"code": "PF-1 <&>", "planted": "2026-03-14"}, {"code": "PF-2 è", "planted": "2026-03-15"}]


@pytest.mark.parametrize(
    ("template", "values"),
    [
        *((one.template, sample(one.template.head.vars)) for one in STARTERS.templates),
        (
            write(
                "Ciao {{ who }}, " + "parola " * 20 + "{{ who }}.\n\n" + LISTED,
                "who: text\nnote: {type: text, fallback: null}\ntrees: {type: list, of: {code: text, planted: date}}",
                subject="Per {{ who }}: {{ trees | count }}",
                more=POST,
            ),
            {"who": 'Zoë "Z" <z@x.example>', "trees": TREES, "note": "=?utf-8?q?x?= riga"},
        ),
        (write("Nessuna variabile."), {}),
    ],
)
def test_the_fast_path_says_the_same_as_one_mail_alone(template: Compiled, values: dict[str, object]) -> None:
    form, one = framed(template), render(template, values, FOOTER)
    letter = Letter(sender=Mailbox("Orto", "orto@x.example"), subject=form.subject, language=template.language)
    mould = Mould(text_frame(letter, form.text, html=form.html))
    header = {"to": "anna@x.example", "message_id": "<1@x>", "date": "Sat, 14 Mar 2026 09:00:00 +0100", "delivery": "1"}
    copy = mould.fill({**slots(template, values, FOOTER), **header})
    mail = email.message_from_bytes(copy.head + b"\r\n" + b"".join(copy.body), policy=email.policy.default)
    assert mail["Subject"] == one.subject
    text, html = (str(part.get_content()).replace("\r\n", "\n") for part in mail.iter_parts())
    assert text == f"{one.text}\n"
    assert html == f"{one.html}\n"


def test_a_look_of_the_site_dresses_its_templates(tmp_path: Path) -> None:
    folder = tmp_path / layouts.FOLDER
    folder.mkdir(parents=True)
    starter = (content.starter() / layouts.FOLDER / "notice.mjml").read_text()
    (folder / "vigna.mjml").write_text(starter.replace("<h1>", "<p>Dalla vigna</p><h1>"))
    (tmp_path / "templates" / "ciao").mkdir()
    (tmp_path / "templates" / "ciao" / "ciao.it.md").write_text("---\nsubject: Ciao\nlayout: vigna\n---\nCiao.\n")
    [one] = publishing.read_folder(tmp_path).templates
    assert "<p>Dalla vigna</p><h1>Ciao</h1>" in render(one.template, {}).html
