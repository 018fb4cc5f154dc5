"""What happened to a mail, told from rows: what came in, what was decided and why, what left because of it."""

import json
import re

import pytest

from mailhub.delivery.outcomes import Kind, Outcome
from mailhub.inbound.tracing import wording
from mailhub.inbound.tracing.finding import trace
from mailhub.inbound.tracing.values import Incoming, Outgoing, Published, Trace, Waited, plain
from mailhub.people import consent
from tests.stories.test_letter import three_items
from tests.stories.town import FORGED, Town, prose

ANA, BRUNO, MO, NIA, ZOE = "ana@example.org", "bruno@example.org", "mo@example.org", "nia@example.org", "zoe@x.test"


def traced(town: Town, what: str) -> Trace:
    with town.database.reading() as session:
        return trace(session, town.hub, what)


def told(town: Town, what: str, language: str = "en") -> list[str]:
    """Its sentences; the other language must have as many, and no token stands in either."""
    found = traced(town, what)
    both = [
        [line.text for line in wording.tell(found, town.hub.verbs, spoken, "Europe/Rome", town.clock.now())]
        for spoken in (language, {"en": "it", "it": "en"}[language])
    ]
    assert len(both[0]) == len(both[1])
    said = "\n".join((*both[0], *both[1], json.dumps(plain(found))))
    assert not re.search(r"\b[rubp]\.[a-z2-7]{30,}", said)
    assert "The reason, as it is noted" not in said
    return both[0]


def came(town: Town, message_id: str) -> Incoming:
    [mail] = traced(town, message_id).came
    return mail


def to_everybody(mail: Incoming) -> Outgoing:
    [sent] = [sent for sent in mail.left if sent.source == "lists.post"]
    return sent


def garden(town: Town) -> None:
    town.opens_list("garden", members=[f"Ana Bini <{ANA}>", f"Bruno Valli <{BRUNO}>"], moderator=MO)


def test_a_message_its_place_and_its_copies(town: Town) -> None:
    garden(town)
    sent = town.writes(ANA, to="garden@lists.test", subject="Seeds", text="I have some.")
    mail = came(town, sent)
    assert (mail.author, mail.subject, mail.evidence, mail.kind) == (ANA, "Seeds", "A", "post")
    [fate] = mail.fates
    assert isinstance(fate.became, Published)
    assert (fate.became.group.slug, fate.became.number, fate.became.conversation) == ("garden", 1, "Seeds")
    copies = to_everybody(mail).copies
    assert [(copy.to, copy.state) for copy in copies] == [
        ("Ana Bini (a…@example.org)", "sent"),
        ("Bruno Valli (b…@example.org)", "sent"),
    ]
    assert copies[0].because["en"] == "You get this because you have belonged to Garden since 9 March."
    assert (
        'For garden@lists.test: It is message 1 of the group Garden, "Seeds", in the conversation "Seeds" (1 message).'
    ) in told(town, sent)
    assert told(town, sent.strip("<>")) == told(town, sent)


def test_many_copies_are_counted_and_the_refused_ones_with_them(town: Town) -> None:
    garden(town)
    town.joins("garden", *(f"p{number}@example.org" for number in range(8)))
    town.transport.answers = [Outcome(Kind.FAILED, 550, "5.1.1", "no such user p1@example.org")]
    sent = town.writes(ANA, to="garden@lists.test", subject="Seeds", text="I have some.")
    everybody = to_everybody(came(town, sent))
    assert everybody.counts == {"sent": 9, "failed": 1}
    assert everybody.copies == ()
    assert 'To the group Garden, "Seeds": 9 taken by the next server and 1 refused.' in told(town, sent)


def test_a_held_message_names_who_decided_and_then_its_place(paese: Town) -> None:
    garden(paese)
    paese.joins("garden", f"Nia Conti <{NIA}>", published=0)
    sent = paese.writes(NIA, to="garden@lists.test", subject="Carriola", text="Chi la aggiusta?")
    waiting = told(paese, sent, "it")
    assert (
        "Per garden@lists.test: Aspetta di essere letta da chi modera il gruppo Garden. È tra i primi due messaggi di "
        "questa persona."
    ) in waiting
    assert any("La risposta non c'è ancora." in line for line in waiting)
    [to_read] = paese.inbox(MO)
    answer = paese.replies(f"Mo Neri <{MO}>", to_read, "pubblica")
    mail = came(paese, sent)
    [fate] = mail.fates
    assert isinstance(fate.became, Waited)
    assert (fate.became.state, fate.became.reasons) == ("published", ("newcomer",))
    assert fate.became.published is not None
    assert to_everybody(mail).counts == {"sent": 3}
    [decided] = came(paese, answer).fates
    assert (decided.outcome, decided.reason, decided.recipient) == ("done", "publish", "r.…@lists.test")
    assert decided.became == fate.became
    assert {sent.kind for sent in came(paese, answer).left} == {"lists.published", "lists.done-publish", "lists.post"}


def test_a_command_its_effect_and_its_undo(town: Town) -> None:
    garden(town)
    sent = town.writes(ANA, to="garden@lists.test", text="pause")
    lines = told(town, sent)
    assert 'For garden@lists.test: It is done. It was understood as "pause".' in lines
    assert "A pause begins in the group Garden." in lines
    assert "It can be undone until tomorrow, Tuesday 10, 9:00." in lines
    [answer] = town.inbox(ANA)
    undo = town.replies(ANA, answer, "undo")
    assert "It was undone, today, Monday 9, 9:00." in told(town, sent)
    assert 'For r.…@lists.test: It is done. It was understood as "undo".' in told(town, undo)
    assert "In the group Garden everything is as it was before." in told(town, undo)


def test_several_commands_in_one_mail(town: Town) -> None:
    garden(town)
    sent = town.writes(ANA, to="hub@lists.test", text="pause garden\neach garden\n")
    [fate] = came(town, sent).fates
    assert [deed.verb for deed in fate.done] == ["pause", "each"]


def test_each_piece_of_an_answer_to_a_letter(town: Town) -> None:
    letter = three_items(town)
    sent = town.replies(ANA, letter, "1 I have shears\n3 mute\n\nAnd who brings the ladder?")
    [fate] = came(town, sent).fates
    assert [(piece.number, piece.outcome) for piece in fate.pieces] == [(1, "posted"), (3, "posted")]
    shears = fate.pieces[0].became
    assert isinstance(shears, Published)
    assert (shears.group.slug, shears.subject) == ("garden", "Re: Shears")
    assert {sent.subject for sent in came(town, sent).left if sent.source == "lists.post"} == {
        "Re: Shears",
        "Re: Pruning",
    }
    [copy, _] = town.inbox(BRUNO)
    assert traced(town, copy["Message-ID"]).came[0].message_id == sent.strip("<>")
    [why] = traced(town, str(copy["X-Mailhub-Delivery"])).left
    assert why.copies[0].to == BRUNO
    assert why.cause is not None
    assert why.cause.message_id == sent.strip("<>")


def test_what_was_not_clear_and_where_it_went_in_the_end(town: Town) -> None:
    letter = three_items(town)
    sent = town.replies(ANA, letter, "I'm coming too")
    assert any("which message they answered" in line for line in told(town, sent))
    [asked] = town.inbox(ANA)
    number = town.replies(ANA, asked, "3")
    [fate] = came(town, sent).fates
    [piece] = fate.pieces
    assert isinstance(piece.became, Published)
    assert (piece.number, piece.became.subject) == (None, "Re: Pruning")
    assert came(town, number).fates[0].pieces == fate.pieces
    assert any(line.startswith("What was not clear: It is message 3 of the group Garden") for line in told(town, sent))


def test_a_letter_tells_which_messages_it_brought_and_a_message_how_many_letters(town: Town) -> None:
    letter = three_items(town)
    [sent] = traced(town, str(letter["Message-ID"])).left
    assert [post.subject for post in sent.tells] == ["Shears", "The fence", "Pruning"]
    assert sent.copies[0].because["en"] == "You get this letter because you read in it: Garden and Square."
    assert sent.cause is None
    first = came(town, str(letter_of(town, "Shears")))
    assert [sent.counts for sent in first.left if sent.source == "digests.letter"] == [{"sent": 2}]


def letter_of(town: Town, subject: str) -> str:
    """The id of Bruno's message with this subject."""
    return next(str(mail["Message-ID"]) for mail in town.mailbox(BRUNO) if mail["Subject"] == subject)


def test_a_report_that_a_mail_of_ours_came_back(town: Town) -> None:
    garden(town)
    town.writes(ANA, to="garden@lists.test", subject="Seeds", text="I have some.")
    path = next(copy.envelope_from for copy in town.transport.copies if copy.envelope_to == BRUNO)
    gone = {"Auto-Submitted": "auto-replied", "Content-Type": "text/plain"}
    report = town.writes("mailer-daemon@x.test", to=path, subject="Returned", text="-", headers=gone, envelope_from="")
    [fate] = came(town, report).fates
    assert fate.recipient == "b.…@lists.test"
    assert fate.returned is not None
    assert (fate.returned.subject, fate.returned.copies[0].to) == ("Seeds", BRUNO)
    assert "Nothing left because of it." in told(town, report)


def test_a_programs_mail_says_by_which_sign_it_was_known(town: Town) -> None:
    garden(town)
    absent = town.writes(
        BRUNO, to="garden@lists.test", subject="Away", text="Back soon.", headers={"Auto-Submitted": "auto-replied"}
    )
    [line] = [line for line in told(town, absent) if line.startswith("For garden")]
    assert line == "For garden@lists.test: It had no effect and no answer. A program seems to have written it."


def test_mail_to_a_name_that_is_nobodys_and_what_is_not_known(town: Town) -> None:
    garden(town)
    with town.database.transaction() as session:
        consent.suppress(session, town.hub.site, "gone@x.test", "import", now=town.clock.now())
    wrong = town.letter(ZOE, "gardn@lists.test", "Seeds", "Hello")
    town.keeps(wrong.as_bytes(), ZOE, ["gardn@lists.test"])
    town.settles()
    [fate] = came(town, str(wrong["Message-ID"])).fates
    assert (fate.outcome, fate.reason) == ("answered", "help")
    assert told(town, "<nobody@nowhere.test>") == [
        'Nothing is known here of "nobody@nowhere.test": no mail with this identifier and no person with this address.'
    ]
    assert told(town, "gone@x.test") == [
        "We have not written to this address since today, Monday 9, 9:00: a file brought from elsewhere said so."
    ]


def test_a_confirmation_names_the_mail_that_asked_for_it(town: Town) -> None:
    garden(town)
    asked = town.writes(ZOE, to="garden-join@lists.test")
    [question] = town.inbox(ZOE)
    [sent] = traced(town, str(question["Message-ID"])).left
    assert (sent.kind, sent.copies[0].to, sent.copies[0].state) == ("lists.confirm", ZOE, "sent")
    assert sent.copies[0].because["it"].startswith("Ricevi questa mail perché qualcuno ha chiesto di iscrivere")
    assert sent.cause is not None
    assert sent.cause.message_id == asked.strip("<>")
    yes = town.replies(ZOE, question, "yes")
    assert "Since then one more person belongs to the group Garden." in told(town, yes)
    [fate] = came(town, yes).fates
    assert fate.answered is not None
    assert (fate.answered.kind, fate.answered.outcome) == ("join", "confirm")


def test_an_id_that_a_relay_gave_finds_the_copy(town: Town) -> None:
    garden(town)
    town.transport.answers = [Outcome(Kind.SENT, 250, "2.0.0", "Ok 0102018f-abcd.relay.example")]
    town.writes(ANA, to="garden@lists.test", subject="Seeds", text="I have some.")
    [sent] = traced(town, "0102018f-abcd.relay.example").left
    assert sent.subject == "Seeds"
    assert sent.cause is not None


def test_what_nobody_vouches_for_waits_and_then_begins_anew(town: Town) -> None:
    garden(town)
    sent = town.writes(BRUNO, to="garden@lists.test", subject="Seeds", text="Mine.", headers=FORGED)
    [line] = [line for line in told(town, sent) if line.startswith("For garden")]
    assert "It waits for its author to say that they wrote it" in line
    [question] = town.inbox(BRUNO)
    yes = town.replies(BRUNO, question, "yes")
    assert isinstance(came(town, sent).fates[0].became, Published)
    assert to_everybody(came(town, sent)).counts == {"sent": 2}
    assert came(town, yes).left == ()


def test_private_mail_and_mail_to_who_organises(town: Town) -> None:
    garden(town)
    town.writes(ANA, to="garden@lists.test", subject="Seeds", text="I have some.")
    relay = next(str(mail["From"]) for mail in town.mailbox(BRUNO)).partition("<")[2].rstrip(">")
    private = town.writes(BRUNO, to=relay, subject="Swap?", text="Two for two.")
    [fate] = came(town, private).fates
    assert (fate.outcome, fate.recipient) == ("relayed", "p.…@lists.test")
    [passed] = came(town, private).left
    assert (passed.source, passed.counts) == ("lists.relay", {"sent": 1})
    to_olga = town.writes(ZOE, to="organiser.garden@lists.test", subject="A question", text="Who are you?")
    [letter] = town.inbox("olga@example.org")
    [sent] = traced(town, str(letter["Message-ID"])).left
    assert sent.cause is not None
    assert sent.cause.message_id == to_olga.strip("<>")
    assert "The organisers received it." in " ".join(told(town, to_olga))


@pytest.mark.parametrize("language", ["it", "en"])
def test_an_address_shows_its_person_and_both_directions(town: Town, language: str) -> None:
    garden(town)
    town.writes(ANA, to="garden@lists.test", subject="Seeds", text="I have some.")
    town.writes(ANA, to="garden-pause@lists.test")
    found = traced(town, "ANA@example.org")
    assert found.somebody is not None
    assert [(place.group.slug, place.state) for place in found.somebody.places] == [("garden", "paused")]
    assert [mail.subject for mail in found.came] == [None, "Seeds"]
    assert {sent.subject for sent in found.left} >= {"Seeds", "Pause: Garden"}
    first, place, *_ = told(town, ANA, language)
    assert first == {"it": "Ana Bini, ana@example.org.", "en": "Ana Bini, ana@example.org."}[language]
    assert (
        place
        == {
            "it": "Gruppo Garden: in pausa, ogni messaggio subito.",
            "en": "Garden group: in a pause, every message at once.",
        }[language]
    )


def test_mail_from_an_address_nobody_knows_is_found_by_it(town: Town) -> None:
    garden(town)
    town.writes(ZOE, to="garden-leave@lists.test", headers=FORGED)
    [mail] = traced(town, ZOE).came
    assert (mail.fates[0].outcome, mail.fates[0].reason) == ("held", "unproven")


def test_an_introduction_leads_back_to_the_mail_it_was_written_in(town: Town) -> None:
    garden(town)
    town.writes(f"Nia Conti <{NIA}>", to="garden-join@lists.test")
    [question] = town.inbox(NIA)
    town.replies(NIA, question, "yes")
    [welcome] = town.inbox(NIA)
    sent = town.replies(NIA, welcome, "I live by the mill and can mend roofs.")
    [to_read] = town.inbox(MO)
    town.replies(MO, to_read, "publish")
    [copy] = town.inbox(ANA)
    assert traced(town, str(copy["Message-ID"])).came == (came(town, sent),)
    [fate] = came(town, sent).fates
    assert isinstance(fate.became, Waited)
    assert (fate.became.subject, fate.became.reasons) == ("Introducing Nia Conti", ("newcomer", "introduction"))
    assert to_everybody(came(town, sent)).counts == {"sent": 3}


# What a moderator writes, and what a trace of the message it kept says of it.
BY = "by m…@example.org, today, Monday 9, 9:00, until"
CALM = {
    "slow 6 hours": f"Decided: a slow pace, one message a person every 6 hours, {BY}",
    "close until Friday: facts": f"Decided: the conversation is closed, {BY}",
    "two voices Bruno and Cleo": f"Decided: only two people write, in turn, {BY}",
}


@pytest.mark.parametrize("order", CALM)
def test_a_message_that_a_measure_kept_says_which_since_when_by_whom_and_until_when(town: Town, order: str) -> None:
    garden(town)
    town.joins("garden", MO, "cleo@example.org")
    town.writes(BRUNO, to="garden@lists.test", subject="Gate", text="Who leaves it open?")
    town.replies("cleo@example.org", town.mailbox("cleo@example.org")[-1], "Not me.", to="garden@lists.test")
    gate = town.mailbox(ANA)[-1]
    town.replies(ANA, gate, "Nor me.", to="garden@lists.test")
    town.replies(MO, gate, order, to="garden@lists.test")
    town.replies(MO, town.mailbox(MO)[-1], "yes")
    kept = town.replies(ANA, gate, "Still not me.", to="garden@lists.test")
    [fate] = came(town, kept).fates
    assert isinstance(fate.became, Waited)
    [decision] = fate.became.decided
    assert (decision.begun_by, decision.ended_at) == ("m…@example.org", None)
    assert any(CALM[order] in line for line in told(town, kept))
    town.replies(ANA, town.mailbox(ANA)[-1], "why")
    assert re.search(
        "A moderator decided so, today, Monday 9, 9:00: (in )?this conversation", prose(town.mailbox(ANA)[-1])
    )
    town.passes(days=8)
    assert any("over by itself" in line for line in told(town, kept))


def test_a_message_that_a_measure_sent_by_letter_only_says_so(town: Town) -> None:
    garden(town)
    town.joins("garden", MO)
    town.writes(BRUNO, to="garden@lists.test", subject="Gate", text="Who leaves it open?")
    gate = town.mailbox(MO)[-1]
    town.replies(MO, gate, "letter only 12 hours", to="garden@lists.test")
    town.replies(MO, town.mailbox(MO)[-1], "yes")
    slowed = town.replies(ANA, gate, "Not me.", to="garden@lists.test")
    [fate] = came(town, slowed).fates
    assert isinstance(fate.became, Published)
    assert [one.tool for one in fate.became.decided] == ["letter"]
    assert any(f"Decided: by the daily letter only, {BY[:20]}" in line for line in told(town, slowed))


def test_mail_of_somebody_who_may_not_write_says_who_decided_so(town: Town) -> None:
    garden(town)
    town.joins("garden", MO)
    town.writes(BRUNO, to="garden@lists.test", subject="Gate", text="Who leaves it open?")
    town.replies(MO, town.mailbox(MO)[-1], "ban: facts, please", to="garden@lists.test")
    town.replies(MO, town.mailbox(MO)[-1], "yes")
    refused = town.writes(BRUNO, to="garden@lists.test", subject="Again", text="Who?")
    assert any(f"Decided: its author may not write to the group, {BY[:20]}" in line for line in told(town, refused))
