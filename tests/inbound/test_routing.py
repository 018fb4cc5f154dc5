"""Which address means what: a table of local parts, and tokens that say only what they are."""

from datetime import date, timedelta

import pytest

from mailhub import tokens
from mailhub.inbound.routing import (
    Nobody,
    Route,
    ToBounce,
    ToDesk,
    ToLeave,
    ToList,
    ToOrganisers,
    ToRelay,
    ToRole,
    ToThing,
    ToVerb,
    Ways,
    route,
)
from mailhub.lists.naming import ROLE_WORDS, Names
from mailhub.lists.verbs import VERBS
from mailhub.tokens import DeliveryKey, Keys, Token

TODAY = date(2026, 3, 9)
KEYS = Keys(b"k" * 32)
EPOCHS = {7: 2, 8: 0}
NAMES = Names(
    {"garden": 1, "city-garden": 2, "orto": 1, "choir": 3},
    {suffix: verb.name for verb in VERBS for forms in verb.suffixes.values() for suffix in forms},
    ROLE_WORDS,
)
WAYS = Ways(NAMES, KEYS, TODAY, "hub@lists.test", EPOCHS.get)
GARDEN = Token(tokens.LIST, 7, 1, TODAY + timedelta(days=30))


@pytest.mark.parametrize(
    ("local", "where"),
    [
        ("garden", ToList(1)),
        ("GARDEN", ToList(1)),
        ("orto", ToList(1)),
        ("city-garden", ToList(2)),
        ("citygarden", ToList(2, forgiven=True)),
        ("city+garden", ToList(2, forgiven=True)),
        ("chior", ToList(3, forgiven=True)),
        ("garden-join", ToVerb(1, "join")),
        ("orto-iscriviti", ToVerb(1, "join")),
        ("orto-esci", ToVerb(1, "leave")),
        ("city-garden-pausa", ToVerb(2, "pause")),
        ("citygardenpausa", ToVerb(2, "pause", forgiven=True)),
        ("choir-lettera", ToVerb(3, "digest")),
        ("choir-each", ToVerb(3, "each")),
        ("choir-chi", ToVerb(3, "owner")),
        ("choir-aiuto", ToVerb(3, "help")),
        ("organiser.garden", ToRole("organiser", 1)),
        ("modera.orto", ToRole("moderator", 1)),
        ("hub", ToDesk()),
        ("Postmaster", ToOrganisers("postmaster")),
        ("abuse", ToOrganisers("abuse")),
        ("nobody", Nobody("hub@lists.test")),
        ("garden-dance", Nobody("hub@lists.test")),
        ("organiser.nowhere", Nobody("hub@lists.test")),
        ("", Nobody("hub@lists.test")),
        (None, Nobody("hub@lists.test", foreign=True)),
    ],
)
def test_a_local_part_goes_where_its_name_says(local: str | None, where: Route) -> None:
    assert route(local, WAYS) == where


def test_once_the_writer_is_known_a_forgiven_name_takes_posts_of_members_only() -> None:
    assert route("gardn", WAYS, frozenset({1})) == ToList(1, forgiven=True)
    assert route("gardn", WAYS, frozenset({3})) == Nobody("hub@lists.test")
    assert route("garden", WAYS, frozenset()) == ToList(1)
    assert route("gardn-join", WAYS, frozenset()) == ToVerb(1, "join", forgiven=True)


def test_tokens_in_addresses_say_what_they_are() -> None:
    assert route(f"u.{KEYS.issue(Token(tokens.LEAVE, 7, 1))}", WAYS) == ToLeave(7, 1)
    assert route(f"p.{KEYS.issue(Token(tokens.RELAY, 7, 1))}", WAYS) == ToRelay(7, 1)
    assert route(f"b.{KEYS.issue_bounce(7, 5, 9)}", WAYS) == ToBounce(DeliveryKey(7, 5, 9))
    assert route(f"r.{KEYS.issue(GARDEN, epoch=2)}".upper(), WAYS) == ToThing(GARDEN, stale=False)


def test_a_reply_token_of_before_still_says_where_the_words_belong() -> None:
    old = Token(tokens.LIST, 7, 1, TODAY - timedelta(days=1))
    assert route(f"r.{KEYS.issue(GARDEN, epoch=1)}", WAYS) == ToThing(GARDEN, stale=True)
    assert route(f"r.{KEYS.issue(old, epoch=2)}", WAYS) == ToThing(old, stale=True)
    assert route(f"r.{KEYS.issue(GARDEN, epoch=3)}", WAYS) == Nobody("hub@lists.test", broken=True)
    forgotten = Token(tokens.LIST, 99, 1, GARDEN.expires)
    assert route(f"r.{KEYS.issue(forgotten)}", WAYS) == ToThing(forgotten, stale=True)


@pytest.mark.parametrize("lasting", [tokens.LEAVE, tokens.RELAY])
def test_a_token_that_stands_in_every_copy_is_no_reply_token(lasting: tokens.Kind) -> None:
    assert route(f"r.{KEYS.issue(Token(lasting, 8, 1))}", WAYS) == Nobody("hub@lists.test", broken=True)


def test_tokens_of_one_kind_of_address_never_pass_in_another() -> None:
    leave, relay = KEYS.issue(Token(tokens.LEAVE, 7, 1)), KEYS.issue(Token(tokens.RELAY, 7, 1))
    bounce, reply = KEYS.issue_bounce(7, 5), KEYS.issue(GARDEN, epoch=2)
    for head, own in {"u": leave, "p": relay, "b": bounce, "r": reply}.items():
        for text in {leave, relay, bounce, reply} - {own}:
            assert isinstance(route(f"{head}.{text}", WAYS), Nobody), (head, text)


def test_a_damaged_or_foreign_token_is_nobody() -> None:
    good = KEYS.issue(GARDEN, epoch=2)
    for text in (good[:-1], f"{good}a", good.replace(good[5], "b" if good[5] != "b" else "c", 1), "", "x" * 37):
        assert route(f"r.{text}", WAYS) == Nobody("hub@lists.test", broken=True)
    assert route(f"r.{Keys(b'x' * 32).issue(GARDEN, epoch=2)}", WAYS) == Nobody("hub@lists.test", broken=True)
