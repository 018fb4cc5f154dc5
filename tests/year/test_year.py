"""A year of a group of eight by the real process, without one page: what each received, to the copy.

The first way to run a site is lived in every run of the tests, and the first weeks by mailbox behind a relay; all of it
over all three by `make year`. One test lives one year: its checks must not be shared out among processes.
"""

import os
from pathlib import Path

import pytest

from tests.year.ledger import SERVICE, Ledger
from tests.year.scenes import (
    ADA,
    BRUNO,
    CALMED,
    CARLA,
    DINO,
    DINO_ANEW,
    EIGHT,
    ELSA,
    FABIO,
    GINA,
    IVO,
    OLGA,
    YEAR,
    ZITA,
)
from tests.year.scenes import published as messages
from tests.year.sites import WAYS

# Messages, letters, and other mail of ours to each; the same whatever lies between us and them.
RECEIVED = {
    ADA: (41, 1, 7),
    BRUNO: (41, 1, 10),
    CARLA: (0, 36, 9),
    DINO: (0, 37, 12),
    ELSA: (0, 37, 10),
    FABIO: (0, 34, 11),
    GINA: (0, 37, 10),
    IVO: (0, 36, 3),
    OLGA: (41, 1, 43),  # two Mondays on which something waited
    ZITA: (0, 0, 2),
    DINO_ANEW: (0, 0, 1),
}
FIRST_WEEKS = YEAR[: next(place for place, scene in enumerate(YEAR) if scene.at == "01-26 09:00")]
ALL = os.environ.get("MAILHUB_TEST_YEARS") == "all"


@pytest.mark.parametrize("way", [way for way in WAYS if ALL or way == "port 25"])
def test_in_a_year_by_mail_alone_everybody_receives_what_is_theirs_once(way: str, tmp_path: Path) -> None:
    with WAYS[way](tmp_path) as life:
        life.play(YEAR)
        assert life.site.stop() == 0
        year = Ledger(life)
    try:
        assert year.left_undone() == []
        assert year.doubled() == []
        assert {who: year.counts(who) for who in {entry.to for entry in year.entries}} == RECEIVED
        for who in EIGHT:
            _was_told_all_once(year, who)
        _was_refused_in_private(year)
        _was_calmed(year)
        _mailbox_was_left_alone_and_taken_up(year)
        _hear_no_more(year)
        _mondays(year)
    finally:
        year.close()


def _was_told_all_once(year: Ledger, who: str) -> None:
    """Each message of the group while they belonged, and none besides (promises 3 and 9)."""
    told = {message.text: year.tells(who, message.text) + year.tells(who, message.in_brief) for message in messages()}
    assert told == {message.text: int(message.reaches(who)) for message in messages()}, who


def _was_refused_in_private(year: Ledger) -> None:
    assert [who for who in EIGHT if year.tells(who, "Fabio should mind his own business")] == []
    [refused] = [entry for entry in year.of(ELSA) if "does not go to the group" in str(entry.mail["Subject"])]
    assert "about the gate, please, and not about Fabio" in refused.words


def _was_calmed(year: Ledger) -> None:
    """Everybody reads each decision once; what had to wait leaves by itself, and what came too late is offered back."""
    told = {who: [year.tells(who, words) for words in CALMED] for who in (*EIGHT, OLGA)}
    assert told == dict.fromkeys(told, [1] * len(CALMED))
    subjects = {who: [str(entry.mail["Subject"]) for entry in year.of(who)] for who in (FABIO, BRUNO, DINO)}
    assert "Your message leaves later" in subjects[FABIO]
    for who in (BRUNO, DINO):
        kept = subjects[who].index("Your message is kept here")
        assert subjects[who].index("Your message: shall it still go?") > kept


def _mailbox_was_left_alone_and_taken_up(year: Ledger) -> None:
    mine = [(entry.kind, str(entry.mail["Subject"])) for entry in year.of(GINA)]
    after = [subject for _, subject in mine[mine.index((SERVICE, "Does this mail reach you?")) + 1 :]]
    assert after[:4] == ["We cannot reach you"] * 2 + ["Back with us", "The letter of Monday 24 August: 1 message"]


def _mondays(year: Ledger) -> None:
    """Only whoever organises, and only where anything waits."""
    begins = "The organisers' letter, "
    told = [(entry.to, str(entry.mail["Subject"])) for entry in year.entries]
    mondays = [(to, subject.removeprefix(begins)) for to, subject in told if subject.startswith(begins)]
    assert mondays == [(OLGA, "Monday 12 January"), (OLGA, "Monday 10 August")]


def _hear_no_more(year: Ledger) -> None:
    """Who left, and who never confirmed."""
    assert str(year.of(FABIO)[-1].mail["Subject"]) == "Done: we will not write again"
    asked = [str(entry.mail["Subject"]).partition("?")[0] for entry in year.of(ZITA)]
    assert asked == ["Is this you", "Still want to join"]


def test_the_first_weeks_are_the_same_in_a_mailbox_at_a_provider_that_rewrites(tmp_path: Path) -> None:
    with WAYS["mailbox"](tmp_path) as life:
        life.play(FIRST_WEEKS)
        assert life.site.stop() == 0
        weeks = Ledger(life)
    try:
        assert weeks.left_undone() == []
        assert weeks.doubled() == []
        assert {who: weeks.counts(who)[0] for who in (ADA, BRUNO)} == {ADA: 3, BRUNO: 3}
        assert {who: weeks.counts(who)[1] for who in (CARLA, DINO, IVO)} == {CARLA: 2, DINO: 2, IVO: 1}
        answer = weeks.of(ADA)[-1].mail
        assert (
            answer["Subject"] == "Re: Seed order"
        )  # an answer to a letter: its conversation is known to Ada's program
        assert answer["References"] is not None
    finally:
        weeks.close()
