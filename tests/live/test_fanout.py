"""Fifty real posts to a hundred members through the real process: every copy judged, every fourth signature verified.

`make proof` does the same at full size.
"""

from pathlib import Path

from tests.proof.fanout import run


def test_every_copy_of_real_posts_is_signed_well_formed_and_sent_once(corpus: Path, tmp_path: Path) -> None:
    judge = run(tmp_path, count=50, members=100, check_every=4)
    assert judge.faults == {}
    assert (judge.copies, judge.verified, judge.doubled) == (5_000, 1_250, 0)
