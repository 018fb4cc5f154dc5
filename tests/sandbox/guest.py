"""A guest of the sandbox's tour: follows what the panel offers, over the real town and without a browser."""

import re
from dataclasses import dataclass
from html import unescape

from flask.testing import FlaskClient

from mailhub.sandbox.app import make_app
from mailhub.sandbox.desk import Demo
from mailhub.sandbox.postoffice import Letter

MOST_WAITS = 4  # half a minute each, only waited for where there is work
HERE = {"Host": "127.0.0.1:8001"}
_MOVES = re.compile(r'<ul class="moves">(.*?)</ul>', re.DOTALL)
_MOVE = re.compile(r"<li(?: class=\"(done)\")?>(.*?)</li>", re.DOTALL)
FIELD = re.compile(r'<(?:input[^>]*|textarea[^>]*) name="(\w+)"(?:[^>]*value="([^"]*)"[^>]*>|[^>]*>([^<]*)</textarea>)')


@dataclass(frozen=True)
class Offered:
    """One line of the panel."""

    words: str
    is_done: bool
    link: str  # "" where it cannot be pressed yet
    turn: str


class Guest:
    """Somebody who is shown round in one language."""

    def __init__(self, demo: Demo, language: str) -> None:
        self.demo = demo
        self.language = language
        self.client: FlaskClient = make_app(demo).test_client()
        self.page = ""
        self.looks(f"/mail/nives?lang={language}")

    def looks(self, link: str) -> str:
        """Follow a link; what stands there."""
        answer = self.client.get(unescape(link).partition("#")[0], headers=HERE)
        assert answer.status_code == 200, (link, answer.status)
        self.page = answer.get_data(as_text=True)
        return self.page

    def presses(self, action: str, **form: str) -> str:
        """Press the button of a form; where that leads."""
        answer = self.client.post(unescape(action), data=form, headers=HERE)
        assert answer.status_code == 303, (action, answer.status, answer.get_data(as_text=True))
        where = answer.headers["Location"]
        if "said=unfinished" in where:  # a machine that is busy with other tests: the page asks to come back later
            assert any(self.demo.life.settle() for _ in range(MOST_WAITS)), where
        return self.looks(where)

    def goes_to(self, step: int | str) -> None:
        self.looks(f"/mail/nives?lang={self.language}&tour={step}")

    @property
    def moves(self) -> list[Offered]:
        found = _MOVES.search(self.page)
        return [_offered(done, inner) for done, inner in _MOVE.findall(found[1])] if found else []

    @property
    def done(self) -> list[int]:
        """The steps whose ring is full."""
        rings = re.findall(r'aria-hidden="true">(.)</span><span>(\d)</span>', self.page)
        return [int(number) for ring, number in rings if ring == "●"]

    @property
    def text(self) -> str:
        """What the panel says."""
        found = re.search(r'<p class="step">(.*?)</p>', self.page, re.DOTALL)
        return unescape(re.sub("<[^>]+>", "", found[1])) if found else ""

    def takes(self, place: int, *, text: str | None = None) -> str:
        """Do what that line offers, with the words that are filled in or with others."""
        move = self.moves[place]
        if move.turn:
            return self.presses(move.link, by=move.turn)
        assert move.link, move
        self.looks(move.link)
        fields = {name: unescape(value or inner) for name, value, inner in FIELD.findall(self.page)}
        who = re.search(r'action="(/mail/\w+/send[^"]*)"', self.page)
        assert who is not None
        return self.presses(who[1], **{**fields, **({} if text is None else {"text": text})})

    def opens(self, place: int) -> str:
        return self.looks(self.moves[place].link)

    def mailbox(self, who: str = "nives") -> list[Letter]:
        return self.demo.post.letters(f"{who}@posta.example")

    def newest(self, who: str = "nives") -> Letter:
        return next(letter for letter in self.mailbox(who) if not letter.outgoing)


def _offered(done: str, inner: str) -> Offered:
    link = re.search(r'<(?:a href|form method="post" action)="([^"]+)"', inner)
    turn = re.search(r'name="by" value="(\w+)"', inner)
    words = unescape(re.sub(r'<span class="ring".*?</span>|<[^>]+>', "", inner))
    return Offered(words, bool(done), link[1] if link else "", turn[1] if turn else "")
