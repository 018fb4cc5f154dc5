"""A YAML file read into plain values that still know their lines."""

from dataclasses import dataclass
from pathlib import Path

from mailhub.content.problems import BadContent, Problem
from mailhub.content.yamlfile import MOST_BYTES, Node, Value, read


@dataclass(frozen=True, slots=True)
class Document:
    """One file's values, with the line of each; a path is keys and places: `line("steps", 0, "id")`."""

    file: str
    text: str
    root: Node

    @property
    def values(self) -> dict[str, Value]:
        assert isinstance(self.root.value, dict)
        return self.root.value

    def get(self, *path: str | int) -> Value:
        """The value at this path; None where there is none."""
        node, whole = self._follow(path)
        return node.value if whole else None

    def line(self, *path: str | int) -> int:
        """The line where this value (in a mapping: its key) is written; else that of what should hold it."""
        return self._follow(path)[0].line

    def problem(self, what: str, cure: str, *path: str | int) -> Problem:
        """Something wrong with the value at this path."""
        return Problem(self.file, self.line(*path), what, cure)

    def _follow(self, path: tuple[str | int, ...]) -> tuple[Node, bool]:
        node = self.root
        for step in path:
            if step not in node.children:
                return node, False
            node = node.children[step]
        return node, True


def load(path: Path, file: str | None = None) -> Document:
    """Read a file; problems call it `file`, by default its folder and name. Raises BadContent with every problem."""
    name = file or f"{path.parent.name}/{path.name}"
    try:
        with path.open("rb") as source:
            received = source.read(MOST_BYTES + 1)
        return load_text(received.decode("utf-8-sig"), name)
    except OSError as error:
        what = f"this file cannot be read: {error.strerror}"
        raise BadContent([Problem(name, 1, what, "look at its name and its permissions")]) from error
    except UnicodeDecodeError as error:
        line = received.count(b"\n", 0, error.start) + 1
        raise BadContent([Problem(name, line, "this is not UTF-8", "save the file as UTF-8")]) from error


def load_text(text: str, file: str, first_line: int = 1) -> Document:
    """Read text that came from elsewhere, such as the front matter that begins in a template's second line."""
    if len(text.encode(errors="replace")) > MOST_BYTES:
        raise BadContent([Problem(file, first_line, "this is longer than 1 MiB", "split the file")])
    return Document(file, text, read(text, file, first_line))
