"""Bytes in a stated, wrongly stated, unknown or unstated character set, to text; never an error."""

import re
from encodings.aliases import aliases
from functools import lru_cache

from mailhub.mail.problems import Problem

# Python finds codecs by importing a module of the stated name and remembers every miss, and some of what it finds
# is no character set (zlib, punycode). So the names we follow are listed.
_NO_CHARSETS = {"base64_codec", "bz2_codec", "hex_codec", "mbcs", "quopri_codec", "rot_13", "uu_codec", "zlib_codec"}
_DOS_AND_UNIX = ("cp720", "cp737", "cp856", "cp874", "cp875", "cp1006", "koi8_t", "koi8_u")
_MAC = ("mac_arabic", "mac_croatian", "mac_farsi", "mac_romanian")
# Wider sets that mailers mean by the narrower name (as the WHATWG Encoding Standard has it), and names of old.
_MEANT = {
    "latin_1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "iso2022_jp": "iso2022_jp_ext",
    "iso8859_9": "cp1254",
    "iso8859_11": "cp874",
    "tis_620": "cp874",
    "utf_8": "utf_8_sig",
}
_OTHER_NAMES = {
    "iso88598i": "iso8859_8",
    "iso88598e": "iso8859_8",
    "iso88596i": "iso8859_6",
    "iso88596e": "iso8859_6",
    "ksc56011987": "cp949",
    "ksc5601": "cp949",
    "windows949": "cp949",
    "windows31j": "cp932",
    "windows874": "cp874",
    "iso2022jpms": "iso2022_jp_ext",
    "cp50220": "iso2022_jp_ext",
    "cp50221": "iso2022_jp_ext",
    "euccn": "gb18030",
    "xgbk": "gb18030",
    "utf8mb4": "utf_8_sig",
    "unicode11utf8": "utf_8_sig",
    "unicode11utf7": "utf_7",
    "macintosh": "mac_roman",
    "macroman": "mac_roman",
}
_UNSTATED = ("", "unknown", "unknown8bit", "xunknown", "default", "8bit", "7bit", "none", "iso10646")


def _key(name: str) -> str:
    """Names differ in case and punctuation only: `ISO_8859-1:1987` and `iso8859-1` are one."""
    return "".join(filter(str.isalnum, name.lower()))


def _table() -> dict[str, str]:
    named = {_key(alias): codec for alias, codec in aliases.items() if codec not in _NO_CHARSETS}
    named |= {_key(codec): codec for codec in [*named.values(), *_DOS_AND_UNIX, *_MAC]}
    named = {name: _MEANT.get(codec, codec) for name, codec in named.items()}
    return named | _OTHER_NAMES | dict.fromkeys(_UNSTATED, "ascii")


_CODECS = _table()
_LONGEST_NAME = 60
_SAMPLE = 10_000  # characters that show whether the label is right
_C0 = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f]")


@lru_cache(maxsize=256)
def codec(charset: str) -> str | None:
    """The codec for a stated name, or None if nobody knows it; "ascii" is also said where nothing is known."""
    if len(charset) > _LONGEST_NAME:
        return None
    key = _key(charset)
    for name in (key, key.removeprefix("x"), key.removeprefix("charset"), "cp" + key.removeprefix("windows")):
        if name in _CODECS:
            return _CODECS[name]
    return None


def decode(data: bytes, charset: str | None, problems: set[Problem], hint: str | None = None) -> str:
    """The text of these bytes; `hint` is what to try where nothing is stated and it is not UTF-8."""
    known = codec(charset) if charset else "ascii"
    if known is None:
        problems.add(Problem.UNKNOWN_CHARSET)
    if known is None or known == "ascii":
        return _guess(data, hint)
    try:
        text = data.decode(known)
        return _whole(text) if known == "utf_7" else text
    except UnicodeDecodeError:
        return _mend(data, known, problems, hint)
    except UnicodeError:  # some codecs cannot even replace
        problems.add(Problem.WRONG_CHARSET)
        return _guess(data, hint)


def _whole(text: str) -> str:
    """UTF-7 lets halves of characters through, which nothing could write down again."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _mend(data: bytes, known: str, problems: set[Problem], hint: str | None) -> str:
    """Read bytes that break the rules of their stated set: a slip is marked, a wrong label is not followed."""
    if known == "cp1252":
        return _western(data)  # 0x81 and its like stand for nothing there; not worth a word
    problems.add(Problem.WRONG_CHARSET)
    text = data.decode(known, "replace")
    sample = text[:_SAMPLE]
    broken = sample.count("\ufffd")
    right = sum(not char.isascii() for char in sample) - broken
    return text if broken <= right else _guess(data, hint)


def _guess(data: bytes, hint: str | None) -> str:
    if b"\x1b$" in data:
        return data.decode("iso2022_jp_ext", "replace")
    if data.isascii():
        return data.decode("ascii")
    for name in ("utf_8_sig", codec(hint) if hint else None):
        try:
            if name and name not in ("ascii", "cp1252"):
                return data.decode(name)
        except UnicodeError:
            continue
    return _western(data)


def _western(data: bytes) -> str:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def is_noise(text: str) -> bool:
    """Whether text holds control characters that no charset gives to words."""
    return _C0.search(text) is not None
