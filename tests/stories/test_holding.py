"""What waits to be read: a notice to its author, a question to the moderators, one answer that counts."""

import sqlalchemy as sa

from mailhub.lists.tables import HeldPost, HeldState
from tests.stories.town import FORGED, Town, body, prose

ANA, BRUNO, MO, MIA = "ana@example.org", "bruno@example.org", "mo@example.org", "mia@example.org"


def newcomer(town: Town, slug: str = "garden", language: str | None = None) -> None:
    """A group with two moderators, Bruno, and Ana who has written nothing yet."""
    town.opens_list(slug, members=[BRUNO], moderators=[MO, MIA])
    town.joins(slug, f"Ana Rossi <{ANA}>", published=0, language=language)


def test_the_first_two_messages_of_a_newcomer_wait_with_a_notice(paese: Town) -> None:
    newcomer(paese, "orto")
    for number in (1, 2):
        paese.writes(ANA, to="orto@lists.test", subject="Carriola rotta", text=f"Chi la aggiusta? {number}")
        [notice] = paese.inbox(ANA)
        assert notice["Subject"] == "Il tuo messaggio aspetta di essere letto"
        assert prose(notice).startswith(
            "Il tuo messaggio «Carriola rotta» è arrivato e non è perso: prima di andare al gruppo lo legge chi "
            "modera, come succede a tutti per i primi due messaggi. Di solito entro "
        )
        assert "martedì 10" in prose(notice)
        assert "Hai cambiato idea? Rispondi «ritira»." in prose(notice)
        [to_read] = paese.inbox(MO)
        paese.replies(MO, to_read, "pubblica")
        assert len(paese.inbox(BRUNO)) == 1
        paese.inbox(ANA)
        paese.inbox(MO)
    paese.writes(ANA, to="orto@lists.test", subject="Grazie", text="Fatto.")
    assert paese.subjects(BRUNO) == ["Grazie"]


def test_moderators_get_the_whole_text_the_reasons_and_the_files(town: Town) -> None:
    newcomer(town)
    town.writes(
        ANA, to="garden@lists.test", subject="Plan", text="First line\n\nLast line", files={"plan.pdf": b"%PDF"}
    )
    for moderator in (MO, MIA):
        [to_read] = town.inbox(moderator)
        assert "Ana Rossi (ana@example.org) has written to the Garden group" in prose(to_read)
        assert "It is one of the first two messages of this person." in prose(to_read)
        assert "With these files: plan.pdf." in prose(to_read)
        assert "> First line\n>\n> Last line" in body(to_read).replace("\r", "")


def test_the_second_moderator_hears_that_it_is_decided_and_by_whom(paese: Town) -> None:
    newcomer(paese, "orto")
    paese.writes(ANA, to="orto@lists.test", subject="Semi", text="Ne ho")
    [asked_mo], [asked_mia] = paese.inbox(MO), paese.inbox(MIA)
    paese.replies(f"Mo Neri <{MO}>", asked_mo, "Pubblica, grazie.")
    [told] = paese.inbox(MIA)
    assert "c'è già una decisione: pubblicato, da" in prose(told)
    paese.replies(MIA, asked_mia, "rifiuta")
    [again] = paese.inbox(MIA)
    assert again["Subject"] == "Già deciso: Semi"
    assert len(paese.inbox(BRUNO)) == 1
    assert paese.last() == ("answered", "refuse")


def test_a_refusal_brings_reason_and_text_back_in_the_authors_language(town: Town) -> None:
    newcomer(town, language="it")
    town.writes(ANA, to="garden@lists.test", subject="Vendo auto", text="Poco usata")
    town.inbox(ANA)
    [to_read] = town.inbox(MO)
    town.replies(MO, to_read, "refuse: This group is about gardens. È vero?\nSorry.")
    [told] = town.inbox(ANA)
    assert told["Subject"] == "Il tuo messaggio non va al gruppo"
    assert "«This group is about gardens. È vero? Sorry.»" in prose(told)
    assert "> Poco usata" in body(told)
    assert "così ha deciso chi modera" in prose(told)
    assert MO not in body(told)
    assert town.inbox(BRUNO) == []


def test_the_author_takes_it_back(paese: Town) -> None:
    newcomer(paese, "orto")
    paese.writes(ANA, to="orto@lists.test", subject="Semi", text="Ne ho due chili")
    [notice] = paese.inbox(ANA)
    [to_read] = paese.inbox(MO)
    paese.replies(ANA, notice, "ritira")
    [told] = paese.inbox(ANA)
    assert told["Subject"] == "Messaggio ritirato"
    assert "> Ne ho due chili" in body(told)
    assert "ritirato da chi l'ha scritto" in prose(paese.inbox(MO)[0])
    paese.replies(MO, to_read, "pubblica")
    assert paese.inbox(BRUNO) == []


def test_a_forwarded_notice_gives_nobody_the_moderators_voice(town: Town) -> None:
    newcomer(town)
    town.writes(ANA, to="garden@lists.test", subject="Seeds", text="Two kilos")
    [to_read] = town.inbox(MO)
    for somebody in (BRUNO, ANA, "zoe@example.net"):
        town.replies(somebody, to_read, "publish")
        assert town.last() == ("held", "not-theirs")
    assert town.inbox(BRUNO) == []


def test_a_token_without_proof_of_its_author_does_nothing_until_they_say_it_was_them(town: Town) -> None:
    newcomer(town)
    town.writes(ANA, to="garden@lists.test", subject="Seeds", text="Two kilos")
    [to_read] = town.inbox(MO)
    town.replies(MO, to_read, "publish", headers=FORGED)
    assert town.inbox(BRUNO) == []
    [was_it_you] = town.inbox(MO)
    assert was_it_you["Subject"] == "Did you write to us?"
    town.replies(MO, was_it_you, "yes", headers=FORGED)
    assert town.subjects(BRUNO) == ["Seeds"]


def test_a_notice_of_before_a_change_of_roles_is_answered_with_a_fresh_one(town: Town) -> None:
    newcomer(town)
    town.writes(ANA, to="garden@lists.test", subject="Seeds", text="Two kilos")
    [old] = town.inbox(MO)
    town.opens_list("choir", moderator=MO)  # another role: tokens of before are over
    town.replies(MO, old, "publish")
    assert town.inbox(BRUNO) == []
    [fresh] = town.inbox(MO)
    assert "> publish" in body(fresh)
    town.replies(MO, fresh, "publish")
    assert town.subjects(BRUNO) == ["Seeds"]


def test_prose_where_a_word_is_wanted_comes_back_with_what_to_write(paese: Town) -> None:
    newcomer(paese, "orto")
    paese.writes(ANA, to="orto@lists.test", subject="Semi", text="Ne ho")
    [notice], [to_read] = paese.inbox(ANA), paese.inbox(MO)
    paese.replies(MO, to_read, "Boh, che ne dite voi?")
    [asked_back] = paese.inbox(MO)
    assert "«pubblica», «rifiuta» o «aiuto»" in prose(asked_back)
    assert "> Boh, che ne dite voi?" in body(asked_back)
    paese.replies(ANA, notice, "Volevo aggiungere una cosa")
    [asked_author] = paese.inbox(ANA)
    assert "«ritira» o «aiuto»" in prose(asked_author)
    paese.replies(MO, asked_back, "pubblica")
    assert paese.subjects(BRUNO) == ["Semi"]


def test_an_empty_reply_is_told_that_it_was_empty(town: Town) -> None:
    newcomer(town)
    town.writes(ANA, to="garden@lists.test", subject="Seeds", text="Two kilos")
    [to_read] = town.inbox(MO)
    town.replies(MO, to_read, "")
    assert town.subjects(MO) == ["Your mail came without new words"]


def test_an_author_cannot_publish_their_own_message(town: Town) -> None:
    newcomer(town)
    town.writes(ANA, to="garden@lists.test", subject="Seeds", text="Two kilos")
    [notice] = town.inbox(ANA)
    town.replies(ANA, notice, "publish")
    [told] = town.inbox(ANA)
    assert told["Subject"] == "Only a moderator can do this"
    assert "> publish" in body(told)
    assert town.inbox(BRUNO) == []


def test_moderators_who_do_not_answer_are_asked_once_more_and_the_message_waits(town: Town) -> None:
    newcomer(town)
    town.writes(ANA, to="garden@lists.test", subject="Seeds", text="Two kilos")
    town.inbox(MO)
    town.passes(days=3)
    [again] = town.inbox(MO)
    assert town.subjects("olga@example.org") == [str(again["Subject"])]
    town.passes(days=60)
    assert {subject.partition(",")[0] for subject in town.subjects(MO)} == {"The organisers' letter"}
    with town.database.reading() as session:
        [held] = session.scalars(sa.select(HeldPost)).all()
    assert held.state is HeldState.WAITING
    town.replies(MO, again, "publish")
    assert town.subjects(BRUNO) == ["Seeds"]


def test_a_moderator_who_writes_quotes_nobodys_token_to_the_group(town: Town) -> None:
    newcomer(town)
    town.writes(ANA, to="garden@lists.test", subject="Seeds", text="Two kilos")
    [to_read] = town.inbox(MO)
    reply_to = str(to_read["Reply-To"])
    link = "https://lists.test/u/" + "a" * 47
    town.joins("garden", MO)
    town.writes(MO, to="garden@lists.test", subject="Look", text=f"Write to {reply_to} or press\n{link}")
    [post] = town.inbox(BRUNO)
    assert reply_to not in body(post)
    assert "[…]" in body(post)
