"""What a domain asks for its mail, found by walking up the tree (RFC 9989), and who speaks for whom."""

from collections.abc import Mapping

import pytest

from mailhub.mail.authenticity import dmarc
from mailhub.mail.shown import Policy
from tests.mail.zones import Zone

NONE, STRICT, UNKNOWN = Policy.NONE, Policy.STRICT, Policy.UNKNOWN
ORG = "_dmarc.example.org"
MAIL = "_dmarc.mail.example.org"
P = "v=DMARC1; p="


# The domain of an author, the records there are, and what is asked for it.
@pytest.mark.parametrize(
    ("domain", "records", "policy"),
    [
        ("example.org", {}, NONE),
        ("example.org", {ORG: f"{P}none"}, NONE),
        ("example.org", {ORG: f"{P}quarantine"}, STRICT),
        ("example.org", {ORG: f"{P}reject; rua=mailto:r@example.org"}, STRICT),
        ("example.org", {ORG: f"{P}REJECT"}, STRICT),
        ("example.org", {ORG: f"{P}reject; t=y"}, STRICT),
        ("example.org", {ORG: f"{P}reject; pct=0; unknown=1; rf=afrf"}, STRICT),
        ("example.org", {ORG: f"{P}reject;;x"}, STRICT),
        ("example.org", {ORG: "v=DMARC1;p=reject"}, STRICT),
        ("example.org", {ORG: "v=DMARC1"}, NONE),
        ("example.org", {ORG: "v=DMARC1; rua=mailto:r@example.org"}, NONE),
        ("example.org", {ORG: f"{P}perhaps; rua=mailto:r@example.org"}, NONE),
        ("example.org", {ORG: f"{P}perhaps"}, NONE),
        ("example.org", {ORG: "p=reject; v=DMARC1"}, NONE),
        ("example.org", {ORG: "v=DMARC10; p=reject"}, NONE),
        ("example.org", {ORG: "v=spf1 -all"}, NONE),
        ("example.org", {ORG: f"{P}reject; p=none"}, NONE),
        ("example.org", {ORG: f"{P}none; sp=reject"}, NONE),
        ("mail.example.org", {ORG: f"{P}none; sp=reject"}, STRICT),
        ("mail.example.org", {ORG: f"{P}reject"}, STRICT),
        ("mail.example.org", {ORG: f"{P}reject; sp=none"}, NONE),
        ("mail.example.org", {ORG: f"{P}reject; sp=perhaps"}, STRICT),
        ("mail.example.org", {ORG: f"{P}reject", MAIL: f"{P}none"}, NONE),
        ("mail.example.org", {ORG: f"{P}none", MAIL: f"{P}reject"}, STRICT),
        ("a.mail.example.org", {ORG: f"{P}none", MAIL: f"{P}reject"}, NONE),
        ("a.mail.example.org", {ORG: f"{P}none", MAIL: f"{P}reject; psd=n"}, STRICT),
        ("nowhere.example.org", {ORG: f"{P}none; np=reject"}, STRICT),
        ("mail.example.org", {ORG: f"{P}none; np=reject"}, NONE),
        ("nowhere.example.org", {ORG: f"{P}reject; sp=reject; np=none"}, NONE),
        ("example.org", {"_dmarc.org": f"{P}reject; psd=y"}, STRICT),
        ("example.org", {"_dmarc.org": f"{P}none; sp=none; np=reject; psd=y"}, STRICT),
        ("mail.example.org", {"_dmarc.org": f"{P}reject; psd=y", ORG: f"{P}none"}, NONE),
        ("a.b.c.d.e.f.g.h.i.j.example.org", {ORG: f"{P}none; sp=reject"}, STRICT),
    ],
)
def test_what_a_domain_asks(domain: str, records: Mapping[str, str], policy: Policy) -> None:
    zone = Zone.of_texts(records)
    zone.put("mail.example.org", "MX", (10, "mx.example.org"))
    assert dmarc.ask(domain, zone).policy is policy


def test_several_records_are_as_good_as_none() -> None:
    zone = Zone.of_texts({ORG: f"{P}reject"})
    zone.put(ORG, "TXT", f"{P}quarantine".encode())
    assert dmarc.ask("example.org", zone).policy is NONE


def test_a_dns_that_does_not_answer_leaves_it_open() -> None:
    assert dmarc.ask("mail.example.org", Zone(silent={ORG})).policy is UNKNOWN


@pytest.mark.parametrize(
    ("domain", "records", "organisation"),
    [
        ("mail.example.org", {}, "mail.example.org"),
        ("mail.example.org", {ORG: f"{P}none"}, "example.org"),
        ("a.mail.example.org", {ORG: f"{P}none", MAIL: f"{P}none"}, "example.org"),
        ("a.mail.example.org", {ORG: f"{P}none", MAIL: f"{P}none; psd=n"}, "mail.example.org"),
        ("a.mail.example.org", {"_dmarc.org": f"{P}none; psd=y"}, "example.org"),
        ("org", {"_dmarc.org": f"{P}none; psd=y"}, "org"),
        ("a.mail.example.org", {"_dmarc.org": f"{P}none; psd=y", MAIL: f"{P}none"}, "example.org"),
    ],
)
def test_which_organisation_a_domain_belongs_to(domain: str, records: Mapping[str, str], organisation: str) -> None:
    assert dmarc.organisation(domain, Zone.of_texts(records)) == organisation


def test_a_name_of_twelve_labels_costs_eight_questions() -> None:
    zone = Zone()
    dmarc.ask("a.b.c.d.e.f.g.h.i.j.example.org", zone)
    assert zone.asked == [
        "_dmarc.a.b.c.d.e.f.g.h.i.j.example.org",
        "_dmarc.f.g.h.i.j.example.org".replace("f.", "f.", 1),
        *(f"_dmarc.{'.'.join(['f', 'g', 'h', 'i', 'j', 'example', 'org'][cut:])}" for cut in range(1, 7)),
    ]
