"""Zstandard: the one door to its library."""

import io
from typing import IO, BinaryIO, cast

import zstandard

Broken = zstandard.ZstdError
MAGIC = b"\x28\xb5\x2f\xfd"
_LONGEST_WINDOW = 1 << 27  # 128 MiB: what `zstd --long=27` writes; a larger one would be a way to fill our memory
_UNKNOWN = 2**64 - 1


def compress(content: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=3, write_content_size=True).compress(content)


def decompress(packed: bytes, size: int) -> bytes:
    """The content again, at most so long."""
    return zstandard.ZstdDecompressor().decompress(packed, max_output_size=size)


def unpacked(stream: IO[bytes]) -> BinaryIO:
    """What is packed in this stream, read bit by bit; raises Broken where the stream ends too soon."""
    return cast(BinaryIO, _Unpacked(stream))


class _Unpacked:
    def __init__(self, stream: IO[bytes]) -> None:
        whole = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(cast(io.RawIOBase, stream))
        size = zstandard.get_frame_parameters(whole.peek(18)).content_size
        self._missing = size if 0 < size < _UNKNOWN else 0  # bytes that the first frame still promises
        decompressor = zstandard.ZstdDecompressor(max_window_size=_LONGEST_WINDOW)
        self._reader = decompressor.stream_reader(whole, read_across_frames=True)

    def read(self, size: int) -> bytes:
        found = self._reader.read(size)
        self._missing = max(0, self._missing - len(found))
        if not found and self._missing:
            raise Broken(f"{self._missing} bytes are missing at its end")
        return found


def packing(stream: BinaryIO) -> BinaryIO:
    """A stream that packs what is written to it into this one; closing it ends the packing and leaves this one open."""
    return cast(BinaryIO, zstandard.ZstdCompressor(level=3).stream_writer(stream, closefd=False))
