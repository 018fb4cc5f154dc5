"""A visitor of the demo: starts `mailhub demo` as a process, opens its page, writes, turns the clock."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import ProxyHandler, Request, build_opener

PATIENCE = 60.0  # seconds for a start or an end; only waited for, never slept
ROW = re.compile(r"<tr role=\"row\"(?: class=\"(\w+)\")?>\s*<td role=\"cell\" class=\"who\">(.*?)</td>"
                 r".*?<a href=\"([^\"]+)\">(.*?)</a>", re.DOTALL)  # fmt: skip
PRESSED = re.compile(r"<a href=\"(http[^\"]+/a/[^\"]+)\" target")


@dataclass(frozen=True)
class Row:
    """One letter as a mailbox lists it."""

    state: str  # "new", "sent" or ""
    who: str
    link: str
    subject: str


@dataclass(frozen=True)
class Seen:
    """A page as it came."""

    url: str
    status: int
    headers: dict[str, str]
    html: str

    @property
    def text(self) -> str:
        """What a person reads of it."""
        without = re.sub(r"<(script|style)\b.*?</\1>", "", self.html, flags=re.DOTALL)
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", without)).split())


class Visitor:
    """Somebody with a browser that runs no script."""

    def __init__(self, home: str) -> None:
        self.home = home
        self._open = build_opener(ProxyHandler({})).open

    def goes(self, link: str, form: dict[str, str] | None = None, headers: dict[str, str] | None = None) -> Seen:
        """Follow a link, or press the button of a form."""
        body = urlencode(form).encode() if form is not None else None
        url = urljoin(self.home, unescape(link))
        try:
            answer = self._open(Request(url, body, headers or {}), timeout=PATIENCE)
        except HTTPError as error:
            answer = error
        with answer:
            return Seen(answer.url, answer.status, dict(answer.headers), answer.read().decode())

    def mailbox(self, who: str) -> list[Row]:
        """The letters of somebody, newest first."""
        rows = ROW.findall(self.goes(f"/mail/{who}").html)
        return [Row(state, unescape(name), unescape(link), unescape(subject)) for state, name, link, subject in rows]

    def reads(self, row: Row) -> Seen:
        """Open a letter, as plain text."""
        return self.goes(f"{row.link}&as=text")

    def newest(self, who: str) -> Row:
        return next(row for row in self.mailbox(who) if row.state == "new")

    def writes(self, who: str, to: str, subject: str = "", text: str = "") -> Seen:
        return self.goes(f"/mail/{who}/send", {"to": to, "subject": subject, "text": text})

    def replies(self, who: str, row: Row, text: str) -> Seen:
        """Open a letter and answer it, with what its form holds."""
        page = self.goes(row.link).html
        held = {name: unescape(re.search(rf'name="{name}" value="([^"]*)"', page)[1])  # type: ignore[index]
                for name in ("answering", "to", "subject")}  # fmt: skip
        return self.goes(f"/mail/{who}/send", {**held, "text": text})

    def turns(self, by: str, who: str = "nives") -> Seen:
        return self.goes(f"/turn/{who}", {"by": by})


@dataclass
class Running:
    """The process of one demo, which may still be starting."""

    process: subprocess.Popen[str]

    @cached_property
    def home(self) -> str:
        """The address it tells people to open."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("Open http://127.0.0.1:"), self.process.communicate(timeout=PATIENCE)
        return line.removeprefix("Open ").strip()

    def interrupt(self) -> tuple[int, str]:
        """As Ctrl-C does, to the process and its helpers; its exit code, and what it complained of."""
        os.killpg(self.process.pid, signal.SIGINT)
        _, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, errors


@contextmanager
def running_demo(*words: str) -> Iterator[Running]:
    """`mailhub demo` in a process group of its own; it is ended at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "mailhub.cli.main", "demo", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield Running(process)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate(timeout=PATIENCE)
