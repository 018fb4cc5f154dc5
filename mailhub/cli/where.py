"""Which configuration the caller meant, and the files a command reads and writes."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from mailhub import config
from mailhub.errors import BadInput
from mailhub.settings import Settings

CONFIG = "config.toml"


@dataclass(frozen=True, slots=True)
class Where:
    """Which configuration the caller meant."""

    config: Path | None

    def path(self) -> Path | None:
        """The file of the configuration; None where all comes from the environment."""
        named = os.environ.get("MAILHUB_CONFIG")
        usual = Path(named) if named else Path(CONFIG)
        return self.config or (usual if named or usual.is_file() else None)

    def settings(self) -> Settings:
        """The configuration; raises BadInput with what is wrong with it, and where."""
        if self.path() is None and not any(name.startswith("MAILHUB_SITE__") for name in os.environ):
            raise BadInput(
                f"There is no {CONFIG} in this folder. Write a site with `mailhub init DIR`, or name a configuration "
                "with --config FILE or MAILHUB_CONFIG."
            )
        return config.load(self.config, os.environ)


@contextmanager
def open_input(path: str) -> Iterator[IO[bytes]]:
    """A file to read, `-` for standard input; the message names it."""
    if path == "-":
        yield sys.stdin.buffer
        return
    with _opened(path, "rb") as file:
        yield file


@contextmanager
def open_output(path: str | None) -> Iterator[IO[bytes]]:
    """A file to write, for its owner alone, which must not be there yet; `-` or none for standard output.

    What is not whole does not stay.
    """
    if path is None or path == "-":
        yield sys.stdout.buffer
        return
    with _opened(path, "xb") as file:
        try:
            yield file
            file.flush()
        except BaseException:
            os.unlink(path)
            raise


def _opened(path: str, mode: str) -> IO[bytes]:
    """Raises BadInput, so that the line says what to do."""
    what = "read" if mode == "rb" else "written"
    try:
        return open(path, mode, opener=lambda name, flags: os.open(name, flags, 0o600))
    except FileExistsError as fault:
        raise BadInput(f"{path}: this file is there already; name a new one") from fault
    except OSError as fault:
        raise BadInput(f"{path}: this file cannot be {what} ({fault.strerror}); look at its name and rights") from fault
