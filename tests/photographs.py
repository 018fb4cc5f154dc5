"""Pictures for tests, made on the spot: with a place, a camera and a preview in them, as telephones write them."""

import struct
import zlib
from functools import cache
from io import BytesIO

from PIL import Image
from pillow_heif import register_heif_opener

CANARY = b"45.0703N 7.6869E Pietrafiore"
_DESCRIPTION, _ORIENTATION, _GPS = 0x010E, 0x0112, 0x8825
_XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><place>' + CANARY + b"</place></x:xmpmeta>"


def exif(orientation: int = 1) -> Image.Exif:
    """What a camera writes of how it was held and where."""
    told = Image.Exif()
    told[_ORIENTATION], told[_DESCRIPTION] = orientation, CANARY.decode()
    told.get_ifd(_GPS).update({1: "N", 2: (45.0, 4.0, 13.0), 3: "E", 4: (7.0, 41.0, 12.0), 27: CANARY})
    return told


@cache
def photo(size: tuple[int, int], format_: str = "JPEG", noise: int = 8) -> bytes:
    """A photograph that tells where it was taken; the more noise, the more bytes."""
    if format_ == "HEIF":
        register_heif_opener()
    out = BytesIO()
    image = Image.effect_noise(size, noise).convert("RGB")
    image.save(out, format_, exif=exif().tobytes(), xmp=_XMP)
    assert CANARY in out.getvalue()
    return out.getvalue()


def png_of(width: int, height: int, packed: bytes, *more: tuple[bytes, bytes]) -> bytes:
    """A PNG that says it is so large, whatever there is of it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), *more, (b"IDAT", packed), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )
