"""Mail that proves nothing does nothing: known addresses are asked once a day, unknown ones never hear of it."""

from mailhub.tokens import RELAY, Token
from tests.stories.town import FORGED, Town, body

ANA, BRUNO = "ana@example.org", "bruno@example.org"


def test_an_unproven_post_waits_and_its_owner_lets_it_go_on(paese: Town) -> None:
    paese.opens_list("orto", members=[ANA, BRUNO])
    paese.writes(ANA, to="orto@lists.test", subject="Semi", text="Ne ho", headers=FORGED)
    assert paese.last() == ("held", "unproven")
    assert paese.inbox(BRUNO) == []
    [asked] = paese.inbox(ANA)
    assert asked["Subject"] == "Ci hai scritto tu?"
    assert "Semi" not in body(asked)
    paese.replies(ANA, asked, "Sì", headers=FORGED)  # this mailbox has no signature at all
    assert paese.subjects(BRUNO) == ["Semi"]
    [first, second] = paese.dispositions()
    assert (first.outcome, first.detail["vouched"], second.reason) == ("posted", True, "it-was-me")


def test_a_no_ends_it(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO])
    town.writes(ANA, to="garden@lists.test", subject="Buy", text="this", headers=FORGED)
    [asked] = town.inbox(ANA)
    town.replies(ANA, asked, "no")
    assert town.subjects(ANA) == ["That mail will have no effect"]
    town.replies(ANA, asked, "yes")
    assert town.inbox(BRUNO) == []


def test_an_address_is_asked_once_a_day(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO])
    for number in range(5):
        town.writes(ANA, to="garden@lists.test", subject=f"Buy {number}", text="this", headers=FORGED)
    assert len(town.inbox(ANA)) == 1
    town.passes(days=1, minutes=1)
    town.writes(ANA, to="garden@lists.test", subject="Buy again", text="this", headers=FORGED)
    assert len(town.inbox(ANA)) == 1
    assert town.inbox(BRUNO) == []


def test_who_says_yes_is_asked_about_the_next_mail_at_once(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO])
    for number in (1, 2, 3):
        town.writes(ANA, to="garden@lists.test", subject=f"Number {number}", text="Hello", headers=FORGED)
    for number in (1, 2, 3):
        [asked] = [mail for mail in town.inbox(ANA) if mail["Subject"] == "Did you write to us?"]
        town.replies(ANA, asked, "yes", headers=FORGED)
        assert town.subjects(BRUNO) == [f"Number {number}"]
    assert "Did you write to us?" not in town.subjects(ANA)


def test_one_yes_covers_every_address_of_the_mail(town: Town) -> None:
    for slug in ("garden", "choir"):
        town.opens_list(slug, members=[ANA, BRUNO])
    mail = town.letter(ANA, to="garden@lists.test", subject="Supper", text="Friday?", headers=FORGED).as_bytes()
    town.receives(mail, ANA, ["garden@lists.test", "choir@lists.test"])
    [asked] = town.inbox(ANA)
    town.replies(ANA, asked, "yes")
    assert town.subjects(BRUNO) == ["Supper", "Supper"]


def test_a_command_without_proof_is_asked_about_and_then_carried_out(paese: Town) -> None:
    paese.opens_list("orto", members=[ANA])
    paese.writes(ANA, to="orto-lettera@lists.test", headers=FORGED)
    [asked] = paese.inbox(ANA)
    paese.replies(ANA, asked, "sì")
    assert paese.subjects(ANA) == ["La lettera del giorno: Orto"]


def test_several_commands_without_proof_at_the_desk_are_one_question(town: Town) -> None:
    for slug in ("garden", "choir"):
        town.opens_list(slug, members=[ANA])
    town.writes(ANA, to="hub@lists.test", text="pause garden\nleave choir", headers=FORGED)
    [asked] = town.inbox(ANA)
    town.replies(ANA, asked, "yes")
    assert sorted(town.subjects(ANA)) == ["Done: we will not write again", "Pause: Garden"]


def test_unknown_addresses_without_proof_are_held_and_never_answered(town: Town) -> None:
    town.opens_list("garden", members=[BRUNO], moderator="mo@example.org")
    for to in ("garden", "garden-join", "garden-leave", "garden-help", "garden-owner", "hub", "organiser.garden"):
        town.writes("zoe@example.net", to=f"{to}@lists.test", subject="Hello", text="Hello there", headers=FORGED)
    assert {copy.envelope_to for copy in town.transport.copies} <= {"olga@example.org"}
    assert town.person("zoe@example.net") is None
    assert {noted.outcome for noted in town.dispositions()} == {"held", "relayed"}


def test_help_for_a_known_address_without_proof_is_sent_once_a_day(town: Town) -> None:
    town.opens_list("garden", members=[ANA])
    for _ in range(4):
        town.writes(ANA, to="garden-help@lists.test", headers=FORGED)
    assert len(town.inbox(ANA)) == 1


def test_an_address_that_everybody_sees_speaks_for_nobody(town: Town) -> None:
    """A member's lasting address stands in every copy; written as a reply token it must prove nothing."""
    town.opens_list("garden", members=[ANA, BRUNO])
    person = town.person(ANA)
    assert person is not None
    seen = town.hub.site.keys.issue(Token(RELAY, person.id, 1))
    mail = town.letter(ANA, to="hub@lists.test", text="leave", headers=FORGED).as_bytes()
    [refusal] = town.receives(mail, ANA, [f"r.{seen}@lists.test"])
    assert refusal.startswith("550 5.1.1")
    assert town.place("garden", ANA) is not None
    assert town.inbox(ANA) == []


def test_mail_with_two_authors_proves_nothing(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO])
    mail = town.letter(ANA, to="garden@lists.test", subject="Two", text="Hello")
    del mail["From"]
    raw = f"From: {ANA}\nFrom: {BRUNO}\n".encode() + mail.as_bytes()
    town.receives(raw, ANA, ["garden@lists.test"])
    raw = f"From: {ANA}, {BRUNO}\n".encode() + mail.as_bytes()
    town.receives(raw, ANA, ["garden@lists.test"])
    assert [noted.outcome for noted in town.dispositions()] == ["held", "held"]
    assert town.transport.copies == []
