"""«dati»: whoever asks gets everything, once they have answered a second mail; a request alone gives nothing."""

import io
import json
import zipfile
from email.message import EmailMessage

import pytest

from tests.stories.town import FORGED, Town, body, prose

ANA, BRUNO = "ana@example.org", "bruno@example.org"


def files(mail: EmailMessage) -> dict[str, bytes]:
    """What is in the zip of a mail."""
    [attached] = mail.iter_attachments()
    with zipfile.ZipFile(io.BytesIO(attached.get_content())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def asks(town: Town, word: str = "data", **how: object) -> EmailMessage:
    """Ask, and let the second mail come."""
    town.writes(ANA, to="hub@lists.test", text=word, **how)  # type: ignore[arg-type]
    town.passes(minutes=10)
    return town.inbox(ANA)[-1]


def test_who_asks_and_confirms_gets_every_row_and_their_own_messages(town: Town) -> None:
    town.opens_list("garden", members=["Ana Canary <ana@example.org>", BRUNO])
    town.writes(ANA, to="garden@lists.test", subject="Shears", text="I have two")
    town.writes(BRUNO, to="garden@lists.test", subject="Rain", text="Again")
    town.inbox(ANA)
    town.replies(ANA, asks(town), "confirm")
    [mail] = town.inbox(ANA)
    assert mail["Subject"] == "Your data: mail 1 of 1"
    assert "Name: Ana Canary" in body(mail)
    held = files(mail)
    assert sorted(held) == ["data.json", "garden/000001.eml"]
    assert b"I have two" in held["garden/000001.eml"]
    rows = json.loads(held["data.json"])
    assert [row["email"] for row in rows["addresses"]] == [ANA]
    assert list(rows["words"].values()) == ["I have two"]
    assert {"consents", "subscription", "delivery", "disposition", "inbound_mail", "deeds"} <= rows.keys()
    assert "person.exported" in [row["what"] for row in rows["activity"]]
    assert BRUNO not in held["data.json"].decode()


def test_the_same_in_italian_by_a_reply_to_any_mail(paese: Town) -> None:
    paese.opens_list("orto", members=[ANA, BRUNO])
    paese.writes(BRUNO, to="orto@lists.test", subject="Pioggia", text="Ancora")
    [post], _ = paese.inbox(ANA), paese.inbox(BRUNO)
    paese.replies(ANA, post, "dati", to="orto@lists.test")
    [soon] = paese.inbox(ANA)
    assert "lunedì 9 marzo, ore 9:10" in prose(soon)
    paese.passes(minutes=10)
    [question] = paese.inbox(ANA)
    paese.replies(ANA, question, "Confermo")
    assert paese.subjects(ANA) == ["I tuoi dati: mail 1 di 1"]
    assert paese.inbox(BRUNO) == []


def test_nothing_happens_before_ten_minutes_nor_after_two_days(town: Town) -> None:
    town.opens_list("garden", members=[ANA])
    town.writes(ANA, to="hub@lists.test", text="data")
    [soon] = town.inbox(ANA)
    town.replies(ANA, soon, "confirm")  # the first mail holds nothing that confirms
    assert "Your data" not in " ".join(town.subjects(ANA))
    town.passes(minutes=10)
    [question] = town.inbox(ANA)
    town.passes(days=2, minutes=1)
    town.replies(ANA, question, "confirm")
    assert town.subjects(ANA) == ["That request no longer stands"]
    assert town.last() == ("answered", "twice-over")


def test_of_two_requests_the_newest_counts_and_each_works_once(town: Town) -> None:
    town.opens_list("garden", members=[ANA])
    first, second = asks(town), asks(town)
    town.replies(ANA, first, "confirm")
    assert town.subjects(ANA) == ["That request no longer stands"]
    for _ in range(2):
        town.replies(ANA, second, "confirm")
    assert town.subjects(ANA) == ["Your data: mail 1 of 1", "That request no longer stands"]


def test_a_forged_request_is_asked_about_and_gives_nothing(town: Town) -> None:
    town.opens_list("garden", members=[ANA])
    asked = asks(town, headers=FORGED)
    assert asked["Subject"] == "Did you write to us?"
    assert town.last() == ("held", "unproven")
    town.replies(ANA, asked, "yes")
    assert town.subjects(ANA) == ["In ten minutes we ask you once more"]


@pytest.mark.parametrize("who", [BRUNO, "zoe@example.net"])
def test_somebody_elses_answer_to_the_second_mail_does_nothing(town: Town, who: str) -> None:
    town.opens_list("garden", members=[ANA, BRUNO])
    question = asks(town)
    town.replies(who, question, "confirm")
    town.replies(ANA, question, "confirm", headers={**FORGED, "Auto-Submitted": "auto-replied"})
    assert [noted.outcome for noted in town.dispositions()[1:]] == ["held", "dropped"]
    assert town.inbox(ANA) == town.inbox(who) == []


def test_an_answer_that_cannot_be_proven_is_asked_about(town: Town) -> None:
    town.opens_list("garden", members=[ANA])
    town.replies(ANA, asks(town), "confirm", headers=FORGED)
    [asked] = town.inbox(ANA)
    town.replies(ANA, asked, "yes")
    assert town.subjects(ANA) == ["Your data: mail 1 of 1"]


def test_many_messages_come_in_several_mails(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailhub.hub.own_data.MOST_POSTS", 2)
    town.opens_list("garden", members=[ANA])
    for number in range(5):
        town.writes(ANA, to="garden@lists.test", subject=f"Number {number}", text="Hello")
    town.replies(ANA, asks(town), "confirm")
    town.passes(minutes=5)
    mails = town.inbox(ANA)
    assert [mail["Subject"] for mail in mails] == [f"Your data: mail {part} of 3" for part in (1, 2, 3)]
    assert [len(files(mail)) for mail in mails] == [3, 2, 1]
