"""Reads the front matter of a template; also tells which keys there are, for the docs."""

import re
from dataclasses import dataclass

from mailhub.content import BadContent, Reader, Value, load_text, one_of
from mailhub.content.scalars import is_fit
from mailhub.templates.definition import RESERVED, SERVICE, Head, Line, Var, VarType
from mailhub.templates.remarks import Remarks
from mailhub.templates.values import taken

LONGEST = 100_000  # characters of a file
DEFAULT_LAYOUT = "notice"

_FENCE = "---"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}(?:\.[a-z][a-z0-9_]{0,39}){0,3}", re.ASCII)
_PURPOSE = re.compile(r"[a-z0-9]+(?:[-:][a-z0-9]+)*", re.ASCII)
_UNQUOTED = re.compile(r"\s*[a-z_.]+:\s*\{\{")


@dataclass(frozen=True, slots=True)
class Key:
    """One key, for the docs."""

    name: str
    form: str
    default: str
    meaning: str


KEYS = (
    Key("subject", "text", "(must be there)", "a fact in at most 55 characters; also the title of the HTML"),
    Key("preheader", "text", "", "what a telephone shows beside the subject; by default the first words"),
    Key("layout", "name", DEFAULT_LAYOUT, "the look: a file of `templates/layouts`; a `.mjml` template has none"),
    Key("purpose", "name", SERVICE, "the consent it needs; `service` needs none, and is at most 90 words"),
    Key("author", "text", "", "who writes, above the title; for the layout `post`"),
    Key("answer", "text", "", "how to answer, below the words; for the layout `post`"),
    Key("vars", "names with types", "", "every variable the text names"),
)
VAR_KEYS = (
    Key("type", "a type", "(must be there)", "what its value is"),
    Key("optional", "true \\| false", "false", "whether it may be missing; then it needs a fallback"),
    Key("fallback", "a value", "", "what stands there when it is missing; `null` for nothing, which must be asked for"),
    Key("of", "a type, or names with types", "", "what each thing in a list is"),
)


@dataclass(frozen=True, slots=True)
class Source:
    """One file taken apart: its front matter read, its body still as written."""

    head: Head
    body: str
    body_line: int


def read(text: str, remarks: Remarks) -> Source:
    """The parts of a file. What is wrong is remarked; raises BadContent where nothing can be read on."""
    if len(text) > LONGEST:
        remarks.error(1, f"this is longer than {LONGEST:,} characters", "split it, a mail that long is not read")
        remarks.check()
    lines = text.replace("\r\n", "\n").split("\n")
    closes = next((place for place, line in enumerate(lines[1:], 1) if line.rstrip() == _FENCE), 0)
    if lines[0].rstrip() != _FENCE or not closes:
        what = (
            "the front matter is not closed" if lines[0].rstrip() == _FENCE else "the file begins without front matter"
        )
        remarks.error(1, what, 'write a line of ---, then "subject: …", then another line of ---')
        remarks.check()
    for number, line in enumerate(lines[1:closes], 2):
        if _UNQUOTED.match(line):
            remarks.error(number, "a text that begins with {{ needs quotes", 'put it in quotes: "{{ … }}"')
    for number, line in enumerate(lines[closes:], closes + 1):
        if not is_fit(line):
            remarks.error(number, "a character here is not text", "write the line again without control characters")
    remarks.check()
    head = _head(Reader(load_text("\n".join(lines[1:closes]), remarks.file, first_line=2)), remarks)
    return Source(head, "\n".join(lines[closes + 1 :]), closes + 2)


def _head(reader: Reader, remarks: Remarks) -> Head:
    purpose = reader.text("purpose", SERVICE)
    if not _PURPOSE.fullmatch(purpose):
        reader.problem(f'the purpose "{purpose[:40]}" is no name', "use small letters, digits and hyphens", "purpose")
    subject = reader.text("subject")
    head = Head(
        subject=Line(subject, reader.document.line("subject")),
        preheader=_line(reader, "preheader"),
        author=_line(reader, "author"),
        answer=_line(reader, "answer"),
        layout=_line(reader, "layout"),
        purpose=purpose,
        vars=_vars(reader, "vars"),
    )
    try:
        reader.check()
    except BadContent as bad:
        remarks.errors += bad.problems
    return head


def _line(reader: Reader, key: str) -> Line:
    return Line(reader.text(key, ""), reader.document.line(key))


def _vars(reader: Reader, key: str) -> tuple[Var, ...]:
    inner = reader.mapping(key)
    names = inner.keys()
    found = [_var(inner, name) for name in names]
    for var in found:
        if above := next((name for name in names if var.name.startswith(f"{name}.")), None):
            inner.problem(f'"{var.name}" is a part of "{above}"', "give one of the two another name", var.name)
    return tuple(found)


def _var(above: Reader, name: str) -> Var:
    """One variable: a type alone, or keys that say more."""
    line = above.document.line(*above.path, name)
    is_taken = len(above.path) == 1 and name.partition(".")[0] in RESERVED
    if not _NAME.fullmatch(name) or is_taken:
        above.problem(
            f'"{name[:40]}" cannot be a variable', "use small letters, digits and _; a dot between words", name
        )
    value = above.raw(name)
    if not isinstance(value, dict):
        return Var(name, _type(above, value, name), line=line)
    reader = above.mapping(name)
    if not reader.has("type"):
        reader.text("type")
        return Var(name, VarType.TEXT, line=line)
    kind = _type(reader, reader.raw("type"), "type")
    written = reader.keys()
    has_fallback = "fallback" in written
    optional = reader.flag("optional", has_fallback)
    if optional and not has_fallback:
        what = f'"{name}" may be missing and has no fallback'
        reader.problem(what, 'add "fallback: …", or "fallback: null" and ask for it with {% if %}', "optional")
    fields = _fields(reader, kind)
    return Var(name, kind, optional, _fallback(reader, kind, reader.raw("fallback")), fields, line)


def _fields(reader: Reader, kind: VarType) -> tuple[Var, ...]:
    """What each thing in a list is."""
    of = reader.raw("of")
    if kind is not VarType.LIST:
        if of is not None:
            reader.problem('"of" belongs to a list', 'write "type: list", or take it away', "of")
        return ()
    if isinstance(of, dict):
        return _vars(reader, "of")
    if of is None:
        reader.problem("a list needs to say what is in it", 'add "of: text", or names with types', "type")
        return ()
    return (Var("", _type(reader, of, "of"), line=reader.document.line(*reader.path, "of")),)


def _fallback(reader: Reader, kind: VarType, value: Value) -> object:
    if value is None:
        return None
    if kind is VarType.LIST:
        if value != []:
            reader.problem("the fallback of a list is an empty one", "write fallback: []", "fallback")
        return []
    if value == "" and kind is VarType.TEXT:
        return ""
    try:
        return taken(kind, value)
    except ValueError as error:
        reader.problem(f"the fallback {error}", f"write one that is a {kind}", "fallback")
        return None


def _type(reader: Reader, value: Value, key: str) -> VarType:
    if value == VarType.LIST and key != "type":
        reader.problem("a list needs to say what is in it", "write {type: list, of: …}", key)
        return VarType.LIST
    if isinstance(value, str) and value in list(VarType):
        return VarType(value)
    reader.problem(f'"{str(value)[:40]}" is no type', one_of(str(value), VarType), key)
    return VarType.TEXT
