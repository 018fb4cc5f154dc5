"""What becomes of a mail to the group."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mailhub.delivery.tables import MailingState
from mailhub.lists import posting, publication, things
from mailhub.lists.tables import HeldState, SubscriptionState
from mailhub.people import persons
from mailhub.verbs import Thing
from tests.lists.village import NOTHING, A, M, Village, text_of


def test_a_members_post_gets_a_number_and_is_owed_to_who_was_there(village: Village) -> None:
    group = village.opens("orto", grace="2 min")
    village.joins(group, "nives@example.org", "aldo@example.org")
    receipt = village.writes("nives@example.org", group)
    assert (receipt.outcome, receipt.thing) == ("posted", Thing("post", village.posts(group)[0].id))
    village.joins(group, "late@example.org")
    [post] = village.posts(group)
    assert (post.number, group.last_number) == (1, 1)
    assert village.reached(post) == {"nives@example.org", "aldo@example.org"}
    mailing = village.mailing(post)
    assert (mailing.state, mailing.due_at) == (MailingState.SCHEDULED, village.now + timedelta(minutes=2))
    assert mailing.purpose == f"list:{group.id}"


def test_numbers_have_no_gap_when_a_mail_comes_twice(village: Village) -> None:
    group = village.opens("orto")
    village.joins(group, "nives@example.org")
    raw = village.letter("nives@example.org", "orto@lists.test", "Ciao", "Uno")
    village.receives(raw, group)
    again = village.receives(raw, group)
    assert (again.outcome, again.reason) == ("dropped", "duplicate")
    village.writes("nives@example.org", group, subject="Due")
    assert [post.number for post in village.posts(group)] == [1, 2]


def test_two_different_mails_under_one_id_are_both_published(village: Village) -> None:
    group = village.opens("orto")
    village.joins(group, "nives@example.org", "aldo@example.org")
    same = {"Message-ID": "<always-the-same@phone.test>"}
    village.writes("nives@example.org", group, "Uno", headers=same)
    village.passes(minutes=1)
    village.writes("aldo@example.org", group, "Due", headers=same)
    assert len(village.posts(group)) == 2


def test_a_strangers_first_post_starts_joining_and_goes_on_when_confirmed(village: Village) -> None:
    group = village.opens("orto", moderate="nobody")
    receipt = village.writes("Nives <nives@example.org>", group, "Ho dei semi")
    assert (receipt.outcome, receipt.reason) == ("held", "not-a-member")
    assert [mail.key for mail in village.told("nives@example.org")] == ["confirm"]
    assert village.posts(group) == []

    village.says("nives@example.org", "confirm", Thing("join", village.question("join").id), evidence=M)

    [post] = village.posts(group)
    assert post.author_name == "Nives"
    assert village.reached(post) == {"nives@example.org"}
    [held] = village.held(group)
    assert held.state is HeldState.PUBLISHED


def test_where_newcomers_are_read_first_it_waits_for_a_moderator_then(village: Village) -> None:
    group = village.opens("orto", moderators=["mo@example.org"])
    village.writes("nives@example.org", group, "Ho dei semi")
    assert village.told("mo@example.org") == []
    village.says("nives@example.org", "confirm", Thing("join", village.question("join").id), evidence=M)
    assert village.posts(group) == []
    assert [mail.key for mail in village.told("mo@example.org")] == ["held-for-moderators"]
    assert [mail.key for mail in village.told("nives@example.org")] == ["confirm", "held"]


def test_a_strangers_empty_mail_only_asks_to_join(village: Village) -> None:
    group = village.opens("orto")
    receipt = village.writes("nives@example.org", group, "", "")
    assert (receipt.outcome, receipt.reason) == ("answered", "join-asked")
    assert village.held(group) == []
    place = village.place(group, "nives@example.org")
    assert place is not None
    assert place.state is SubscriptionState.PENDING


def test_a_members_empty_answer_comes_back_with_the_reason(village: Village) -> None:
    group = village.opens("orto")
    village.joins(group, "nives@example.org")
    quoted = "On Mon, 9 Mar 2026 at 09:00, Aldo wrote:\n> Chi porta le cesoie?\n"
    receipt = village.writes("nives@example.org", group, quoted, "Re: Cesoie", headers={"In-Reply-To": "<a@b.test>"})
    assert (receipt.outcome, receipt.reason) == ("answered", "empty")
    [mail] = village.told("nives@example.org")
    assert mail.key == "not-posted"
    assert "cesoie" in mail.text


def test_a_mail_of_one_line_in_its_subject_is_a_post(village: Village) -> None:
    group = village.opens("orto")
    village.joins(group, "nives@example.org")
    assert village.writes("nives@example.org", group, "", "Domani si pota alle 9").outcome == "posted"


def test_what_nobody_vouches_for_waits_and_tells_nobody(village: Village) -> None:
    group = village.opens("orto")
    village.joins(group, "nives@example.org")
    receipt = village.writes("nives@example.org", group, evidence=NOTHING)
    assert receipt.is_unproven
    assert village.told("nives@example.org") == []
    assert village.told("olga@example.org") == []
    [held] = village.held(group)
    assert held.reasons == {"codes": ["unproven"]}


def test_a_forged_mail_of_a_stranger_starts_no_join(village: Village) -> None:
    group = village.opens("orto")
    receipt = village.writes("victim@example.org", group, evidence=NOTHING)
    assert receipt.is_unproven
    assert persons.find(village.session, "victim@example.org") is None


def test_a_post_goes_on_once_its_author_has_vouched_for_it(village: Village) -> None:
    group = village.opens("orto")
    village.joins(group, "nives@example.org")
    raw = village.letter("nives@example.org", "orto@lists.test", "Ciao", "Uno")
    first = village.arrival(raw)
    village.receives(raw, group, evidence=NOTHING, raw_id=first.raw_id)
    receipt = village.receives(raw, group, evidence=A, raw_id=first.raw_id)
    assert receipt.outcome == "posted"
    [held] = village.held(group)
    assert held.state is HeldState.PUBLISHED
    again = village.receives(raw, group, evidence=A, raw_id=first.raw_id)
    assert again.outcome == "dropped"
    assert len(village.posts(group)) == 1


def test_our_own_list_mail_is_a_loop(village: Village) -> None:
    group = village.opens("orto")
    village.joins(group, "nives@example.org")
    for headers in ({"List-Id": "Piazza <piazza.lists.test>"}, {"X-Loop": "orto@lists.test"}):
        receipt = village.writes("nives@example.org", group, headers=headers)
        assert (receipt.outcome, receipt.reason) == ("dropped", "loop")


def test_an_absence_note_is_dropped(village: Village) -> None:
    group = village.opens("orto")
    village.joins(group, "nives@example.org")
    receipt = village.writes("nives@example.org", group, headers={"Auto-Submitted": "auto-replied"})
    assert (receipt.outcome, receipt.reason) == ("dropped", "automatic")
    assert village.told("nives@example.org") == []


def test_a_closed_group_says_so_with_the_text(village: Village) -> None:
    group = village.opens("orto")
    village.joins(group, "nives@example.org")
    group.closed_at = village.now
    village.writes("nives@example.org", group, "Ci siete ancora?")
    [mail] = village.told("nives@example.org")
    assert mail.key == "not-posted"
    assert "> Ci siete ancora?" in mail.text


def test_within_its_grace_a_post_is_taken_back_as_if_it_had_not_been(village: Village) -> None:
    group = village.opens("orto", grace="2 min")
    village.joins(group, "nives@example.org")
    village.writes("nives@example.org", group, "Non intendevo questo")
    [post] = village.posts(group)
    outcome = village.says("nives@example.org", "withdraw", things.of_list(group.id))
    assert outcome.done
    assert village.mailing(post).state is MailingState.CANCELLED
    place = village.place(group, "nives@example.org")
    assert place is not None
    assert place.published == 2
    [mail] = village.told("nives@example.org")
    assert mail.key == "withdrawn"
    assert "> Non intendevo questo" in mail.text


def test_what_has_left_cannot_be_taken_back(village: Village) -> None:
    group = village.opens("orto", grace="0 min")
    village.joins(group, "nives@example.org")
    village.writes("nives@example.org", group)
    [post] = village.posts(group)
    outcome = village.says("nives@example.org", "withdraw", Thing("post", post.id))
    assert outcome.answer is not None
    assert outcome.answer.key == "lists.withdraw-too-late"
    assert not publication.withdraw(village.session, post, now=village.now)


def test_nobody_takes_back_what_somebody_else_wrote(village: Village) -> None:
    group = village.opens("orto", grace="2 min")
    village.joins(group, "nives@example.org", "aldo@example.org")
    village.writes("nives@example.org", group)
    outcome = village.says("aldo@example.org", "withdraw", Thing("post", village.posts(group)[0].id))
    assert outcome.answer is not None
    assert outcome.answer.key == "inbound.not-allowed"


def test_a_reply_by_token_belongs_below_its_post(village: Village) -> None:
    group = village.opens("orto")
    village.joins(group, "nives@example.org", "aldo@example.org")
    village.writes("nives@example.org", group)
    [first] = village.posts(group)
    raw = village.letter("aldo@example.org", "r.x@lists.test", "Le porto io", "Re: Cesoie")
    posting.receive(village.session, village.site, village.arrival(raw), reply_to=first.id)
    answer = village.posts(group)[1]
    assert (answer.parent_id, answer.thread_id) == (first.id, first.thread_id)


def test_a_copy_tells_the_list_and_not_the_authors_address(village: Village) -> None:
    group = village.opens("orto", subject_tag=True)
    village.joins(group, "aldo@example.org")
    person = village.knows("nives@example.org", "Nives Rossi")
    village.joins(group, "nives@example.org")
    village.writes("Nives Rossi <nives@example.org>", group, "Chi porta le cesoie?")
    copy = village.copy(village.mailing(village.posts(group)[0]), "aldo@example.org")
    assert str(copy["From"]).startswith('"Nives Rossi via The orto" <p.') or str(copy["From"]).startswith(
        "Nives Rossi via The orto <p."
    )
    assert copy["Subject"] == "[orto] Cesoie"
    assert copy["List-Id"] == "The orto <orto.lists.test>"
    assert copy["List-Post"] == "<mailto:orto@lists.test>"
    assert copy["Reply-To"] == "The orto <orto@lists.test>"
    assert copy["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "https://lists.test/u/" in str(copy["List-Unsubscribe"]).replace(" ", "")
    assert "nives@example.org" not in copy.as_string().replace(str(copy["Message-ID"]), "")
    assert "You get this because you have belonged to The orto since 9 March." in text_of(copy)
    assert "organiser.orto@lists.test" in text_of(copy)
    assert person.name == "Nives Rossi"


def test_what_speaks_for_somebody_is_taken_out_of_quotations(village: Village) -> None:
    group = village.opens("orto")
    village.joins(group, "nives@example.org", "aldo@example.org")
    village.writes("nives@example.org", group)
    first = village.copy(village.mailing(village.posts(group)[0]), "aldo@example.org")
    leave = str(first["List-Unsubscribe"])
    quoted = f"Le porto io\n\n> {leave}\n> mailto:r.{'a' * 37}@lists.test\n"
    village.writes("aldo@example.org", group, quoted)
    copy = village.copy(village.mailing(village.posts(group)[1]), "nives@example.org")
    said = text_of(copy)
    assert "Le porto io" in said
    assert "/u/" not in said
    assert "u." not in said.replace("u get", "")
    assert "r.a" not in said


def test_large_files_are_linked_and_small_ones_go_along(village: Village) -> None:
    group = village.opens("orto", attachments={"inline_up_to": "1 kB"})
    village.joins(group, "nives@example.org")
    village.writes("nives@example.org", group, files={"small.jpg": b"s" * 100, "large.jpg": b"l" * 5_000})
    copy = village.copy(village.mailing(village.posts(group)[0]), "nives@example.org")
    names = [part.get_filename() for part in copy.walk() if part.get_filename()]
    assert names == ["small.jpg"]
    told = copy.as_string()
    assert "large.jpg (5 kB)" in told
    assert "https://lists.test/f/" in told.replace("=\n", "")


def test_without_pages_a_large_file_is_to_be_asked_for(village: Village) -> None:
    village.site = replace(village.site, base_url=None)
    group = village.opens("orto", largest="20 MB")
    village.joins(group, "nives@example.org")
    village.writes("nives@example.org", group, files={"some.jpg": b"s" * 1_200_000, "huge.jpg": b"h" * 5_000_001})
    copy = village.copy(village.mailing(village.posts(group)[0]), "nives@example.org")
    assert [part.get_filename() for part in copy.walk() if part.get_filename()] == ["some.jpg"]
    assert "organiser.orto@lists.test" in copy.as_string().replace("=\n", "")
    assert copy["List-Unsubscribe-Post"] is None


def test_a_stranger_may_not_borrow_the_name_of_somebody_who_belongs(village: Village) -> None:
    group = village.opens("orto", post="anyone", moderate="nobody")
    village.knows("nives@example.org", "Nives Rossi")
    village.joins(group, "nives@example.org")
    village.writes("Nives R\u043essi <mallory@example.net>", group)  # a Cyrillic o
    village.writes("Zoe Verdi <zoe@example.net>", group)
    first, second = village.posts(group)
    assert "(guest) via" in str(village.copy(village.mailing(first), "nives@example.org")["From"])
    assert "(guest)" not in str(village.copy(village.mailing(second), "nives@example.org")["From"])


@pytest.mark.parametrize("addresses", ["members", "hidden"])
def test_who_shows_addresses_names_the_author_beside_the_relay(village: Village, addresses: str) -> None:
    group = village.opens("orto", addresses=addresses)
    village.joins(group, "nives@example.org")
    village.writes("Nives <nives@example.org>", group)
    copy = village.copy(village.mailing(village.posts(group)[0]), "nives@example.org")
    assert ("nives@example.org" in str(copy["X-Original-From"])) is (addresses == "members")


def test_a_transparent_copy_is_the_authors_mail_with_its_signature(village: Village) -> None:
    rules = {"addresses": "members", "footer": False, "reply_to": "author", "attachments": {"beyond": "inline"}}
    group = village.opens("codice", transparent=True, **rules)
    village.joins(group, "nives@example.org")
    signature = "v=1; a=rsa-sha256; d=example.org; s=x; h=from:subject:date:message-id; bh=YQ==; b=YQ=="
    raw = village.letter("nives@example.org", "codice@lists.test", "Riga  con due spazi \n", "Codice",
                         headers={"DKIM-Signature": signature})  # fmt: skip
    village.receives(raw, group)
    copy = village.copy(village.mailing(village.posts(group)[0]), "nives@example.org")
    assert copy["From"] == "nives@example.org"
    assert copy["DKIM-Signature"] is not None
    assert copy["Reply-To"] is None
    assert copy.get_payload() == "Riga  con due spazi \r\n"


def test_a_transparent_group_holds_a_body_with_one_of_our_tokens(village: Village) -> None:
    rules = {"addresses": "members", "footer": False, "reply_to": "author", "attachments": {"beyond": "inline"}}
    group = village.opens("codice", transparent=True, **rules)
    village.joins(group, "nives@example.org")
    receipt = village.writes("nives@example.org", group, f"> u.{'a' * 37}@lists.test")
    assert (receipt.outcome, receipt.reason) == ("held", "token-inside")


def test_copies_are_compiled_in_the_languages_of_who_reads(village: Village) -> None:
    group = village.opens("orto")
    village.joins(group, "aldo@example.org", language="it")
    village.joins(group, "nives@example.org", language="en")
    village.writes("nives@example.org", group)
    [post] = village.posts(group)
    assert publication.languages(village.session, village.site, group) == ["en", "it"]
    copy = village.copy(village.mailing(post), "aldo@example.org", language="it")
    assert "Ricevi questa mail perché fai parte di Gruppo orto dal 9 marzo." in text_of(copy)
    assert copy["List-Help"] == "<mailto:orto-aiuto@lists.test>"
