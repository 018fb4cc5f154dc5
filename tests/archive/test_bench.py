"""The measurement itself works."""

from mailhub.cli.bench import archive


def test_the_bench_measures_an_import_and_the_pages_that_are_made_of_it() -> None:
    figures = archive.run(messages=330, asked=3)

    assert figures["messages"] == 330
    assert figures["per_second"] > 0
    assert figures["search_p50_ms"] > 0
    assert figures["first_page_bytes"] < figures["long_thread_bytes"] < 60_000
