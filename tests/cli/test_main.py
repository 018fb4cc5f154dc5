"""The command line itself: what there is, and how it says that something is wrong."""

import importlib
from pathlib import Path

import pytest
from click.testing import CliRunner

from mailhub.cli.main import COMMANDS, main
from tests.cli.conftest import Cli


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there(name: str) -> None:
    module = importlib.import_module(f"mailhub.cli.{COMMANDS[name][0]}")
    assert name in module.COMMANDS


def test_the_help_names_every_command() -> None:
    said = CliRunner().invoke(main, []).output
    assert all(f"  {name} " in said for name in COMMANDS)


def test_a_folder_without_a_configuration_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["plan"])
    assert result.exit_code == 1
    assert result.stderr.startswith("There is no config.toml in this folder. Write a site with `mailhub init DIR`")


def test_a_misspelt_key_is_told_with_its_line(cli: Cli) -> None:
    cli.config.write_text(cli.config.read_text().replace("language =", "langauge ="))
    said = cli.refuses("plan")
    assert said.startswith(f'{cli.config}:6: [site] has no key "langauge"; did you mean "language"?')
    assert said.count("\n") == 1


def test_a_configuration_that_is_not_there_is_told(tmp_path: Path) -> None:
    said = Cli(tmp_path).refuses("check")
    assert said.startswith(f"{tmp_path / 'config.toml'}: this file cannot be read (No such file or directory)")
    assert said.count("\n") == 1
