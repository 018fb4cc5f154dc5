"""The real process: started as `init` left the site, at its doors and its control socket, and ended by SIGTERM."""

import shutil
import signal
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailhub.measures import host_port
from tests.cli.conftest import Cli
from tests.cli.test_imports import MEMBERS

MAILHUB = (sys.executable, "-c", "from mailhub.cli.main import main; main()")


@dataclass(frozen=True, slots=True)
class Running:
    """A site at work."""

    cli: Cli
    process: subprocess.Popen[str]
    ready: str

    def does(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command beside it."""
        command = [*MAILHUB, "--config", str(self.cli.config), *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)


def start(cli: Cli) -> subprocess.Popen[str]:
    command = [*MAILHUB, "--config", str(cli.config), "run"]
    with (cli.folder / "log").open("w") as log:
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)


@pytest.fixture(scope="module")
def running(written: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One site for all tests of this module: starting it is what takes time."""
    folder = tmp_path_factory.mktemp("running") / "site"
    shutil.copytree(written, folder)
    cli = Cli(folder)
    process = start(cli)
    assert process.stdout is not None
    ready = process.stdout.readline()
    assert ready.startswith("ready: "), (folder / "log").read_text()
    yield Running(cli, process, ready)
    process.kill()
    process.communicate()


def test_what_init_wrote_takes_mail_at_its_door(running: Running) -> None:
    door = host_port(running.ready.split()[2].strip(","))
    with smtplib.SMTP(door.host, door.port, timeout=20) as sender:
        assert sender.ehlo("olga.example.org")[0] == 250
        assert sender.mail("stranger@example.org")[0] == 250
        assert sender.rcpt("nobody-at-all@lists.test")[0] == 550
        sender.rset()
        assert sender.mail("olga@example.org")[0] == 250  # an organiser: mail for nobody comes to a person
        assert sender.rcpt("nobody-at-all@lists.test")[0] == 250
        sender.rset()
        assert sender.mail("olga@example.org")[0] == 250
        assert sender.rcpt("orto@lists.test")[0] == 250
        assert sender.data("From: olga@example.org\nSubject: Prova\n\nCi siamo?\n")[0] == 250


def test_an_import_beside_the_running_site_says_what_it_says_alone(running: Running, site: Cli) -> None:
    words = ("import", "members", running.cli.file("m.csv", MEMBERS), "--list", "orto", "--basis", "fogli")
    beside = running.does(*words)
    alone = site.runs(*words)
    assert (beside.returncode, beside.stdout, beside.stderr) == (0, alone.stdout, alone.stderr)
    again = running.does(*words)
    assert (again.returncode, again.stdout, again.stderr) == (0, site.runs(*words).stdout, "")
    wrong = (*words[:3], "--list", "otro")
    refused = running.does(*wrong)
    assert (refused.returncode, refused.stdout, refused.stderr) == (1, "", site.refuses(*wrong))


def test_a_trace_beside_the_running_site_says_what_it_says_alone(running: Running, site: Cli) -> None:
    words = ("trace", "<nobody@nowhere.test>", "--language", "it")
    beside, alone = running.does(*words), site.runs(*words)
    assert (beside.returncode, beside.stdout, beside.stderr) == (1, alone.stdout, "")


def test_a_simulation_beside_the_running_site_says_what_it_says_alone(running: Running, site: Cli) -> None:
    words = ("simulate", "benvenuto", "--from", "2026-03-28T10:00", "--reply", "dove", "2 h", "Roccaspina", "--json")
    beside, alone = running.does(*words), site.runs(*words)
    assert (beside.returncode, beside.stdout, beside.stderr) == (0, alone.stdout, "")
    assert '"person.field.town = Roccaspina"' in beside.stdout


def test_a_second_site_on_the_same_folder_says_so(running: Running) -> None:
    second = running.does("run")
    said = f"The site in {running.cli.folder / 'data'} is running (run, process {running.process.pid}); "
    assert (second.returncode, second.stderr) == (1, said + "stop the service first.\n")


def test_what_needs_the_site_to_stand_still_says_so(running: Running) -> None:
    assert running.does("db", "upgrade").stderr.endswith("stop the service first.\n")


def test_a_backup_beside_the_running_site_is_whole(running: Running, tmp_path: Path) -> None:
    file = running.cli.file("m.csv", MEMBERS)
    running.does("import", "members", file, "--list", "orto")  # whichever test brought them first
    made = running.does("backup", str(tmp_path / "site.tar.zst"))
    assert made.returncode == 0, made.stderr
    (tmp_path / "new").mkdir()
    new = Cli(tmp_path / "new")
    assert new.says("restore", str(tmp_path / "site.tar.zst")).startswith("Restored: Pietrafiore")
    assert "0 would be imported, 3 refused" in new.says("import", "members", file, "--list", "orto", "--dry-run")


def test_sigterm_ends_it_well_and_the_folder_is_free(running: Running) -> None:
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(30) == 0
    assert not (running.cli.folder / "data" / "control.sock").exists()
    assert running.cli.says("verify").endswith("nothing is damaged.\n")


def test_a_port_in_use_is_one_line(cli: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        cli.config.write_text(cli.config.read_text().replace('smtp = "127.0.0.1:0"', f'smtp = "127.0.0.1:{port}"'))
        process = start(cli)
        assert process.communicate(timeout=30)[0] == ""
    assert process.returncode == 1
    [line] = [line for line in (cli.folder / "log").read_text().splitlines() if " INFO " not in line]
    assert line.startswith(f"127.0.0.1:{port} cannot be used (Address already in use)")
