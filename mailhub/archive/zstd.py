"""Zstandard: the one door to its library."""

from typing import BinaryIO, cast

import zstandard

Broken = zstandard.ZstdError

MAGIC = b"\x28\xb5\x2f\xfd"
_LONGEST_WINDOW = 1 << 27  # 128 MiB: what `zstd --long=27` writes; a larger one would be a way to fill our memory


def compress(content: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=3, write_content_size=True).compress(content)


def decompress(packed: bytes, size: int) -> bytes:
    """The content again, at most so long."""
    return zstandard.ZstdDecompressor().decompress(packed, max_output_size=size)


def unpacked(stream: BinaryIO) -> BinaryIO:
    """What is packed in this stream, read bit by bit."""
    reader = zstandard.ZstdDecompressor(max_window_size=_LONGEST_WINDOW).stream_reader(stream, read_across_frames=True)
    return cast(BinaryIO, reader)


def packing(stream: BinaryIO) -> BinaryIO:
    """A stream that packs what is written to it into this one; closing it ends the packing and leaves this one open."""
    writer = zstandard.ZstdCompressor(level=3).stream_writer(stream, closefd=False)
    return cast(BinaryIO, writer)
