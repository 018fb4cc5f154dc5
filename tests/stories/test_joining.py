"""People join: by an address, by a first word, by a button; nobody is joined by somebody else."""

import re

import pytest
import sqlalchemy as sa

from mailhub.lists.policy import Reason
from mailhub.lists.tables import HeldPost, HeldState, SubscriptionState
from mailhub.people import consent
from mailhub.people.tables import ConsentState, Person
from tests.stories.town import FORGED, Town, body, prose

ANA = "Ana Rossi <ana@example.org>"


def test_who_asks_by_mail_confirms_by_one_word_and_is_welcome(town: Town) -> None:
    town.opens_list("garden")
    town.writes(ANA, to="garden-join@lists.test")
    [question] = town.inbox("ana@example.org")
    assert question["Subject"] == "Is this you? Garden group"
    town.replies("ana@example.org", question, "yes")
    [welcome] = town.inbox("ana@example.org")
    assert "garden@lists.test" in prose(welcome)
    assert town.last() == ("done", "confirm")


@pytest.mark.parametrize("verb", ["iscriviti", "join"])
def test_the_address_says_in_which_language_a_newcomer_is_answered(town: Town, verb: str) -> None:
    town.opens_list("garden")
    town.writes(ANA, to=f"garden-{verb}@lists.test")
    [question] = town.inbox("ana@example.org")
    assert ("«sì»" in prose(question)) is (verb == "iscriviti")
    town.replies("ana@example.org", question, "Sì, grazie!")
    [welcome] = town.inbox("ana@example.org")
    assert str(welcome["Subject"]).startswith("Iscrizione confermata" if verb == "iscriviti" else "You are in")


def test_an_empty_mail_to_the_group_itself_asks_to_join(paese: Town) -> None:
    paese.opens_list("orto")
    paese.writes(ANA, to="orto@lists.test")
    [question] = paese.inbox("ana@example.org")
    assert question["Subject"] == "Confermi? Gruppo Orto"
    paese.replies("ana@example.org", question, "si")
    [welcome] = paese.inbox("ana@example.org")
    assert "Da adesso ne fai parte" in prose(welcome)


def test_a_wish_to_join_is_no_first_post(paese: Town) -> None:
    paese.opens_list("orto")
    for number, wish in enumerate(("iscriviti", "Voglio entrare!", "subscribe", "ISCRIVIMI per favore")):
        paese.writes(f"ana{number}@example.org", to="orto@lists.test", subject="Ciao", text=wish)
        assert len(paese.inbox(f"ana{number}@example.org")) == 1
        assert paese.last() == ("done", "join")
    with paese.database.reading() as session:
        assert session.scalars(sa.select(HeldPost)).all() == []


def test_a_first_post_waits_for_a_yes_then_for_a_moderator_then_reaches_everybody(paese: Town) -> None:
    paese.opens_list("orto", members=["bruno@example.org"], moderator="mo@example.org")
    paese.writes(ANA, to="orto@lists.test", subject="Semi di fava", text="Ne ho due chili, a chi servono?")
    [question] = paese.inbox("ana@example.org")
    assert paese.inbox("mo@example.org") == []

    paese.replies("ana@example.org", question, "sì")
    welcome, waits = sorted(paese.subjects("ana@example.org"))
    assert welcome == "Il tuo messaggio aspetta di essere letto"
    assert waits == "Iscrizione confermata: Orto"
    [to_read] = paese.inbox("mo@example.org")
    assert "> Ne ho due chili, a chi servono?" in prose(to_read)
    assert "È tra i primi due messaggi" in prose(to_read)

    paese.replies("mo@example.org", to_read, "pubblica")
    [post] = paese.inbox("bruno@example.org")
    assert post["Subject"] == "Semi di fava"
    assert "Ne ho due chili" in prose(post)
    assert "Il tuo messaggio è andato al gruppo" in paese.subjects("ana@example.org")


@pytest.mark.parametrize("word", ["no", "No, grazie."])
def test_a_no_ends_it_and_the_first_post_goes_nowhere(paese: Town, word: str) -> None:
    paese.opens_list("orto", members=["bruno@example.org"], moderator="mo@example.org")
    paese.writes(ANA, to="orto@lists.test", subject="Semi", text="Ne ho due chili")
    [question] = paese.inbox("ana@example.org")
    paese.replies("ana@example.org", question, word)
    assert paese.subjects("ana@example.org") == ["Richiesta ritirata: Orto"]
    assert paese.place("orto", "ana@example.org") is None
    paese.passes(days=8)
    assert paese.inbox("ana@example.org") == paese.inbox("mo@example.org") == paese.inbox("bruno@example.org") == []


def test_who_asked_by_their_own_mail_is_reminded_once_and_then_forgotten(town: Town) -> None:
    town.opens_list("garden")
    town.writes(ANA, to="garden-join@lists.test")
    town.inbox("ana@example.org")
    town.passes(hours=47)
    assert town.inbox("ana@example.org") == []
    town.passes(hours=2)
    [reminder] = town.inbox("ana@example.org")
    assert reminder["Subject"] == "Still want to join? Garden group"
    town.passes(days=4)
    assert town.person("ana@example.org") is not None
    town.passes(days=10)
    assert town.inbox("ana@example.org") == []
    assert town.person("ana@example.org") is None


def test_the_yes_may_answer_the_reminder_and_a_late_one_is_told_so(town: Town) -> None:
    town.opens_list("garden")
    for email in ("ana@example.org", "zoe@example.net"):
        town.writes(email, to="garden-join@lists.test")
    [late] = town.inbox("zoe@example.net")
    town.passes(hours=49)
    [_, reminder] = town.inbox("ana@example.org")
    town.replies("ana@example.org", reminder, "yes")
    assert town.subjects("ana@example.org") == ["You are in: Garden"]
    town.passes(days=5)
    town.inbox("zoe@example.net")
    town.replies("zoe@example.net", late, "yes")
    assert town.subjects("zoe@example.net") == ["That mail is no longer valid"]
    assert town.place("garden", "zoe@example.net") is None


@pytest.mark.parametrize("to", ["garden-join@lists.test", "garden@lists.test", "hub@lists.test"])
def test_a_forged_request_starts_nothing_and_nobody_is_answered(town: Town, to: str) -> None:
    town.opens_list("garden")
    town.writes("victim@example.net", to=to, subject="Buy this", text="join garden", headers=FORGED)
    town.passes(days=8)
    assert [copy.envelope_to for copy in town.transport.copies] == []
    assert town.dispositions()[0].outcome == "held"
    with town.database.reading() as session:
        assert session.scalars(sa.select(Person.id).where(Person.name == "victim")).all() == []
    assert town.person("victim@example.net") is None


def test_no_confirmation_carries_a_word_that_a_stranger_chose(town: Town) -> None:
    town.opens_list("garden")
    town.writes("Cheap Pills <ana@example.org>", to="garden@lists.test", subject="Canary", text="Buy canaries here")
    town.passes(days=3)
    for copy in town.transport.copies:
        assert not re.search(rb"canar|pills", copy.data, re.IGNORECASE)


def test_nobody_gets_more_than_three_confirmations_a_day(town: Town) -> None:
    for slug in ("garden", "choir", "forge", "bees", "books"):
        town.opens_list(slug)
        town.writes(ANA, to=f"{slug}-join@lists.test")
        town.writes(ANA, to=f"{slug}@lists.test")
    assert len(town.inbox("ana@example.org")) == 3
    town.passes(days=1, hours=1)
    town.writes(ANA, to="bees-join@lists.test")
    assert town.subjects("ana@example.org") == ["Is this you? Bees group"]


def test_where_organisers_decide_the_first_yes_counts_and_the_newcomer_hears_of_it(paese: Town) -> None:
    paese.opens_list("coro", organiser="olga@example.org", join="approval")
    paese.writes(ANA, to="coro-iscriviti@lists.test")
    [question] = paese.inbox("ana@example.org")
    paese.replies("ana@example.org", question, "sì")
    assert paese.subjects("ana@example.org") == ["Richiesta arrivata: Coro"]
    [asked] = paese.inbox("olga@example.org")
    assert "Ana Rossi (ana@example.org)" in prose(asked)
    paese.replies("olga@example.org", asked, "sì")
    assert paese.subjects("ana@example.org") == ["Iscrizione confermata: Coro"]
    assert paese.subjects("olga@example.org") == ["Fatto: Ana Rossi"]


def test_where_organisers_decide_a_no_is_told_and_a_request_can_be_withdrawn(town: Town) -> None:
    town.opens_list("choir", join="approval")
    for email in ("ana@example.org", "zoe@example.net"):
        town.writes(email, to="choir-join@lists.test")
        town.replies(email, town.inbox(email)[0], "yes")
    about_ana, about_zoe = town.inbox("olga@example.org")
    town.replies("olga@example.org", about_ana, "no")
    assert town.subjects("ana@example.org")[-1] == "Your request: Choir"
    town.replies("zoe@example.net", town.inbox("zoe@example.net")[0], "withdraw")
    assert town.subjects("zoe@example.net") == ["Request withdrawn: Choir"]
    town.replies("olga@example.org", about_zoe, "yes")
    assert town.subjects("olga@example.org")[-1].startswith("Already decided")
    assert town.place("choir", "zoe@example.net") is town.place("choir", "ana@example.org") is None


def test_where_one_is_invited_a_request_is_answered_and_a_post_is_held(town: Town) -> None:
    town.opens_list("board", moderator="mo@example.org", join="invitation")
    town.writes(ANA, to="board-join@lists.test")
    assert town.subjects("ana@example.org") == ["Joining Board is by invitation"]
    town.writes(ANA, to="board@lists.test", subject="Minutes", text="Here they are")
    assert town.subjects("ana@example.org") == ["Your message is waiting to be read"]
    [to_read] = town.inbox("mo@example.org")
    assert "does not belong to the group" in prose(to_read)


def test_the_button_confirms_when_it_is_pressed_and_not_when_it_is_seen(town: Town) -> None:
    list_id = town.opens_list("garden")
    town.writes(ANA, to="garden-join@lists.test")
    [question] = town.inbox("ana@example.org")
    [link] = re.findall(r"https://lists\.test(/a/\S+)", body(question))
    for _ in range(2):
        assert town.web.get(link).status_code == 200
        assert town.web.head(link).status_code == 200
    town.settles()
    place = town.place("garden", "ana@example.org")
    assert place is not None
    assert place.state is SubscriptionState.PENDING

    for _ in range(2):  # pressed twice, it happens once and says the same
        assert town.web.post(link).status_code == 200
    town.settles()
    assert town.subjects("ana@example.org") == ["You are in: Garden"]
    person = town.person("ana@example.org")
    assert person is not None
    with town.database.reading() as session:
        asked, given = consent.history(session, person.id)
    assert (asked.state, given.state) == (ConsentState.ASKED, ConsentState.GIVEN)
    assert given.purpose == consent.list_purpose(list_id)
    assert given.evidence["proof"] == "TM"
    assert given.text_sha256 == asked.text_sha256


def test_a_mailbox_without_any_signature_confirms_by_the_question_sent_to_it(town: Town) -> None:
    """Evidence M: whoever answers the confirmation reads that mailbox."""
    town.opens_list("garden")
    town.writes(ANA, to="garden-join@lists.test")
    [question] = town.inbox("ana@example.org")
    town.replies("ana@example.org", question, "yes", headers=FORGED)
    assert town.subjects("ana@example.org") == ["You are in: Garden"]


def test_names_aliases_hyphens_and_one_typo_are_forgiven(town: Town) -> None:
    town.opens_list("city-garden", aliases=["verde"])
    town.opens_list("choir")
    exact = ("city-garden-iscriviti", "verde-join", "CITY-GARDEN-JOIN")
    near = ("citygarden-join", "citygardenjoin", "City_Garden-Join", "city-gardn-join", "city-garden-jion", "vrde-join")
    for number, name in enumerate((*exact, *near)):
        town.writes(f"ana{number}@example.org", to=f"{name}@lists.test")
        [question] = town.inbox(f"ana{number}@example.org")
        assert "City-garden" in str(question["Subject"]), name


def test_a_strangers_post_to_a_mistyped_name_reaches_nobody(town: Town) -> None:
    town.opens_list("garden", members=["bruno@example.org"], moderate="nobody", post="anyone")
    town.writes(ANA, to="gardn@lists.test", subject="Private", text="Something private")
    assert town.inbox("bruno@example.org") == []
    [help_] = town.inbox("ana@example.org")
    assert "> Something private" in prose(help_)
    town.writes("bruno@example.org", to="gardn@lists.test", subject="Public", text="Members may slip")
    assert town.subjects("bruno@example.org") == ["Public"]


def test_an_unknown_address_is_refused_in_both_languages_and_no_mail_is_ever_written(town: Town) -> None:
    town.opens_list("garden", members=["bruno@example.org"])
    mail = town.letter("zoe@example.net", to="nobody@lists.test", subject="Hello", text="Hello").as_bytes()
    for unknown in ("nobody", "x", "r.abc", "u.abc", "b.abc", "p.abc", "organiser.nothing"):
        [refusal] = town.receives(mail, "zoe@example.net", [f"{unknown}@lists.test"])
        assert refusal.startswith("550 5.1.1 ")
        assert "hub@lists.test" in refusal
        assert "no group of this name" in refusal
        assert "nessun gruppo" in refusal
    [refusal] = town.receives(mail, "zoe@example.net", ["garden@elsewhere.example"])
    assert refusal.startswith("550 5.7.1 ")
    town.passes(days=1)
    assert town.transport.copies == []
    assert town.dispositions() == []


def test_who_belongs_already_is_told_so(paese: Town) -> None:
    paese.opens_list("orto", members=["bruno@example.org"])
    paese.writes("bruno@example.org", to="orto-iscriviti@lists.test")
    [told] = paese.inbox("bruno@example.org")
    assert told["Subject"] == "Fai già parte di Orto"
    assert paese.last() == ("answered", "join")


def test_the_front_desk_reads_commands_with_the_name_of_a_group(paese: Town) -> None:
    paese.opens_list("orto")
    paese.opens_list("coro")
    paese.writes(ANA, to="hub@lists.test", subject="Ciao", text="Buongiorno,\niscrivimi al gruppo orto\niscriviti coro")
    assert sorted(paese.subjects("ana@example.org")) == ["Confermi? Gruppo Coro", "Confermi? Gruppo Orto"]


def test_the_front_desk_says_which_groups_there_are(paese: Town) -> None:
    paese.opens_list("orto")
    paese.opens_list("consiglio", join="invitation")
    paese.writes(ANA, to="hub@lists.test", text="Che cosa fate?")
    [told] = paese.inbox("ana@example.org")
    assert "orto-iscriviti@lists.test" in prose(told)
    assert "consiglio" not in prose(told)
    assert "> Che cosa fate?" in prose(told)


def test_silence_lets_the_first_post_expire_with_the_request(town: Town) -> None:
    town.opens_list("garden", moderator="mo@example.org")
    town.writes(ANA, to="garden@lists.test", subject="Seeds", text="Two kilos")
    town.passes(days=8)
    with town.database.reading() as session:
        [held] = session.scalars(sa.select(HeldPost)).all()
    assert (held.state, held.person_id) == (HeldState.EXPIRED, None)
    assert held.reasons == {"codes": [Reason.NOT_A_MEMBER]}
    assert town.inbox("mo@example.org") == []
