"""Draws pictures of docs/pictures anew: the letter and the archive, on a desk and on a phone, in light and in the dark.

`python -m tests.browser.pictures` needs Debian's chromium; what it shows is the invented town.
"""

import html
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, sync_playwright

from mailhub.db.base import Base
from mailhub.db.session import Database
from mailhub.web.app import make_app
from tests.browser.serving import Front
from tests.browser.watching import BASE, HOST
from tests.databases import know_all_tables
from tests.delivery.certificates import certificate
from tests.stories.town import Town, body

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
DOMAIN = "pietrafiore.example"
NIVES, RITA, ALDO, BRUNO = (f"{name}@posta.example" for name in ("nives", "rita", "aldo", "bruno"))
NAMES = {NIVES: "Nives Poggi", RITA: "Rita Fontana", ALDO: "Aldo Neri", BRUNO: "Bruno Valli"}
ABOUT = {
    "orto": ("Orto urbano", "L'orto in mezzo al paese: ci si trova il sabato."),
    "piazza": ("Piazza", "Quello che riguarda tutte le persone di Pietrafiore."),
}
# Who writes what, where, and how many minutes after the message before.
SAID = (
    (RITA, "orto", "Cesoie", "Qualcuno ha delle cesoie lunghe da prestare? Le mie non tagliano più.", 40),
    (BRUNO, "orto", "Potatura di sabato", "Sabato 14, alle 9, potiamo i meli dietro la scuola. Chi viene?", 55),
    (ALDO, "piazza", "Il recinto", "Due assi verso la strada sono rotte. Mi serve qualcuno che le tenga ferme.", 130),
    (RITA, "piazza", "Re: Il recinto", "Vengo io, domattina alle otto.", 25),
    (ALDO, "piazza", "Il sentiero del mulino", "È di nuovo aperto fino al ponte.", 200),
    (ALDO, "piazza", "Il cancello", "Chi ha la chiave grande?", 20),
    (ALDO, "piazza", "Trovato un guanto", "È appeso alla fontana.", 30),
)
DESK, PHONE = (760, 900), (390, 780)
Scheme = Literal["light", "dark"]
LETTERS: tuple[tuple[str, tuple[int, int], Scheme], ...] = (
    ("letter-desk", DESK, "light"),
    ("letter-phone", PHONE, "light"),
    ("letter-phone-dark", PHONE, "dark"),
)


def draw(folder: Path) -> None:
    """Make every picture of this folder."""
    folder.mkdir(exist_ok=True)
    with _town() as town, _browser(town) as browser:
        letter = town.mailbox(NIVES)[-1]
        for name, size, scheme in LETTERS:
            _shot(browser, folder / f"{name}.png", size, scheme, content=_html(letter))
        _shot(browser, folder / "letter-text.png", DESK, "light", content=_as_text(letter))
        _shot(browser, folder / "archive-desk.png", DESK, "light", path="/piazza/")
        _shot(browser, folder / "archive-phone-dark.png", PHONE, "dark", path="/piazza/")
        _shot(browser, folder / "conversation-phone.png", PHONE, "light", path="/piazza/t/3")


@contextmanager
def _town() -> Iterator[Town]:
    know_all_tables()
    with tempfile.TemporaryDirectory() as name:
        database = Database(f"sqlite:///{Path(name) / 'town.db'}")
        Base.metadata.create_all(database.writer)
        town = Town(Path(name), database, {"MAILHUB_SITE__LANGUAGE": "it", "MAILHUB_SITE__DOMAIN": DOMAIN})
        _live(town)
        yield town
        database.close()


def _live(town: Town) -> None:
    for slug, (title, description) in ABOUT.items():
        archive = "public" if slug == "piazza" else "members"
        town.opens_list(slug, title=title, description=description, archive=archive, default_delivery="digest")
        town.joins(slug, *(f"{name} <{email}>" for email, name in NAMES.items()), language="it")
    before = ""
    for author, slug, subject, text, minutes in SAID:
        town.passes(minutes=minutes)
        headers = {"In-Reply-To": before} if subject.startswith("Re: ") else {}
        before = town.writes(
            f"{NAMES[author]} <{author}>", to=f"{slug}@{DOMAIN}", subject=subject, text=text, headers=headers
        )
    town.passes(days=1)


@contextmanager
def _browser(town: Town) -> Iterator[Browser]:
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        front = Front(certificate(Path(name), host=HOST).server())
        rules = f"MAP {HOST} 127.0.0.1:{front.port}, MAP * ~NOTFOUND"
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=[f"--host-resolver-rules={rules}", "--no-proxy-server"]
        )
        with front.serving(make_app(town.hub)):
            yield browser
        browser.close()
        front.close()


def _shot(
    browser: Browser, file: Path, size: tuple[int, int], scheme: Scheme, *, content: str = "", path: str = ""
) -> None:
    context = browser.new_context(
        base_url=BASE,
        ignore_https_errors=True,
        locale="it-IT",
        color_scheme=scheme,
        viewport={"width": size[0], "height": size[1]},
    )
    page = context.new_page()
    if path:
        page.goto(path)
    else:
        page.set_content(content)
    page.screenshot(path=file)
    context.close()


def _html(letter: EmailMessage) -> str:
    part = letter.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def _as_text(letter: EmailMessage) -> str:
    """The plain-text part as a mail program shows it."""
    return f'<pre style="font: 15px/22px monospace; margin: 24px">{html.escape(body(letter))}</pre>'


if __name__ == "__main__":
    draw(FOLDER)
