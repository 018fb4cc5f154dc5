"""Reading `lists/*.yaml`: every key, its default, and what is said of mistakes."""

from dataclasses import fields
from datetime import timedelta

import pytest

from mailhub.content import BadContent, load_text
from mailhub.lists.checks import Written, check
from mailhub.lists.definition import (
    Addresses,
    Archive,
    Beyond,
    Join,
    ListDefinition,
    ListKind,
    ReplyTo,
)
from mailhub.lists.policy import WhoIsRead, WhoPosts
from mailhub.lists.tables import DeliveryChoice
from mailhub.lists.written import keys, read

SUFFIXES = {"join", "iscriviti", "leave", "esci", "chi"}
WHOLE = """\
title: {it: Orto urbano, en: City garden}
description: {it: Chi coltiva, en: Who grows}
kind: discussion
parent: pietrafiore
aliases: [orto, orto-urbano]
join: approval
post: anyone
moderate: everyone
archive: public
addresses: members
reply_to: author
default_delivery: each
subject_tag: true
grace: 10 min
footer: false
transparent: false
attachments: {inline_up_to: 2 MB, beyond: inline}
largest: 5 MB
organisers: [bruno@example.org]
moderators: [rita@example.org]
topics: [sdg-11, pane]
rules: {it: Si parla di orti.}
welcome: Portate i guanti.
"""


def written(slug: str, text: str = "title: Orto") -> Written:
    document = load_text(text, f"lists/{slug}.yaml")
    return Written(document, read(document))


def problems(*lists: Written) -> list[str]:
    return [str(problem) for problem in check(lists, SUFFIXES)]


def test_every_key_is_read() -> None:
    found = written("garden", WHOLE).definition
    assert found.slug == "garden"
    assert found.titled("it") == "Orto urbano"
    assert found.description.into("en") == "Who grows"
    assert found.names == ("garden", "orto", "orto-urbano")
    assert (found.kind, found.parent, found.join) == (ListKind.DISCUSSION, "pietrafiore", Join.APPROVAL)
    assert (found.post, found.moderate, found.archive) == (WhoPosts.ANYONE, WhoIsRead.EVERYONE, Archive.PUBLIC)
    assert (found.addresses, found.reply_to) == (Addresses.MEMBERS, ReplyTo.AUTHOR)
    assert (found.default_delivery, found.grace) == (DeliveryChoice.EACH, timedelta(minutes=10))
    assert (found.subject_tag, found.footer, found.transparent) == (True, False, False)
    assert (found.inline_up_to, found.beyond, found.largest) == (2_000_000, Beyond.INLINE, 5_000_000)
    assert (found.organisers, found.moderators) == (("bruno@example.org",), ("rita@example.org",))
    assert found.topics == ("sdg-11", "pane")
    assert (found.rules.into("en"), found.welcome.into("en")) == ("Si parla di orti.", "Portate i guanti.")


def test_what_is_not_written_has_its_default() -> None:
    found = written("garden").definition
    assert found == ListDefinition("garden", found.title)
    assert (found.addresses, found.default_delivery, found.grace) == (
        Addresses.HIDDEN,
        DeliveryChoice.DIGEST,
        timedelta(minutes=2),
    )


def test_a_definition_survives_its_row_without_its_people() -> None:
    found = written("garden", WHOLE).definition
    kept = found.to_dict()
    again = ListDefinition.from_dict(kept)
    assert "organisers" not in kept
    assert again.organisers == ()
    assert again.to_dict() == kept


def test_a_row_of_an_older_release_gets_the_defaults_of_newer_keys() -> None:
    kept = written("garden").definition.to_dict()
    del kept["largest"]
    kept["a_key_of_tomorrow"] = 1
    assert ListDefinition.from_dict(kept).largest == 20_000_000


def test_the_table_of_keys_is_the_definition() -> None:
    told = {key.name for key in keys()}
    assert told == {f.name for f in fields(ListDefinition)} - {"slug", "inline_up_to", "beyond"} | {"attachments"}
    assert all(key.meaning and key.form for key in keys())


def test_an_announcing_group_lets_only_moderators_write() -> None:
    found = written("notizie", "title: Notizie\nkind: announce\npost: anyone").definition
    assert found.posting.post is WhoPosts.MODERATORS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kind: discussion", "lists/garden.yaml:1:"),
        ("title: Orto\nkind: forum", "lists/garden.yaml:2:"),
        ("title: Orto\n\ngrace: soon", "lists/garden.yaml:3:"),
        ("title: Orto\nmoderatore: x", "lists/garden.yaml:2:"),
        ("title: Orto\nattachments:\n  inline_up_to: big", "lists/garden.yaml:3:"),
        ("title: Orto\nattachments: {over: 3}", "lists/garden.yaml:2:"),
        (f"title: {'Orto ' * 13}", "lists/garden.yaml:1:"),
        ("title: Orto\norganisers:\n  - bruno", "lists/garden.yaml:3:"),
        ("title: Orto\nmoderators: [Rita <rita@example.org>]", "lists/garden.yaml:2:"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_cure(text: str, expected: str) -> None:
    with pytest.raises(BadContent) as raised:
        written("garden", text)
    [problem] = raised.value.problems
    assert str(problem).startswith(expected)
    assert problem.cure


@pytest.mark.parametrize("slug", ["Orto", "orto_urbano", "orto.urbano", "a" * 41, "-orto", "orto--urbano"])
def test_a_slug_must_fit_an_address(slug: str) -> None:
    [found] = problems(written(slug))
    assert "cannot stand in an address" in found


def test_a_name_that_ends_in_a_verb_is_refused_with_its_line() -> None:
    assert "would be read as a command" in problems(written("orto-join"))[0]
    [found] = problems(written("orto", "title: Orto\naliases:\n  - campo\n  - campo-esci"))
    assert found.startswith("lists/orto.yaml:4: ")


def test_a_name_of_the_site_itself_is_refused() -> None:
    assert "address of the site" in problems(written("hub"))[0]


def test_one_name_belongs_to_one_list() -> None:
    found = problems(written("orto", "title: Orto\naliases: [piazza]"), written("piazza"))
    assert found == ['lists/orto.yaml:2: the name "piazza" belongs to lists/piazza.yaml; choose another']
    twice = problems(written("orto", "title: Orto\naliases: [campo, campo]"))
    assert "belongs to this file" in twice[0]
    taken = check([written("pf-017")], SUFFIXES, {"pf-017": "reward unit PF-017"})
    assert "reward unit PF-017" in str(taken[0])


def test_a_parent_must_be_there_and_not_below() -> None:
    assert "did you mean" in problems(written("orto", "title: Orto\nparent: piaza"), written("piazza"))[0]
    circle = problems(written("a1", "title: A\nparent: b1"), written("b1", "title: B\nparent: a1"))
    assert len(circle) == 2
    assert all("above itself" in found for found in circle)
    assert "above itself" in problems(written("solo", "title: A\nparent: solo"))[0]


def test_below_a_circle_only_the_circle_is_wrong() -> None:
    lists = (
        written("a1", "title: A\nparent: b1"),
        written("b1", "title: B\nparent: a1"),
        written("c1", "title: C\nparent: a1"),
    )
    assert len(problems(*lists)) == 2


def test_a_goal_must_exist() -> None:
    assert "sdg-1 to sdg-17" in problems(written("orto", "title: Orto\ntopics: [sdg-18]"))[0]
    assert problems(written("orto", "title: Orto\ntopics: [sdg-17, pane]")) == []


def test_a_transparent_list_says_everything_it_demands() -> None:
    found = problems(written("codice", "title: Codice\ntransparent: true"))
    assert len(found) == 4  # the tag is off by default
    whole = """\
title: Codice
transparent: true
addresses: members
footer: false
reply_to: author
attachments: {beyond: inline}
"""
    assert problems(written("codice", whole)) == []
    assert len(problems(written("codice", whole + "subject_tag: true\n"))) == 1
