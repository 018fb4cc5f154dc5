"""What a reply says of people at steps that go."""

import pytest

from mailhub.hub.publishing import mapping
from mailhub.journeys.migration import Migration

ONE, TWO = ("welcome",), ("welcome", "spring")


@pytest.mark.parametrize(
    ("said", "slugs", "wanted"),
    [
        ("pause=rest", ONE, {"welcome": Migration(map={"pause": "rest"})}),
        ("pause = rest, gift stays", ONE, {"welcome": Migration(map={"pause": "rest"}, stay=frozenset({"gift"}))}),
        ("pause → rest e dono resta", ONE, {"welcome": Migration(map={"pause": "rest"}, stay=frozenset({"dono"}))}),
        (
            "spring:pause=rest; welcome: a->b",
            TWO,
            {
                "spring": Migration(map={"pause": "rest"}),
                "welcome": Migration(map={"a": "b"}),
            },
        ),
        ("pause=rest", TWO, None),
        ("autumn:pause=rest", TWO, None),
        ("but only on monday", ONE, None),
        ("pause=rest please", ONE, None),
        ("pause=", ONE, None),
    ],
)
def test_what_is_said_is_understood_or_asked_about(
    said: str, slugs: tuple[str, ...], wanted: dict[str, Migration] | None
) -> None:
    assert mapping.read(said, slugs, {}) == wanted


def test_a_later_word_about_a_step_takes_the_place_of_the_first() -> None:
    known = {"welcome": Migration(map={"pause": "rest", "gift": "end"})}
    assert mapping.read("pause stays", ONE, known) == {
        "welcome": Migration(map={"gift": "end"}, stay=frozenset({"pause"}))
    }
    back = {"welcome": Migration(stay=frozenset({"pause"}))}
    assert mapping.read("pause=two", ONE, back) == {"welcome": Migration(map={"pause": "two"})}
