"""The measurement itself works."""

from mailhub.cli.bench import archive


def test_the_bench_measures_an_import_and_what_reads_it() -> None:
    figures = archive.run(messages=330)

    assert figures["messages"] == 330
    assert figures["longest_thread"] == 300
    assert figures["per_second"] > 0
    assert figures["search_two_words_ms"] > 0
