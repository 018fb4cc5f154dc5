"""«Correggi» and the new text: what waits is changed, what was sent corrected; its author sees what others see."""

import pytest

from tests.stories.town import FORGED, Town, body, prose

ANA, BRUNO = "ana@example.org", "bruno@example.org"


def opens(town: Town, grace: str = "2 min") -> None:
    town.opens_list(
        "garden",
        members=[ANA, BRUNO],
        moderate="nobody",
        grace=grace,
        title={"en": "Garden", "it": "Orto"},
        archive="public",
    )


def page(town: Town, subject: str) -> str:
    listing = town.web.get("/garden/").text
    path = next(part.split('"')[0] for part in listing.split('href="')[1:] if "/t/" in part.split('"')[0])
    return town.web.get(path.removeprefix("https://lists.test")).text + subject[:0]


def test_what_nobody_has_read_goes_out_with_the_new_text_alone(town: Town) -> None:
    opens(town)
    sent = town.writes(ANA, to="garden@lists.test", subject="Seeds", text="Ten kilos.", files={"list.pdf": b"%PDF"})
    mine = {"In-Reply-To": sent, "References": sent}
    town.writes(ANA, to="garden@lists.test", subject="Re: Seeds", text="Correct\nTwo kilos.\n-- \nAna", headers=mine)
    assert town.inbox(BRUNO) == []
    [told] = town.inbox(ANA)
    assert 'Your message "Seeds" goes to the Garden group with the new text' in prose(told)
    assert "The group reads: > Two kilos." in prose(told)
    assert "The signature, which does not go along: > -- > Ana" in prose(told)
    town.passes(minutes=3)
    [got] = town.inbox(BRUNO)
    assert str(got["Subject"]) == "Seeds"
    assert "Two kilos." in body(got)
    assert "Ten" not in str(got)
    assert any(part.get_filename() == "list.pdf" for part in got.walk())
    assert "Ten kilos" not in page(town, "Seeds")


def test_what_was_sent_is_corrected_in_its_conversation_and_on_its_page(paese: Town) -> None:
    opens(paese, "0 min")
    paese.writes(ANA, to="garden@lists.test", subject="Potatura", text="Ci vediamo alle 8.")
    [mine] = paese.inbox(ANA)
    [first] = paese.inbox(BRUNO)
    paese.replies(ANA, mine, "Correggi: ci vediamo alle 9.\n\n-- \nAna Verdi, via Roma 1")
    [correction] = paese.inbox(BRUNO)
    assert str(correction["Subject"]) == "Re: Potatura (correzione)"
    assert str(first["Message-ID"]) in str(correction["References"])
    assert "ci vediamo alle 9." in body(correction)
    assert "via Roma" not in str(correction)
    told = next(mail for mail in paese.inbox(ANA) if "Corretto" in str(mail["Subject"]))
    assert "Il gruppo legge: > ci vediamo alle 9." in prose(told)
    assert "La firma, che non parte: > -- > Ana Verdi, via Roma 1" in prose(told)
    assert "Il testo citato, che non parte: > " in prose(told)
    shown = page(paese, "Potatura")
    assert shown.index("ci vediamo alle 9.") < shown.index("Com&#39;era prima") < shown.index("Ci vediamo alle 8.")


def test_it_is_done_once_a_day_and_the_text_comes_back(town: Town) -> None:
    opens(town, "0 min")
    town.writes(ANA, to="garden@lists.test", subject="Pruning", text="At 8.")
    [mine] = town.inbox(ANA)
    town.replies(ANA, mine, "Correct\nAt 9.")
    town.inbox(ANA)
    town.replies(ANA, mine, "Correct\nAt 10.")
    [again] = town.inbox(ANA)
    assert str(again["Subject"]) == "Corrected today: Pruning"
    assert "> At 10." in body(again)
    town.passes(days=1, minutes=1)
    town.replies(ANA, mine, "Correct\nAt 10.")
    assert [str(mail["Subject"]) for mail in town.inbox(BRUNO)][-2:] == ["Re: Pruning (correction)"] * 2
    assert page(town, "Pruning").count("At 10.") == 2  # in its own place, and in that of the first


def test_undo_takes_a_correction_back_until_it_leaves(town: Town) -> None:
    opens(town)
    town.writes(ANA, to="garden@lists.test", subject="Pruning", text="At 8.")
    town.passes(minutes=3)
    [mine] = town.inbox(ANA)
    town.replies(ANA, mine, "correct: at 9.")
    [told] = town.inbox(ANA)
    town.replies(ANA, told, "undo")
    town.passes(minutes=3)
    assert town.subjects(BRUNO) == ["Pruning"]
    assert "at 9" not in page(town, "Pruning")


@pytest.mark.parametrize("text", ["Correct.", "Correct: the well is deep", "Correct me if I am wrong"])
def test_below_somebody_elses_message_it_is_for_people_to_read(town: Town, text: str) -> None:
    opens(town, "0 min")
    town.writes(BRUNO, to="garden@lists.test", subject="The well", text="It is deep.")
    [theirs] = town.inbox(ANA)
    town.inbox(BRUNO)
    town.replies(ANA, theirs, text)
    assert town.subjects(BRUNO) == ["Re: The well"]


def test_nobody_corrects_in_anothers_name_and_without_a_text_nothing_changes(town: Town) -> None:
    opens(town, "0 min")
    town.writes(ANA, to="garden@lists.test", subject="Pruning", text="At 8.")
    [mine] = town.inbox(ANA)
    town.inbox(BRUNO)
    town.replies(ANA, mine, "correct\nAt 3 in the night", headers=FORGED)
    assert town.last()[0] == "held"
    town.inbox(ANA)
    town.replies(ANA, mine, "correct")
    assert town.subjects(ANA) == ["How to correct a message"]
    assert town.inbox(BRUNO) == []
