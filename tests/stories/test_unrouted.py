"""Mail of people we know that is for nobody here: an organiser says for whom it is, once, and the address is learnt."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from mailhub.db import versions
from mailhub.db.session import Database
from mailhub.inbound.door import open_doors
from mailhub.lists import publishing, reading
from mailhub.people import roles
from tests.mail.zones import Zone
from tests.stories.conftest import _town
from tests.stories.town import FORGED, Town, body, prose

RITA, BRUNO, OLGA, TEO, ZOE = (f"{name}@example.org" for name in ("rita", "bruno", "olga", "teo", "zoe"))
TITLE = {"it": "Orto urbano", "en": "City garden"}


def begins(town: Town, *organisers: str, **rules: object) -> None:
    """Two groups, and who organises the site."""
    town.opens_list("orto", members=[RITA, BRUNO], title=TITLE, **rules)  # type: ignore[arg-type]
    town.opens_list("coro", members=[BRUNO], join="approval")
    with town.database.transaction() as session:
        roles.appoint(session, organisers or (OLGA,), roles.ORGANISER, origin="config", now=town.clock.now())


def asks(town: Town, to: str = "giardino", text: str = "Chi ha semi di fava?", author: str = RITA) -> EmailMessage:
    """Rita writes where nobody is; gives what Olga is asked."""
    town.writes(author, to=f"{to}@lists.test", subject="Semi", text=text)
    return town.inbox(OLGA)[-1]


def aliases(town: Town, slug: str = "orto") -> tuple[str, ...]:
    with town.database.reading() as session:
        group = reading.by_slug(session, slug)
        assert group is not None
        return reading.definition_of(group).aliases


def told(town: Town, email: str) -> str:
    """The one mail that has come, without line ends."""
    [mail] = town.inbox(email)
    return prose(mail)


def test_an_organiser_says_for_whom_it_is_and_the_address_is_learnt(paese: Town) -> None:
    begins(paese)
    asked = asks(paese)
    assert asked["Subject"] == "Per chi è «Semi»?"
    assert "Rita (rita@example.org) ha scritto a giardino@lists.test, che qui non è l'indirizzo" in prose(asked)
    assert "> Chi ha semi di fava?" in body(asked)
    waits = told(paese, RITA)
    assert "è arrivato e non è perso" in waits
    assert "entro domani, martedì 10" in waits
    assert "> Chi ha semi di fava?" in waits
    assert (paese.last(), paese.inbox(BRUNO)) == (("held", "unrouted"), [])

    paese.replies(OLGA, asked, "È orto")
    assert paese.subjects(BRUNO) == ["Semi"]
    assert paese.subjects(RITA) == ["Il tuo messaggio è andato a Orto urbano", "Semi"]
    done = told(paese, OLGA)
    assert "Rita (rita@example.org) va al gruppo Orto urbano. È già al gruppo." in done
    assert "Da adesso giardino@lists.test è anche del gruppo Orto urbano" in done
    assert (paese.dispositions()[0].outcome, paese.dispositions()[0].reason) == ("posted", "accepted")
    with paese.database.reading() as session:
        runs = versions.latest(session, publishing.KIND)["orto"]
    assert (runs.number, runs.origin, "- giardino" in runs.body) == (2, "mail", True)

    paese.writes(BRUNO, to="giardino@lists.test", subject="Vanga", text="Chi ha la vanga?")
    assert (paese.last(), paese.inbox(OLGA)) == (("posted", "accepted"), [])


def test_the_same_in_english_by_what_the_group_is_called(town: Town) -> None:
    begins(town)
    asked = asks(town, "info", "Who has seeds?")
    assert 'reply whom it is for, for example "it is orto"' in prose(asked)
    assert "an organiser reads it, usually by tomorrow, Tuesday 10" in told(town, RITA)
    town.replies(OLGA, asked, "It is for the City Garden group.")
    assert town.subjects(RITA) == ["Your message has gone to City garden", "Semi"]
    assert 'is an address of the City garden group too: if that is a mistake reply "undo"' in told(town, OLGA)
    assert aliases(town) == ("info",)


@pytest.mark.parametrize("said", ["orto", "è per il gruppo orto", "va a orto@lists.test", "è l'orto", "it's ortto"])
def test_the_group_may_be_named_in_many_ways(paese: Town, said: str) -> None:
    begins(paese)
    paese.replies(OLGA, asks(paese), said)
    assert (aliases(paese), paese.subjects(BRUNO)) == (("giardino",), ["Semi"])


def test_a_name_that_is_none_or_two_is_asked_back_and_nothing_has_happened(town: Town) -> None:
    begins(town)
    town.opens_list("night-garden", title={"it": "Orto di notte", "en": "Night garden"})
    asked = asks(town)
    town.replies(OLGA, asked, "It is perhaps for the people with the donkeys?")
    [which] = town.inbox(OLGA)
    assert "orto · City garden" in body(which)
    assert "coro · Coro" in body(which)
    assert "> It is perhaps" in body(which)
    town.replies(OLGA, which, "garden")
    [which] = town.inbox(OLGA)
    assert "coro" not in body(which)
    assert (town.inbox(BRUNO), aliases(town)) == ([], ())
    town.replies(OLGA, which, "it is night garden")
    assert aliases(town, "night-garden") == ("giardino",)


def test_the_group_keeps_its_rules(paese: Town) -> None:
    begins(paese, moderate="everyone", moderator=TEO)
    asked = asks(paese)
    paese.inbox(RITA)
    paese.replies(OLGA, asked, "è orto")
    assert "Aspetta, come ogni messaggio che quel gruppo fa aspettare" in told(paese, OLGA)
    assert paese.subjects(RITA) == ["Il tuo messaggio aspetta di essere letto"]
    [question] = paese.inbox(TEO)
    assert paese.inbox(BRUNO) == []
    paese.replies(TEO, question, "pubblica")
    assert paese.subjects(BRUNO) == ["Semi"]


def test_who_does_not_belong_to_the_group_is_asked_to_join_it(town: Town) -> None:
    begins(town)
    town.replies(OLGA, asks(town, "singers"), "it is coro")
    assert town.dispositions()[0].reason == "not-a-member"
    assert "Is this you? Coro group" in town.subjects(RITA)
    assert town.inbox(BRUNO) == []


def test_of_two_organisers_the_first_counts_and_the_second_hears_so(paese: Town) -> None:
    begins(paese, OLGA, TEO)
    asked = asks(paese)
    [of_teo] = paese.inbox(TEO)
    paese.replies(OLGA, asked, "è orto")
    assert "l'ha mandato al gruppo Orto urbano" in told(paese, TEO)
    paese.inbox(OLGA)
    paese.replies(TEO, of_teo, "è coro")
    paese.replies(TEO, of_teo, "rifiuta")
    for mail in paese.inbox(TEO):
        assert mail["Subject"] == "È già stato deciso"
        assert "l'ha mandato al gruppo Orto urbano" in prose(mail)
    assert (paese.subjects(BRUNO), aliases(paese, "coro")) == (["Semi"], ())


def test_it_is_answered_in_an_organisers_own_words(paese: Town) -> None:
    begins(paese)
    asked = asks(paese)
    paese.inbox(RITA)
    paese.replies(OLGA, asked, "Rispondi: Ciao Rita, i semi\nsono nel capanno.")
    [answer] = paese.inbox(RITA)
    assert "sono nel capanno." in body(answer)
    assert "> Chi ha semi di fava?" in body(answer)
    assert paese.subjects(OLGA) == ["Fatto: le tue parole sono partite"]
    assert paese.dispositions()[0].reason == "unrouted-answered"
    paese.replies(RITA, answer, "Grazie davvero, passo domani a prenderli")  # and the conversation goes on
    assert paese.subjects(OLGA) == ["Per chi è «Re: Una risposta al tuo messa…»?"]


def test_it_is_refused_with_a_reason_and_comes_back_whole(town: Town) -> None:
    begins(town)
    asked = asks(town)
    town.inbox(RITA)
    town.replies(OLGA, asked, "refuse: we do not sell seeds")
    back = told(town, RITA)
    assert 'The reason: "we do not sell seeds".' in back
    assert "> Chi ha semi di fava?" in back
    assert town.dispositions()[0].reason == "unrouted-refused"
    assert (town.inbox(BRUNO), aliases(town)) == ([], ())
    town.replies(OLGA, asked, "answer")
    assert "passed it to no group" in [prose(mail) for mail in town.inbox(OLGA)][-1]


def test_what_nobody_answers_is_asked_once_more_and_then_comes_back(town: Town) -> None:
    begins(town)
    asks(town)
    town.inbox(RITA)
    town.passes(days=3)
    assert town.subjects(OLGA) == ['Who is "Semi" for?']
    town.passes(days=12)
    assert {subject.partition(",")[0] for subject in town.subjects(OLGA)} == {"The organisers' letter"}
    assert "> Chi ha semi di fava?" in told(town, RITA)
    assert town.dispositions()[0].reason == "unrouted-expired"
    town.replies(OLGA, town.mailbox(OLGA)[0], "it is orto")
    assert town.subjects(OLGA) == ["It is decided already"]
    assert town.inbox(BRUNO) == []


def test_undo_takes_the_address_away_within_a_day_and_the_message_stays(paese: Town) -> None:
    begins(paese)
    paese.replies(OLGA, asks(paese), "è orto")
    [done] = paese.inbox(OLGA)
    paese.passes(hours=20)
    paese.replies(OLGA, done, "annulla")
    assert paese.subjects(OLGA) == ["Fatto: giardino@lists.test non è più di Orto urbano"]
    assert (aliases(paese), paese.subjects(BRUNO)) == ((), ["Semi"])
    paese.replies(OLGA, asks(paese, text="E adesso?"), "è coro")
    assert aliases(paese, "coro") == ("giardino",)
    done = paese.inbox(OLGA)[-1]
    paese.passes(hours=25)
    paese.replies(OLGA, done, "annulla")
    assert (paese.subjects(OLGA)[-1], aliases(paese, "coro")) == ("È tardi per annullare", ("giardino",))


def test_what_else_waited_at_that_address_goes_with_it(town: Town) -> None:
    begins(town)
    asks(town)
    asked = asks(town, text="Who has shears?", author=BRUNO)
    for email in (RITA, BRUNO):
        town.inbox(email)
    town.replies(OLGA, asked, "it is orto")
    assert "With it goes 1 message that waited at the same address." in told(town, OLGA)
    assert len(town.subjects(RITA)) == len(town.subjects(BRUNO)) == 3  # both messages, and what became of one's own
    assert [noted.outcome for noted in town.dispositions()[:2]] == ["posted", "posted"]


def test_a_word_at_an_address_that_is_nobodys_is_carried_out_when_it_is_learnt(paese: Town) -> None:
    begins(paese)
    paese.writes(RITA, to="cantori-iscriviti@lists.test")
    [asked] = paese.inbox(OLGA)
    paese.replies(OLGA, asked, "è coro")
    assert aliases(paese, "coro") == ("cantori",)
    assert paese.dispositions()[0].reason == "join"


@pytest.mark.parametrize("local", ["noreply", "rita.orto", "orto_urbano_2026"])
def test_a_name_no_group_can_have_counts_for_this_message_only(town: Town, local: str) -> None:
    begins(town)
    asked = asks(town, local)
    assert "From then on" not in prose(asked)
    town.replies(OLGA, asked, "it is orto")
    assert "so this counts for this message only" in told(town, OLGA)
    assert (aliases(town), town.subjects(BRUNO)) == ((), ["Semi"])


def test_prose_to_the_front_desk_reaches_a_person_and_commands_do_not(paese: Town) -> None:
    begins(paese)
    asked = asks(paese, "hub", "Buongiorno, vorrei sapere se domenica si pota anche con la pioggia.")
    assert "ha scritto a hub@lists.test, senza dire per quale gruppo" in prose(asked)
    assert "non chiede nulla che sappiamo fare da soli" in told(paese, RITA)
    paese.replies(OLGA, asked, "è orto")
    assert (aliases(paese), paese.subjects(BRUNO)) == ((), ["Semi"])
    assert paese.subjects(OLGA) == ["Fatto: va al gruppo Orto urbano"]
    for command in ("aiuto", "iscrivimi", "esci dal gruppo pianoforte", ""):
        paese.writes(RITA, to="hub@lists.test", text=command)
        assert paese.inbox(OLGA) == [], command


def test_a_strangers_mail_is_refused_at_the_door_or_answered_with_how_it_works(town: Town) -> None:
    begins(town)
    mail = town.letter(ZOE, "giardino@lists.test", "Buy", "this").as_bytes()
    [refusal] = town.receives(mail, ZOE, ["giardino@lists.test"])
    assert refusal.startswith("550 5.1.1 ")
    for _ in range(2):  # our answer makes nobody known
        town.keeps(mail, ZOE, ["giardino@lists.test"])
        town.settles()
    assert town.subjects(ZOE) == ["How Pietrafiore works"] * 2
    assert town.inbox(OLGA) == []


def test_a_forged_mail_waits_for_its_author_before_anybody_reads_it(town: Town) -> None:
    begins(town)
    town.writes(RITA, to="giardino@lists.test", subject="Semi", text="Seeds?", headers=FORGED)
    assert (town.last(), town.inbox(OLGA)) == (("held", "unproven"), [])
    [was_it_you] = town.inbox(RITA)
    town.replies(RITA, was_it_you, "yes")
    [asked] = town.inbox(OLGA)
    town.replies(OLGA, asked, "it is orto")
    assert town.subjects(BRUNO) == ["Semi"]


def test_a_program_asks_nobody(town: Town) -> None:
    begins(town)
    town.writes(RITA, to="giardino@lists.test", text="I am away", headers={"Auto-Submitted": "auto-replied"})
    assert (town.last()[0], town.inbox(OLGA), town.inbox(RITA)) == ("dropped", [], [])


def test_from_the_fourth_in_a_day_on_one_hears_how_it_works(town: Town) -> None:
    begins(town)
    for number in range(4):
        town.writes(RITA, to=f"giardino{number}@lists.test", text=f"Seeds {number}?")
    assert len(town.inbox(OLGA)) == 3
    assert town.subjects(RITA)[-1] == "How Pietrafiore works"
    assert "> Seeds 3?" in body(town.mailbox(RITA)[-1])
    town.passes(days=1, minutes=1)
    town.inbox(OLGA)
    asks(town, "giardinone")


def test_a_mail_that_has_been_erased_goes_nowhere(town: Town) -> None:
    begins(town)
    asked = asks(town)
    town.writes(RITA, to="hub@lists.test", text="forget me")
    town.passes(minutes=10)
    town.replies(RITA, town.mailbox(RITA)[-1], "confirm")
    town.passes(days=3)
    assert town.inbox(OLGA) == []
    town.replies(OLGA, asked, "it is orto")
    assert town.subjects(OLGA) == ["That message is gone"]
    assert (town.inbox(BRUNO), aliases(town)) == ([], ())


OURS, ELSEWHERE = "198.51.100.7", "203.0.113.9"


@pytest.fixture
def site(tmp_path: Path, database: Database) -> Iterator[Town]:
    """A town that faces the world; example.org names its server."""
    zone = Zone()
    zone.put("example.org", "TXT", f"v=spf1 ip4:{OURS} -all".encode())
    settings = {"MAILHUB_INBOUND__TRUST": "own", "MAILHUB_INBOUND__SMTP": "127.0.0.1:0"}
    yield from _town(Town(tmp_path, database, settings, zone))


def test_at_the_door_only_their_own_server_speaks_for_somebody_we_know(site: Town) -> None:
    """Else whoever asks would learn which people are known here."""
    begins(site)
    assert [site.gate.knows(RITA, peer) for peer in (OURS, ELSEWHERE, "127.0.0.1", "local")] == [True] + [False] * 3
    assert [site.gate.knows(sender, OURS) for sender in (ZOE, "", "rita@elsewhere.example")] == [False] * 3
    site.peer = OURS
    site.writes(RITA, to="giardino@lists.test", subject="Semi", text="Seeds?")
    assert site.subjects(OLGA) == ['Who is "Semi" for?']


def test_the_door_asks_for_its_host_before_it_looks_for_the_person(site: Town) -> None:
    asked = site.hub.resolver()
    assert isinstance(asked, Zone)
    begins(site)
    for sender in (RITA, ZOE):
        asked.asked.clear()
        site.gate.knows(sender, ELSEWHERE)
        assert asked.asked == ["example.org"]


def test_through_the_real_door(town: Town) -> None:
    begins(town)
    doors = open_doors(town.hub)
    try:
        host, port = doors.bound["smtp"][:2]
        with smtplib.SMTP(host, port, "mx.example.org") as door:
            mail = town.letter(RITA, "giardino@lists.test", "Semi", "Seeds?").as_bytes(policy=SMTP)
            assert door.sendmail(RITA, ["giardino@lists.test"], mail) == {}
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                door.sendmail(ZOE, ["giardino@lists.test"], mail)
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                door.sendmail(RITA, ["r.abc@lists.test"], mail)
    finally:
        doors.close()
    town.settles()
    assert town.subjects(OLGA) == ['Who is "Semi" for?']
