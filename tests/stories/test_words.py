"""Every mail we can write is written once in each language; `copies` and `rehearsal` read it while that happens."""

import re
from collections.abc import Callable
from email.message import EmailMessage
from unittest.mock import patch

import pytest
import sqlalchemy as sa

from mailhub import content, wording
from mailhub.hub import roundtrip
from mailhub.journeys import seconding
from mailhub.lists import asking as asking_of
from mailhub.lists import publishing, reading, subscriptions
from mailhub.lists.enrolling import Roll
from mailhub.lists.tables import DeliveryChoice, MailList
from mailhub.people import persons, roles
from mailhub.people.checking import Newcomer
from mailhub.people.segments import publishing as segments
from mailhub.people.segments import resolving
from tests.stories.journeys import publishes
from tests.stories.reports import bounce, complaint, last_copy
from tests.stories.town import FORGED, Town
from tests.stories.town import body as text_of

ANA, BRUNO, MO, OLGA, ZOE = ("ana@example.org", "bruno@example.org", "mo@example.org", "olga@example.org", "zoe@x.test")
EVA, IVO, UMA, NINA = "eva@example.org", "ivo@example.org", "uma@example.org", "nina@example.org"
LIA, TEO = "lia@example.org", "teo@example.org"
IDA, UGO = "ida.moderates@example.org", "ugo.moderates@example.org"
ROOMS = ("lists", "calm", "inbound", "unrouted", "people", "digests", "delivery", "lost", "monday", "publishing")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_mail_of_the_catalogue_is_sent_in_english_and_does_what_it_says(town: Town) -> None:
    plays(town)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the words are the same on the other
def test_every_mail_of_the_catalogue_is_sent_in_italian_and_does_what_it_says(paese: Town) -> None:
    plays(paese)


def plays(town: Town) -> None:
    for scene in SCENES:
        scene(town)
    sent = {one.entry for one in town.sent if one.kind == "service"}
    assert {key for room in ROOMS for key in wording.mails("en", room)} - sent == set()


def say(town: Town, verb: str) -> str:
    """The word our mails print for a verb in this town."""
    return town.hub.verbs.get(verb).words[town.hub.site.language][0]


def answers_last(town: Town, email: str, verb: str) -> None:
    """Reply to the newest mail in a mailbox."""
    town.replies(email, town.mailbox(email)[-1], say(town, verb))


def joining(town: Town) -> None:
    town.opens_list("garden", moderator=MO, members=[BRUNO])
    town.writes(ANA, to="garden-join@lists.test")
    town.writes(ZOE, to="garden-join@lists.test")
    late = town.mailbox(ZOE)[-1]
    town.passes(hours=49)
    answers_last(town, ANA, "confirm")
    town.writes(ANA, to="garden-join@lists.test")
    town.passes(days=6)
    town.replies(ZOE, late, say(town, "confirm"))
    town.writes(ZOE, to="garden-join@lists.test")
    answers_last(town, ZOE, "decline")


def organisers_decide(town: Town) -> None:
    town.opens_list("choir", join="approval", organisers=[OLGA, MO])
    for email, word in ((ANA, "approve"), (BRUNO, "deny")):
        town.writes(email, to="choir-join@lists.test")
        answers_last(town, email, "confirm")
        asked = town.mailbox(OLGA)[-1]
        town.replies(OLGA, asked, say(town, word))
        town.replies(MO, town.mailbox(MO)[-1], say(town, word))
    town.opens_list("board", join="invitation")
    town.writes(ANA, to="board-join@lists.test")
    town.opens_list("news", kind="announce")
    town.writes(ANA, to="news-join@lists.test")
    answers_last(town, ANA, "confirm")


def people_who_were_not_asked(town: Town) -> None:
    with town.database.transaction() as session:
        group = session.scalars(sa.select(MailList).where(MailList.slug == "garden")).one()
        person, _ = persons.meet(session, "ida@example.org", now=town.clock.now())
        Roll(group.id).enrol(session, [Newcomer(person.id, None, None, False)], now=town.clock.now())
    town.settles()
    answers_last(town, "ida@example.org", "confirm")


def reading_first(town: Town) -> None:
    for subject, word in (("One", "publish"), ("Two", "refuse"), ("Three", None)):
        town.writes(ANA, to="garden@lists.test", subject=subject, text="Hello")
        held, asked = town.mailbox(ANA)[-1], town.mailbox(MO)[-1]
        if word is None:
            town.replies(ANA, held, "What does this mean?")
            town.replies(ANA, held, "")
            town.replies(ANA, held, say(town, "publish"))
            town.replies(ANA, held, say(town, "withdraw"))
            town.replies(MO, asked, say(town, "publish"))
        else:
            town.replies(MO, asked, say(town, word))
    town.writes(BRUNO, to="garden@lists.test", subject="Too late", text="Hello")
    town.writes(BRUNO, to="garden@lists.test", text=say(town, "withdraw"))


def for_one_or_for_all(town: Town) -> None:
    town.opens_list("terrace", members=[ANA, BRUNO, OLGA], moderator=MO)
    town.joins("terrace", EVA, published=0)
    town.writes(BRUNO, to="terrace@lists.test", subject="Stairs", text="Who sweeps them?")
    swept = {email: town.mailbox(email)[-1] for email in (ANA, EVA, OLGA)}
    for email, verb in ((ANA, "to-nobody"), (ANA, "to-one"), (ANA, "to-all"), (EVA, "to-all")):
        town.replies(email, swept[email], f"Ciao Bruno,\n{verb}")
        answers_last(town, email, verb)
    town.replies(OLGA, swept[OLGA], "Ciao Bruno,\nnothing")
    asked = town.mailbox(OLGA)[-1]
    town.passes(days=8)
    town.replies(OLGA, asked, say(town, "to-all"))
    town.replies(OLGA, swept[OLGA], "Ciao Bruno,\ntoo late")
    late = town.mailbox(OLGA)[-1]
    town.writes(BRUNO, to="terrace-leave@lists.test")
    town.replies(OLGA, late, say(town, "to-one"))


def deciding(town: Town) -> None:
    town.opens_list("kitchen", moderators=[MO, OLGA], moderate="everyone")
    town.joins("kitchen", EVA, published=0)

    def waits(number: int) -> EmailMessage:
        town.writes(EVA, to="kitchen@lists.test", subject=f"Soup {number}", text="Hello there")
        return town.mailbox(MO)[-1]

    def mo_says(to: EmailMessage, verb: str, more: str = "") -> None:
        town.replies(MO, to, f"{say(town, verb)}{more}")

    first = waits(1)
    mo_says(first, "help")
    mo_says(first, "edit")
    mo_says(first, "rephrase", ": Hello there")
    asked = town.mailbox(EVA)[-1]
    town.replies(EVA, asked, "ok")
    town.replies(EVA, asked, "Hello there, again")
    mo_says(first, "edit", ": Hello there")
    answers_last(town, EVA, "decline-edit")
    mo_says(first, "edit", ": Hello there")
    answers_last(town, EVA, "accept-edit")
    second = waits(2)
    mo_says(second, "rephrase", ": Hello there")
    town.passes(days=15)
    mo_says(town.mailbox(MO)[-1], "publish")
    third = waits(3)
    mo_says(third, "readmit")
    mo_says(third, "trust")
    town.opens_list("kitchen", moderators=[MO, OLGA], moderate="everyone", approvals=2)
    town.joins("kitchen", NINA)
    town.writes(NINA, to="kitchen@lists.test", subject="Soup 4", text="Hello there")
    fourth = town.mailbox(MO)[-1]
    mo_says(fourth, "publish")
    mo_says(fourth, "ban", ": Hello there")
    mo_says(fourth, "readmit")
    town.opens_list("kitchen", moderators=[MO, OLGA], largest="1 kB")
    town.joins("kitchen", OLGA)
    town.writes(OLGA, to="kitchen@lists.test", subject="Soup 5", text="Hello " * 300)
    mo_says(town.mailbox(MO)[-1], "ban")


# What a moderator writes of a conversation, in the town's language.
CALM = {
    "it": {"slow": "ritmo lento 6 ore", "closed": "chiudi fino a venerdì: Hello", "bad": "chiudi fino a ieri",
           "good": "chiudi per sempre: Hello", "two": "due voci Ugo e Ada"},
    "en": {"slow": "slow 6 hours", "closed": "close until Friday: Hello", "bad": "close until yesterday",
           "good": "close for good: Hello", "two": "two voices Ugo and Ada"},
}  # fmt: skip


def calming(town: Town) -> None:
    town.opens_list("fair", members=[EVA, NINA, MO, OLGA], moderators=[MO, OLGA])
    town.writes(EVA, to="fair@lists.test", subject="Tents", text="Hello there")
    hers = town.mailbox(NINA)[-1]
    lines = CALM[town.hub.site.language]
    town.written += list(lines.values())

    def answers(email: str, text: str) -> None:
        town.replies(email, hers, text, to="fair@lists.test")

    def surely(line: str) -> None:
        answers(MO, line)
        town.replies(MO, latest(town, MO, "calm.sure"), say(town, "do-it"))

    answers(EVA, say(town, "appeal"))
    surely(lines["slow"])
    answers(EVA, "Hello once more")
    town.replies(EVA, latest(town, EVA, "calm.paced"), say(town, "send"))
    town.replies(EVA, latest(town, EVA, "calm.paced"), f"{say(town, 'change')}: Hello there")
    for verb in ("uphold", "lift-appealed"):
        answers(EVA, f"{say(town, 'appeal')}: Hello")
        answers(NINA, say(town, "appeal"))
        asked = latest(town, OLGA, "calm.appeal-asked")
        for _ in range(2):
            town.replies(OLGA, asked, say(town, verb))
    surely(lines["bad"])
    surely(lines["two"])
    surely(lines["good"])
    answers(NINA, "Hello all")
    surely(lines["closed"])
    answers(NINA, "Hello you")
    town.passes(days=7)
    town.replies(NINA, latest(town, NINA, "calm.offered"), say(town, "send"))
    surely(lines["closed"])
    surely(say(town, "lift"))
    town.opens_list("fair", members=[EVA, NINA, MO, OLGA], moderators=[MO, OLGA], default_delivery="digest")
    town.joins("fair", UMA)
    town.writes(EVA, to="fair@lists.test", subject="Tables", text="Hello there")
    with town.database.transaction() as session:
        person = persons.find(session, MO)
        assert person is not None
        place = reading.subscription(session, reading.by_slug(session, "fair").id, person.id)  # type: ignore[union-attr]
        assert place is not None
        subscriptions.choose(session, place, DeliveryChoice.DIGEST, now=town.clock.now())
    town.writes(EVA, to="fair@lists.test", subject="Chairs", text="Hello there")
    town.passes(days=1)
    town.replies(MO, town.mailbox(MO)[-1], f"1 {say(town, 'help')}")


def reporting(town: Town) -> None:
    town.opens_list("mill-race", members=[EVA, NINA, MO, OLGA], moderators=[MO, OLGA])
    town.writes(EVA, to="mill-race@lists.test", subject="Water", text="Hello there")
    hers = town.mailbox(NINA)[-1]
    town.replies(NINA, hers, "Hello yourself", to="mill-race@lists.test")
    for verb in ("report", "wait", "wait"):
        town.replies(NINA, hers, say(town, verb), to="mill-race@lists.test")
    for _ in range(2):
        town.replies(MO, latest(town, MO, "calm.report-asked"), say(town, "handled"))
    for answer in ("decline-mediation", "agree"):
        town.replies(MO, hers, say(town, "mediation"), to="mill-race@lists.test")
        town.replies(MO, latest(town, MO, "calm.sure"), say(town, "do-it"))
        for email in (EVA, NINA):
            town.replies(email, latest(town, email, "calm.mediation-asked"), say(town, answer))
    opened = latest(town, EVA, "calm.mediation-open")
    town.replies(EVA, opened, "Hello there")
    for _ in range(2):
        town.replies(EVA, opened, say(town, "end-talk"))


def latest(town: Town, email: str, entry: str) -> EmailMessage:
    """The newest mail of this entry in a mailbox."""
    mine = [one for one in town.sent if one.copy.envelope_to == email and one.kind == "service" and one.entry == entry]
    return mine[-1].message


def leaving(town: Town) -> None:
    town.writes(BRUNO, to="garden-leave@lists.test")
    goodbye = town.mailbox(BRUNO)[-1]
    town.writes(BRUNO, to="garden-leave@lists.test")
    town.replies(BRUNO, goodbye, say(town, "undo"))
    town.replies(BRUNO, goodbye, say(town, "undo"))
    town.writes("ida@example.org", to="garden-leave@lists.test")
    late = town.mailbox("ida@example.org")[-1]
    town.passes(hours=25)
    town.replies("ida@example.org", late, say(town, "undo"))


def choosing(town: Town) -> None:
    for verb in ("pause", "resume", "each", "digest"):
        town.writes(BRUNO, to=f"garden-{verb}@lists.test")
    chosen = town.mailbox(BRUNO)[-1]
    town.replies(BRUNO, chosen, say(town, "undo"), headers=FORGED)
    town.replies(BRUNO, chosen, say(town, "undo"))
    town.replies(BRUNO, chosen, f"{say(town, 'pause')} xyz")


def asking(town: Town) -> None:
    town.writes(BRUNO, to="garden@lists.test", subject="Shears", text="Hello")
    for verb in ("why", "help", "owner"):
        answers_last(town, BRUNO, verb)
    town.writes(ZOE, to="garden-help@lists.test")
    answers_last(town, ZOE, "why")
    town.writes(ANA, to="hub@lists.test", text=say(town, "pause"))
    town.writes(ANA, to="hub@lists.test", text="What is this?")
    town.writes(ZOE, to="hub@lists.test", text=say(town, "undo"))
    town.writes(BRUNO, to="garden-owner@lists.test", subject="A question", text="May I?")


def being_unclear(town: Town) -> None:
    town.writes(BRUNO, to="garden@lists.test", subject="Re: Shears", text="> Hello", headers={"In-Reply-To": "<x@y>"})
    town.writes(BRUNO, to="garden@lists.test", subject="Forged", text="x", headers=FORGED)
    answers_last(town, BRUNO, "not-me")
    relay = next(str(mail["From"]) for mail in town.mailbox(ANA) if "<p." in str(mail["From"]))
    town.writes(ZOE, to=relay, subject="Private", text="Hello")
    town.writes(ANA, to="postmaster@lists.test", subject="Trouble", text="Hello")  # nobody organises this site yet
    town.writes(ANA, to="garden@lists.test", subject="Four", text="Hello")
    old = town.mailbox(MO)[-1]
    town.opens_list("forge", moderator=MO)  # another role ends the tokens of before
    town.replies(MO, old, say(town, "publish"))
    with town.database.transaction() as session:
        group = reading.by_slug(session, "garden")
        assert group is not None
        publishing.close(session, group.id, now=town.clock.now())
    town.writes(BRUNO, to="garden@lists.test", subject="Closed?", text="Hello")


def reading_by_letter(town: Town) -> None:
    town.opens_list("square", members=[ANA, MO, BRUNO], moderate="everyone", moderator=OLGA, default_delivery="digest")
    town.opens_list("orchard", members=[ANA, MO, BRUNO], default_delivery="digest", grace="2 min")
    for number in range(1, 6):
        town.writes(OLGA, to="square@lists.test", subject=f"Shears {number}", text="Who has them? " * number)
    town.writes(MO, to="orchard@lists.test", subject="Apples", text="Ripe.")
    town.written += ["Re: Shears 1", "Re: Shears 2"]  # what answers are called
    town.passes(days=1)
    letter, mute, follow = town.mailbox(ANA)[-1], say(town, "mute"), say(town, "follow")
    town.replies(ANA, letter, f"1 I have them\n2 {mute}\n4\n6 I'd like some")
    town.replies(ANA, town.mailbox(ANA)[-1], say(town, "undo"))
    town.replies(ANA, letter, "6 Some more\n2 " + mute)
    town.passes(minutes=5)
    town.replies(ANA, letter, say(town, "undo"))
    for unclear, answers in (("88 what?", ("perhaps", "1", "2")), ("99 and this?", ("6",)), ("and that?", ("0",))):
        town.replies(ANA, letter, unclear)
        asked = town.mailbox(ANA)[-1]
        for answer in answers:
            town.replies(ANA, asked, answer)
    item = next(line for line in text_of(letter).splitlines() if " r." in line).split()[-1]
    for word in (mute, follow):
        town.replies(ANA, letter, word, to=item)
    town.replies(ANA, letter, "lettera alle 7:30")
    for verb in ("all", "why-letter", "pause-letter", "resume-letter", "no-letter"):
        town.replies(ANA, letter, say(town, verb))
    last = town.mailbox(ANA)[-1]
    town.replies(ANA, letter, say(town, "no-letter"))
    town.replies(ANA, last, say(town, "undo"))
    [address] = re.findall(r"<mailto:(u\.[^?>]+)", str(letter["List-Unsubscribe"]))
    town.writes(ANA, to=address)
    left = town.mailbox(ANA)[-1]
    town.replies(ANA, left, "How are you?")
    town.replies(ANA, left, say(town, "undo"))
    town.writes(MO, to="orchard@lists.test", subject="Pears", text="Ripe too.")
    town.passes(days=1)
    town.replies(ANA, town.mailbox(ANA)[-1], say(town, "all"))


def searching(town: Town) -> None:
    words = "cesoie" if town.hub.site.language == "it" else "shears"
    town.writes(ANA, to="square@lists.test", subject=words, text=f"{words} {words}.")
    answers_last(town, OLGA, "publish")
    town.passes(minutes=5)
    for asked in (words, "", "unicorns", f"{words} since:whenever"):
        town.writes(ANA, to="hub@lists.test", text=f"{say(town, 'search')}: {asked}")


def signing_up(town: Town) -> None:
    for sheet in ("Ugo <ugo@example.org>", "ugo@example.org", ""):
        town.writes(OLGA, to="orchard@lists.test", text=f"{say(town, 'enrol')}: {sheet}")


def mail_that_comes_back(town: Town) -> None:
    people = [f"yard{number}@example.org" for number in range(8)]
    first, subject = people[0], {"en": "Water", "it": "Acqua"}[town.hub.site.language]
    town.opens_list("yard", members=[BRUNO, *people], organiser=OLGA, moderate="nobody")
    for _ in range(5):
        town.writes(BRUNO, to="yard@lists.test", subject=subject, text="Oggi.")
        bounce(town, last_copy(town, first))
        town.passes(days=1)
    probe = last_copy(town, first)
    town.writes(first, to="hub@lists.test", text=say(town, "status"))
    bounce(town, probe)
    town.passes(days=7)
    answers_last(town, first, "resume")
    town.writes(BRUNO, to="yard@lists.test", subject=subject, text="Domani.")
    bounce(town, last_copy(town, people[1]), "5.7.1", "refused by policy")
    town.receives(complaint(last_copy(town, people[2])), "fbl@example.net", ["abuse@lists.test"])
    town.writes(BRUNO, to="yard@lists.test", subject=subject, text="Ieri.")
    for person in people[3:]:
        bounce(town, last_copy(town, person))
    answers_last(town, OLGA, "go-on")


def another_account(town: Town) -> None:
    town.opens_list("mill", members=[EVA])
    town.writes(EVA, to="mill-help@lists.test")
    helped = town.mailbox(EVA)[-1]
    town.replies("eva@telephone.example", helped, say(town, "pause"))
    answers_last(town, EVA, "mine-too")


def what_is_kept_of_a_person(town: Town) -> None:
    town.opens_list("shed", members=[IVO])
    for number in (1, 2):
        town.writes(
            IVO, to="shed@lists.test", subject=f"Plan {number}", text="Hello", files={"plan.pdf": b"x" * 700_000}
        )
    town.writes(IVO, to="hub@lists.test", text=say(town, "data"))
    town.passes(minutes=10)
    asked = town.mailbox(IVO)[-1]
    for _ in range(2):
        town.replies(IVO, asked, say(town, "confirm-twice"))
    town.passes(minutes=1)
    town.opens_list("barn", members=[IVO], organiser=UMA)
    for email in (IVO, UMA):
        town.writes(email, to="hub@lists.test", text=say(town, "forget"))
        town.passes(minutes=10)
        answers_last(town, email, "confirm-twice")


def a_part_alone(town: Town) -> None:
    town.opens_list("shore", members=[EVA, BRUNO], moderate="nobody")
    for verb in ("only-events", "only-decisions", "left-out"):
        town.writes(EVA, to="shore@lists.test", text=say(town, verb))
    town.writes(BRUNO, to="shore@lists.test", subject="Nets", text="Who mends them?")
    for verb in ("left-out", "pause", "resume"):
        town.writes(
            EVA, to="hub@lists.test", text=f"{say(town, verb)} shore" if verb != "left-out" else say(town, verb)
        )


def correcting(town: Town) -> None:
    for slug, grace in (("pond", "0 min"), ("lane", "2 min")):
        town.opens_list(slug, members=[EVA, BRUNO], moderate="nobody", grace=grace)
        own = {"In-Reply-To": town.writes(EVA, to=f"{slug}@lists.test", subject="Frogs", text="Ten.")}
        for text in ("\nTwo.", "\nThree.", ""):
            town.writes(
                EVA, to=f"{slug}@lists.test", subject="Re: Frogs", text=say(town, "correct") + text, headers=own
            )


def inviting(town: Town) -> None:
    town.opens_list("bridge", members=[EVA])
    for named in (" nadia@example.org", ": " + ", ".join(f"n{number}@example.org" for number in range(21))):
        town.writes(EVA, to="bridge@lists.test", text=f"{say(town, 'invite')}{named}")
        if named.startswith(" "):
            answers_last(town, EVA, "undo")


def looking_round(town: Town) -> None:
    town.writes(ZOE, to="hub@lists.test", text=say(town, "lists"))
    town.opens_list("lake")
    town.writes(ZOE, to="hub@lists.test", text=say(town, "lists"))


def losing_a_mailbox(town: Town) -> None:
    it = town.hub.site.language == "it"
    me = "sono io" if it else "it's me"
    town.opens_list("well", members=[EVA, NINA], organiser=OLGA, organisers=[OLGA, MO])
    town.opens_list("spring", members=[UMA], organiser=OLGA, moderators=[UMA])

    def claims(number: int, email: str) -> str:
        new = f"w{number}@new.example"
        town.writes(new, to="well@lists.test", text=f"{me}: {email}")
        answers_last(town, new, "prove-mailbox")
        return new

    town.writes(EVA, to="hub@lists.test", text=me)
    first = claims(1, EVA)
    asked = latest(town, OLGA, "lost.asked")
    town.replies(OLGA, asked, say(town, "vouch"))
    town.replies(MO, latest(town, MO, "lost.asked"), say(town, "vouch"))
    claims(2, EVA)
    town.replies(OLGA, latest(town, OLGA, "lost.asked"), say(town, "vouch"))
    town.replies(OLGA, latest(town, OLGA, "lost.asked"), say(town, "deny-vouch"))
    town.replies(EVA, latest(town, EVA, "lost.warned"), say(town, "not-same-person"))
    third = claims(3, EVA)
    town.replies(OLGA, latest(town, OLGA, "lost.asked"), say(town, "vouch"))
    town.replies(OLGA, latest(town, OLGA, "lost.vouched"), say(town, "undo"))
    claims(4, "nobody@new.example")
    town.replies(OLGA, latest(town, OLGA, "lost.asked-whom"), say(town, "vouch"))
    town.replies(OLGA, latest(town, OLGA, "lost.asked-whom"), f"{say(town, 'vouch')} {EVA}")
    town.passes(days=4)
    town.writes("w4@new.example", to="hub@lists.test", text="dati" if it else "data")
    told = latest(town, EVA, "lost.moved-from-here")
    town.replies(EVA, told, say(town, "not-same-person"))
    claims(5, UMA)
    town.replies(OLGA, latest(town, OLGA, "lost.asked"), say(town, "vouch"))
    claims(6, NINA)
    town.replies(OLGA, latest(town, OLGA, "lost.asked"), say(town, "vouch"))
    town.replies(NINA, latest(town, NINA, "lost.warned"), say(town, "same-person"))
    seventh = claims(7, EVA)
    town.replies(OLGA, latest(town, OLGA, "lost.asked"), say(town, "vouch"))
    town.writes(seventh, to="well-join@lists.test")
    answers_last(town, seventh, "confirm")
    town.passes(days=4)
    assert town.person(first) != town.person(EVA) != town.person(third)


def being_addressed(town: Town) -> None:
    name, settings = say(town, "name"), say(town, "settings")
    for text in (f"{name}: Eva Luna", f"{name}: eva@example.org", "language English", "lingua italiana", settings):
        town.writes(EVA, to="hub@lists.test", text=text)
    town.writes(EVA, to="hub@lists.test", text=f"language {'Italian' if town.hub.site.language == 'it' else 'English'}")


def setting_up(town: Town) -> None:
    with town.database.transaction() as session:
        roles.appoint(session, [OLGA], roles.ORGANISER, origin="config", now=town.clock.now())
        roundtrip.ask(session, town.hub.site, 1, now=town.clock.now())
    town.settles()
    answers_last(town, OLGA, "round-trip")


def counting(town: Town) -> None:
    """Somebody who organises the site asks of how many people its segments are."""
    segment = content.load_text("title: Members\nwhen: lists.member\n", "segments/members.yaml")
    with town.database.transaction() as session:
        roles.appoint(session, [OLGA], roles.ORGANISER, origin="config", now=town.clock.now())
        read = resolving.read_all([segment], asking_of.before_segments(session, town.hub.site))
        segments.apply_files(session, read.written.values(), now=town.clock.now())
    for behind in ("", ": members", ": nobody at all"):
        town.writes(OLGA, to="hub@lists.test", text=f"{say(town, 'how-many')}{behind}")


def being_for_nobody(town: Town) -> None:
    it_is, answer, refuse = (say(town, verb) for verb in ("it-is", "answer-author", "refuse-unrouted"))
    town.opens_list("pergola", members=[LIA, TEO], organiser=OLGA)
    with town.database.transaction() as session:
        roles.appoint(session, [MO], roles.ORGANISER, origin="config", now=town.clock.now())

    def asked(local: str = "nowhere") -> EmailMessage:
        town.writes(LIA, to=f"{local}@lists.test", subject="Plums", text="Who knows when the plums are ripe this year?")
        return latest(town, OLGA, "unrouted.asked")

    first = asked()
    for words in ("xyzzy", answer, f"{it_is} pergola"):
        town.replies(OLGA, first, words)
    town.replies(OLGA, latest(town, OLGA, "unrouted.done"), say(town, "undo"))
    for word in (answer, refuse):
        town.replies(OLGA, asked(), f"{word}: Hello")
    town.passes(days=2)
    asked("hub")
    town.passes(days=15)
    town.writes(TEO, to="pergola@lists.test", subject="Grapes", text="Hello")
    relay = str(town.mailbox(LIA)[-1]["From"])
    town.writes(TEO, to="pergola-leave@lists.test")
    town.writes(LIA, to=relay, subject="Your grapes", text="Hello")
    late = asked()
    town.writes(LIA, to="hub@lists.test", text=say(town, "forget"))
    town.passes(minutes=10)
    answers_last(town, LIA, "confirm-twice")
    town.passes(minutes=10)
    town.replies(OLGA, late, f"{it_is} pergola")


def on_a_monday(town: Town) -> None:
    town.opens_list("cellar", moderators=[IDA, UGO], moderate="everyone")
    town.joins("cellar", EVA, TEO, LIA)
    for author, subject in ((EVA, "Wine 1"), (TEO, "Wine 2"), (LIA, "Wine 3")):
        town.writes(author, to="cellar@lists.test", subject=subject, text="Hello there")
    town.passes(days=7)
    letter = next(mail for mail in reversed(town.mailbox(IDA)) if "Wine 3" in text_of(mail))
    trust, publish = say(town, "trust"), say(town, "publish")
    town.replies(IDA, letter, say(town, "why-monday"))
    town.replies(IDA, letter, "Hello there, and there")
    town.replies(IDA, letter, f"1 {publish}\n2 {trust}\n3 {trust}")
    town.replies(IDA, letter, f"1 {publish}")
    receipt = latest(town, IDA, "monday.receipt")
    town.replies(IDA, next(mail for mail in town.mailbox(IDA) if "Wine 2" in str(mail["Subject"])), say(town, "undo"))
    town.replies(IDA, receipt, say(town, "undo"))
    town.writes(EVA, to="cellar@lists.test", subject="Wine 4", text="Hello there")
    town.passes(days=7)
    letter = town.mailbox(IDA)[-1]
    town.replies(IDA, letter, trust)
    town.replies(IDA, latest(town, IDA, "monday.receipt"), say(town, "undo"))


VISIT = """title: Visit
trigger: {{activity: subscription.confirmed, list: arbour}}
steps: [{{send: arrival}}, {{id: {pause}, wait: {days} d}}, {{id: then, send: arrival}}]
"""


def publishing_by_mail(town: Town) -> None:
    publish, discard = say(town, "publish-files"), say(town, "discard-files")

    def sends(name: str, text: str, author: str = OLGA) -> EmailMessage:
        town.writes(author, to="hub@lists.test", files={name: text.encode()})
        return town.mailbox(author)[-1]

    def visit(pause: str, days: int, author: str = OLGA) -> EmailMessage:
        return sends("visit.yaml", VISIT.format(pause=pause, days=days), author)

    town.passes(days=1)
    arbour = "title: {it: Pergolato, en: Arbour}\n"
    sends("arbour.yaml", arbour, TEO)
    sends("arbour.yaml", "title: [")
    plan = sends("arbour.yaml", arbour)
    for words in (f"{publish} xyzzy", publish, publish):
        town.replies(OLGA, plan, words)
    town.replies(OLGA, sends("arbour.yaml", f"{arbour}join: approval\n"), discard)
    sends("arbour.yaml", arbour)
    publishes(town, VISIT.format(pause="rest", days=9), {"arrival": "Ciao | Hello there."}, "visit")
    town.joins("arbour", TEO)
    town.passes(days=1)
    first = visit("rest", 7)
    town.replies(MO, visit("rest", 8, MO), publish)
    town.replies(OLGA, first, publish)
    town.replies(OLGA, visit("stop", 8), f"{publish} rest=stop")
    with patch.object(seconding, "MANY", 0):
        town.replies(OLGA, latest(town, OLGA, "publishing.plan"), publish)


SCENES: tuple[Callable[[Town], None], ...] = (
    looking_round,
    inviting,
    correcting,
    a_part_alone,
    joining,
    organisers_decide,
    people_who_were_not_asked,
    reading_first,
    for_one_or_for_all,
    deciding,
    calming,
    reporting,
    leaving,
    choosing,
    asking,
    being_unclear,
    reading_by_letter,
    searching,
    signing_up,
    mail_that_comes_back,
    another_account,
    losing_a_mailbox,
    being_addressed,
    what_is_kept_of_a_person,
    setting_up,
    counting,
    being_for_nobody,
    on_a_monday,
    publishing_by_mail,
)
