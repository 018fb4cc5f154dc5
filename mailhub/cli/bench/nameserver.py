"""A name server on this machine that knows a few TXT records, so that a benchmark asks the DNS and nobody outside."""

import socket
import struct
import threading
from collections.abc import Mapping
from types import TracebackType

_HEADER = struct.Struct(">HHHHHH")  # RFC 1035 section 4.1.1
_ANSWERED, _NO_SUCH_NAME = 0x8580, 0x8583
_TXT = 16
_LONGEST_STRING = 255


class NameServer:
    """Answers by UDP until the block ends; `address` is where it listens."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = {name.lower(): text.encode("ascii") for name, text in texts.items()}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "NameServer":
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._socket.sendto(b"", self._socket.getsockname())  # an empty question ends it
        self._thread.join(5)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            asked, peer = self._socket.recvfrom(4096)
            if not asked:
                return
            self._socket.sendto(answer(asked, self._texts), peer)


def answer(asked: bytes, texts: Mapping[str, bytes]) -> bytes:
    """The answer to one question."""
    number = _HEADER.unpack_from(asked)[0]
    name, at = _name(asked)
    question = asked[_HEADER.size : at + 4]
    (kind,) = struct.unpack_from(">H", asked, at)
    text = texts.get(name) if kind == _TXT else None
    if text is None:
        return _HEADER.pack(number, _NO_SUCH_NAME, 1, 0, 0, 0) + question
    strings = [text[start : start + _LONGEST_STRING] for start in range(0, len(text), _LONGEST_STRING)]
    data = b"".join(bytes([len(one)]) + one for one in strings)
    row = struct.pack(">HHHIH", 0xC00C, _TXT, 1, 60, len(data)) + data  # the name is that of the question
    return _HEADER.pack(number, _ANSWERED, 1, 1, 0, 0) + question + row


def _name(asked: bytes) -> tuple[str, int]:
    labels, at = [], _HEADER.size
    while length := asked[at]:
        labels.append(asked[at + 1 : at + 1 + length].decode("ascii", "replace").lower())
        at += length + 1
    return ".".join(labels), at + 1
