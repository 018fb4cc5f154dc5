"""The one door to ruamel.yaml: YAML text into nodes that know their lines, and values back into text.

Events are put together here, not by the library, so that a hostile file costs little: depth and number of nodes are
capped while reading, aliases count as often as they are used, and the meaning of words does not depend on directives.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from mailhub.content.problems import BadContent, Problem
from mailhub.content.scalars import is_fit, meaning

MOST_BYTES = 1 << 20
MOST_NODES = 20_000  # aliases included, each as often as it is used
DEEPEST = 30

_RETYPE = "write the text again without control characters"

Value: TypeAlias = "str | int | float | bool | list[Value] | dict[str, Value] | None"

_ORDINARY_TAGS = {None, "!", *(f"tag:yaml.org,2002:{name}" for name in ("str", "seq", "map"))}
_NODES = (ScalarEvent, AliasEvent, SequenceStartEvent, MappingStartEvent)
_ENDS = (SequenceEndEvent, MappingEndEvent)


@dataclass(frozen=True, slots=True)
class Node:
    """One value, the line it (or its key) stands on, and what is in it."""

    line: int
    value: Value
    children: Mapping[str | int, "Node"] = field(default_factory=dict)
    size: int = 1


def read(text: str, file: str, first_line: int = 1) -> Node:
    """The mapping this text holds. Raises BadContent with every problem found."""
    builder = _Builder(file, first_line)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = f"this is not YAML: {error.problem or error.context}"
        raise builder.wrong(mark.line if mark else 0, what, _cure(what)) from error
    except ReaderError as error:
        raise builder.wrong(text.count("\n", 0, error.position), "a character here is not text", _RETYPE) from error
    except (YAMLError, ValueError, OverflowError) as error:  # "\UFFFFFFFF"
        raise builder.wrong(0, "an escape with \\ in this file stands for no character", _RETYPE) from error
    return builder.finish()


def _cure(what: str) -> str:
    if "'\\t'" in what:
        return "indent with spaces instead of tabs"
    if "quoted scalar" in what or "end of stream" in what or "stream end" in what:
        return "close every quote and bracket that is opened"
    return "check the indentation, colons and quotes here; a text that holds ': ' or begins with a sign needs quotes"


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come yet."""

    line: int
    is_mapping: bool
    anchor: str | None
    key: str | None = None
    key_line: int = 0
    children: dict[str | int, Node] = field(default_factory=dict)
    size: int = 1

    @property
    def wants_key(self) -> bool:
        return self.is_mapping and self.key is None

    def close(self) -> Node:
        values = [child.value for child in self.children.values()]
        value: Value = dict(zip(map(str, self.children), values, strict=True)) if self.is_mapping else values
        return Node(self.line, value, self.children, self.size)


class _Builder:
    """Puts events together; holds the collections still open and what went wrong so far."""

    def __init__(self, file: str, first_line: int) -> None:
        self._file = file
        self._first_line = first_line
        self._problems: list[Problem] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, Node] = {}
        self._root: Node | None = None
        self._documents = 0
        self._nodes = 0

    def wrong(self, line: int, what: str, cure: str) -> BadContent:
        """All problems so far and this last one, after which reading cannot go on."""
        self._note(line, what, cure)
        return BadContent(self._problems)

    def finish(self) -> Node:
        root = self._root or Node(self._first_line, {})
        if root.value is None:
            root = Node(root.line, {})
        if not isinstance(root.value, dict):
            raise self.wrong(0, "the file does not hold keys and values", 'write lines such as "title: Garden"')
        if self._problems:
            raise BadContent(self._problems)
        return root

    def take(self, event: Any) -> None:
        line = event.start_mark.line if event.start_mark else 0
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise self.wrong(line, "a second document begins here", "keep one document and no line of ---")
        elif isinstance(event, _ENDS):
            closed = self._open.pop()
            self._place(closed.close(), closed.anchor)
        elif isinstance(event, _NODES):
            self._node(event, line)

    def _node(self, event: Any, line: int) -> None:
        self._count(1, line)
        if not isinstance(event, AliasEvent) and event.tag not in _ORDINARY_TAGS:
            self._note(line, f"tags such as {event.tag} are not used here", "take the tag away")
        if self._open and self._open[-1].wants_key:
            self._key(event, line)
        elif isinstance(event, AliasEvent):
            self._place(self._aliased(event, line), None)
        elif isinstance(event, ScalarEvent):
            self._place(Node(self._line(line), self._scalar(event, line)), event.anchor)
        else:
            if len(self._open) == DEEPEST:
                raise self.wrong(line, f"more than {DEEPEST} levels inside one another", "nest less deeply")
            self._open.append(_Open(self._line(line), isinstance(event, MappingStartEvent), event.anchor))

    def _key(self, event: Any, line: int) -> None:
        if not isinstance(event, ScalarEvent):
            raise self.wrong(line, "a key must be one word or text", "write the key in full, without *, [ or {")
        key, top = self._scalar(event, line), self._open[-1]
        if event.implicit[0] and event.value == "<<":
            self._note(line, '"<<" does not merge mappings here', "write the keys out")
        elif not isinstance(key, str):
            self._note(line, f"the key {event.value} is not text", f'put it in quotes: "{event.value}"')
        elif key in top.children:
            first = top.children[key].line
            self._note(line, f'"{key}" is written twice, first in line {first}', "keep one of the two")
        top.key, top.key_line = str(key), self._line(line)

    def _place(self, node: Node, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = node
        if not self._open:
            self._root = node
            return
        top = self._open[-1]
        top.size += node.size
        if top.is_mapping and top.key is not None:
            top.children.setdefault(top.key, Node(top.key_line, node.value, node.children, node.size))
            top.key = None
        else:
            top.children[len(top.children)] = node

    def _aliased(self, event: Any, line: int) -> Node:
        node = self._anchors.get(event.anchor)
        if node is None:
            raise self.wrong(line, f"*{event.anchor} stands for nothing written above", "write the value out")
        self._count(node.size, line)
        return Node(self._line(line), node.value, node.children, node.size)

    def _count(self, nodes: int, line: int) -> None:
        self._nodes += nodes
        if self._nodes > MOST_NODES:
            raise self.wrong(line, f"more than {MOST_NODES} values", "split the file")

    def _scalar(self, event: Any, line: int) -> Value:
        if not is_fit(event.value):
            self._note(line, "a character here is not text", _RETYPE)
        return meaning(event.value) if event.implicit[0] else str(event.value)

    def _line(self, line: int) -> int:
        return self._first_line + line

    def _note(self, line: int, what: str, cure: str) -> None:
        self._problems.append(Problem(self._file, self._line(line), what, cure))
