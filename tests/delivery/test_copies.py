import pickle
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailhub.delivery.copies import Copy, Recipient, Unfit, make_many
from mailhub.mail.address import Mailbox
from mailhub.mail.compose import Letter, ListFacts, text_frame
from mailhub.mail.dkim import verify
from mailhub.mail.frame import Context, Slot
from tests.mail.keys import DOMAIN, find_txt, signing_key
from tests.mail.lint import lint

NOW = datetime.now(UTC)
FACTS = ListFacts("Orto", f"orto.{DOMAIN}", f"orto@{DOMAIN}", one_click=True)
LETTER = Letter(Mailbox("Orto", f"orto@{DOMAIN}"), ("Ciao ", Slot("first", Context.WORDS)), "it", list=FACTS)
FRAME = text_frame(LETTER, ["Ciao ", Slot("first", Context.TEXT), ",\nperché no?\n"]).to_bytes()
NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=60)


def recipient(number: int = 1, first: str = "Ada", to: str = "ada@example.net") -> Recipient:
    values = {
        "to": to,
        "to_name": first,
        "first": first,
        "delivery": f"d{number}",
        "message_id": f"<{number:026}@{DOMAIN}>",
        "date": "Sun, 22 Nov 2026 10:00:00 +0000",
        "leave_url": f"https://{DOMAIN}/u/{number:026}",
        "leave_address": f"u.{number}@{DOMAIN}",
    }
    return Recipient(f"b.{number}@{DOMAIN}", to, values, f"d{number}")


def one(made: Recipient) -> Copy:
    [copy] = make_many(FRAME, [made], signing_key(), NOW)
    assert isinstance(copy, Copy)
    return copy


def test_each_recipient_gets_a_signed_copy_of_their_own() -> None:
    copies = make_many(FRAME, [recipient(number) for number in range(3)], signing_key(), NOW)
    assert [copy.envelope_to for copy in copies] == ["ada@example.net"] * 3
    assert len({copy.data for copy in copies if isinstance(copy, Copy)}) == 3
    for copy in copies:
        assert isinstance(copy, Copy)
        assert verify(copy.data, find_txt)
        assert lint(copy.data, kind="letter", domain=DOMAIN, signed=True) == []


@settings(max_examples=30)
@given(NAMES)
def test_a_copy_for_a_person_of_any_name_holds_its_signature_and_its_form(name: str) -> None:
    copy = one(recipient(first=name))
    assert verify(copy.data, find_txt)
    assert lint(copy.data, kind="letter", domain=DOMAIN, signed=True) == []


def test_without_a_key_copies_leave_unsigned() -> None:
    [copy] = make_many(FRAME, [recipient()], None, NOW)
    assert isinstance(copy, Copy)
    assert b"DKIM-Signature" not in copy.data
    assert lint(copy.data, kind="letter") == []


@pytest.mark.parametrize("bad", ["a\r\nBcc: eve@example.net", "\0"])
def test_one_recipient_with_a_bad_value_stops_nobody_else(bad: str) -> None:
    first, second, third = make_many(FRAME, [recipient(1), recipient(2, first=bad), recipient(3)], None, NOW)
    assert isinstance(first, Copy)
    assert isinstance(third, Copy)
    assert isinstance(second, Unfit)
    assert second.envelope_to == "ada@example.net"


def test_an_address_outside_ascii_asks_for_smtputf8_and_nobody_else_does() -> None:
    plain, other = (one(recipient(to=to)) for to in ("ada@example.net", "niccolò@example.net"))
    assert not plain.utf8
    assert other.utf8
    assert verify(other.data, find_txt)
    assert lint(other.data, kind="letter", utf8=True) == []


def test_what_a_helper_process_is_given_and_gives_back_can_travel() -> None:
    work = pickle.loads(pickle.dumps((make_many, FRAME, [recipient()], signing_key(), NOW)))
    copies = work[0](*work[1:])
    assert pickle.loads(pickle.dumps(copies)) == copies


def test_the_same_values_make_the_same_bytes() -> None:
    assert one(recipient()) == one(recipient())


def test_copies_share_what_is_the_same_in_all_of_them_also_on_their_way_between_processes() -> None:
    frame = text_frame(LETTER, ["Ciao ", Slot("first", Context.TEXT), "\n", "x" * 1_000_000]).to_bytes()
    copies = make_many(frame, [recipient(number) for number in range(50)], None, NOW)
    travelling = pickle.dumps(copies)
    assert len(travelling) < 2_000_000
    arrived = pickle.loads(travelling)
    assert [copy.data for copy in arrived] == [copy.data for copy in copies if isinstance(copy, Copy)]
    assert len({id(piece) for copy in arrived for piece in copy.pieces if len(piece) > 1_000_000}) == 1


def test_filling_and_hashing_a_copy_costs_little_beside_its_signature() -> None:
    text = "Ci vediamo sabato alle nove, all'orto; chi può porti una pala.\n" * 320
    frame = text_frame(LETTER, [text, Slot("first", Context.TEXT), "\n"]).to_bytes()
    recipients = [recipient(number) for number in range(300)]
    spent = []
    for key in (None, signing_key()):
        make_many(frame, recipients[:1], key, NOW)
        begun = time.process_time()
        make_many(frame, recipients, key, NOW)
        spent.append(time.process_time() - begun)
    unsigned, signed = spent
    assert unsigned < signed / 3  # about a tenth; the rest is RSA
