"""Tokens say what they said, to nobody else, in any letter case, after a rotation; damaged ones say nothing."""

import random
import string
from datetime import date, timedelta
from pathlib import Path

import pytest

from mailhub import tokens
from mailhub.errors import BadInput
from mailhub.tokens import FILE, LEAVE, POST, QUESTION, RELAY, DeliveryKey, Expired, Keys, Token, peek

OLD, NEW, NEWER = b"o" * 32, b"n" * 32, b"w" * 32
KEYS = Keys(NEW)
TODAY = date(2026, 3, 14)
LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
EXPIRING = [known for known in tokens.kinds() if not known.lasting and known is not tokens.BOUNCE]


def some_token(dice: random.Random) -> Token:
    known = dice.choice([*EXPIRING, LEAVE, RELAY])
    expires = None if known.lasting else dice.choice([None, TODAY + timedelta(days=dice.randrange(20_000))])
    return Token(known, dice.randrange(2**32), dice.randrange(2**48), expires)


def swapped_case(text: str, dice: random.Random) -> str:
    return dice.choice([text, text.lower(), text.upper(), "".join(dice.choice([c, c.upper()]) for c in text)])


def test_a_hundred_thousand_tokens_come_back_as_they_were() -> None:
    dice = random.Random(1)
    for epoch in range(100_000):
        token = some_token(dice)
        text = KEYS.issue(token, epoch=epoch)
        assert len(text) <= 37
        assert KEYS.read(swapped_case(text, dice), epoch=epoch, today=TODAY) == token


def test_thousands_of_links_and_deliveries_come_back_as_they_were() -> None:
    dice = random.Random(2)
    for _ in range(10_000):
        token = some_token(dice)
        assert KEYS.read_link(swapped_case(KEYS.issue_link(token), dice), today=TODAY) == token
        key = DeliveryKey(dice.randrange(2**32), dice.randrange(2**40), dice.randrange(2**40))
        parts = key.person, key.mailing, key.occurrence
        bounce = KEYS.issue_bounce(*parts)
        assert len(bounce) <= 40
        assert KEYS.read_bounce(swapped_case(bounce, dice)) == key
        assert KEYS.read_delivery_mark(swapped_case(KEYS.delivery_mark(*parts), dice)) == key
        assert KEYS.read_message_id(swapped_case(KEYS.message_id(*parts, "lists.example"), dice)) == key


def test_the_alphabet_is_lower_case_letters_and_digits_only() -> None:
    dice = random.Random(3)
    issued = KEYS.issue(some_token(dice)) + KEYS.issue_link(some_token(dice)) + KEYS.issue_bounce(1, 2, 3)
    assert set(issued) <= set(LETTERS)


def test_changing_any_one_character_spoils_every_form() -> None:
    token, key = Token(POST, 7, 9, TODAY), (7, 9, 11)
    for place in range(50):
        for letter in LETTERS:
            assert KEYS.read(changed(KEYS.issue(token), place, letter), today=TODAY) in (None, token)
    spoilt = 0
    for text, read in (
        (KEYS.issue(token), lambda t: KEYS.read(t, today=TODAY)),
        (KEYS.issue_link(token), lambda t: KEYS.read_link(t, today=TODAY)),
        (KEYS.issue_bounce(*key), KEYS.read_bounce),
        (KEYS.delivery_mark(*key), KEYS.read_delivery_mark),
    ):
        for place in range(len(text)):
            for letter in set(LETTERS) - {text[place]}:
                assert read(changed(text, place, letter)) is None, (text, place, letter)
                spoilt += 1
    assert spoilt == (37 + 47 + 40 + 50) * 31


def changed(text: str, place: int, letter: str) -> str:
    return text[:place] + letter + text[place + 1 :] if place < len(text) else text


def test_garbage_is_nothing_and_never_raises() -> None:
    dice = random.Random(4)
    alphabet = string.printable + "ıßÀ😀\0"
    odd = ["", "=" * 37, "ı" * 37, "ſ" * 40, "a" * 37, "a" * 40, "7" * 47, "a" * 50, "a" * 10_000, "<@>", "@", "ß" * 23]
    odd += ["".join(dice.choice(alphabet) for _ in range(dice.choice([5, 37, 40, 47, 50]))) for _ in range(3_000)]
    odd += ["".join(dice.choice(LETTERS) for _ in range(length)) for length in (37, 40, 47, 50) for _ in range(1_000)]
    for text in odd:
        assert KEYS.read(text, today=TODAY) is None
        assert KEYS.read_link(text, today=TODAY) is None
        assert KEYS.read_bounce(text) is None
        assert KEYS.read_delivery_mark(text) is None
        assert KEYS.read_message_id(text) is None
        peek(text)


def test_a_token_of_another_site_is_nothing() -> None:
    assert Keys(OLD).read(KEYS.issue(Token(POST, 1, 2)), today=TODAY) is None


def test_one_form_never_passes_for_another() -> None:
    token = Token(FILE, 1, 2)
    assert KEYS.read_link(KEYS.issue(token), today=TODAY) is None
    assert KEYS.read(KEYS.issue_link(token), today=TODAY) is None
    assert KEYS.read(KEYS.issue_link(token)[:37], today=TODAY) is None
    assert KEYS.read_delivery_mark(KEYS.message_id(1, 2, 3, "d")[1:51]) is None
    assert KEYS.read_message_id(KEYS.delivery_mark(1, 2, 3)) is None
    assert KEYS.read_bounce(KEYS.delivery_mark(1, 2, 3)[:40]) is None


def test_kinds_persons_and_things_are_told_apart() -> None:
    tellings = {KEYS.issue(Token(k, p, t)) for k in (POST, QUESTION) for p in (1, 2) for t in (1, 2)}
    assert len({text[-16:] for text in tellings}) == 8


def test_another_epoch_revokes_a_token() -> None:
    text = KEYS.issue(Token(POST, 1, 2), epoch=3)
    assert KEYS.read(text, epoch=4, today=TODAY) is None
    assert KEYS.read(text, today=TODAY) is None


def test_a_token_lives_through_its_day_and_is_explained_after() -> None:
    token = Token(QUESTION, 1, 2, TODAY)
    text = KEYS.issue(token)
    assert KEYS.read(text, today=TODAY) == token
    assert KEYS.read(text, today=TODAY + timedelta(days=1)) == Expired(token)


def test_unsubscribing_never_expires() -> None:
    text = KEYS.issue(Token(LEAVE, 1, 2))
    assert KEYS.read(text, today=date(2199, 1, 1)) == Token(LEAVE, 1, 2)
    with pytest.raises(ValueError, match="never expires"):
        KEYS.issue(Token(LEAVE, 1, 2, TODAY))


def test_everything_is_read_after_one_rotation() -> None:
    before, after = Keys(OLD), Keys(NEW, OLD)
    token = Token(POST, 1, 2)
    assert after.read(before.issue(token), today=TODAY) == token
    assert after.read_link(before.issue_link(token), today=TODAY) == token
    assert after.read_bounce(before.issue_bounce(1, 2, 3)) == DeliveryKey(1, 2, 3)
    assert after.read_delivery_mark(before.delivery_mark(1, 2, 3)) == DeliveryKey(1, 2, 3)
    assert after.issue(token) == Keys(NEW).issue(token)


def test_after_two_rotations_only_what_lasts_is_read() -> None:
    before, after = Keys(OLD), Keys(NEWER, NEW, (OLD,))
    assert after.read(before.issue(Token(POST, 1, 2)), today=TODAY) is None
    assert after.read_link(before.issue_link(Token(LEAVE, 1, 2)), today=TODAY) == Token(LEAVE, 1, 2)


def test_peeking_tells_whose_epoch_to_look_up() -> None:
    token = Token(POST, 77, 2)
    assert peek(KEYS.issue(token, epoch=5).upper()) == token
    assert peek(KEYS.issue_link(token, epoch=5)) == token
    assert peek(KEYS.issue_bounce(1, 2, 3)) is None


def test_what_does_not_fit_is_refused_when_issued() -> None:
    for token in (Token(POST, 2**32, 1), Token(POST, 1, 2**48), Token(POST, -1, 1), Token(tokens.BOUNCE, 1, 1)):
        with pytest.raises(ValueError, match=r"."):
            KEYS.issue(token)
    with pytest.raises(ValueError, match="expire"):
        KEYS.issue(Token(POST, 1, 1, date(2019, 1, 1)))
    with pytest.raises(ValueError, match="fit"):
        KEYS.issue_bounce(1, 2**40, 1)


def test_message_ids_repeat_and_cannot_be_guessed() -> None:
    mine = KEYS.message_id(1, 2, 3, "lists.example")
    assert mine == KEYS.message_id(1, 2, 3, "lists.example")
    assert mine.endswith("@lists.example>")
    other = Keys(OLD).message_id(1, 2, 3, "lists.example")
    assert mine[25:51] != other[25:51]  # beyond the key of the delivery: 128 bits of MAC
    assert len({KEYS.message_id(1, 2, n, "d") for n in range(1000)}) == 1000


def test_each_purpose_has_a_key_of_its_own() -> None:
    assert len({KEYS.derive("suppression"), KEYS.derive("session"), Keys(OLD).derive("session"), NEW}) == 4
    assert KEYS.derive("session") == Keys(NEW, OLD).derive("session")


def test_secrets_do_not_show() -> None:
    assert "nnnn" not in repr(Keys(NEW, OLD, (NEWER,)))
    assert "wwww" not in repr(Keys(NEW, OLD, (NEWER,)))


def test_a_taken_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="collides with 'post'"):
        tokens.kind("post", 31)
    with pytest.raises(ValueError, match="collides with 'leave'"):
        tokens.kind("new", 1)
    with pytest.raises(ValueError, match="1-127"):
        tokens.kind("new", 128)
    assert tokens.kind_named("post") is POST
    assert tokens.kind_named("nothing") is None


def test_a_token_of_a_late_kind_is_as_long_and_passes_for_no_other() -> None:
    late = tokens.Kind("late", 127)
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(tokens._kinds, 127, late)
        written = KEYS.issue(Token(late, 7, 9, TODAY))
        assert len(written) == len(KEYS.issue(Token(tokens.RELAY, 7, 9)))
        assert KEYS.read(written, today=TODAY) == Token(late, 7, 9, TODAY)
    assert KEYS.read(written, today=TODAY) is None  # a release that does not know the kind


def test_the_secret_file_gives_the_keys_newest_first(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text(f"# rotated in March\n{NEWER.hex()}\n\n{NEW.hex()}\n{OLD.hex()}\n")
    assert tokens.load_keys(path) == Keys(NEWER, NEW, (OLD,))
    path.write_text(tokens.new_secret() + "\n")
    assert len(tokens.load_keys(path).current) == 32


@pytest.mark.parametrize("text", ["", "# nothing\n", "abcd\n", "not hexadecimal\n", "é\n"])
def test_a_spoilt_secret_file_is_named_with_its_cure(tmp_path: Path, text: str) -> None:
    path = tmp_path / "secret"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match="64 hexadecimal digits"):
        tokens.load_keys(path)
    with pytest.raises(BadInput, match="mailhub init"):
        tokens.load_keys(tmp_path / "missing")
