"""«Impostazioni»: everything about how one is written to, and every word beside it does what it says."""

import pytest

from tests.stories.town import FORGED, Town, body, prose

ANA, BRUNO = "ana@example.org", "bruno@example.org"


def asks(town: Town, word: str = "settings", author: str = ANA) -> str:
    town.inbox(author)
    town.writes(author, to="hub@lists.test", text=word)
    [answer] = town.inbox(author)
    return prose(answer)


def test_a_member_reads_all_of_it_and_how_each_thing_is_changed(town: Town) -> None:
    town.opens_list("garden", members=["Ana Verdi <ana@example.org>", BRUNO], moderate="nobody")
    town.opens_list("choir", members=[ANA], default_delivery="digest")
    town.opens_list("mill", members=[ANA])
    town.writes(ANA, to="mill-pause@lists.test")
    town.writes(BRUNO, to="garden@lists.test", subject="The fence", text="It is down.")
    town.replies(ANA, town.inbox(ANA)[-1], "mute")
    said = asks(town)
    assert 'The name others read: Ana Verdi. It is changed by "name: Ada Rossi".' in said
    assert "The language: English." in said
    assert "We write to ana@example.org." in said
    assert (
        'Garden: Every message reaches you at once. It is changed by "digest garden", "pause garden" or "leave' in said
    )
    assert (
        'Choir: The messages reach you in one letter a day, when there are any. It is changed by "each choir",' in said
    )
    assert 'Mill: a pause, until you write "resume". It is changed by "resume mill" or "leave mill".' in said
    assert "The letter: at 7:30, every day, when there is something." in said
    assert "Muted since 9 March: The fence, in the Garden group." in said
    assert "https://lists.test/me/" in said


def test_it_is_said_in_italian_and_its_words_change_what_they_name(paese: Town) -> None:
    paese.opens_list("orto", members=[ANA, BRUNO], moderate="nobody")
    paese.opens_list("coro", members=[ANA])
    said = asks(paese, "Impostazioni")
    assert "La lingua: italiano. Si cambia con «lingua inglese» o «lingua italiana»." in said
    assert "Orto: Ogni messaggio ti arriva subito. Si cambia con «lettera orto», «pausa orto» o «esci orto»." in said
    paese.writes(ANA, to="hub@lists.test", text="lettera orto\nesci coro\nlettera alle 18")
    said = asks(paese, "le mie impostazioni")
    assert "Orto: I messaggi ti arrivano in una lettera al giorno" in said
    assert "Coro" not in said
    assert "La lettera: alle 18, ogni giorno" in said


def test_the_name_is_taken_as_it_is_written_and_put_back(town: Town) -> None:
    town.opens_list("garden", members=["Ana <ana@example.org>", BRUNO], moderate="nobody")
    town.writes(ANA, to="hub@lists.test", text="Name: Ànna D'Amico, thanks")
    [told] = town.inbox(ANA)
    assert 'From now on others read you as "Ànna D\'Amico"' in prose(told)
    town.writes(ANA, to="garden@lists.test", subject="Seeds", text="Who has some?")
    assert "Ànna D'Amico" in str(town.inbox(BRUNO)[-1]["From"])
    town.inbox(ANA)
    town.replies(ANA, told, "undo")
    assert "The name others read: Ana." in asks(town)


@pytest.mark.parametrize("name", ["ana@example.org", "https://x.test", "...", "", "12"])
def test_what_is_no_name_changes_nothing(town: Town, name: str) -> None:
    town.opens_list("garden", members=["Ana <ana@example.org>"])
    town.writes(ANA, to="hub@lists.test", text=f"name: {name}")
    assert town.subjects(ANA) == ["Which name should others read?"]
    assert town.person(ANA).name == "Ana"  # type: ignore[union-attr]


def test_a_form_that_somebody_fills_in_below_a_message_is_for_the_group(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO], moderate="nobody")
    town.writes(BRUNO, to="garden@lists.test", subject="Supper", text="Write your name and how many you are.")
    [asked] = town.inbox(ANA)
    town.replies(ANA, asked, "Name: Ana Verdi\nWe are three")
    [answer] = [mail for mail in town.inbox(BRUNO) if "Re:" in str(mail["Subject"])]
    assert "We are three" in body(answer)
    assert town.person(ANA).name == "Ana"  # type: ignore[union-attr]


def test_the_language_is_chosen_by_a_word_in_either_and_put_back(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO], moderate="nobody")
    town.writes(ANA, to="hub@lists.test", text="Lingua: italiana")
    [told] = town.inbox(ANA)
    town.writes(ANA, to="hub@lists.test", text="aiuto garden")
    assert town.subjects(ANA) == ["Come funziona: Garden"]
    town.replies(ANA, told, "undo")
    assert town.person(ANA).language is None  # type: ignore[union-attr]
    town.writes(ANA, to="garden@lists.test", subject="Words", text="Language of flowers")
    assert town.subjects(BRUNO) == ["Words"]


def test_what_is_forged_is_neither_told_nor_done(town: Town) -> None:
    town.opens_list("garden", members=["Ana <ana@example.org>"])
    for text in ("settings", "name: Ada", "language Italian"):
        town.writes(ANA, to="hub@lists.test", text=text, headers=FORGED)
        assert town.last()[0] == "held"
    person = town.person(ANA)
    assert person is not None
    assert (person.name, person.language) == ("Ana", None)
