"""Moderators calm a conversation by reply; everybody is told once, everybody is under the same rule, and it ends."""

from email.message import EmailMessage

import sqlalchemy as sa

from mailhub.archive.tables import Thread
from mailhub.lists.tables import HeldPost, HeldState, MailList, Measure, Tool
from tests.stories.opening import opening
from tests.stories.town import FORGED, Town, body, prose

ANA, BRUNO, CLEO, MO, MIA = (
    "ana@example.org",
    "bruno@example.org",
    "cleo@example.org",
    "mo@example.org",
    "mia@example.org",
)
RULES = {"it": "Una cosa per messaggio.\nSi parla di fatti, non di persone.", "en": "One thing.\nFacts, not persons."}


@opening
def a_quarrel(town: Town) -> None:
    """A group of five, two of whom moderate, and a conversation of Ana and Bruno."""
    town.opens_list("orto", members=[ANA, BRUNO, CLEO, MO, MIA], moderators=[MO, MIA], rules=RULES)
    town.writes(ANA, to="orto@lists.test", subject="Il cancello", text="Chi lo lascia aperto?")
    town.passes(minutes=10)
    says(town, BRUNO, "Io no di certo.")
    town.passes(minutes=10)
    for email in (ANA, BRUNO, CLEO, MO, MIA):
        town.inbox(email)


def says(town: Town, email: str, text: str, **more: object) -> None:
    """Answer the newest message of the conversation, as a mail program does."""
    [*_, newest] = [mail for mail in town.mailbox(CLEO) if "cancello" in str(mail["Subject"])]
    town.replies(email, newest, text, to="orto@lists.test", **more)  # type: ignore[arg-type]


def decides(town: Town, email: str, text: str) -> None:
    """A moderator's word in reply to a copy, and their yes to the question."""
    says(town, email, text)
    town.replies(email, town.inbox(email)[-1], "sì")


def the(town: Town, email: str, subject: str) -> EmailMessage:
    """The newest mail of this subject in a mailbox."""
    return [mail for mail in town.mailbox(email) if mail["Subject"] == subject][-1]


def measures(town: Town) -> list[tuple[Tool, bool]]:
    with town.database.reading() as session:
        return [(one.tool, one.ended_at is None) for one in session.scalars(sa.select(Measure).order_by(Measure.id))]


def waiting(town: Town) -> int:
    with town.database.reading() as session:
        states = session.scalars(sa.select(HeldPost.state)).all()
    return sum(state is HeldState.WAITING for state in states)


def texts(town: Town, email: str) -> list[str]:
    """The first lines of what has reached this mailbox since it was last looked into."""
    return [body(mail).strip().splitlines()[0] for mail in town.inbox(email)]


def test_a_slow_pace_is_told_to_everybody_once_and_holds_for_everybody(paese: Town) -> None:
    a_quarrel(paese)
    says(paese, MO, "Ritmo lento 6 ore per 2 giorni: regola 2")
    assert paese.inbox(CLEO) == []  # the group does not read the word
    [sure] = paese.inbox(MO)
    assert measures(paese) == []
    paese.replies(MO, sure, "sì")
    assert measures(paese) == [(Tool.SLOW, True)]
    for email in (ANA, BRUNO, CLEO):
        [told] = paese.inbox(email)
        assert told["Subject"] == "Re: Il cancello"
        assert (
            "Chi modera ha deciso: in questa discussione ogni persona, chi modera compreso, scrive un messaggio ogni 6 "
            "ore, fino a mercoledì 11 marzo, ore 9:20. Il motivo: «regola 2». La regola 2 del gruppo: «Si parla di "
            "fatti, non di persone.». Perché lo guardi un'altra persona che modera, rispondi «ricorso:»"
        ) in prose(told)
    paese.inbox(MO)
    says(paese, BRUNO, "Lo dico io")  # he wrote ten minutes ago
    says(paese, MO, "Dite")
    assert texts(paese, CLEO) == ["Dite"]
    [told] = paese.inbox(BRUNO)[:1]
    assert told["Subject"] == "Il tuo messaggio parte più tardi"
    assert "parte da solo, oggi, lunedì 9, ore 15:10" in prose(told)
    says(paese, MO, "E ancora")
    assert texts(paese, CLEO) == []  # who moderates waits too
    paese.passes(hours=6)
    assert sorted(texts(paese, CLEO)) == ["E ancora", "Lo dico io"]
    paese.passes(days=2)
    says(paese, ANA, "Uno")
    says(paese, ANA, "Due")
    assert texts(paese, CLEO) == ["Uno", "Due"]
    assert measures(paese) == [(Tool.SLOW, False)]


def test_what_waits_can_be_changed_or_taken_back_and_other_conversations_are_free(paese: Town) -> None:
    a_quarrel(paese)
    decides(paese, MO, "ritmo lento 6 ore")
    paese.inbox(BRUNO)
    says(paese, BRUNO, "Primo")
    says(paese, BRUNO, "Secondo")
    first, second = paese.inbox(BRUNO)
    assert "ore 15:10" in prose(first)
    assert "ore 21:10" in prose(second)
    paese.replies(BRUNO, first, "cambia: Primo, con calma")
    assert paese.subjects(BRUNO) == ["Il tuo messaggio ha parole nuove"]
    paese.replies(BRUNO, second, "ritira")
    paese.writes(BRUNO, to="orto@lists.test", subject="Mele", text="Sono mature.")
    assert "Mele" in paese.subjects(CLEO)
    paese.passes(days=1)
    assert texts(paese, CLEO) == ["Primo, con calma"]


def test_prose_that_begins_like_a_word_goes_to_the_group_and_so_does_a_members_word(paese: Town) -> None:
    a_quarrel(paese)
    says(paese, MO, "Chiudi il cancello quando esci, per favore.")
    says(paese, ANA, "chiudi fino a venerdì: non se ne può più")
    assert len(texts(paese, CLEO)) == 2
    assert measures(paese) == []


def test_a_forged_word_of_a_moderator_does_nothing(paese: Town) -> None:
    a_quarrel(paese)
    says(paese, MO, "ritmo lento 6 ore", headers=FORGED)
    [asked] = paese.inbox(MO)
    assert asked["Subject"] == "Ci hai scritto tu?"
    paese.replies(MO, asked, "sì", headers=FORGED)
    sure = paese.inbox(MO)[-1]
    assert measures(paese) == []
    paese.replies(BRUNO, sure, "sì")
    assert measures(paese) == []
    paese.replies(MO, sure, "sì")
    assert measures(paese) == [(Tool.SLOW, True)]


def test_a_late_answer_to_a_closed_conversation_is_kept_and_offered_back(paese: Town) -> None:
    a_quarrel(paese)
    decides(paese, MO, "chiudi fino a venerdì: ne parliamo di persona")
    paese.inbox(ANA)
    paese.inbox(CLEO)
    says(paese, ANA, "Ancora una cosa")
    [kept] = paese.inbox(ANA)
    assert kept["Subject"] == "Il tuo messaggio è qui da parte"
    assert "questa discussione è chiusa fino a venerdì 13 marzo, ore 0:00" in prose(kept).replace("ore 0.", "ore 0:00")
    assert "> Ancora una cosa" in body(kept)
    assert paese.inbox(CLEO) == []
    paese.passes(days=4)
    [offered] = paese.inbox(ANA)
    assert offered["Subject"] == "Il tuo messaggio: va ancora?"
    assert paese.inbox(CLEO) == []  # it leaves only if its writer says so
    paese.replies(ANA, offered, "manda")
    assert texts(paese, CLEO) == ["Ancora una cosa"]


def test_closed_for_good_wants_a_reason_and_can_be_opened_again(paese: Town) -> None:
    a_quarrel(paese)
    decides(paese, MO, "chiudi per sempre")
    assert "Fino a quando, e perché?" in paese.subjects(MO)
    decides(paese, MO, "chiudi per sempre: è deciso")
    done = the(paese, MO, "Deciso: Il cancello")
    paese.inbox(ANA)
    says(paese, ANA, "Ma io")
    [back] = paese.inbox(ANA)
    assert "> Ma io" in body(back)
    paese.replies(MO, done, "riapri")
    assert measures(paese) == [(Tool.CLOSED, False)]
    assert "Il tuo messaggio: va ancora?" in paese.subjects(ANA)
    assert any("si scrive come prima" in prose(mail) for mail in paese.inbox(CLEO))


def test_undo_ends_what_was_decided(paese: Town) -> None:
    a_quarrel(paese)
    decides(paese, MO, "chiudi fino a venerdì")
    paese.replies(MO, the(paese, MO, "Deciso: Il cancello"), "annulla")
    assert measures(paese) == [(Tool.CLOSED, False)]


def test_by_letter_only_reaches_everybody_once_and_by_letter(paese: Town) -> None:
    a_quarrel(paese)
    decides(paese, MO, "solo lettera 24 ore")
    for email in (ANA, BRUNO, CLEO):
        [told] = paese.inbox(email)
        assert "solo con la lettera del giorno" in prose(told)
    says(paese, ANA, "Ma il cancello era aperto.")
    paese.writes(BRUNO, to="orto@lists.test", subject="Mele", text="Sono mature.")
    assert paese.subjects(CLEO) == ["Mele"]
    paese.passes(days=1)
    [letter] = paese.inbox(CLEO)
    assert "Ma il cancello era aperto." in body(letter)
    paese.passes(days=2)
    says(paese, BRUNO, "Di nuovo uno per uno.")
    assert texts(paese, CLEO) == ["Di nuovo uno per uno."]


def test_two_voices_take_turns_and_the_others_hear_theirs_back(paese: Town) -> None:
    a_quarrel(paese)
    decides(paese, MO, "due voci")
    told = paese.inbox(CLEO)[-1]
    assert "scrivono solo Ana e Bruno, a turno" in prose(told)
    says(paese, CLEO, "Anch'io ho da dire")
    assert paese.subjects(CLEO) == ["Il tuo messaggio è qui da parte"]
    says(paese, ANA, "Uno")
    says(paese, ANA, "Due")
    assert texts(paese, CLEO) == ["Uno"]
    says(paese, BRUNO, "Tocca a me")
    assert sorted(texts(paese, CLEO)) == ["Due", "Tocca a me"]
    paese.passes(days=4)
    assert "Il tuo messaggio: va ancora?" in paese.subjects(CLEO)


def test_an_appeal_goes_to_another_moderator_who_may_lift_it(paese: Town) -> None:
    a_quarrel(paese)
    decides(paese, MO, "chiudi fino a venerdì: regola 2")
    paese.inbox(MIA)
    says(paese, ANA, "ricorso: non ho parlato di nessuno")
    assert "Il tuo ricorso è arrivato" in paese.subjects(ANA)
    assert "Un ricorso da guardare: Orto" not in paese.subjects(MO)
    [asked] = paese.inbox(MIA)
    assert "Ana chiede che qualcun altro guardi ciò che una persona ha deciso" in prose(asked)
    assert "«non ho parlato di nessuno»" in prose(asked)
    says(paese, BRUNO, "ricorso: anch'io")
    assert "Qualcuno lo sta già guardando" in paese.subjects(BRUNO)
    paese.replies(MIA, asked, "togli")
    assert measures(paese) == [(Tool.CLOSED, False)]
    assert "Il ricorso: la decisione è tolta" in paese.subjects(ANA)
    says(paese, ANA, "Grazie")
    assert "Grazie" in texts(paese, CLEO)


def test_an_appeal_by_who_waits_or_may_not_write_is_upheld_and_told(paese: Town) -> None:
    a_quarrel(paese)
    brunos = the(paese, CLEO, "Re: Il cancello")
    decides(paese, MO, "ritmo lento 6 ore")
    says(paese, BRUNO, "Aspetto?")
    paese.replies(BRUNO, paese.inbox(BRUNO)[-1], "ricorso: ho fretta")
    asked = paese.inbox(MIA)[-1]
    paese.replies(MIA, asked, "conferma")
    assert "Il ricorso: resta com'è deciso" in paese.subjects(BRUNO)
    paese.replies(MO, brunos, "escludi: regola 2", to="orto@lists.test")
    paese.replies(MO, paese.inbox(MO)[-1], "sì")
    banned = paese.inbox(BRUNO)[-1]
    paese.replies(BRUNO, banned, "ricorso: ho chiesto scusa")
    asked = paese.inbox(MIA)[-1]
    assert "Bruno non può scrivere al gruppo" in prose(asked)
    paese.replies(MIA, asked, "togli")
    assert "Puoi di nuovo scrivere al gruppo Orto" in paese.subjects(BRUNO)


def test_what_moderators_publish_keeps_the_pace_of_its_conversation(paese: Town) -> None:
    a_quarrel(paese)
    paese.joins("orto", "nora@example.org", published=0)
    decides(paese, MO, "ritmo lento 6 ore")
    for number in (1, 2):
        says(paese, "nora@example.org", f"Nuova {number}")
        paese.replies(MIA, paese.inbox(MIA)[-1], "pubblica")
    assert [text for text in texts(paese, CLEO) if text.startswith("Nuova")] == ["Nuova 1"]
    assert "Il tuo messaggio parte più tardi" in paese.subjects("nora@example.org")
    paese.passes(hours=7)
    assert texts(paese, CLEO) == ["Nuova 2"]
    assert waiting(paese) == 0


def test_a_report_reaches_the_moderators_and_never_the_author(paese: Town) -> None:
    a_quarrel(paese)
    brunos = the(paese, CLEO, "Re: Il cancello")
    paese.replies(CLEO, brunos, "segnala: mi sembra rivolto a me", to="orto@lists.test")
    assert paese.subjects(CLEO) == ["Segnalato: Il cancello"]
    paese.replies(ANA, brunos, "Segnala", to="orto@lists.test")
    first, second = paese.inbox(MO)
    assert "Cleo segnala un messaggio di Bruno nel gruppo Orto" in prose(first)
    assert "«mi sembra rivolto a me»" in prose(first)
    assert "> Io no di certo." in body(first)
    assert "Ana segnala" in prose(second)
    assert paese.inbox(BRUNO) == []
    paese.replies(MO, first, "visto: gli ho scritto")
    for email in (CLEO, ANA):
        told = paese.inbox(email)[-1]
        assert told["Subject"] == "La tua segnalazione: l'hanno guardata"
        assert "«gli ho scritto»" in prose(told)
    assert "La segnalazione è già stata guardata" in paese.subjects(MIA)
    assert paese.inbox(BRUNO) == []


def test_what_a_moderator_decides_in_reply_to_a_report_is_its_outcome(paese: Town) -> None:
    a_quarrel(paese)
    paese.replies(CLEO, the(paese, CLEO, "Re: Il cancello"), "segnala", to="orto@lists.test")
    paese.replies(MO, paese.inbox(MO)[0], "ritmo lento 6 ore")
    assert measures(paese) == [(Tool.SLOW, True)]
    assert "La tua segnalazione: l'hanno guardata" in paese.subjects(CLEO)


def test_a_member_may_ask_for_calm_once_and_a_moderator_may_end_it(paese: Town) -> None:
    a_quarrel(paese)
    says(paese, CLEO, "Aspetta")
    told = paese.inbox(ANA)[-1]
    assert "Una persona del gruppo ha chiesto un po' di calma" in prose(told)
    assert "ogni 12 ore, fino a oggi, lunedì 9, ore 21:20" in prose(told)
    assert "Cleo" not in prose(told)
    says(paese, BRUNO, "Ma io")
    assert "Il tuo messaggio parte più tardi" in paese.subjects(BRUNO)
    decides(paese, MO, "riapri")
    assert measures(paese) == [(Tool.SLOW, False)]
    assert "Ma io" in texts(paese, CLEO)
    says(paese, CLEO, "aspetta")
    assert "Qui non serve: Il cancello" in paese.subjects(CLEO)
    paese.passes(days=1)
    assert waiting(paese) == 0


def test_a_private_mediation_begins_with_both_yes_and_only_the_three_read_it(paese: Town) -> None:
    a_quarrel(paese)
    decides(paese, MO, "mediazione Ana e Bruno per 3 giorni")
    [to_ana], [to_bruno] = paese.inbox(ANA), paese.inbox(BRUNO)
    assert "nessun altro, fino a" in prose(to_ana)
    paese.replies(ANA, to_ana, "sì")
    assert measures(paese) == []
    paese.replies(BRUNO, to_bruno, "sì")
    assert measures(paese) == [(Tool.MEDIATION, True)]
    told = paese.inbox(CLEO)[-1]
    assert "due persone di questa discussione ne parlano in privato con chi modera" in prose(told)
    assert "Bruno" not in prose(told)
    opened = the(paese, ANA, "In privato: Il cancello")
    paese.inbox(BRUNO)
    paese.replies(ANA, opened, "Mi dispiace, Bruno.")
    for email in (BRUNO, MO):
        said = paese.inbox(email)[-1]
        assert said["Subject"] == "In privato: scrive Ana"
        assert "> Mi dispiace, Bruno." in body(said)
    assert paese.inbox(CLEO) == []
    says(paese, ANA, "E qui")
    assert "Il tuo messaggio è qui da parte" in paese.subjects(ANA)
    paese.replies(BRUNO, said, "Anche a me.", to=str(the(paese, BRUNO, "In privato: scrive Ana")["Reply-To"]))
    assert "> Anche a me." in body(paese.inbox(ANA)[-1])
    paese.replies(BRUNO, the(paese, BRUNO, "In privato: Il cancello"), "finito")
    assert measures(paese) == [(Tool.MEDIATION, False)]
    assert {"Il colloquio privato è finito", "Il tuo messaggio: va ancora?"} <= set(paese.subjects(ANA))
    paese.replies(ANA, opened, "Ancora")
    assert paese.subjects(ANA) == ["Quel colloquio non c'è più"]


def test_without_both_yes_there_is_no_mediation_and_nobody_is_named(paese: Town) -> None:
    a_quarrel(paese)
    decides(paese, MO, "mediazione")
    paese.replies(ANA, paese.inbox(ANA)[-1], "no")
    told = paese.inbox(MO)[-1]
    assert told["Subject"] == "Niente colloquio privato: Il cancello"
    assert "Ana" not in prose(told)
    paese.replies(BRUNO, paese.inbox(BRUNO)[-1], "sì")
    assert measures(paese) == []
    assert paese.inbox(CLEO) == []


def test_the_page_of_a_conversation_says_what_is_decided(paese: Town) -> None:
    a_quarrel(paese)
    with paese.database.transaction() as session:
        group = session.scalars(sa.select(MailList)).one()
        group.definition = {**group.definition, "archive": "public"}
    decides(paese, MO, "ritmo lento 6 ore per 2 giorni")
    with paese.database.reading() as session:
        thread = session.scalars(sa.select(Thread.id)).one()
    page = paese.web.get(f"/orto/t/{thread}").get_data(as_text=True)
    assert page.count("un messaggio ogni 6 ore, fino a mercoledì 11 marzo, ore 9:20") == 2  # decided, and told
    assert "<li>Si parla di fatti, non di persone.</li>" in paese.web.get("/orto/").get_data(as_text=True)
    paese.passes(days=3)
    assert paese.web.get(f"/orto/t/{thread}").get_data(as_text=True).count("un messaggio ogni 6 ore") == 1


def test_moderators_get_help_in_reply_to_a_message_by_its_number(paese: Town) -> None:
    paese.opens_list("orto", members=[ANA], moderators=[MO, MIA], default_delivery="digest")
    paese.joins("orto", MO)
    paese.writes(ANA, to="orto@lists.test", subject="Il cancello", text="Chi lo lascia aperto?")
    paese.passes(days=1)
    [letter] = paese.inbox(MO)
    paese.replies(MO, letter, "1 ritmo lento 6 ore")
    assert measures(paese) == [(Tool.SLOW, True)]
    assert "Deciso: Il cancello" in paese.subjects(MO)


def test_the_receipt_of_an_answer_to_a_letter_says_that_it_is_kept(paese: Town) -> None:
    a_quarrel(paese)
    paese.writes(CLEO, to="orto-lettera@lists.test")
    says(paese, MO, "chiudi fino a mercoledì: si è detto tutto")
    paese.replies(MO, paese.inbox(MO)[-1], "sì")
    paese.passes(days=1)
    paese.replies(CLEO, paese.mailbox(CLEO)[-1], "1 Ancora una cosa.")
    [receipt] = [mail for mail in paese.inbox(CLEO) if mail["Subject"] == "La tua risposta alla lettera è arrivata"]
    assert "il tuo messaggio è tenuto da parte" in prose(receipt)
    assert "prima lo legge chi modera" not in prose(receipt)
