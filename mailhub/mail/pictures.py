"""Photographs made fit to be passed on: upright, smaller, and with nothing in them but what is to be seen. Pure.

Strangers chose the bytes, so whoever calls `make` does it where it can be killed. The libraries are loaded there, by
the first picture, and nowhere else.
"""

import warnings
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

KEPT_SIDE = 2_000  # pixels of the longer side in the archive,
MAILED_SIDE = 800  # and in a copy,
MAILED_BYTES = 150_000  # which has no more than this of one picture
MAILED_TOGETHER = 1_400_000  # and of all: under 2 MB as base64
MOST_PICTURES = 100  # of one mail
MOST_PIXELS = 250_000_000  # that a picture may say it has,
MOST_DECODED = 60_000_000  # and that are decoded; a JPEG of more is decoded at a half or less
JPEG, PNG = "image/jpeg", "image/png"

_LARGEST_DRAWING = 1_000_000  # bytes; above it even a PNG is taken for a photograph
_KEPT_QUALITY = 86
_MAILED_QUALITIES = (82, 70, 55, 40)
_ORIENTATION = 0x0112  # of EXIF
_ENDINGS = {JPEG: ".jpg", PNG: ".png"}
_ENDINGS_OF = {JPEG: (".jpg", ".jpeg", ".jpe", ".jfif"), PNG: (".png",)}
_HEIF = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


@dataclass(frozen=True, slots=True)
class Still:
    """A picture and nothing else."""

    type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Picture:
    """What the archive keeps of a picture, and what copies carry: the same where that is small enough."""

    kept: Still
    mailed: Still


def kind(content: bytes) -> str | None:
    """The format of a picture by its first bytes, whatever its name and type claim; None for any other file."""
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp":
        return "HEIF" if content[8:12] in _HEIF else "AVIF" if content[8:12] in (b"avif", b"avis") else None
    return None


def make(content: bytes) -> Picture | None:
    """The picture to keep and the one to send; None where none can be made: then it is a file like any other.

    Of several frames the first counts. Nothing of the file goes along but pixels: no EXIF, no place, no preview.
    """
    format_ = kind(content)
    if format_ is None:
        return None
    try:
        with warnings.catch_warnings(action="ignore"):  # a decoder's remarks about what it met are nobody's to read
            return _make(content, format_)
    except Exception:  # a decoder may raise anything at bytes that were made to break it
        return None


def named(name: str, type_: str) -> str:
    """The name of a file, with the ending of what it has become."""
    path = PurePath(name)
    return name if path.suffix.lower() in _ENDINGS_OF[type_] else f"{path.stem}{_ENDINGS[type_]}"


def fitting(sizes: list[int]) -> list[bool]:
    """Which of so large pictures one copy carries: the first ones that it has room for."""
    together, carried = 0, []
    for size in sizes:
        carried.append(together + size <= MAILED_TOGETHER)
        together += size if carried[-1] else 0
    return carried


def _make(content: bytes, format_: str) -> Picture | None:
    image = _decoded(content, format_)
    if image is None:
        return None
    is_drawing = format_ == "PNG"
    kept = _kept(image, is_drawing=is_drawing)
    is_small = max(image.size) <= MAILED_SIDE and len(kept.content) <= MAILED_BYTES
    return Picture(kept, kept if is_small else _mailed(image, is_drawing=is_drawing))


def _decoded(content: bytes, format_: str) -> "Image.Image | None":
    """The pixels, of the archive's size, upright, in sRGB; None where there are too many."""
    from PIL import Image

    if format_ == "HEIF":
        from pillow_heif import register_heif_opener

        register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = None  # counted here, and before anything is decoded
    with Image.open(BytesIO(content), formats=("JPEG", "MPO") if format_ == "JPEG" else (format_,)) as image:
        if image.width * image.height > MOST_PIXELS:
            return None
        image.draft(image.mode, (KEPT_SIDE, KEPT_SIDE))
        if image.width * image.height > MOST_DECODED:
            return None
        turn, profile = _turn(image), image.info.get("icc_profile")
        plain = _plain(image)
        plain.thumbnail((KEPT_SIDE, KEPT_SIDE), Image.Resampling.LANCZOS)
        seen = _opaque(_in_srgb(plain, profile))
        upright = seen if turn is None else seen.transpose(turn)
        return Image.frombytes(upright.mode, upright.size, upright.tobytes())  # without what else the file held


def _turn(image: "Image.Image") -> "Image.Transpose | None":
    """How to turn a picture that its camera wrote lying; what cannot be read is no reason to refuse the rest."""
    from PIL.Image import Transpose

    turns = (
        *(None, None, Transpose.FLIP_LEFT_RIGHT, Transpose.ROTATE_180, Transpose.FLIP_TOP_BOTTOM),
        *(Transpose.TRANSPOSE, Transpose.ROTATE_270, Transpose.TRANSVERSE, Transpose.ROTATE_90),
    )
    try:
        said = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # as above: the bytes are a stranger's
        return None
    return turns[said] if isinstance(said, int) and 0 <= said < len(turns) else None


def _plain(image: "Image.Image") -> "Image.Image":
    """The same in a mode that can be made smaller; what one colour of it hides becomes transparent."""
    image.load()
    if "transparency" in image.info or image.mode in ("LA", "La", "PA", "RGBa"):
        return image.convert("RGBA")
    return image if image.mode in ("RGB", "RGBA", "L", "CMYK") else image.convert("RGB")


def _in_srgb(image: "Image.Image", profile: bytes | None) -> "Image.Image":
    """The colours as a screen without colour management shows them."""
    from PIL import ImageCms

    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile:
        try:
            own, srgb = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, own, srgb, outputMode=mode)
        except Exception:  # a profile that is none, or of other colours than the picture's
            converted = None
        if converted is not None:
            return converted
    return image if image.mode in ("RGB", "RGBA", "L") else image.convert(mode)


def _opaque(image: "Image.Image") -> "Image.Image":
    """Without an alpha channel that hides nothing."""
    if image.mode != "RGBA" or image.getchannel("A").getextrema() != (255, 255):
        return image
    return image.convert("RGB")


def _kept(image: "Image.Image", *, is_drawing: bool) -> Still:
    if is_drawing or image.mode == "RGBA":
        drawn = _png(image)
        if image.mode == "RGBA" or len(drawn.content) <= _LARGEST_DRAWING:
            return drawn
    return _jpeg(image, _KEPT_QUALITY)


def _mailed(image: "Image.Image", *, is_drawing: bool) -> Still:
    """The best that fits a mail; what shows through becomes white where only a photograph's format is small enough."""
    small = _at_most(image, MAILED_SIDE)
    if is_drawing or image.mode == "RGBA":
        drawn = _png(small)
        if len(drawn.content) <= MAILED_BYTES:
            return drawn
        small = _on_white(small)
    while True:
        for quality in _MAILED_QUALITIES:
            made = _jpeg(small, quality)
            if len(made.content) <= MAILED_BYTES:
                return made
        small = _at_most(small, max(small.size) * 3 // 4)


def _at_most(image: "Image.Image", side: int) -> "Image.Image":
    from PIL.Image import Resampling

    smaller = image.copy()
    smaller.thumbnail((side, side), Resampling.LANCZOS)
    return smaller


def _on_white(image: "Image.Image") -> "Image.Image":
    from PIL import Image

    if image.mode != "RGBA":
        return image
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def _jpeg(image: "Image.Image", quality: int) -> Still:
    out = BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True)
    return Still(JPEG, out.getvalue())


def _png(image: "Image.Image") -> Still:
    out = BytesIO()
    image.save(out, "PNG")
    return Still(PNG, out.getvalue())
