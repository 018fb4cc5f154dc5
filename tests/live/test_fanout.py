"""Fifty real posts to two hundred members through the real process: every copy judged, every signature verified."""

from pathlib import Path

from tests.proof.fanout import run


def test_every_copy_of_real_posts_is_signed_well_formed_and_sent_once(corpus: Path, tmp_path: Path) -> None:
    judge = run(tmp_path, count=50, members=200, check_every=1)
    assert judge.faults == {}
    assert (judge.copies, judge.verified, judge.doubled) == (10_000, 10_000, 0)
