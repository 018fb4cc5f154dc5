"""`mailhub demo` as a visitor meets it: the real process, its page over HTTP, the whole conversation of joining."""

import os
import re
import socket

import pytest

from tests.sandbox.visitor import PATIENCE, PRESSED, Row, Running, Visitor, running_demo

JOIN, GROUP = "orto-iscriviti@pietrafiore.example", "orto@pietrafiore.example"


def test_a_visitor_joins_is_read_first_and_reaches_everybody() -> None:
    with running_demo() as demo, running_demo("--language", "en") as other:
        nives = Visitor(demo.home)
        _town_has_a_past(nives)
        _is_refused_at_the_door(nives)
        _joins(nives)
        _is_read_first(nives)
        _reaches_everybody(nives)
        _joins_by_a_page(nives)
        _leaves_by_what_mail_programs_show(nives)
        _is_told_what_is_wrong(nives)
        _turns_the_clock(nives)
        assert "an invented town" in Visitor(other.home).goes(other.home).text
        _ends_at_once(demo)
        _ends_at_once(other)


def _town_has_a_past(visitor: Visitor) -> None:
    assert "La posta di Nives Poggi" in visitor.goes(visitor.home).text
    assert visitor.mailbox("nives") == []
    letters = [row for row in visitor.mailbox("rita") if row.subject.startswith("La lettera di ")]
    assert "La mia è nel capanno" in " ".join(visitor.reads(row).text for row in letters)
    assert not [row for row in visitor.mailbox("rita") if row.state == "new"]


def _is_refused_at_the_door(visitor: Visitor) -> None:
    """While nobody knows them; later a mail to a name that does not exist is given to whoever organises."""
    _is_refused(visitor, "niente@pietrafiore.example", "550 5.1.1")


def _joins(visitor: Visitor) -> None:
    visitor.writes("nives", JOIN)
    confirmation = visitor.newest("nives")
    assert confirmation.subject == "Confermi? Gruppo Orto urbano"
    visitor.replies("nives", confirmation, "sì")
    welcome = visitor.newest("nives")
    assert welcome.subject == "Iscrizione confermata: Orto urbano"
    link = re.search(r'href="([^"]+write[^"]+to=orto@[^"]+)"', visitor.reads(welcome).html)
    assert link is not None, "an address in a letter opens a form to write"
    assert f'name="to" value="{GROUP}"' in visitor.goes(link[1]).html


def _is_read_first(visitor: Visitor) -> None:
    visitor.writes("nives", GROUP, "Mi presento", "Sono Nives e so potare. <b>Ciao</b>")
    assert "aspetta di essere letto" in visitor.newest("nives").subject
    held = visitor.newest("bruno")
    assert "&lt;b&gt;Ciao&lt;/b&gt;" in visitor.reads(held).html
    visitor.replies("bruno", held, "pubblica")


def _reaches_everybody(visitor: Visitor) -> None:
    visitor.turns("day")
    for who in ("bruno", "rita", "aldo", "teo", "marta", "nives"):
        assert "Sono Nives e so potare" in visitor.reads(_letter(visitor, who)).text, who
    letter = _letter(visitor, "rita")
    number = re.search(r"(\d+)\. Mi presento", visitor.reads(letter).text)
    assert number is not None
    visitor.replies("rita", letter, f"{number[1]} Vieni sabato.")
    assert visitor.newest("rita").subject == "La tua risposta alla lettera è arrivata"
    visitor.writes("nives", "orto-ogni@pietrafiore.example")
    visitor.writes("aldo", GROUP, "Le assi", "Sono arrivate.")
    visitor.turns("day")
    assert "Vieni sabato." in visitor.reads(_letter(visitor, "nives")).text
    assert "Le assi" in [row.subject for row in visitor.mailbox("nives")]


def _letter(visitor: Visitor, who: str) -> Row:
    return next(row for row in visitor.mailbox(who) if row.subject.startswith("La lettera di "))


def _joins_by_a_page(visitor: Visitor) -> None:
    visitor.writes("nives", "piazza-iscriviti@pietrafiore.example")
    [page] = PRESSED.findall(visitor.reads(visitor.newest("nives")).html)
    assert "Vuoi entrare nel gruppo La piazza?" in visitor.goes(page).text
    assert "Fatto" in visitor.goes(page, {}).text
    assert "Fatto" in visitor.goes(page).text
    visitor.turns("hour")
    assert visitor.newest("nives").subject == "Iscrizione confermata: La piazza"


def _leaves_by_what_mail_programs_show(visitor: Visitor) -> None:
    post = next(row for row in visitor.mailbox("nives") if row.subject == "Le assi")
    link = re.search(r'<a href="([^"]+)">Esci da questo gruppo', visitor.goes(post.link).html)
    assert link is not None
    to = re.search(r'name="to" value="([^"]+)"', visitor.goes(link[1]).html)
    assert to is not None
    visitor.writes("nives", to[1], "esci")
    assert visitor.newest("nives").subject == "Fatto: non ti scriviamo più"
    visitor.replies("nives", visitor.newest("nives"), "annulla")
    assert "Orto urbano" in visitor.newest("nives").subject


def _is_told_what_is_wrong(visitor: Visitor) -> None:
    for to, words in (
        ("qualcuno@altrove.example", "in paese, non c&#39;è nessuno"),
        ("senza chiocciola", "non è un indirizzo"),
    ):
        _is_refused(visitor, to, words)


def _is_refused(visitor: Visitor, to: str, words: str) -> None:
    refused = visitor.writes("nives", to, "Oggetto", "Testo che non si perde")
    assert refused.status == 422
    assert words in refused.html
    assert "Testo che non si perde" in refused.html


def _turns_the_clock(visitor: Visitor) -> None:
    def now() -> str:
        found = re.search(r'class="now">([^<]+)<', visitor.goes("/mail/nives").html)
        assert found is not None
        return found[1]

    seen = [now()]
    for by in ("day", "week", "week"):
        visitor.turns(by)
        seen.append(now())
    assert len(set(seen)) == len(seen)


def test_a_demo_that_is_interrupted_while_it_wakes_up_ends_without_a_word() -> None:
    with running_demo() as demo:
        assert demo.process.stderr is not None
        assert demo.process.stderr.readline().startswith("The town is waking up")
        code, errors = demo.interrupt()
    assert code == 0
    assert errors == ""


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with running_demo("--port", port) as demo:
            said, errors = demo.process.communicate(timeout=PATIENCE)
    assert (said, demo.process.returncode) == ("", 1)
    assert errors.splitlines()[1:] == [
        f"127.0.0.1:{port} cannot be used for pages: another program listens there. "
        "Stop it, or choose another port in --port."
    ]


def _ends_at_once(demo: Running) -> None:
    code, errors = demo.interrupt()
    assert (code, errors) == (0, "The town is waking up …\n")
    with pytest.raises(ProcessLookupError):
        os.killpg(demo.process.pid, 0)  # no helper is left
