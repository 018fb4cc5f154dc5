"""Pictures that strangers sent become pictures and nothing else, or stay files."""

import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin
from pillow_heif import register_heif_opener

from mailhub.mail import pictures
from mailhub.mail.pictures import JPEG, PNG, Picture, fitting, kind, make, named
from tests.photographs import CANARY, exif, photo, png_of

SIDES = (240, 160)
CORNER = (10, 10)  # blue where the picture is upright


@pytest.fixture(scope="module", autouse=True)
def _heif_is_written() -> None:
    register_heif_opener()


def upright() -> Image.Image:
    image = Image.new("RGB", SIDES, "red")
    image.paste("blue", (0, 0, 60, 60))
    return image


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


def written(image: Image.Image, format_: str, **how: object) -> bytes:
    out = BytesIO()
    image.save(out, format_, **how)
    return out.getvalue()


def made(content: bytes) -> Picture:
    picture = make(content)
    assert picture is not None
    return picture


def is_blue(image: Image.Image) -> bool:
    red, _, blue = image.convert("RGB").getpixel(CORNER)  # type: ignore[misc]
    return bool(blue > 200 > 60 > red)


# How a camera that was turned writes what it saw, so that its orientation makes it upright again.
WRITTEN = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("orientation", WRITTEN)
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_however_the_camera_was_held_the_picture_is_upright(orientation: int, format_: str) -> None:
    turn = WRITTEN[orientation]
    lying = upright() if turn is None else upright().transpose(turn)
    seen = opened(made(written(lying, format_, exif=exif(orientation).tobytes())).kept.content)
    assert seen.size == SIDES
    assert is_blue(seen)


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_nothing_of_the_file_goes_along_but_its_pixels(format_: str) -> None:
    found = made(photo((160, 120) if format_ == "HEIF" else (900, 700), format_))
    for still in (found.kept, found.mailed):
        assert CANARY not in still.content
        assert b"Exif" not in still.content
        assert b"<x:xmpmeta" not in still.content
        assert not opened(still.content).getexif()
        assert opened(still.content).info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_what_stands_beside_the_picture_is_left_behind() -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", CANARY.decode(), zip=False)
    text.add_itxt("XML:com.adobe.xmp", CANARY.decode())
    beside = (
        written(upright(), "PNG", pnginfo=text),
        written(upright(), "JPEG", comment=CANARY) + b"\0" * 40 + CANARY,
        _with_segment(written(upright(), "JPEG"), 0xED, b"Photoshop 3.0\x00" + CANARY),  # IPTC
    )
    for content in beside:
        assert CANARY in content
        found = made(content)
        assert CANARY not in found.kept.content + found.mailed.content


def _with_segment(jpeg: bytes, marker: int, payload: bytes) -> bytes:
    return jpeg[:2] + bytes((0xFF, marker)) + struct.pack(">H", len(payload) + 2) + payload + jpeg[2:]


def test_the_archive_keeps_2000_pixels_and_a_mail_has_800_in_150_kb() -> None:
    found = made(photo((2600, 1300), "JPEG", noise=90))
    assert opened(found.kept.content).size == (2000, 1000)
    assert max(opened(found.mailed.content).size) <= 800
    assert len(found.mailed.content) <= 150_000 < len(found.kept.content)


def test_what_no_quality_makes_small_enough_becomes_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAILED_BYTES", 6_000)
    found = made(photo((800, 800), "JPEG", noise=120))
    assert len(found.mailed.content) <= 6_000
    assert max(opened(found.mailed.content).size) < 800


def test_a_small_picture_is_the_same_in_both_places() -> None:
    found = made(written(upright(), "JPEG"))
    assert found.kept == found.mailed
    assert opened(found.kept.content).size == SIDES


def test_what_shows_through_goes_on_showing_through() -> None:
    clear = Image.new("RGBA", SIDES, (0, 0, 0, 0))
    clear.paste((0, 0, 255, 255), (0, 0, 60, 60))
    palette = clear.quantize(16)
    for content in (written(clear, "PNG"), written(palette, "PNG"), written(clear, "WEBP", lossless=True)):
        found = made(content)
        assert found.kept.type == PNG
        seen = opened(found.kept.content)
        assert seen.mode == "RGBA"
        assert seen.getpixel((SIDES[0] - 1, SIDES[1] - 1))[3] == 0  # type: ignore[index]
        assert is_blue(seen)


def test_a_large_picture_with_holes_is_mailed_on_white() -> None:
    holes = Image.effect_noise((500, 500), 90).convert("RGBA")
    holes.putalpha(Image.linear_gradient("L").resize((500, 500)))
    found = made(written(holes, "PNG"))
    assert (found.kept.type, found.mailed.type) == (PNG, JPEG)
    assert len(found.mailed.content) <= 150_000
    assert min(opened(found.mailed.content).getpixel((250, 1))) > 200  # type: ignore[arg-type]


def test_a_picture_for_printers_and_one_in_wide_colours_become_what_a_screen_shows() -> None:
    printed = written(upright().convert("CMYK"), "JPEG")
    screen = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for content in (
        printed,
        written(upright(), "JPEG", icc_profile=screen),
        written(upright(), "PNG", icc_profile=b"?"),
    ):
        seen = opened(made(content).kept.content)
        assert seen.mode == "RGB"
        assert "icc_profile" not in seen.info
        assert is_blue(seen)


def test_grey_stays_grey_and_sixteen_bits_become_eight() -> None:
    assert opened(made(written(upright().convert("L"), "JPEG")).kept.content).mode == "L"
    assert make(written(Image.new("I;16", SIDES, 40_000), "PNG")) is not None
    assert make(written(Image.new("1", SIDES, 1), "PNG")) is not None


def test_of_several_frames_the_first_counts() -> None:
    frames = [Image.new("RGB", SIDES, colour) for colour in ("blue", "red", "green")]
    moving = written(frames[0], "PNG", save_all=True, append_images=frames[1:])
    two_eyes = written(frames[0], "MPO", save_all=True, append_images=frames[1:])
    for content in (moving, two_eyes):
        assert is_blue(opened(made(content).kept.content))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<?xml version='1.0'?><svg/>",
        b"%PDF-1.7\n",
        b"GIF89a" + b"\0" * 40,
        b"BM" + b"\0" * 60,
        b"II*\0" + b"\0" * 60,
        b"\0\0\0\x18ftypmp42" + b"\0" * 40,
        b"\0\0\x01\0" + b"\0" * 60,
    ],
)
def test_other_files_are_no_pictures(content: bytes) -> None:
    assert kind(content) is None
    assert make(content) is None


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_what_breaks_off_or_is_something_else_within_stays_a_file(format_: str) -> None:
    whole = photo((160, 120), format_)
    assert kind(whole) == format_
    assert make(whole[: len(whole) // 2]) is None
    assert make(whole[:40] + b"<script>" * 100) is None


def test_a_picture_of_fifty_thousand_pixels_a_side_is_not_decoded() -> None:
    assert make(png_of(50_000, 50_000, zlib.compress(b"\0" * 100_000))) is None
    assert make(png_of(9_000, 9_000, zlib.compress(b"\0" * 100_000))) is None


def test_a_chunk_of_text_that_unpacks_to_gigabytes_is_not_unpacked() -> None:
    bomb = b"Comment\0\0" + zlib.compress(b"\0" * 30_000_000, 9)
    assert make(png_of(8, 8, zlib.compress(b"\0" * 200), (b"zTXt", bomb))) is None


def test_a_photograph_of_many_pixels_is_decoded_smaller() -> None:
    large = written(Image.new("L", (12_000, 9_000), 90), "JPEG")
    seen = opened(made(large).kept.content)
    assert seen.size == (2000, 1500)


@settings(max_examples=60)
@given(
    st.integers(0, 3), st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 255)), max_size=8), st.integers(0, 40)
)
def test_no_bytes_make_it_raise(which: int, changes: list[tuple[int, int]], cut: int) -> None:
    content = bytearray(SAMPLES[which]())
    for at, value in changes:
        content[at % len(content)] = value
    found = make(bytes(content[: len(content) - cut]))
    assert found is None or found.kept.type in (JPEG, PNG)


SAMPLES: list[Callable[[], bytes]] = [
    lambda: photo((64, 48), "JPEG"),
    lambda: photo((64, 48), "PNG"),
    lambda: photo((64, 48), "WEBP"),
    lambda: photo((64, 64), "HEIF"),
]


def test_a_name_gets_the_ending_of_what_it_names() -> None:
    assert named("IMG_0001.HEIC", JPEG) == "IMG_0001.jpg"
    assert named("perché.JPEG", JPEG) == "perché.JPEG"
    assert named("a.b.webp", PNG) == "a.b.png"
    assert named("photo", JPEG) == "photo.jpg"


def test_a_mail_carries_the_first_pictures_it_has_room_for() -> None:
    assert fitting([150_000] * 12) == [True] * 9 + [False] * 3
    assert fitting([]) == []


def test_nothing_is_loaded_before_the_first_picture() -> None:
    look = "import sys; from mailhub.mail import pictures; pictures.make(b'%PDF'); print('PIL' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
