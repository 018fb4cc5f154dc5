"""From the header of a mail in a mailbox: for whom of us it is, and who sent it."""

import pytest

from mailhub.inbound.addressing import MOST, envelope
from mailhub.site import Site
from mailhub.tokens import Keys

SUB = Site("Orto", "lists.test", Keys(b"k" * 32))
PLUS = Site("Orto", "lists.test", Keys(b"k" * 32), address_style="plus")
SHARED = "comune@town.example"  # a mailbox that gets the mail of lists.test besides its own


def recipients(header: str, site: Site = SUB, user: str = SHARED) -> tuple[str, ...]:
    return envelope(f"From: ana@example.org\n{header}\n\nCiao\n".encode(), site, user)[1]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("To: Orto <ORTO@lists.test>, bea@example.org", ("orto@lists.test",)),
        ("To: orto@lists.test\nCc: coro@lists.test, orto@lists.test", ("orto@lists.test", "coro@lists.test")),
        ("X-Original-To: r.abc@lists.test\nTo: orto@lists.test", ("r.abc@lists.test",)),
        ("Envelope-To: coro@lists.test\nTo: orto@lists.test", ("coro@lists.test",)),
        ("Delivered-To: comune@town.example\nTo: orto@lists.test", ("orto@lists.test",)),
        ("Delivered-To: <coro@lists.test>\nDelivered-To: x@example.org\nTo: orto@lists.test", ("coro@lists.test",)),
        ("Delivered-To: comune@town.example\nTo: comune@town.example", ()),  # the town hall's own mail
        ("To: undisclosed-recipients:;", ()),
    ],
)
def test_what_the_server_wrote_down_counts_before_what_the_author_wrote(header: str, expected: tuple[str, ...]) -> None:
    assert recipients(header) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Delivered-To: hub@lists.test\nTo: hub+orto@lists.test", ("hub+orto@lists.test",)),
        ("X-Original-To: hub+r.abc@lists.test\nTo: hub+orto@lists.test", ("hub+r.abc@lists.test",)),
        ("Delivered-To: hub@lists.test\nTo: HUB@lists.test", ("hub@lists.test",)),
        ("Delivered-To: hub@lists.test\nTo: bea@example.org", ("hub@lists.test",)),  # a blind copy
        ("To: orto@lists.test", ("hub@lists.test",)),
    ],
)
def test_with_one_mailbox_what_names_nobody_is_for_the_front_desk(header: str, expected: tuple[str, ...]) -> None:
    assert recipients(header, PLUS, "hub@lists.test") == expected


def test_a_catch_all_named_like_one_of_our_addresses_is_not_taken_for_it() -> None:
    assert recipients("Delivered-To: all@lists.test\nTo: orto@lists.test", user="all@lists.test") == (
        "orto@lists.test",
    )
    assert recipients("Delivered-To: all@lists.test", user="all@lists.test") == ("hub@lists.test",)


def test_a_mail_to_everybody_is_cut_and_a_header_without_end_is_still_kept_for_somebody() -> None:
    many = ", ".join(f"g{number}@lists.test" for number in range(MOST + 9))
    assert len(recipients(f"To: {many}")) == MOST
    assert envelope(b"To: orto@lists.test\r\n" + b"X: y\r\n" * 40_000, SUB, SHARED) == ("", ("hub@lists.test",))
    assert envelope(b"", SUB, SHARED) == ("", ())


@pytest.mark.parametrize(
    ("header", "sender"),
    [
        ("Return-Path: <bob@example.net>\nReturn-Path: <eve@example.net>\nFrom: ana@example.org", "bob@example.net"),
        ("Return-Path: <>\nFrom: MAILER-DAEMON@example.org", ""),
        ("From: Ana <ana@example.org>", "ana@example.org"),
        ("From: ana@example.org, bea@example.org", ""),
        ("Return-Path: nonsense\nFrom: ana@example.org", "ana@example.org"),
    ],
)
def test_the_sender_is_the_return_path_or_else_the_author(header: str, sender: str) -> None:
    assert envelope(f"{header}\nTo: orto@lists.test\n\nCiao\n".encode(), SUB, SHARED)[0] == sender
