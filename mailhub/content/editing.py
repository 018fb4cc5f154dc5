"""Values back into YAML, changing no line and losing no comment that need not go.

A file is edited one top-level key at a time: what did not change stays byte for byte, only a changed key's own lines
are written anew. Where that would not say exactly what is wanted (an anchor used across keys, `{…}` round the whole
file), the whole file is written anew, with its comments if possible.
"""

import io
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from mailhub.content.problems import BadContent
from mailhub.content.versions import canonical
from mailhub.content.yamlfile import Node, Value, read

_NO_FOLDING = 1 << 20
_BREAKS = re.compile("[\u2028\u2029\ufeff]")  # lines break here where nobody sees it
_DASH = re.compile(r"^( *)- ", re.MULTILINE)


def set_values(text: str, changes: Mapping[str, Value]) -> str:
    """The same text with these top-level keys changed; a key changed to None is taken away.

    Raises BadContent when the text cannot be read.
    """
    old = read(text, "text").value
    assert isinstance(old, dict)
    return dump({key: value for key, value in {**old, **changes}.items() if value is not None}, text)


def dump(values: Mapping[str, Value], old_text: str = "") -> str:
    """A text that says exactly these values, with the comments, order and spelling of the old text where it can."""
    wanted = dict(values)
    old = _readable(old_text)
    if old is not None:
        for attempt in (_by_keys, _as_a_whole):
            text = _tried(attempt, old_text, old, wanted)
            if text is not None:
                return text
    return _written(_fresh(wanted), wide_lists=True) if wanted else ""


def _readable(text: str) -> Node | None:
    try:
        return read(text, "text") if text else None
    except BadContent:
        return None


def _tried(
    attempt: Callable[[str, Node, dict[str, Value]], str], text: str, old: Node, wanted: dict[str, Value]
) -> str | None:
    """What the attempt makes of the text, if it really says what is wanted."""
    try:
        edited = attempt(text, old, wanted)
        return edited if _same(read(edited, "text").value, wanted) else None
    except (YAMLError, BadContent, ValueError):  # ValueError: the library takes 2026-99-99 for a date
        return None


def _by_keys(text: str, old: Node, wanted: dict[str, Value]) -> str:
    lines = text.splitlines(keepends=True)
    out = []
    for key, block, gap in _blocks(lines, old):
        if key is None or (key in wanted and _same(old.children[key].value, wanted[key])):
            out += block
        elif key in wanted:
            out.append(_edited("".join(block), {key: old.children[key].value}, {key: wanted[key]}))
        out += gap
    if out and not out[-1].endswith("\n"):
        out.append("\n")
    new = {key: value for key, value in wanted.items() if key not in old.children}
    return "".join(out) + (_written(_fresh(new), wide_lists=True) if new else "")


def _blocks(lines: list[str], old: Node) -> Iterator[tuple[str | None, list[str], list[str]]]:
    """Each top-level key with its lines, and the blank and comment lines that follow it; first what precedes all."""
    starts = sorted((node.line - 1, str(key)) for key, node in old.children.items())
    yield None, lines[: starts[0][0] if starts else len(lines)], []
    for (start, key), (end, _) in pairwise([*starts, (len(lines), "")]):
        last = end
        while last > start + 1 and (lines[last - 1].startswith(("#", "...")) or not lines[last - 1].strip()):
            last -= 1
        yield key, lines[start:last], lines[last:end]


def _as_a_whole(text: str, old: Node, wanted: dict[str, Value]) -> str:
    assert isinstance(old.value, dict)
    return _edited(text, old.value, wanted)


def _edited(text: str, old: dict[str, Value], wanted: dict[str, Value]) -> str:
    tree = YAML(pure=True)
    tree.preserve_quotes = True
    loaded = tree.load(text)
    if not isinstance(loaded, CommentedMap):
        raise ValueError("these lines do not hold keys")
    _update_mapping(loaded, old, wanted)
    dash = _DASH.search(text)
    return _written(loaded, wide_lists=dash is None or dash[1] != "")


def _update_mapping(tree: CommentedMap, old: dict[str, Value], wanted: dict[str, Value]) -> None:
    for key in [key for key in old if key not in wanted]:
        del tree[key]
    for key, value in wanted.items():
        if key not in old:
            tree[key] = _fresh(value)
        else:
            _update_place(tree, key, old[key], value)


def _update_sequence(tree: CommentedSeq, old: list[Value], wanted: list[Value]) -> None:
    del tree[len(wanted) :]
    for place, (was, value) in enumerate(zip(old, wanted, strict=False)):
        _update_place(tree, place, was, value)
    for value in wanted[len(old) :]:
        tree.append(_fresh(value))


def _update_place(tree: Any, place: str | int, was: Value, value: Value) -> None:
    if _same(was, value):
        return
    if isinstance(was, dict) and isinstance(value, dict):
        _update_mapping(tree[place], was, value)
    elif isinstance(was, list) and isinstance(value, list):
        _update_sequence(tree[place], was, value)
    else:
        tree[place] = _fresh(value)


def _same(one: Value, other: Value) -> bool:
    return canonical(one) == canonical(other)


def _fresh(value: Value) -> Any:
    """The value as the library writes it best: text of several lines stands as written."""
    if isinstance(value, dict):
        return CommentedMap({_fresh(key): _fresh(inner) for key, inner in value.items()})
    if isinstance(value, list):
        return [_fresh(inner) for inner in value]
    if isinstance(value, str) and _BREAKS.search(value):
        return DoubleQuotedScalarString(value)
    if isinstance(value, str) and value.endswith("\n") and value.strip() and value == _without_odd_spaces(value):
        return LiteralScalarString(value)
    return value


def _without_odd_spaces(text: str) -> str:
    """Spaces at the ends of lines, and before the first word, would not survive as written."""
    return "\n".join(line.rstrip() for line in text.lstrip().split("\n"))


def _written(tree: Any, *, wide_lists: bool) -> str:
    writer = YAML(pure=True)
    writer.width = _NO_FOLDING
    writer.allow_unicode = True
    if wide_lists:
        writer.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    writer.dump(tree, out)
    return out.getvalue()
