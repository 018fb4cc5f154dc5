"""People leave, pause and choose by one word; nothing of it is ever published, and a day long all can be undone."""

import re
from datetime import date
from email.utils import parseaddr

import pytest
import sqlalchemy as sa

from mailhub import tokens
from mailhub.clock import local
from mailhub.delivery.tables import Delivery, DeliveryState, Mailing
from mailhub.faults import Point, arm
from mailhub.lists.tables import DeliveryChoice, Subscription, SubscriptionState
from mailhub.people import consent
from mailhub.tokens import Token
from tests.stories.town import FORGED, Town, body, prose

ANA, BRUNO = "ana@example.org", "bruno@example.org"


def is_in(town: Town, email: str, slug: str = "garden") -> bool:
    place = town.place(slug, email)
    return place is not None and place.state is SubscriptionState.ACTIVE


def test_an_empty_mail_to_an_address_is_enough_to_leave(town: Town) -> None:
    addresses = ("garden-leave", "garden-esci", "garden-unsubscribe", "gardenesci", "GARDEN-LEAVE")
    members = {f"ana{number}@example.org": to for number, to in enumerate(addresses)}
    town.opens_list("garden", members=[*members, BRUNO])
    for member, to in members.items():
        town.writes(member, to=f"{to}@lists.test")
        assert not is_in(town, member)
    town.writes(BRUNO, to="garden@lists.test", subject="Shears", text="Who has them?")
    assert all(len(town.inbox(member)) == 1 for member in members)  # the goodbye


def test_a_wish_to_leave_that_goes_to_the_whole_group_is_never_published(paese: Town) -> None:
    wishes = ("esci", "Leave", "CANCELLATEMI!!!", "Cancellatemi dalla lista, grazie", "unsubscibe", "remove me")
    members = {f"ana{number}@example.org": wish for number, wish in enumerate(wishes)}
    paese.opens_list("orto", members=[*members, BRUNO], moderate="nobody")
    paese.writes(BRUNO, to="orto@lists.test", subject="Cesoie", text="Chi le ha?")
    for member, wish in members.items():
        [post] = paese.inbox(member)
        paese.replies(member, post, wish, to="orto@lists.test")
        assert paese.last() == ("done", "leave")
        assert len(paese.inbox(member)) == 1
        assert not is_in(paese, member, "orto")
    assert paese.subjects(BRUNO) == ["Cesoie"]


def test_words_about_leaving_in_a_message_are_a_message(paese: Town) -> None:
    paese.opens_list("orto", members=[ANA, BRUNO])
    paese.writes(ANA, to="orto@lists.test", subject="Gita", text="Domani esci anche tu? Io esco alle nove.")
    assert paese.subjects(BRUNO) == ["Gita"]
    paese.writes(ANA, to="orto@lists.test", subject="Re: Gita", text="Perché?")
    assert paese.subjects(BRUNO) == ["Re: Gita"]
    assert is_in(paese, ANA, "orto")


def test_the_address_in_the_header_lets_a_program_leave_for_somebody_once(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO])
    town.writes(BRUNO, to="garden@lists.test", subject="Shears", text="Who has them?")
    [post] = town.inbox(ANA)
    [address] = re.findall(r"<mailto:(u\.[^?>]+)", str(post["List-Unsubscribe"]))
    for _ in range(3):
        town.writes(ANA, to=address, subject="unsubscribe", headers={**FORGED, "Auto-Submitted": "auto-generated"})
    assert not is_in(town, ANA)
    assert town.subjects(ANA) == ["Done: we will not write again"]


MULTIPART = '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'


@pytest.mark.parametrize(
    ("form", "content_type"),
    [
        ("List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
        (MULTIPART, "multipart/form-data; boundary=b"),
    ],
    ids=["urlencoded", "multipart"],
)
def test_one_click_leaves_without_cookie_or_redirect_and_says_the_same_twice(
    town: Town, form: str, content_type: str
) -> None:
    town.opens_list("garden", members=[ANA, BRUNO])
    town.writes(BRUNO, to="garden@lists.test", subject="Shears", text="Who has them?")
    [link] = re.findall(r"<https://lists\.test(/u/[^>]+)>", str(town.inbox(ANA)[0]["List-Unsubscribe"]))
    first, second = (town.web.post(link, data=form, content_type=content_type) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.data == second.data
    town.settles()
    assert not is_in(town, ANA)
    assert town.subjects(ANA) == ["Done: we will not write again"]


def test_seeing_the_page_changes_nothing_and_an_unknown_link_says_nothing(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO])
    town.writes(BRUNO, to="garden@lists.test", subject="Shears", text="Who has them?")
    [link] = re.findall(r"<https://lists\.test(/u/[^>]+)>", str(town.inbox(ANA)[0]["List-Unsubscribe"]))
    for look in (town.web.get, town.web.head):
        assert look(link).status_code == 200
    assert is_in(town, ANA)
    for wrong in (f"{link[:-2]}aa", "/u/nonsense"):
        assert town.web.post(wrong, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert is_in(town, ANA)


def test_what_is_owed_and_not_sent_is_cancelled_with_leaving(town: Town) -> None:
    list_id = town.opens_list("garden", members=[ANA, BRUNO])
    arm(f"{Point.SENDER_COPIES_MADE}=raise@1")
    with pytest.raises(Exception, match="injected"):
        town.writes(BRUNO, to="garden@lists.test", subject="Shears", text="Who has them?")
    arm("")
    person = town.person(ANA)
    assert person is not None
    with town.database.reading() as session:
        waiting = sa.select(Delivery.state).where(Delivery.person_id == person.id)
        assert session.scalars(waiting).one() in (DeliveryState.READY, DeliveryState.CLAIMED)
    link = town.hub.site.keys.issue_link(Token(tokens.LEAVE, person.id, list_id))
    town.web.post(f"/u/{link}", data={"List-Unsubscribe": "One-Click"})
    with town.database.reading() as session:
        of_posts = sa.select(Delivery.state, Delivery.reply).join(Mailing, Mailing.id == Delivery.mailing_id)
        [(state, why)] = session.execute(
            of_posts.where(Mailing.source == "lists.post", Delivery.person_id == person.id)
        )
    assert (state, why) == (DeliveryState.CANCELLED, "left the group")
    town.restarts()
    assert town.subjects(ANA) == ["Done: we will not write again"]
    assert town.subjects(BRUNO) == ["Shears"]


def test_undo_restores_everything(paese: Town) -> None:
    list_id = paese.opens_list("orto", members=[ANA, BRUNO], default_delivery="digest")
    paese.writes(ANA, to="orto-ogni@lists.test")
    paese.writes(BRUNO, to="orto@lists.test", subject="Uno", text="Ciao")
    before = paese.place("orto", ANA)
    paese.inbox(ANA)
    paese.writes(ANA, to="orto-esci@lists.test")
    [goodbye] = paese.inbox(ANA)
    assert "Rispondi «annulla» entro domani, martedì 10." in prose(goodbye)
    paese.passes(hours=23)
    paese.replies(ANA, goodbye, "annulla")
    assert paese.subjects(ANA) == ["Di nuovo nel gruppo: Orto"]
    after = paese.place("orto", ANA)
    assert before is not None
    assert after is not None
    for kept in ("state", "delivery", "joined_at", "joined_number", "published"):
        assert getattr(after, kept) == getattr(before, kept), kept
    assert after.delivery is DeliveryChoice.EACH
    with paese.database.reading() as session:
        assert consent.standing(session, [after.person_id], consent.list_purpose(list_id)) == {after.person_id}
    paese.writes(BRUNO, to="orto@lists.test", subject="Due", text="Ciao")
    assert paese.subjects(ANA) == ["Due"]


def test_a_second_undo_and_a_late_one_are_answered(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO])
    for member in (ANA, BRUNO):
        town.writes(member, to="garden-leave@lists.test")
    [of_ana], [of_bruno] = town.inbox(ANA), town.inbox(BRUNO)
    for _ in range(2):
        town.replies(ANA, of_ana, "undo")
    assert town.subjects(ANA) == ["Back in the group: Garden", "It was undone already"]
    town.passes(hours=25)
    town.replies(BRUNO, of_bruno, "undo")
    assert town.subjects(BRUNO) == ["It is late to undo"]
    assert not is_in(town, BRUNO)


@pytest.mark.parametrize(
    ("said", "day", "told"),
    [
        ("pausa fino al 2 settembre", date(2026, 9, 2), "fino a mercoledì 2 settembre"),
        ("pause until 2 September", date(2026, 9, 2), "until Wednesday 2 September"),
        ("Pausa due settimane", date(2026, 3, 23), "fino a lunedì 23"),
        ("pausa", None, "finché non scrivi «riprendi»"),
    ],
)
def test_a_pause_ends_when_it_was_said_to(paese: Town, said: str, day: date | None, told: str) -> None:
    paese.opens_list("orto", members=[ANA, BRUNO])
    paese.writes(BRUNO, to="orto@lists.test", subject="Uno", text="Ciao")
    [post] = paese.inbox(ANA)
    paese.replies(ANA, post, said)
    [answer] = paese.inbox(ANA)
    assert told in prose(answer)
    place = paese.place("orto", ANA)
    assert place is not None
    assert (local(place.paused_until, "Europe/Rome").date() if place.paused_until else None) == day
    paese.writes(BRUNO, to="orto@lists.test", subject="Due", text="Ciao")
    assert paese.inbox(ANA) == []


def test_a_pause_of_a_day_ends_by_itself_with_one_letter_and_never_the_backlog(paese: Town) -> None:
    paese.opens_list("orto", members=[ANA, BRUNO])
    paese.writes(ANA, to="orto@lists.test", text="pausa fino a domani")
    paese.writes(BRUNO, to="orto@lists.test", subject="Uno", text="Ciao")
    paese.passes(days=1)
    paused, letter = paese.inbox(ANA)
    assert paused["Subject"] == "Pausa: Orto"
    assert letter["Subject"] == "La lettera di martedì 10 marzo: 1 messaggio"
    assert "07:30:00 +0100" in str(letter["Date"])
    paese.writes(BRUNO, to="orto@lists.test", subject="Due", text="Ciao")
    assert paese.subjects(ANA) == ["Due"]


def test_a_pause_in_which_nothing_happened_ends_with_a_word_about_it(paese: Town) -> None:
    paese.opens_list("orto", members=[ANA, BRUNO])
    paese.writes(ANA, to="orto@lists.test", text="pausa fino a domani")
    paese.passes(days=1)
    assert paese.subjects(ANA) == ["Pausa: Orto", "Di nuovo con noi: Orto"]


def test_a_day_that_is_not_clear_is_asked_back(paese: Town) -> None:
    paese.opens_list("orto", members=[ANA])
    paese.writes(ANA, to="orto-pausa@lists.test")
    [begun] = paese.inbox(ANA)
    paese.replies(ANA, begun, "pausa fino a quando fa bello")
    [asked] = paese.inbox(ANA)
    assert asked["Subject"] == "Fino a quando la pausa?"


def test_resume_each_digest_and_their_undo(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO], default_delivery="each")
    town.writes(ANA, to="garden-pause@lists.test")
    town.writes(ANA, to="garden-resume@lists.test")
    assert town.subjects(ANA) == ["Pause: Garden", "Back with us: Garden"]
    town.writes(ANA, to="garden-digest@lists.test")
    [letter] = town.inbox(ANA)
    place = town.place("garden", ANA)
    assert place is not None
    assert place.delivery is DeliveryChoice.DIGEST
    assert "in one letter a day" in prose(letter)
    town.replies(ANA, letter, "undo")
    assert town.subjects(ANA) == ["Done: all as before"]
    assert [one.delivery for one in _places(town)] == [DeliveryChoice.EACH, DeliveryChoice.EACH]


def _places(town: Town) -> list[Subscription]:
    with town.database.reading() as session:
        return list(session.scalars(sa.select(Subscription)))


def test_why_explains_the_copy_it_answers(paese: Town) -> None:
    paese.opens_list("orto", members=[ANA, BRUNO])
    paese.passes(days=20)
    paese.writes(BRUNO, to="orto@lists.test", subject="Cesoie", text="Chi le ha?")
    [post] = paese.inbox(ANA)
    paese.replies(ANA, post, "perché")
    [why] = paese.inbox(ANA)
    assert "perché fai parte di Orto dal 9 marzo" in prose(why)
    assert "È partita oggi, domenica 29, ore 10, per ana@example.org" in prose(why)
    assert paese.subjects(BRUNO) == ["Cesoie"]


def test_help_and_owner_answer_members_and_strangers(paese: Town) -> None:
    paese.opens_list("orto", members=[ANA])
    paese.writes(ANA, to="orto-aiuto@lists.test")
    paese.writes(ANA, to="orto-chi@lists.test")
    helped, organised = paese.inbox(ANA)
    assert "«pausa», «riprendi»" in prose(helped)
    assert "organizza.orto@lists.test" in prose(organised)
    paese.writes("zoe@example.net", to="orto-help@lists.test")
    [outside] = paese.inbox("zoe@example.net")
    assert 'reply to this mail and write "join"' in prose(outside)
    paese.replies("zoe@example.net", outside, "join")
    assert len(paese.inbox("zoe@example.net")) == 1


def test_what_is_written_to_the_organisers_reaches_them_and_their_answer_its_author(town: Town) -> None:
    town.opens_list("garden", members=[ANA], organiser="olga@example.org")
    town.writes(f"Ana <{ANA}>", to="organiser.garden@lists.test", subject="A question", text="May I bring a friend?")
    [passed] = town.inbox("olga@example.org")
    assert "May I bring a friend?" in body(passed)
    assert parseaddr(str(passed["Reply-To"]))[1] == ANA
    town.writes(f"Ana <{ANA}>", to="garden-owner@lists.test", subject="Again", text="May I?")
    assert town.subjects("olga@example.org") == ["Again"]
    assert town.subjects(ANA) == ["Your message has reached the organisers"]
    town.writes("zoe@example.net", to="postmaster@lists.test", subject="Trouble", text="Hello", headers=FORGED)
    assert town.last()[0] == "held"  # nobody organises this site


def test_who_is_not_there_is_told_that_there_was_nothing_to_leave(town: Town) -> None:
    town.opens_list("garden", members=[BRUNO])
    town.writes(ANA, to="garden-leave@lists.test")
    assert town.subjects(ANA) == ["This address is not in Garden"]


def test_a_forged_wish_to_leave_asks_the_owner_of_the_address(town: Town) -> None:
    town.opens_list("garden", members=[ANA])
    town.writes(ANA, to="garden-leave@lists.test", headers=FORGED)
    assert is_in(town, ANA)
    [asked] = town.inbox(ANA)
    town.replies(ANA, asked, "no")
    assert is_in(town, ANA)
    assert town.subjects(ANA) == ["That mail will have no effect"]
