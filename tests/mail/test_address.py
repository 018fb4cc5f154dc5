"""Who a header names is certain or nobody; for display it is whoever can be made out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailhub.errors import BadInput
from mailhub.mail.address import (
    AddressFault,
    BadAddress,
    Mailbox,
    canonical,
    is_header_safe,
    mailboxes,
    shown_name,
    sole_mailbox,
    valid,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("ada@example.org", Mailbox("", "ada@example.org")),
        ("<ada@example.org>", Mailbox("", "ada@example.org")),
        ("  Ada Rossi   < Ada@Example.org > ", Mailbox("Ada Rossi", "Ada@Example.org")),
        ("J. R. O'Neil <jr.o'neil+x@a.b.example.org>", Mailbox("J. R. O'Neil", "jr.o'neil+x@a.b.example.org")),
        ('"Rossi, Ada" <ada@example.org>', Mailbox("Rossi, Ada", "ada@example.org")),
        ('"Ada \\"la rossa\\"" <ada@example.org>', Mailbox('Ada "la rossa"', "ada@example.org")),
        ("ada@example.org (Ada Rossi)", Mailbox("Ada Rossi", "ada@example.org")),
        ("Ada (Orto) <ada@example.org> (x)", Mailbox("Ada (Orto)", "ada@example.org")),
        ("=?utf-8?q?Nicol=C3=B2?= <n@example.org>", Mailbox("Nicolò", "n@example.org")),
        ("Nicolò <n@example.org>", Mailbox("Nicolò", "n@example.org")),
        ("nicolò@città.example.org", Mailbox("", "nicolò@città.example.org")),
        # some programs name people by their address; said twice, it is clear
        ("ada@example.org <ada@example.org>", Mailbox("", "ada@example.org")),
        # a quoted name may claim to be anybody: the address counts
        ('"boss@example.org" <bob@evil.test>', Mailbox("boss@example.org", "bob@evil.test")),
        ("=?utf-8?q?boss=40example.org?= <bob@evil.test>", Mailbox("boss@example.org", "bob@evil.test")),
    ],
)
def test_one_clear_mailbox_is_read(value: str, expected: Mailbox) -> None:
    assert sole_mailbox(value) == expected
    assert sole_mailbox(value.encode()) == expected


TRICKS = [
    "alice@example.org <bob@evil.test>",
    "alice@example.org, <bob@evil.test>",
    "alice@example.org)bob@evil.test",
    "alice@example.org(bob@evil.test)",
    "alice@example.org (<bob@evil.test>)",
    "(alice@example.org) bob@evil.test",
    "alice@example.org bob@evil.test",
    "<alice@example.org><bob@evil.test>",
    "<alice@example.org> <bob@evil.test>",
    "alice@example.org\\@evil.test <bob@evil.test>",
    '"alice@example.org" bob@evil.test',
    '"alice@example.org"@evil.test',
    '"<alice@example.org>" <bob@evil.test>, x',
    "<@alice@example.org:bob@evil.test>",
    "<@example.org:alice@example.org>",
    "group: alice@example.org;",
    "alice@example.org;",
    "alice@example.org,",
    ",alice@example.org",
    "alice @example.org",
    "alice@ example.org",
    "alice(x)@example.org",
    "alice@(x)example.org",
    "<alice@example.org(x)>",
    "alice@example.org@evil.test",
    "alice@[192.0.2.1]",
    "alice@localhost",
    "alice@example..org",
    "alice@-example.org",
    "alice@example-.org",
    "alice@example.org.",
    ".alice@example.org",
    "al..ice@example.org",
    "=?utf-8?q?alice?=@example.org",
    "=?utf-8?q?alice@example.org?=",
    "alice@example.org\r\nTo: x",
    "alice\0@example.org",
    "Alice <alice@example.org",
    "Alice alice@example.org>",
    'Alice "x <alice@example.org>',
    "Rossi, Ada <ada@example.org>",
    "re: <alice@example.org>",
    "alice@ｅxample.org",
    "alice@example。org",
    "\u212aate@example.org",
    "@example.org",
    "alice@",
    "alice",
    "<>",
    "",
    "x" * 65 + "@example.org",
    "alice@" + "a." * 130 + "org",
    "Alice " * 400 + "<alice@example.org>",
]


@pytest.mark.parametrize("value", TRICKS)
def test_no_trick_is_credited_to_anybody(value: str) -> None:
    assert sole_mailbox(value) is None


def test_bytes_in_no_charset_are_nobodys_address() -> None:
    assert sole_mailbox(b"Nicol\xf2 <n@example.org>") == Mailbox("Nicolò", "n@example.org")
    assert sole_mailbox(b"nicol\xf2@example.org") is None


@given(st.text(alphabet='alice@evi.org<>()",;:\\ =?\r\n', max_size=60), st.integers(0, 60))
def test_an_address_is_only_credited_where_nothing_else_could_be_meant(noise: str, at: int) -> None:
    value = noise[:at] + "carla@example.org" + noise[at:]
    found = sole_mailbox(value)
    if found:
        bare = [box for box in mailboxes(value) if box.email]
        assert [box.email for box in bare] == [found.email]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("ada@example.org, Bo <bo@example.org>", [("", "ada@example.org"), ("Bo", "bo@example.org")]),
        ("ada@example.org; bo@example.org", [("", "ada@example.org"), ("", "bo@example.org")]),
        ("Rossi, Ada <ada@example.org>, bo@example.org", [("Rossi, Ada", "ada@example.org"), ("", "bo@example.org")]),
        ('"Rossi, Ada" <ada@example.org>', [("Rossi, Ada", "ada@example.org")]),
        ("=?utf-8?Q?Rossi,_Ada?= <ada@example.org>", [("Rossi, Ada", "ada@example.org")]),
        ("undisclosed-recipients:;", []),
        ("Orto: ada@example.org, bo@example.org;", [("", "ada@example.org"), ("", "bo@example.org")]),
        ("Orto: ada@example.org; bo@example.org", [("", "ada@example.org"), ("", "bo@example.org")]),
        ("ada@example.org (Ada (la rossa))", [("Ada (la rossa)", "ada@example.org")]),
        ("alice@example.org <bob@evil.test>", [("alice@example.org", "bob@evil.test")]),
        ("Ada ada@example.org", [("Ada", "ada@example.org")]),
        ('"Ada" ada@example.org', [("Ada", "ada@example.org")]),
        ("<ada@example.org, bo@example.org", [("", "ada@example.org")]),
        ("'ada@example.org' <'ada@example.org'>", [("'ada@example.org'", "ada@example.org")]),
        ("<mailto:ada@example.org>", [("", "ada@example.org")]),
        ("<@a.test,@b.test:ada@example.org>", [("", "ada@example.org")]),
        ('"a b"@example.org', [("", '"a b"@example.org')]),
        ("ada at example.org (Ada Rossi)", [("Ada Rossi", "ada@example.org")]),
        ("moderator", [("", "moderator")]),
        ("Ada Rossi", [("Ada Rossi", "")]),
        ("Ada Rossi <>", [("Ada Rossi", "")]),
        ("<>", []),
        (" , ,;", []),
        ("", []),
    ],
)
def test_everybody_a_broken_header_names_is_made_out(value: str, expected: list[tuple[str, str]]) -> None:
    assert [(box.name, box.email) for box in mailboxes(value)] == expected


@given(st.binary(max_size=300))
def test_no_header_is_too_broken_to_look_at(value: bytes) -> None:
    sole_mailbox(value)
    for mailbox in mailboxes(value):
        assert "\n" not in mailbox.email + mailbox.name


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ada@Example.ORG", "ada@example.org", True),
        ("ada@città.example", "ada@xn--citt-3na.example", True),
        ("ada@CITTÀ.example", "ada@xn--citt-3na.example", True),
        ("nicolo\u0300@example.org", "nicolò@example.org", True),
        ("ada@example.org.", "ada@example.org", True),
        ("ada@ｅxample.org", "ada@example.org", False),
        ("ａda@example.org", "ada@example.org", False),
        ("ada@straße.example", "ada@strasse.example", False),
        ("ada+x@example.org", "ada@example.org", False),
    ],
)
def test_one_address_has_one_key(one: str, other: str, same: bool) -> None:
    assert (canonical(one) == canonical(other)) is same
    assert canonical(canonical(one)) == canonical(one)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (" ada@example.org ", Mailbox("", "ada@example.org")),
        ("Ada Rossi <Ada@Example.org>", Mailbox("Ada Rossi", "Ada@example.org")),
        ("ada@città.it", Mailbox("", "ada@xn--citt-3na.it")),
        ("ada@lists.test", Mailbox("", "ada@lists.test")),
    ],
)
def test_a_typed_address_is_accepted(typed: str, expected: Mailbox) -> None:
    assert valid(typed) == expected


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", AddressFault.EMPTY),
        ("  ", AddressFault.EMPTY),
        ("ada", AddressFault.NO_AT),
        ("ada@example.org, bo@example.org", AddressFault.SEVERAL),
        ("ada@example.org bo@example.org", AddressFault.SEVERAL),
        ("Ada <a@example.org> <b@example.org>", AddressFault.SEVERAL),
        ("ada rossi@example.org", AddressFault.LOCAL_PART),
        ("ada..x@example.org", AddressFault.LOCAL_PART),
        ("ada\n@example.org", AddressFault.LOCAL_PART),
        ('"ada"@example.org', AddressFault.LOCAL_PART),
        ("ada@example", AddressFault.DOMAIN),
        ("ada@exa_mple.org", AddressFault.DOMAIN),
        ("ada@localhost", AddressFault.DOMAIN),
        ("ada@[192.0.2.1]", AddressFault.DOMAIN),
        ("x" * 65 + "@example.org", AddressFault.TOO_LONG),
        ("ò" * 33 + "@example.org", AddressFault.TOO_LONG),
        ("ada@" + "a." * 130 + "org", AddressFault.TOO_LONG),
    ],
)
def test_what_is_no_address_is_refused_with_the_reason(typed: str, reason: AddressFault) -> None:
    with pytest.raises(BadInput) as caught:
        valid(typed)
    assert isinstance(caught.value, BadAddress)
    assert caught.value.reason is reason


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ada Rossi", "Ada Rossi"),
        ("  Ada \t Rossi\r\n", "Ada Rossi"),
        ("boss@example.org", "bossexample.org"),
        ("boss＠example.org", "bossexample.org"),
        ("Ada\u202eissoR", "AdaissoR"),
        ("A\u200bd\u2060a\ufeff", "Ada"),
        ("Ada\x00\x1b[31m", "Ada[31m"),
        ("Ada\U000e0041", "Ada"),
        ("Nicolò Đorđe 李", "Nicolò Đorđe 李"),
        ("x" * 100, "x" * 64),
        ("\u202e@", ""),
    ],
)
def test_a_name_is_shown_without_what_deceives(name: str, shown: str) -> None:
    assert shown_name(name) == shown


@given(st.text())
def test_any_name_is_safe_once_shown(name: str) -> None:
    shown = shown_name(name)
    assert len(shown) <= 64
    assert "@" not in shown
    assert all(char.isprintable() for char in shown)
    assert is_header_safe(shown)


@pytest.mark.parametrize("break_", ["\r", "\n", "\0", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\x7f"])
def test_text_that_could_end_a_line_is_not_safe_in_a_header(break_: str) -> None:
    assert is_header_safe("Ciao, Ada\tRossi")
    assert not is_header_safe(f"Ciao{break_}Bcc: x")
