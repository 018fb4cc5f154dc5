"""Plays a dialogue of SMTP or LMTP over a socket and checks every answer."""

import socket
import textwrap
from pathlib import Path


class Line:
    """One connection to a door on a Unix socket."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(10)
        self._socket.connect(str(path))
        self._file = self._socket.makefile("rb")

    def say(self, octets: bytes) -> None:
        self._socket.sendall(octets)

    def hear(self) -> str:
        """One whole reply, its lines joined."""
        lines = []
        while True:
            line = self._file.readline().decode("utf-8", "replace")
            lines.append(line.rstrip("\r\n"))
            if line[3:4] != "-":
                return "\n".join(lines)

    def close(self) -> None:
        self._file.close()
        self._socket.close()


def follow(path: Path, script: str) -> None:
    """`C:` lines are sent with CRLF, `S:` lines must begin the next reply; `\\n`, `\\r`, `\\0` are those bytes."""
    line = Line(path)
    try:
        for number, step in enumerate(textwrap.dedent(script).strip().splitlines(), 1):
            who, _, words = step.partition(": ")
            if step.rstrip() == "C:" or who == "C":
                line.say(_bytes(words) + b"\r\n")
            else:
                heard = line.hear()
                assert heard.startswith(words), f"step {number}: expected {words!r}, heard {heard!r}"
    finally:
        line.close()


def _bytes(words: str) -> bytes:
    for written, meant in (("\\r", "\r"), ("\\n", "\n"), ("\\0", "\0")):
        words = words.replace(written, meant)
    return words.encode()
