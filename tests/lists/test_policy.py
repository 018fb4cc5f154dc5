"""What happens to a post, rule by rule."""

from dataclasses import replace

import pytest

from mailhub.lists.policy import (
    Accept,
    Drop,
    Hold,
    Letter,
    Reason,
    Refuse,
    Rules,
    Standing,
    Verdict,
    WhoIsRead,
    WhoPosts,
    is_read_first,
    judge,
    standing,
)

PLAIN = Letter(size=2_000, proven=True)
USUAL = Rules()
FREE = Rules(moderate=WhoIsRead.NOBODY)
MODERATORS = Rules(post=WhoPosts.MODERATORS, moderate=WhoIsRead.NOBODY)
ANYONE = Rules(post=WhoPosts.ANYONE)


def held(*reasons: Reason) -> Hold:
    return Hold(reasons)


@pytest.mark.parametrize(
    ("author", "rules", "expected"),
    [
        (Standing.MEMBER, USUAL, Accept()),
        (Standing.MODERATOR, USUAL, Accept()),
        (Standing.ORGANISER, USUAL, Accept()),
        (Standing.NEWCOMER, USUAL, held(Reason.NEWCOMER)),
        (Standing.NEWCOMER, FREE, Accept()),
        (Standing.STRANGER, USUAL, held(Reason.NOT_A_MEMBER)),
        (Standing.PENDING, USUAL, held(Reason.NOT_A_MEMBER)),
        (Standing.WAITING, FREE, held(Reason.NOT_A_MEMBER)),
        (Standing.STRANGER, ANYONE, held(Reason.NEWCOMER)),
        (Standing.STRANGER, replace(ANYONE, moderate=WhoIsRead.NOBODY), Accept()),
        (Standing.MEMBER, MODERATORS, held(Reason.MODERATORS_ONLY)),
        (Standing.STRANGER, MODERATORS, held(Reason.NOT_A_MEMBER)),
        (Standing.MODERATOR, MODERATORS, Accept()),
        (Standing.MEMBER, Rules(moderate=WhoIsRead.EVERYONE), held(Reason.EVERYONE)),
        (Standing.MODERATOR, Rules(moderate=WhoIsRead.EVERYONE), Accept()),
        (Standing.MEMBER, Rules(closed=True), Refuse(Reason.CLOSED)),
    ],
)
def test_who_may_post_where(author: Standing, rules: Rules, expected: Verdict) -> None:
    assert judge(PLAIN, author, rules) == expected


@pytest.mark.parametrize(
    ("letter", "expected"),
    [
        (replace(PLAIN, is_own=True), Drop(Reason.LOOP)),
        (replace(PLAIN, hops=50), Drop(Reason.LOOP)),
        (replace(PLAIN, hops=49), Accept()),
        (replace(PLAIN, is_automatic=True), Drop(Reason.AUTOMATIC)),
        (replace(PLAIN, is_seen=True), Drop(Reason.DUPLICATE)),
        (replace(PLAIN, is_empty=True), Refuse(Reason.EMPTY)),
        (replace(PLAIN, is_empty=True, proven=False), Drop(Reason.EMPTY)),
        (replace(PLAIN, proven=False), held(Reason.UNPROVEN)),
        (replace(PLAIN, is_introduction=True), held(Reason.INTRODUCTION)),
        (replace(PLAIN, size=20_000_001), held(Reason.TOO_LARGE)),
        (replace(PLAIN, holds_token=True), Accept()),
    ],
)
def test_what_a_members_mail_may_be(letter: Letter, expected: Verdict) -> None:
    assert judge(letter, Standing.MEMBER, USUAL) == expected


def test_a_transparent_group_holds_a_body_with_one_of_our_tokens() -> None:
    rules = Rules(transparent=True)
    assert judge(replace(PLAIN, holds_token=True), Standing.MEMBER, rules) == held(Reason.TOKEN_INSIDE)


def test_every_objection_is_collected_in_order() -> None:
    letter = replace(PLAIN, proven=False, size=30_000_000, holds_token=True)
    rules = Rules(post=WhoPosts.MODERATORS, moderate=WhoIsRead.EVERYONE, transparent=True)
    assert judge(letter, Standing.NEWCOMER, rules) == held(
        Reason.UNPROVEN, Reason.MODERATORS_ONLY, Reason.EVERYONE, Reason.TOO_LARGE, Reason.TOKEN_INSIDE
    )


def test_a_loop_is_dropped_even_where_it_would_be_refused() -> None:
    assert judge(replace(PLAIN, is_own=True), Standing.MEMBER, Rules(closed=True)) == Drop(Reason.LOOP)


def test_a_forged_mail_to_a_closed_group_is_not_answered() -> None:
    assert judge(replace(PLAIN, proven=False), Standing.MEMBER, Rules(closed=True)) == Drop(Reason.CLOSED)


def test_a_strangers_empty_mail_is_not_refused_since_it_asks_to_join() -> None:
    assert judge(replace(PLAIN, is_empty=True), Standing.STRANGER, USUAL) == held(Reason.NOT_A_MEMBER)


def test_what_is_met_leaves_the_other_reasons() -> None:
    both = held(Reason.UNPROVEN, Reason.NEWCOMER)
    assert both.without(Reason.UNPROVEN) == held(Reason.NEWCOMER)
    assert both.without(Reason.UNPROVEN, Reason.NEWCOMER) == Accept()


@pytest.mark.parametrize(
    ("organiser", "moderator", "member", "published", "expected"),
    [
        (True, False, False, 0, Standing.ORGANISER),
        (True, True, True, 0, Standing.ORGANISER),
        (False, True, True, 0, Standing.MODERATOR),
        (False, False, True, 1, Standing.NEWCOMER),
        (False, False, True, 2, Standing.MEMBER),
        (False, False, False, 9, Standing.PENDING),
    ],
)
def test_where_somebody_stands(
    organiser: bool, moderator: bool, member: bool, published: int, expected: Standing
) -> None:
    found = standing(
        is_organiser=organiser, is_moderator=moderator, is_member=member, published=published, asked=Standing.PENDING
    )
    assert found is expected


@pytest.mark.parametrize(
    ("author", "rules", "is_read"),
    [
        (Standing.NEWCOMER, USUAL, True),
        (Standing.MEMBER, USUAL, False),
        (Standing.MEMBER, Rules(moderate=WhoIsRead.EVERYONE), True),
        (Standing.MODERATOR, Rules(moderate=WhoIsRead.EVERYONE), False),
        (Standing.NEWCOMER, FREE, False),
    ],
)
def test_who_is_read_first_is_told_before_they_write(author: Standing, rules: Rules, is_read: bool) -> None:
    assert is_read_first(author, rules) is is_read
