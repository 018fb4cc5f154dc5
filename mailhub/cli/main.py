"""The command line. Each command's module is imported only when it is called, so that the others start fast."""

import errno
import gc
from importlib import import_module
from pathlib import Path
from typing import IO, Any

import click

from mailhub import __version__
from mailhub.errors import MailhubError

# name -> (module, what it is for); the module's COMMANDS holds the click command of this name
COMMANDS = {
    "init": ("init", "Write a new site into a folder."),
    "demo": ("demo", "An invented town to try; nothing leaves this machine."),
    "run": ("run", "Run the site of the configuration."),
    "check": ("check", "Look for mistakes in configuration and content."),
    "doctor": ("doctor", "Say what is still missing before mail works; with --wait, try it."),
    "plan": ("publishing", "Show what publishing the files would change."),
    "apply": ("publishing", "Publish the files."),
    "simulate": ("simulate", "Show what a journey would do, before it does."),
    "journey": ("journey", "How a journey is going; pause, resume or close it, bring somebody in."),
    "segment": ("segment", "Whom segments are about: how many, and why somebody is in one or not."),
    "import": ("imports", "Bring in members, suppressions or an old archive."),
    "export": ("exports", "Write out content, messages, members or one person's data."),
    "poster": ("poster", "An A4 poster of a group, to print."),
    "explain": ("explain", "Say how mail in files would be read, and what would be done with it."),
    "trace": ("tracing", "Say what happened to a mail, or to the mail of an address."),
    "db": ("upkeep", "Bring the database to this version."),
    "backup": ("upkeep", "Copy the whole site into one file."),
    "restore": ("upkeep", "Bring a backup back, with sending paused."),
    "resume": ("upkeep", "Send again after a restore."),
    "verify": ("upkeep", "Compare what is kept with its checksums."),
    "bench": ("bench", "Measure this machine."),
}


class Failed(click.ClickException):
    """A mistake that somebody can mend: told as it is, one line for each."""

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.format_message(), file=file, err=file is None)


class Lazy(click.Group):
    """Commands by name; a mistake of the caller ends in its lines, not in a traceback."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        gc.disable()  # what is imported stays; to look for garbage among it took a fifth of the start
        try:
            module = import_module(f"mailhub.cli.{COMMANDS[name][0]}")
        finally:
            gc.enable()
        found: click.Command = module.COMMANDS[name]
        return found

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except MailhubError as fault:
            raise Failed(str(fault)) from fault
        except OSError as fault:
            if fault.errno == errno.EPIPE or fault.strerror is None:
                raise
            place = f"{fault.filename}: " if fault.filename else ""
            raise Failed(f"{place}{fault.strerror}") from fault


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config", type=click.Path(path_type=Path), help="The configuration; else $MAILHUB_CONFIG, else ./config.toml."
)
@click.version_option(__version__, prog_name="mailhub")
@click.pass_context
def main(context: click.Context, config: Path | None) -> None:
    """mailhub: a community that lives in its members' inboxes."""
    from mailhub.cli.where import Where

    context.obj = Where(config)


if __name__ == "__main__":
    main()
