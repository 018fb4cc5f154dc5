"""Addresses and links of a site, in both address styles."""

from pathlib import Path

import pytest

from mailhub.config import load
from mailhub.site import Site
from mailhub.tokens import BOUNCE, Keys

KEYS = Keys(b"k" * 32)
SUB = Site("Orto", "lists.test", KEYS)
PLUS = Site("Orto", "lists.test", KEYS, address_style="plus")


@pytest.mark.parametrize("local", ["garden", "garden-join", "p.abc", "hub", "postmaster"])
@pytest.mark.parametrize("site", [SUB, PLUS])
def test_every_address_we_write_is_read_back(site: Site, local: str) -> None:
    address = site.address(local)
    assert site.local_part(address) == local
    assert site.local_part(address.upper()) == local


def test_with_one_mailbox_every_local_part_follows_a_plus() -> None:
    assert PLUS.address("garden") == "hub+garden@lists.test"
    assert PLUS.address("hub") == "hub@lists.test"
    assert PLUS.local_part("garden@lists.test") is None
    assert SUB.address("garden") == "garden@lists.test"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "garden",
        "@lists.test",
        "garden@",
        "garden@other.test",
        "garden@sub.lists.test",
        "garden@lists.test.evil.test",
        "x" * 65 + "@lists.test",
        "garden@lists.test@evil.test",
        "garden@" + "ù" * 300,
        "garden@\udcff.test",
        "hub+@",
    ],
)
def test_what_is_not_ours_is_nobodys(address: str) -> None:
    assert SUB.local_part(address) is None
    assert PLUS.local_part(address) is None


def test_a_domain_is_the_same_in_any_spelling() -> None:
    site = Site("Orto", "xn--localit-fwa.example", KEYS)
    for domain in ("località.example", "LOCALITÀ.example.", "XN--LOCALIT-FWA.EXAMPLE"):
        assert site.local_part(f"Garden@{domain}") == "garden"


@pytest.mark.parametrize("site", [SUB, PLUS])
def test_the_longest_token_still_fits_into_a_local_part(site: Site) -> None:
    address = site.address("b." + KEYS.issue_bounce(2**32 - 1, 2**40 - 1, 2**40 - 1))
    assert len(address.partition("@")[0]) <= 64
    assert BOUNCE.code == 3


def test_links_need_a_web_address() -> None:
    assert SUB.link("/u/abc") is None
    assert not SUB.secure
    plain = Site("Orto", "lists.test", KEYS, base_url="http://lists.test")
    assert plain.link("u/abc") == plain.link("/u/abc") == "http://lists.test/u/abc"
    assert not plain.secure
    assert Site("Orto", "lists.test", KEYS, base_url="https://lists.test/orto").secure


def test_a_site_is_made_of_its_settings(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(
        '[site]\nname = "Orto"\ndomain = "Lists.Test"\nlanguage = "en"\norganisers = ["bruno@x.example"]\n'
        'base_url = "https://lists.test/"\naddress_style = "plus"\ntime_zone = "UTC"\n'
    )
    site = Site.of(load(file, {}), KEYS)
    assert site == Site(
        name="Orto",
        domain="lists.test",
        keys=KEYS,
        base_url="https://lists.test",
        language="en",
        time_zone="UTC",
        address_style="plus",
        organisers=("bruno@x.example",),
        data_dir=tmp_path / "data",
        content_dir=tmp_path,
    )


@pytest.mark.parametrize("address", ["hub+@lists.test", "hubgarden@lists.test", "postmaster@lists.test"])
def test_one_mailbox_has_no_other_addresses(address: str) -> None:
    assert PLUS.local_part(address) is None
