"""The measurement of the fan-out measures what it says."""

from mailhub.cli.bench import fanout


def test_a_small_fan_out_is_measured() -> None:
    measured = fanout.run(members=120, size=4_096)
    assert measured["members"] == 120
    assert measured["copy_bytes"] > 4_096
    assert measured["helper_cpu_seconds"] > 0
    assert 0 < measured["cpu_seconds_per_1000"] < 100
    assert measured["peak_pss_mib"] > 10


def test_sealed_copies_are_larger_and_their_seals_hold() -> None:
    plain, sealed = (fanout.run(members=60, size=4_096, seals=seals) for seals in (False, True))
    assert sealed["copy_bytes"] > plain["copy_bytes"] + 1_000  # the run itself looks at the seals
