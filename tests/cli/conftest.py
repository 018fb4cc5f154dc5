"""A site as `mailhub init` writes it, and a person at a terminal who runs commands in it."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mailhub.cli.main import main

GROUPS = {
    "notizie": "title: Notizie\nkind: announce\n",
    "orto": "# A working group\ntitle: Orto\njoin: open\nmoderate: newcomers\n",
    "piazza": "title: Piazza\n",
}


@dataclass(frozen=True, slots=True)
class Cli:
    """The command line, with the configuration of one site."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    def runs(self, *words: str, input: str | bytes | None = None) -> Result:
        """Run a command to its end, without a terminal; what it raises beyond a clear line is a failure."""
        result = CliRunner().invoke(main, ["--config", str(self.config), *words], input=input)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def says(self, *words: str, input: str | bytes | None = None) -> str:
        """What a command prints that ends well."""
        result = self.runs(*words, input=input)
        assert result.exit_code == 0, result.output
        return result.output

    def refuses(self, *words: str, code: int = 1) -> str:
        """What a command says that cannot do its work."""
        result = self.runs(*words)
        assert result.exit_code == code, result.output
        return result.stderr

    def file(self, name: str, text: str | bytes) -> str:
        path = self.folder / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return str(path)

    def lines(self, *words: str) -> list[Any]:
        """What a command prints as JSON, a line each."""
        return [json.loads(line) for line in self.says(*words).splitlines()]


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site fresh from `init`, with groups of its own, and doors wherever the system chooses."""
    folder = tmp_path_factory.mktemp("init") / "site"
    words = ["init", str(folder), "--name", "Pietrafiore", "--domain", "lists.test", "--language", "en"]
    result = CliRunner().invoke(main, [*words, "--organiser", "olga@example.org", "--relay", "127.0.0.1:1"])
    assert result.exit_code == 0, result.output
    config = folder / "config.toml"
    config.write_text(config.read_text().replace(":8025", ":0").replace(":8080", ":0"))
    for starter in (folder / "lists").glob("*.yaml"):
        starter.unlink()
    for slug, text in GROUPS.items():
        (folder / "lists" / f"{slug}.yaml").write_text(text)
    return folder


@pytest.fixture
def cli(written: Path, tmp_path: Path) -> Cli:
    """A terminal at a site that has not run yet."""
    folder = tmp_path / "site"
    shutil.copytree(written, folder)
    return Cli(folder)


@pytest.fixture(scope="session")
def published(written: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same site once its groups are published."""
    folder = tmp_path_factory.mktemp("published") / "site"
    shutil.copytree(written, folder)
    Cli(folder).says("apply")
    return folder


@pytest.fixture
def site(published: Path, tmp_path: Path) -> Cli:
    """A terminal at a site whose groups are published."""
    folder = tmp_path / "site"
    shutil.copytree(published, folder)
    return Cli(folder)
