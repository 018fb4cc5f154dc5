"""What a moderator may say of a message that waits, and what its author says to that; all of it by reply."""

from typing import Any

import sqlalchemy as sa

from mailhub.archive import raw as raws
from mailhub.archive.tables import Raw
from mailhub.lists.tables import HeldPost, HeldState, Measure, Tool
from tests.stories.opening import opening
from tests.stories.town import Town, body, prose

ANA, BRUNO, MO, MIA = "ana@example.org", "bruno@example.org", "mo@example.org", "mia@example.org"
RULES = {"it": "Una cosa per messaggio.\nSi parla di fatti, non di persone.", "en": "One thing.\nFacts, not persons."}


@opening
def a_message_waits(town: Town, text: str = "Chi l'ha rotta è un cretino.", **rules: Any) -> None:
    town.opens_list("orto", members=[BRUNO], moderators=[MO, MIA], rules=RULES, **rules)
    town.joins("orto", f"Ana Rossi <{ANA}>", published=0)
    town.writes(ANA, to="orto@lists.test", subject="Carriola", text=text, files={"foto.pdf": b"%PDF"})


def states(town: Town) -> list[HeldState]:
    with town.database.reading() as session:
        return list(session.scalars(sa.select(HeldPost.state).order_by(HeldPost.id)))


def measures(town: Town) -> list[tuple[Tool, bool]]:
    with town.database.reading() as session:
        return [
            (one.tool, one.ended_at is not None) for one in session.scalars(sa.select(Measure).order_by(Measure.id))
        ]


def test_moderators_read_what_became_of_earlier_messages(paese: Town) -> None:
    a_message_waits(paese, approvals=1)
    [first] = paese.inbox(MO)
    assert "Fa parte del gruppo dal 9 marzo; messaggi andati al gruppo: 0, non andati: 0." in prose(first)
    paese.replies(MO, first, "rifiuta: regola 2")
    paese.inbox(MO)
    paese.writes(ANA, to="orto@lists.test", subject="Di nuovo", text="La carriola è rotta.")
    assert "andati al gruppo: 0, non andati: 1." in prose(paese.inbox(MO)[-1])


def test_a_refusal_names_the_rule_in_its_own_words(paese: Town) -> None:
    a_message_waits(paese)
    paese.inbox(ANA)
    paese.replies(MO, paese.inbox(MO)[0], "rifiuta: regola 2, per favore")
    [told] = paese.inbox(ANA)
    assert "Il motivo: «regola 2, per favore». La regola 2 del gruppo: «Si parla di fatti, non di persone.»." in prose(
        told
    )


def test_asked_for_other_words_the_author_answers_and_the_moderators_read_those(paese: Town) -> None:
    a_message_waits(paese)
    paese.inbox(ANA)
    [to_mo], _ = paese.inbox(MO), paese.inbox(MIA)
    paese.replies(f"Mo <{MO}>", to_mo, "riformula: senza offese, regola 2")
    assert "ha chiesto altre parole a chi lo ha scritto" in prose(paese.inbox(MIA)[0])
    [asked] = paese.inbox(ANA)
    assert "Chiede: «senza offese, regola 2»." in prose(asked)
    assert "«Si parla di fatti, non di persone.»" in prose(asked)
    assert "> Chi l'ha rotta è un cretino." in body(asked)
    paese.replies(ANA, asked, "Si è rotta la carriola.\nChi la aggiusta?")
    [told] = paese.inbox(ANA)
    assert told["Subject"] == "Le parole nuove sono arrivate"
    [again] = paese.inbox(MIA)
    assert "> Si è rotta la carriola." in body(again)
    assert "cretino" not in body(again)
    assert "foto.pdf" in prose(again)
    paese.replies(MIA, again, "pubblica")
    [post] = paese.inbox(BRUNO)
    assert post["Subject"] == "Carriola"
    assert "Chi la aggiusta?" in body(post)
    assert "cretino" not in body(post)
    assert [part.get_filename() for part in post.iter_attachments()] == ["foto.pdf"]


def test_an_author_who_does_not_answer_is_asked_once_more_and_then_it_is_the_moderators_again(paese: Town) -> None:
    a_message_waits(paese)
    paese.inbox(ANA)
    paese.replies(MO, paese.inbox(MO)[0], "riformula: più breve")
    [asked] = paese.inbox(ANA)
    paese.inbox(MO)
    paese.passes(days=3)
    assert paese.inbox(MO) == []  # it waits for its author, and so do they
    paese.passes(days=2)
    assert paese.subjects(ANA) == [str(asked["Subject"])]
    paese.passes(days=10)
    [back] = paese.inbox(MO)
    assert "non ha risposto" in prose(back)
    paese.replies(MO, back, "pubblica")
    assert states(paese) == [HeldState.PUBLISHED]


def test_thanks_alone_are_no_new_words(paese: Town) -> None:
    a_message_waits(paese)
    paese.replies(MO, paese.inbox(MO)[0], "riformula: più breve")
    asked = paese.inbox(ANA)[-1]
    paese.replies(ANA, asked, "va bene")
    [back] = paese.inbox(ANA)
    assert back["Subject"] == "Servono le parole nuove"
    paese.replies(ANA, back, "Chi aggiusta la carriola?")
    assert "> Chi aggiusta la carriola?" in body(paese.inbox(MO)[-1])


def test_a_moderators_words_leave_only_with_the_authors_yes(paese: Town) -> None:
    a_message_waits(paese)
    paese.inbox(ANA)
    paese.replies(MO, paese.inbox(MO)[0], "modifica: La carriola si è rotta.\nChi la aggiusta?")
    [proposed] = paese.inbox(ANA)
    assert "> La carriola si è rotta." in body(proposed)
    assert paese.inbox(BRUNO) == []
    paese.replies(BRUNO, proposed, "sì")  # a forwarded mail gives nobody her voice
    assert paese.inbox(BRUNO) == []
    paese.replies(ANA, proposed, "sì")
    [post] = paese.inbox(BRUNO)
    assert "La carriola si è rotta." in body(post)
    assert "cretino" not in body(post)
    assert "Sì alle tue parole: Carriola" in paese.subjects(MO)
    paese.replies(ANA, proposed, "sì")
    assert paese.inbox(BRUNO) == []


def test_with_the_authors_no_it_waits_as_it_was_written(paese: Town) -> None:
    a_message_waits(paese)
    paese.replies(MO, paese.inbox(MO)[0], "modifica: Altre parole")
    paese.replies(ANA, paese.inbox(ANA)[-1], "no")
    told = paese.inbox(MO)[-1]
    assert told["Subject"] == "No alle tue parole: Carriola"
    paese.replies(MO, told, "pubblica")
    assert "cretino" in body(paese.inbox(BRUNO)[0])


def test_an_author_corrects_what_waits_without_being_asked(paese: Town) -> None:
    a_message_waits(paese)
    [notice] = paese.inbox(ANA)
    paese.replies(MO, paese.inbox(MO)[0], "modifica: Altre parole")
    proposed = paese.inbox(ANA)[-1]
    paese.replies(ANA, notice, "cambia: La carriola è rotta.")
    assert "> La carriola è rotta." in body(paese.inbox(MO)[-1])
    paese.replies(ANA, proposed, "sì")  # it is about words that are there no more
    assert paese.inbox(BRUNO) == []


def test_two_moderators_must_agree_where_the_group_wants_two(paese: Town) -> None:
    a_message_waits(paese, approvals=2)
    [to_mo], [to_mia] = paese.inbox(MO), paese.inbox(MIA)
    assert "servono 2 sì di chi modera; finora: 0." in prose(to_mo)
    for _ in range(2):
        paese.replies(MO, to_mo, "pubblica")
        assert "ne servono ancora 1" in prose(paese.inbox(MO)[-1])
    assert paese.inbox(BRUNO) == []
    paese.replies(MIA, to_mia, "pubblica")
    assert paese.subjects(BRUNO) == ["Carriola"]


def test_one_refusal_is_enough_and_new_words_want_new_answers(paese: Town) -> None:
    a_message_waits(paese, approvals=2)
    [notice] = paese.inbox(ANA)
    [to_mo], [to_mia] = paese.inbox(MO), paese.inbox(MIA)
    paese.replies(MO, to_mo, "pubblica")
    paese.replies(ANA, notice, "cambia: Altre parole.")
    paese.replies(MIA, to_mia, "pubblica")
    assert paese.inbox(BRUNO) == []  # what Mo said was about the words of before
    paese.replies(MIA, to_mia, "rifiuta")
    assert states(paese) == [HeldState.REFUSED]


def test_who_is_trusted_is_read_first_no_more_until_that_is_undone(paese: Town) -> None:
    a_message_waits(paese, moderate="everyone")
    [to_mo] = paese.inbox(MO)
    paese.replies(MO, to_mo, "fidati")
    paese.writes(ANA, to="orto@lists.test", subject="Grazie", text="Fatto.")
    assert paese.subjects(BRUNO) == ["Carriola", "Grazie"]
    [done] = paese.inbox(MO)
    paese.replies(MO, done, "annulla")
    paese.writes(ANA, to="orto@lists.test", subject="Ancora", text="Eccomi.")
    assert paese.inbox(BRUNO) == []
    assert measures(paese) == [(Tool.TRUST, True)]


def test_who_may_not_write_is_told_plainly_and_may_come_back(paese: Town) -> None:
    a_message_waits(paese)
    paese.inbox(ANA)
    [to_mo] = paese.inbox(MO)
    paese.replies(MO, to_mo, "escludi: regola 2")
    [told] = paese.inbox(ANA)
    assert "da adesso non puoi scrivergli: così ha deciso chi modera, oggi, lunedì 9." in prose(told)
    assert "La regola 2 del gruppo" in prose(told)
    assert "organizza.orto@lists.test" in prose(told)
    assert "> Chi l'ha rotta è un cretino." in body(told)
    paese.writes(BRUNO, to="orto@lists.test", subject="Mele", text="Sono mature.")
    assert paese.subjects(ANA) == ["Mele"]  # who may not write still reads
    paese.writes(ANA, to="orto@lists.test", subject="Ma io", text="Volevo dire")
    [refused] = paese.inbox(ANA)
    assert "non puoi scrivere a questo gruppo" in prose(refused)
    assert "> Volevo dire" in body(refused)
    paese.inbox(MO)
    paese.passes(days=40)
    paese.replies(MO, to_mo, "riammetti")
    if paese.last() == ("answered", "outdated"):  # the mail is old: a fresh one takes the word
        paese.replies(MO, paese.inbox(MO)[-1], "riammetti")
    assert "Puoi di nuovo scrivere al gruppo Orto" in paese.subjects(ANA)
    paese.writes(ANA, to="orto@lists.test", subject="Rieccomi", text="Ciao")
    assert "Rieccomi" in str(paese.inbox(MO)[-1]["Subject"])


def test_a_moderator_who_reads_by_letter_decides_on_an_author_by_its_number(paese: Town) -> None:
    paese.opens_list("orto", members=[BRUNO, ANA], moderators=[MO, MIA], default_delivery="digest", rules=RULES)
    paese.joins("orto", MO)
    paese.writes(ANA, to="orto@lists.test", subject="Bruno", text="Quello non capisce niente.")
    paese.passes(days=1)
    [letter] = paese.inbox(MO)
    paese.replies(BRUNO, paese.inbox(BRUNO)[0], "1 escludi: mi ha offeso")
    assert measures(paese) == []
    paese.replies(MO, letter, "1 escludi: regola 2")
    assert {"Fatto: Ana"} <= set(paese.subjects(MO))
    told = paese.inbox(ANA)[-1]
    assert "> Quello non capisce niente." in body(told)
    paese.replies(MO, next(mail for mail in paese.mailbox(MO) if mail["Subject"] == "Fatto: Ana"), "annulla")
    assert paese.subjects(ANA) == ["Puoi di nuovo scrivere al gruppo Orto"]
    assert measures(paese) == [(Tool.BAN, True)]


def test_nobody_decides_on_who_has_an_office(paese: Town) -> None:
    paese.opens_list("orto", members=[BRUNO], moderators=[MO, MIA], moderate="everyone", largest="1 kB")
    paese.joins("orto", f"Mia Verdi <{MIA}>")
    paese.writes(MIA, to="orto@lists.test", subject="Piano", text="x " * 800)
    paese.replies(MO, paese.inbox(MO)[0], "escludi")
    assert paese.subjects(MO) == ["Su chi modera non si decide così"]
    assert measures(paese) == []


def test_help_in_reply_to_what_waits_names_every_word_of_a_moderator(paese: Town) -> None:
    a_message_waits(paese)
    paese.replies(MO, paese.inbox(MO)[0], "aiuto")
    [told] = paese.inbox(MO)
    for word in ("pubblica", "rifiuta", "riformula", "modifica", "fidati", "escludi", "riammetti"):
        assert f"«{word}" in prose(told)
    paese.replies(ANA, paese.inbox(ANA)[0], "aiuto")
    assert "«riprendi»" in prose(paese.inbox(ANA)[-1])


def test_words_that_never_went_out_go_with_their_author(paese: Town) -> None:
    a_message_waits(paese)
    [notice] = paese.inbox(ANA)
    paese.replies(ANA, notice, "cambia: Ho visto un ippogrifo.")
    paese.writes(MO, to=str(paese.inbox(MO)[-1]["Reply-To"]), text="rifiuta")  # what Mo would quote is Mo's
    paese.writes(ANA, to="hub@lists.test", text="dimenticami")
    paese.passes(minutes=11)
    paese.replies(ANA, paese.mailbox(ANA)[-1], "confermo")
    paese.passes(days=1)
    with paese.database.reading() as session:
        kept = [raws.read(session, paese.hub.site, raw_id) for raw_id in session.scalars(sa.select(Raw.id))]
    assert not any(b"ippogrifo" in raw for raw in kept)
