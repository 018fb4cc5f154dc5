"""The real process: `mailhub run` as a user starts it, on loopback ports, with a sink beside it that takes its mail."""

import os
import signal
import smtplib
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile

from mailhub.sandbox.manners import Manners, Received
from mailhub.sandbox.sink import Sink
from tests.live import cradle

DOMAIN = "lists.test"
PATIENCE = 60.0  # seconds for a start or an end; never slept, only waited for


@dataclass
class LiveSite:
    """One site in a folder, started and killed as often as a test likes."""

    folder: Path
    relay_port: int
    environ: Mapping[str, str] = field(default_factory=dict)
    program: tuple[str, ...] | None = None  # None: ours, out of the cradle
    process: subprocess.Popen[str] | cradle.Child | None = None
    smtp_port: int = 0
    ready: str = ""

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    def init(self) -> None:
        """`mailhub init`, then ports that the system chooses."""
        self.command("init", str(self.folder), "--domain", DOMAIN, "--name", "Pietrafiore", "--language", "en",
                     "--organiser", "olga@example.org", "--relay", f"127.0.0.1:{self.relay_port}")  # fmt: skip
        text = self.config.read_text()
        text = text.replace('"127.0.0.1:8025"', '"127.0.0.1:0"').replace('"127.0.0.1:8080"', '"127.0.0.1:0"')
        self.config.write_text(text)

    def command(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """One command of the command line, for this site; its output is captured."""
        known = [] if words[0] == "init" else ["--config", str(self.config)]
        if self.program is None:
            return self._from_cradle([*known, *words], check)
        return subprocess.run(
            [*self.program, *known, *words],
            capture_output=True,
            text=True,
            check=check,
            timeout=PATIENCE * 2,
        )

    def _from_cradle(self, words: list[str], check: bool) -> subprocess.CompletedProcess[str]:
        with TemporaryFile("w+") as log:
            process = cradle.start(words, os.environ, log)
            with process.stdout as said:
                out = said.read()
            code = process.wait(PATIENCE * 2)
            log.seek(0)
            done = subprocess.CompletedProcess(words, code, out, log.read())
        if check:
            done.check_returncode()
        return done

    def start(self, **faults: str) -> None:
        """Start the process and wait until its doors are open."""
        environ = {**os.environ, **self.environ, **faults}
        words = ["--config", str(self.config), "run"]
        with (self.folder / "log").open("a") as log:
            if self.program is None:
                self.process = cradle.start(words, environ, log)
            else:
                command = [*self.program, *words]
                self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environ)
        assert self.process.stdout is not None
        self.ready = self.process.stdout.readline()
        assert self.ready.startswith("ready: "), (self.folder / "log").read_text()[-4000:]
        doors = [part for part in self.ready.removeprefix("ready: ").split(", ") if part.startswith("smtp ")]
        self.smtp_port = int(doors[0].rpartition(":")[2]) if doors else 0  # 0: a site that reads a mailbox

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """As a power cut does to a process."""
        if self.process is not None and self.is_running():
            self.process.send_signal(signal.SIGKILL)
        self.wait()

    def stop(self) -> int:
        """As a service manager does."""
        if self.process is not None and self.is_running():
            self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        assert self.process is not None
        code = self.process.wait(PATIENCE)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code

    def send(self, sender: str, recipient: str, raw: bytes) -> None:
        """Hand one mail in by SMTP; raises what smtplib raises."""
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=PATIENCE) as door:
            door.sendmail(sender, [recipient], raw)


class Collector:
    """What the sink took; `wait_for` returns as soon as there is enough."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self._more = threading.Condition()

    def take(self, received: Received) -> None:
        with self._more:
            self.received.append(received)
            self._more.notify_all()

    def wait_until(self, is_enough: Callable[[list[Received]], bool], seconds: float = PATIENCE) -> list[Received]:
        with self._more:
            self._more.wait_for(lambda: is_enough(self.received), seconds)
            return list(self.received)


@contextmanager
def live_site(folder: Path, manners: Manners | None = None, **environ: str) -> Iterator[tuple[LiveSite, Collector]]:
    """A site that is initialised and not yet started, and what its sink collects; it is killed at the end."""
    collector = Collector()
    with Sink(manners or Manners(on_message=collector.take)) as sink:
        site = LiveSite(folder / "site", sink.port, environ)
        site.init()
        try:
            yield site, collector
        finally:
            if site.process is not None:
                site.kill()
