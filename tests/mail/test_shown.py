import pytest

from mailhub.mail.shown import ALWAYS_RELAYED, Case, Held, Policy, Reply, Rules, Shown, from_for

OPEN = Rules("lists.example.org", hides_addresses=False)
PRIVATE = Rules("lists.example.org", hides_addresses=False, replies_to_list=False)
CLEAR = Rules("lists.example.org", hides_addresses=False, is_transparent=True)
ELSEWHERE = "example.net"


def shown(domain: str, rules: Rules, policy: Policy = Policy.NONE, changed: bool = False, holds: bool = False) -> Shown:
    found = from_for(domain, rules, policy, is_authentic=True, is_changed=changed, signature_holds=holds)
    assert isinstance(found, Shown)
    return found


@pytest.mark.parametrize("rules", [OPEN, CLEAR, Rules("lists.example.org")])
@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize("domain", [ELSEWHERE, "lists.example.org", "gmail.com"])
def test_a_post_nobody_vouches_for_is_held_whatever_else_holds(domain: str, policy: Policy, rules: Rules) -> None:
    assert from_for(domain, rules, policy, is_authentic=False, is_changed=False, signature_holds=True) == Held()


@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize("domain", [ELSEWHERE, "lists.example.org", "gmail.com"])
def test_hidden_addresses_are_hidden_for_every_domain(domain: str, policy: Policy) -> None:
    found = shown(domain, Rules("lists.example.org"), policy)
    assert (found.by_relay, found.reply) == (True, Reply.LIST)
    assert not found.author_in_cc
    assert not found.names_author
    assert shown(domain, Rules("lists.example.org", replies_to_list=False), policy).reply is Reply.NOBODY


@pytest.mark.parametrize(
    ("domain", "policy", "changed", "case"),
    [
        (ELSEWHERE, Policy.NONE, False, Case.PLAIN),
        (ELSEWHERE, Policy.NONE, True, Case.CHANGED),
        (ELSEWHERE, Policy.STRICT, False, Case.STRICT),
        (ELSEWHERE, Policy.UNKNOWN, False, Case.UNKNOWN),
        ("gmail.com", Policy.NONE, False, Case.ALWAYS_RELAYED),
        ("googlemail.com", Policy.NONE, False, Case.ALWAYS_RELAYED),
        ("lists.example.org", Policy.STRICT, True, Case.OWN_DOMAIN),
    ],
)
def test_each_author_meets_the_rule_for_their_domain(domain: str, policy: Policy, changed: bool, case: Case) -> None:
    found = shown(domain, OPEN, policy, changed)
    assert found.case is case
    assert found.by_relay is (case not in (Case.PLAIN, Case.OWN_DOMAIN))
    assert found.names_author is found.author_in_cc is found.by_relay
    assert found.reply is Reply.LIST


def test_where_answers_go_to_the_author_the_relay_names_them_and_their_own_from_needs_no_help() -> None:
    strict = shown(ELSEWHERE, PRIVATE, Policy.STRICT)
    assert (strict.reply, strict.author_in_cc) == (Reply.AUTHOR, False)
    assert shown(ELSEWHERE, PRIVATE).reply is Reply.NOBODY


@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize("domain", [ELSEWHERE, "gmail.com"])
def test_a_transparent_list_shows_the_author_whose_signature_still_speaks(domain: str, policy: Policy) -> None:
    found = shown(domain, CLEAR, policy, holds=True)
    assert found == Shown(Case.SIGNATURE_KEPT, by_relay=False, reply=Reply.NOBODY)


def test_a_transparent_list_does_not_show_a_strict_author_without_signature() -> None:
    assert shown(ELSEWHERE, CLEAR, Policy.STRICT).by_relay
    assert not shown(ELSEWHERE, CLEAR, Policy.NONE).by_relay


def test_an_operator_may_add_domains_that_are_always_relayed() -> None:
    rules = Rules("lists.example.org", hides_addresses=False, always_relayed=ALWAYS_RELAYED | {"example.net"})
    assert shown(ELSEWHERE, rules).case is Case.ALWAYS_RELAYED
