"""The parts of a message: which bytes belong to which, so that a part can be read, or passed on byte for byte."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailhub.mail.parameters import file_name, parameters
from mailhub.mail.problems import Problem
from mailhub.mail.wire import LIMITS, Excess, Field, Limits, Unreadable, scan

_TYPE = re.compile(r"[\w!#$&^.+-]{1,127}/[\w!#$&^.+-]{1,127}", re.ASCII)
_GUESSED_BOUNDARY = re.compile(rb"^--([^\r\n]{1,200}+)\r?\nContent-", re.IGNORECASE | re.MULTILINE)
_GUESS_WITHIN = 4096
_MOST_SEARCHES = 8  # through a mail of the largest size
_MOST_NEAR_MISSES = 50_000


@dataclass(frozen=True, slots=True)
class Node:
    """One part. `raw[start:end]` is the whole of it, `raw[body:end]` what follows its header."""

    fields: tuple[Field, ...]
    type: str
    params: dict[str, str]
    encoding: str
    disposition: str  # "attachment", "inline", or nothing said
    name: str | None
    content_id: str | None
    start: int
    body: int
    end: int
    children: tuple["Node", ...] = ()

    def leaves(self) -> Iterator["Node"]:
        """Every part that holds no others, in order."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()


@dataclass(slots=True)
class _Reader:
    raw: bytes
    limits: Limits
    problems: set[Problem]
    parts: int = 0
    header_bytes: int = 0
    searched: int = 0  # bytes, for boundaries; each level of nesting is searched again
    near_misses: int = 0  # lines that only begin like a boundary

    def part(self, start: int, end: int, depth: int, default: str) -> Node:
        self.parts += 1
        if self.parts > self.limits.parts:
            raise Unreadable(Excess.PARTS)
        if depth > self.limits.depth:
            raise Unreadable(Excess.DEPTH)
        fields, body = self._header(start, end, is_whole=depth == 0)
        content = _content(fields)
        type_, params = self._type(content.get("content-type"), default)
        said, more = parameters(content.get("content-disposition", b""), self.problems)
        named = more.get("filename") or more.get("name") or params.get("name") or ""
        encoding = content.get("content-transfer-encoding", b"").lower().partition(b";")[0].strip(b" \t\r\"'")
        return Node(
            fields=fields,
            type=type_,
            params=params,
            encoding=encoding.decode("latin-1"),
            disposition=said if said in ("attachment", "inline", "") else "attachment",  # RFC 2183 section 2.8
            name=file_name(named),
            content_id=content.get("content-id", b"").strip(b"<> \t\r").decode("latin-1") or None,
            start=start,
            body=body,
            end=end,
            children=self._children(type_, params, body, end, depth),
        )

    def _header(self, start: int, end: int, is_whole: bool) -> tuple[tuple[Field, ...], int]:
        most = self.limits.header_bytes if is_whole else self.limits.part_header_bytes - self.header_bytes
        fields, body = scan(self.raw, start, end, most, self.limits.header_lines)
        self.header_bytes += 0 if is_whole else body - start
        if any(not field.name for field in fields[1:]):
            self.problems.add(Problem.STRAY_HEADER_LINE)
        is_parted = self.raw.endswith((b"\n\n", b"\n\r\n"), start, body) or self.raw[start:body] in (b"\n", b"\r\n")
        if body < end and not is_parted:
            self.problems.add(Problem.NO_BLANK_LINE)
        return fields, body

    def _type(self, value: bytes | None, default: str) -> tuple[str, dict[str, str]]:
        if value is None:
            return default, {}
        type_, params = parameters(value, self.problems)
        if _TYPE.fullmatch(type_):
            return type_, params
        self.problems.add(Problem.BAD_CONTENT_TYPE)
        return ("multipart/mixed" if "boundary" in params else default), params  # RFC 2045 section 5.2

    def _children(self, type_: str, params: dict[str, str], body: int, end: int, depth: int) -> tuple[Node, ...]:
        if not type_.startswith("multipart/"):
            return ()
        self.searched += end - body
        if self.searched > self.limits.size * _MOST_SEARCHES:
            raise Unreadable(Excess.DEPTH)
        default = "message/rfc822" if type_ == "multipart/digest" else "text/plain"
        boundary = params.get("boundary", "").rstrip().encode("utf-8", "replace") or self._guess(body, end)
        spans = self._spans(boundary, body, end) if boundary else ()
        children = tuple(self.part(start, stop, depth + 1, default) for start, stop in spans)
        if not children:
            self.problems.add(Problem.NO_BOUNDARY)
        return children

    def _guess(self, body: int, end: int) -> bytes:
        """The boundary that is used, where none is stated."""
        self.problems.add(Problem.NO_BOUNDARY)
        match = _GUESSED_BOUNDARY.search(self.raw, body, min(end, body + _GUESS_WITHIN))
        return match[1].rstrip() if match else b""

    def _spans(self, boundary: bytes, body: int, end: int) -> Iterator[tuple[int, int]]:
        """Where the parts between the lines of this boundary stand; a missing last line is forgiven."""
        begun: int | None = None
        for line, after, is_last in self._lines(boundary, body, end):
            if begun is not None:
                yield begun, max(begun, line)
            begun = after
            if is_last:
                return
        if begun is not None:
            self.problems.add(Problem.UNCLOSED_MULTIPART)
            if self.raw[begun:end].strip():
                yield begun, end

    def _lines(self, boundary: bytes, body: int, end: int) -> Iterator[tuple[int, int, bool]]:
        """Each line of this boundary: where the text before it ends, where the text after begins, whether it closes."""
        mark, raw = b"--" + boundary, self.raw
        at = raw.find(mark, body, end)
        while at != -1:
            after = at + len(mark)
            if at == body or raw[at - 1] == 10:
                stop = raw.find(b"\n", after, end) + 1 or end
                tail = raw[after : min(stop, after + 200)].strip()
                if not tail or (tail.startswith(b"--") and len(tail) == 2):
                    yield self._before(at, body), stop, tail == b"--"
                    after = stop
                else:
                    self._missed()
            at = raw.find(mark, after, end)

    def _missed(self) -> None:
        self.near_misses += 1
        if self.near_misses > _MOST_NEAR_MISSES:
            raise Unreadable(Excess.PARTS)

    def _before(self, at: int, body: int) -> int:
        """The line end before a boundary belongs to it (RFC 2046 section 5.1.1)."""
        if at - 1 < body:
            return at
        return at - 2 if at - 2 >= body and self.raw[at - 2] == 13 else at - 1


def _content(fields: tuple[Field, ...]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for one in fields:
        if one.name[:8].lower() == "content-":
            found.setdefault(one.name.lower(), one.value)
    return found


def read(raw: bytes, problems: set[Problem], limits: Limits = LIMITS) -> Node:
    """Find the parts of a message; raises Unreadable, as soon as it shows, where it passes a limit."""
    if len(raw) > limits.size:
        raise Unreadable(Excess.SIZE)
    return _Reader(raw, limits, problems).part(0, len(raw), 0, "text/plain")
