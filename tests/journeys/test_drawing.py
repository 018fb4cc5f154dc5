"""A drawing shows every step and every way, and no two lines run over each other."""

import re

from mailhub import content
from mailhub.facts import Facts
from mailhub.journeys import drawing, summary, written
from mailhub.journeys.counting import StepCount
from mailhub.journeys.state import Phase
from mailhub.journeys.summary import Numbers, StepSummary
from mailhub.people.facts import FACTS

TEXT = """\
title: A <welcome>
class: service
steps:
  - send: hello
  - {id: try, split: {one: 1, two: 1, three: 2}}
  - {id: one, wait: 3 d, goto: last}
  - {id: two, wait: {when: person.name is known, timeout: 9 d, then: {met: three, timeout: end}}}
  - {id: three, wait: 1 d, goto: last}
  - {id: four, send: bye, skip_if: person.name is known}
  - send: last
    goto: four
    max_visits: 2
"""


def steps() -> tuple[StepSummary, ...]:
    text = TEXT.replace("{id: four", "{id: four, max_visits: 2")
    journey = written.read(content.load_text(text, "journeys/welcome.yaml"), Facts(FACTS))
    counts = {
        (1, "hello"): StepCount({"sent": 5, "skipped": 1}),
        (1, "two"): StepCount({"left-group": 1}, {Phase.WATCHING: 2}),
        (2, "two"): StepCount({}, {Phase.WATCHING: 9}),
    }
    return summary.of(journey, 1, Numbers(counts, {}, {}), "en")


def test_a_summary_counts_one_version_and_tells_ways_from_exits() -> None:
    hello, _, _, two, *_ = steps()
    assert (hello.entered, hello.sent, hello.aside, hello.left) == (6, 5, {"skipped": 1}, 0)
    assert (two.entered, two.waiting, two.left) == (3, 2, 1)


def test_every_step_stands_in_the_drawing_and_nothing_is_markup() -> None:
    drawn = drawing.svg("A <welcome>", "6 came in", steps())
    assert '<title id="title">A &lt;welcome&gt;</title>' in drawn
    for said in ("hello", "sends bye", "waits 3 d", "○ 2", "it is so · 0", "time is over · 0"):
        assert f">{said}</text>" in drawn


def test_lines_that_lead_elsewhere_keep_apart() -> None:
    drawn = drawing.svg("Welcome", "", steps())
    runs = re.findall(r"M\d+ (\d+)H(\d+)V(\d+)H\d+", drawn)
    assert len(runs) == 5
    lanes: dict[str, list[tuple[int, int]]] = {}
    for start, lane, end in runs:
        low, high = sorted((int(start), int(end)))
        assert all(high < other_low or low > other_high for other_low, other_high in lanes.get(lane, []))
        lanes.setdefault(lane, []).append((low, high))
