"""People write to their group: everybody gets it once, in its conversation, and nobody's address with it."""

import re
from datetime import timedelta
from email import policy
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import dkim
import pytest
import sqlalchemy as sa

from mailhub.archive.tables import Post
from mailhub.mail.dkim import generate_key, record
from mailhub.mail.wire import crlf
from tests.stories.town import FORGED, Town, body, prose

ANA, BRUNO, CARLA = "ana@example.org", "bruno@example.org", "carla@example.org"
LIST_FIELDS = ("List-Id", "List-Post", "List-Help", "List-Owner", "List-Subscribe", "List-Unsubscribe")


def test_a_post_reaches_everybody_with_the_fields_of_its_group(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO, CARLA])
    sent = town.writes(ANA, to="garden@lists.test", subject="Shears", text="Who has the shears?")
    for member in (ANA, BRUNO, CARLA):
        [post] = town.inbox(member)
        assert post["Message-ID"] == sent
        assert all(post[field] for field in LIST_FIELDS)
        assert post["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert "Who has the shears?" in body(post)


def test_answers_find_their_conversation(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO, CARLA])
    town.writes(ANA, to="garden@lists.test", subject="Shears", text="Who has the shears?")
    town.writes(CARLA, to="garden@lists.test", subject="Compost", text="Who has compost?")
    [question, _] = town.inbox(BRUNO)
    town.replies(BRUNO, question, "I have them.")
    [*_, answer] = town.inbox(ANA)
    town.replies(ANA, answer, "Thank you.")
    with town.database.reading() as session:
        posts = session.scalars(sa.select(Post).order_by(Post.number)).all()
    assert [post.number for post in posts] == [1, 2, 3, 4]
    assert len({post.thread_id for post in posts}) == 2
    assert posts[0].thread_id == posts[2].thread_id == posts[3].thread_id


@pytest.mark.parametrize("headers", [{}, {"Cc": f"Ana <{ANA}>, Zoe <zoe@example.net>", "Reply-To": ANA, "Sender": ANA}])
def test_a_hidden_address_stands_nowhere_in_any_copy(town: Town, headers: dict[str, str]) -> None:
    members = [f"Ana Rossi <{ANA}>", BRUNO, CARLA]
    town.opens_list("garden", members=members, moderate="everyone", moderator="mo@example.org")
    more = {"X-Originating-Email": ANA, "Disposition-Notification-To": ANA, "X-Envelope-From": ANA, **headers}
    town.writes(f"Ana Rossi <{ANA}>", to="garden@lists.test", subject="Shears", text="Who has them?", headers=more)
    town.replies("mo@example.org", town.inbox("mo@example.org")[0], "publish")
    posts = [copy for copy in town.transport.copies if copy.envelope_to in (BRUNO, CARLA)]
    assert len(posts) == 2
    for copy in posts:
        assert not re.search(rb"ana(?:@|=40|%40)example", copy.data, re.IGNORECASE)
    [post] = town.inbox(BRUNO)
    name, address = parseaddr(str(post["From"]))
    assert name == "Ana Rossi via Garden"
    assert address.startswith("p.")


def test_a_private_answer_goes_both_ways_and_shows_no_address(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO])
    town.writes(ANA, to="garden@lists.test", subject="Shears", text="Who has them?")
    [post] = town.inbox(BRUNO)
    town.inbox(ANA)

    town.replies(BRUNO, post, "I have, come by.", to=parseaddr(str(post["From"]))[1])
    [private] = town.inbox(ANA)
    assert "I have, come by." in body(private)
    assert str(private["From"]).startswith("Bruno via Garden <p.")
    town.replies(ANA, private, "Tomorrow then.")
    [answer] = town.inbox(BRUNO)
    assert "Tomorrow then." in body(answer)
    to_ana, to_bruno = town.transport.copies[-2:]
    assert BRUNO.encode() not in to_ana.data
    assert ANA.encode() not in to_bruno.data


def test_strangers_and_programs_do_not_reach_a_member_by_the_relay_address(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO])
    town.writes(ANA, to="garden@lists.test", subject="Shears", text="Who has them?")
    relay = parseaddr(str(town.inbox(BRUNO)[0]["From"]))[1]
    town.inbox(ANA)
    town.writes("zoe@example.net", to=relay, subject="Hello", text="Buy this")
    assert town.last() == ("held", "relay-stranger")
    [told] = town.inbox("zoe@example.net")
    assert "> Buy this" in body(told)
    town.writes(BRUNO, to=relay, subject="Away", text="Gone", headers={"Auto-Submitted": "auto-replied"})
    assert town.last()[0] == "dropped"
    town.writes(BRUNO, to=relay, subject="Hello", text="Forged", headers=FORGED)
    assert town.last() == ("held", "unproven")
    assert town.inbox(ANA) == []


def test_where_the_group_decides_so_a_plain_reply_goes_to_the_author(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO], reply_to="author")
    town.writes(ANA, to="garden@lists.test", subject="Shears", text="Who has them?")
    [post] = town.inbox(BRUNO)
    town.inbox(ANA)
    town.replies(BRUNO, post, "I have them.")
    [answer] = town.inbox(ANA)
    assert str(answer["From"]).startswith("Bruno via Garden <p.")
    assert town.inbox(BRUNO) == []


def test_a_tag_stands_before_the_subject_once(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO], subject_tag=True)
    town.writes(ANA, to="garden@lists.test", subject="Shears", text="Who has them?")
    [post] = town.inbox(BRUNO)
    assert post["Subject"] == "[garden] Shears"
    town.replies(BRUNO, post, "I have them.")
    assert [str(mail["Subject"]) for mail in town.inbox(ANA)] == ["[garden] Shears", "Re: [garden] Shears"]


def test_in_a_group_of_announcements_only_who_organises_writes_to_all(paese: Town) -> None:
    paese.opens_list("notizie", members=[BRUNO, CARLA], kind="announce", organiser="olga@example.org")
    paese.writes(BRUNO, to="notizie@lists.test", subject="Cena", text="Chi viene?")
    assert paese.inbox(CARLA) == []
    [waits] = paese.inbox(BRUNO)
    assert "scrive direttamente solo chi modera" in prose(waits)
    [to_read] = paese.inbox("olga@example.org")
    assert "Chi viene?" in body(to_read)
    paese.writes("olga@example.org", to="notizie@lists.test", subject="Assemblea", text="Sabato alle nove.")
    [news] = paese.inbox(CARLA)
    assert news["Subject"] == "Assemblea"
    assert news["List-Post"] == "NO"


def test_a_parents_announcement_reaches_the_members_of_its_children_once(town: Town) -> None:
    town.opens_list("valley", members=[ANA], kind="announce")
    town.opens_list("garden", members=[ANA, BRUNO], parent="valley")
    town.opens_list("choir", members=[BRUNO, CARLA], parent="valley")
    town.writes("olga@example.org", to="valley@lists.test", subject="Assembly", text="On Saturday.")
    for member in (ANA, BRUNO, CARLA):
        assert town.subjects(member) == ["Assembly"]
    town.writes(BRUNO, to="choir@lists.test", subject="Rehearsal", text="On Friday.")
    assert town.inbox(ANA) == []
    assert town.subjects(CARLA) == ["Rehearsal"]


def test_a_large_file_goes_as_a_link_that_opens(paese: Town) -> None:
    paese.opens_list("orto", members=[ANA, BRUNO], attachments={"inline_up_to": "1 kB", "beyond": "link"})
    plan, note = b"%PDF-" + b"plan " * 1000, b"%PDF-small"
    files = {"pianta dell'orto.pdf": plan, "nota.pdf": note}
    paese.writes(ANA, to="orto@lists.test", subject="La pianta", text="Eccola.", files=files)
    [post] = paese.inbox(BRUNO)
    assert [name for part in post.walk() if (name := part.get_filename())] == ["nota.pdf"]
    texts = "".join(str(part.get_content()) for part in post.walk() if part.get_content_type() == "text/plain")
    assert "Allegato: pianta dell'orto.pdf (5 kB), si apre qui:" in texts
    [link] = re.findall(r"https://lists\.test(/f/\S+)", texts)
    fetched = paese.web.get(link)
    assert (fetched.status_code, fetched.data) == (200, plan)
    assert "attachment" in fetched.headers["Content-Disposition"]
    assert paese.web.get(f"{link[:-1]}a").status_code == 404


def test_nothing_leaves_within_the_grace_and_an_author_can_take_it_back(paese: Town) -> None:
    paese.opens_list("orto", members=[ANA, BRUNO], grace="2 min")
    paese.writes(ANA, to="orto@lists.test", subject="Carriola", text="È rotta")
    paese.passes(seconds=119)
    assert paese.inbox(BRUNO) == []
    paese.writes(ANA, to="orto@lists.test", text="ritira")
    [told] = paese.inbox(ANA)
    assert told["Subject"] == "Messaggio ritirato"
    assert "> È rotta" in body(told)
    paese.passes(hours=1)
    assert paese.inbox(BRUNO) == []


def test_after_the_grace_it_is_too_late_to_take_it_back(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO], grace="2 min")
    town.writes(ANA, to="garden@lists.test", subject="Wheelbarrow", text="Broken")
    town.passes(minutes=2)
    assert town.subjects(BRUNO) == ["Wheelbarrow"]
    [post] = town.inbox(ANA)
    town.replies(ANA, post, "withdraw")
    assert town.subjects(ANA) == ["The message has already gone out"]


def test_the_same_mail_twice_is_one_post(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO])
    raw = town.letter(ANA, to="garden@lists.test", subject="Shears", text="Who has them?").as_bytes()
    for _ in range(2):
        town.receives(raw, ANA, ["garden@lists.test"])
    assert town.subjects(BRUNO) == ["Shears"]
    assert town.last() == ("dropped", "duplicate")


def test_one_mail_to_two_groups_is_a_post_in_each(town: Town) -> None:
    for slug in ("garden", "choir"):
        town.opens_list(slug, members=[ANA, BRUNO])
    raw = town.letter(ANA, to="garden@lists.test, choir@lists.test", subject="Supper", text="Friday?").as_bytes()
    town.receives(raw, ANA, ["garden@lists.test", "choir@lists.test"])
    copies = town.inbox(BRUNO)
    assert {str(copy["List-Id"]).split("<")[1] for copy in copies} == {"garden.lists.test>", "choir.lists.test>"}
    assert [noted.outcome for noted in town.dispositions()] == ["posted", "posted"]


@pytest.mark.parametrize(("choice", "copies"), [("each", 1), ("digest", 0), ("none", 0)])
def test_a_message_comes_by_itself_to_those_who_chose_so(town: Town, choice: str, copies: int) -> None:
    town.opens_list("garden", members=[ANA, BRUNO], default_delivery=choice)
    town.writes(ANA, to="garden@lists.test", subject="Shears", text="Who has them?")
    assert len(town.inbox(BRUNO)) == copies


def test_a_transparent_group_keeps_the_authors_signature_valid(town: Town) -> None:
    rules: dict[str, Any] = {"transparent": True, "addresses": "members", "footer": False, "reply_to": "author"}
    town.opens_list("tech", members=[ANA, BRUNO], attachments={"beyond": "inline"}, **rules)
    key = generate_key()
    mail = town.letter(f"Ana <{ANA}>", to="tech@lists.test", subject="Patch", text="--- a/x\n+++ b/x\n \n-old\n+new \n")
    raw = crlf(mail.as_bytes(policy=policy.SMTP))
    signature = dkim.sign(raw, b"home", b"example.org", key, include_headers=[b"from", b"subject", b"date", b"to"])
    town.receives(signature + raw, ANA, ["tech@lists.test"])
    [copy] = [copy for copy in town.transport.copies if copy.envelope_to == BRUNO]
    dns = {b"home._domainkey.example.org.": "".join(record(key)).encode()}
    assert dkim.DKIM(copy.data).verify(idx=1, dnsfunc=lambda name, timeout=5: dns.get(name))
    [post] = town.inbox(BRUNO)
    assert parseaddr(str(post["From"])) == ("Ana", ANA)


ABSENCES = {
    "it": "Risposta automatica: Cesoie",
    "en": "Automatic reply: Shears",
    "de": "Automatische Antwort: Schere",
    "fr": "Réponse automatique : Cisailles",
    "es": "Respuesta automática: Tijeras",
    "pt": "Resposta automática: Tesoura",
    "nl": "Automatisch antwoord: Schaar",
    "sv": "Autosvar: Sax",
    "pl": "Automatyczna odpowiedź: Nożyce",
    "ru": "Автоматический ответ: Ножницы",
}
SIGNS: dict[str, dict[str, str]] = {
    "the standard says so": {"Auto-Submitted": "auto-replied"},
    "an old program says so": {"X-Autoreply": "yes", "Precedence": "bulk"},
    "nothing but the subject says so": {"In-Reply-To": "<m1@example.org>"},
}


@pytest.mark.parametrize("sign", SIGNS)
def test_an_absence_note_in_ten_languages_is_never_a_post_and_never_answered(town: Town, sign: str) -> None:
    town.opens_list("garden", members=[ANA, BRUNO], moderate="nobody")
    town.writes(ANA, to="garden@lists.test", subject="Shears", text="Who has them?")
    everywhere = ["garden@lists.test", "garden-join@lists.test", "garden-leave@lists.test", "hub@lists.test"]
    for subject in ABSENCES.values():
        note = town.letter(BRUNO, everywhere[0], subject, "yes\nleave", headers=SIGNS[sign])
        town.keeps(note.as_bytes(policy=policy.SMTP), BRUNO, everywhere)
    town.settles()
    assert {noted.outcome for noted in town.dispositions()[1:]} == {"dropped"}
    assert [len(town.inbox(member)) for member in (ANA, BRUNO)] == [1, 1]


def test_an_absence_note_answers_no_question(town: Town) -> None:
    town.opens_list("garden", members=[BRUNO], moderator="mo@example.org")
    town.writes(ANA, to="garden-join@lists.test")
    [question] = town.inbox(ANA)
    for subject in ABSENCES.values():
        for sign in SIGNS.values():
            note = town.letter(ANA, str(question["Reply-To"]), subject, "yes", headers=sign)
            town.keeps(note.as_bytes(policy=policy.SMTP), ANA, [str(question["Reply-To"])])
    town.settles()
    assert {noted.outcome for noted in town.dispositions()[1:]} == {"dropped"}
    assert town.inbox(ANA) == []
    place = town.place("garden", ANA)
    assert place is not None
    assert place.joined_at is None


def test_what_looks_like_an_absence_note_and_answers_nothing_is_read_first(paese: Town) -> None:
    paese.opens_list("orto", members=[ANA, BRUNO], moderator="mo@example.org")
    paese.writes(BRUNO, to="orto@lists.test", subject="In ferie dal 3: chi annaffia?", text="Io parto.")
    assert paese.last() == ("held", "automatic")
    [to_read] = paese.inbox("mo@example.org")
    paese.replies("mo@example.org", to_read, "pubblica")
    assert paese.subjects(ANA) == ["In ferie dal 3: chi annaffia?"]


def test_the_automatic_mail_of_the_corpus_is_never_a_post_and_never_answered(town: Town, corpus: Path) -> None:
    town.opens_list("garden", members=[BRUNO], moderate="nobody", post="anyone")
    automatic = sorted((corpus / "autoreplies" / "sisimai").glob("*.eml"))
    for path in automatic:
        town.receives(path.read_bytes(), "", ["garden@lists.test", "garden-join@lists.test", "hub@lists.test"])
    assert {noted.outcome for noted in town.dispositions()} == {"dropped"}
    assert town.transport.copies == []


def test_a_single_bounce_is_recorded_and_told_to_nobody(town: Town, corpus: Path) -> None:
    town.opens_list("garden", members=[ANA, BRUNO])
    town.writes(ANA, to="garden@lists.test", subject="Shears", text="Who has them?")
    back = next(copy.envelope_from for copy in town.transport.copies if copy.envelope_to == BRUNO)
    bounce = sorted((corpus / "bounces" / "sisimai").glob("*.eml"))[0].read_bytes()
    before = len(town.transport.copies)
    town.receives(bounce, "", [back, "garden@lists.test"])
    recorded, dropped = town.dispositions()[-2:]
    assert (recorded.outcome, recorded.reason, dropped.outcome) == ("recorded", "bounce-hard", "dropped")
    assert recorded.detail["person"] == recorded.person_id
    assert len(town.transport.copies) == before


def test_two_groups_that_belong_to_each_other_do_not_loop(town: Town) -> None:
    town.opens_list("garden", members=[ANA, "choir@lists.test"], addresses="members", moderate="nobody", post="anyone")
    town.opens_list("choir", members=["garden@lists.test"], addresses="members", moderate="nobody", post="anyone")
    town.writes(ANA, to="garden@lists.test", subject="Round", text="and round")
    _ping_pong(town)
    assert len(town.transport.copies) <= 2 + 2


def test_a_group_and_a_responder_without_manners_do_not_loop(town: Town) -> None:
    """It answers everything, says nothing in its header, and keeps the subject."""
    town.opens_list("garden", members=[ANA], moderator="mo@example.org")
    town.writes("robot@example.net", to="garden@lists.test", subject="Ticket 12", text="We got your mail.")
    for _ in range(10):
        fresh = town.inbox("robot@example.net")
        for mail in fresh:
            town.replies("robot@example.net", mail, "We got your mail.")
    assert town.inbox("robot@example.net") == []
    answered = [copy for copy in town.transport.copies if copy.envelope_to == "robot@example.net"]
    assert len(answered) == 1 + 2  # the confirmation, and two mails that ask what is meant


def _ping_pong(town: Town, rounds: int = 10) -> None:
    """Hand our own copies for our own addresses back in, as the next hop would."""
    at = 0
    for _ in range(rounds):
        ours = [copy for copy in town.transport.copies[at:] if copy.envelope_to.endswith("@lists.test")]
        at = len(town.transport.copies)
        for copy in ours:
            town.receives(copy.data, copy.envelope_from, [copy.envelope_to])


def test_numbers_of_a_mail_in_work_keep_their_order_while_time_passes(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO], grace="2 min")
    for number in range(3):
        town.writes(ANA, to="garden@lists.test", subject=f"Number {number}", text="Hello")
        town.clock.turn(timedelta(seconds=30))
    town.passes(minutes=5)
    assert town.subjects(BRUNO) == ["Number 0", "Number 1", "Number 2"]


def test_a_conversation_is_silenced_in_reply_to_its_message_and_the_group_reads_nothing_of_it(paese: Town) -> None:
    paese.opens_list("orto", members=[ANA, BRUNO], moderate="nobody")
    paese.writes(BRUNO, to="orto@lists.test", subject="Il recinto", text="E a terra.")
    [first] = paese.inbox(ANA)
    paese.replies(ANA, first, "Silenzia, grazie")
    assert paese.subjects(ANA) == ["Silenziata: Il recinto"]
    paese.writes(BRUNO, to="orto@lists.test", subject="Re: Il recinto", headers={"In-Reply-To": first["Message-ID"]})
    assert paese.inbox(ANA) == []
    paese.replies(ANA, first, "segui")
    assert paese.subjects(ANA) == ["La segui di nuovo: Il recinto"]
    paese.replies(ANA, first, "Silenzio!")
    assert "Re: Il recinto" in paese.subjects(BRUNO)
