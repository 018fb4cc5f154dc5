"""Draws a journey from top to bottom: a box a step, with who stands in it, and lines to where ways lead. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from mailhub.journeys.definition import END
from mailhub.journeys.summary import StepSummary, WayOn

BOX, LABELS, MARGIN = 420, 330, 24  # widths
ROW, GAP, LANE = 22, 30, 14  # heights of a line of text and between boxes; between two lines that lead elsewhere
_MOST = 46  # letters of a condition beside its line; the whole of it is its title

_STYLE = """
svg{background:#fbfaf6;color:#1f2a24;font:16px/24px system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif}
text{fill:#1f2a24}.muted{fill:#59635c;font-size:14px}.box{fill:#f1efe6;stroke:#dcd8cc}
.line{fill:none;stroke:#59635c}.tip{fill:#59635c}.here{fill:#8a6410;font-weight:600}.id{font-weight:600}
.ring{fill:none;stroke:#59635c;stroke-width:2}
@media (prefers-color-scheme:dark){svg{background:#161b18;color:#e8ebe4}text{fill:#e8ebe4}.muted,.tip{fill:#a3ada5}
.box{fill:#1e2521;stroke:#323c36}.line,.ring{stroke:#a3ada5}.here{fill:#dcb45a}}
"""


@dataclass(frozen=True, slots=True)
class Jump:
    """A way that does not lead to the box below."""

    way: WayOn
    start: int  # the heights at which it leaves one box and comes to another
    end: int
    lane: int


@dataclass(frozen=True, slots=True)
class Box:
    """One step, and where it stands."""

    step: StepSummary
    top: int
    below: WayOn | None
    elsewhere: tuple[WayOn, ...]

    @property
    def height(self) -> int:
        return 2 * ROW + 16 + max(0, len(self.elsewhere) - 1) * ROW

    def leaves_at(self, place: int) -> int:
        return self.top + 38 + place * ROW


def svg(title: str, note: str, steps: Sequence[StepSummary]) -> str:
    """The drawing as a file of its own; `note` stands below the title."""
    boxes = _boxes(steps)
    jumps = _jumps(boxes)
    width = MARGIN + BOX + LABELS + LANE * (1 + max((jump.lane for jump in jumps), default=0)) + MARGIN
    height = (boxes[-1].top + boxes[-1].height if boxes else 80) + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-labelledby="title note"><title id="title">{escape(title)}</title>',
        f"<style>{_STYLE}</style>",
        f'<text x="{MARGIN}" y="40" class="id">{escape(title)}</text>',
        f'<text x="{MARGIN}" y="62" class="muted" id="note">{escape(note)}</text>',
        *(_drawn(box, boxes) for box in boxes),
        *(_jumped(jump) for jump in jumps),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _boxes(steps: Sequence[StepSummary]) -> list[Box]:
    found: list[Box] = []
    top = 84
    for place, step in enumerate(steps):
        follows = steps[place + 1].id if place + 1 < len(steps) else None
        below = [way for way in step.ways if way.target == follows]
        elsewhere = tuple(way for way in step.ways if way not in below)
        one = below[0] if below else None
        box = Box(step, top, one, (*elsewhere, *below[1:]))
        found.append(box)
        top += box.height + GAP
    return found


def _jumps(boxes: Sequence[Box]) -> list[Jump]:
    """Each in the first lane that is free all along its way; the shortest next to the boxes."""
    tops = {box.step.id: box.top for box in boxes}
    wanted = [
        (way, box.leaves_at(place), tops[way.target] + 14)
        for box in boxes
        for place, way in enumerate(box.elsewhere)
        if way.target in tops
    ]
    taken: list[list[tuple[int, int]]] = []
    found = []
    for way, start, end in sorted(wanted, key=lambda one: abs(one[1] - one[2])):
        top, bottom = sorted((start, end))
        free = (n for n, lane in enumerate(taken) if all(bottom < a or top > b for a, b in lane))
        lane = next(free, len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append((top, bottom))
        found.append(Jump(way, start, end, lane))
    return found


def _drawn(box: Box, boxes: Sequence[Box]) -> str:
    step, top = box.step, box.top
    parts = [
        f'<g><rect class="box" x="{MARGIN}" y="{top}" width="{BOX}" height="{box.height}" rx="6"/>',
        f'<text class="id" x="{MARGIN + 12}" y="{top + 24}">{escape(step.id)}</text>',
        _words(step.does, MARGIN + 12, top + 24 + ROW),
    ]
    if step.waiting:
        parts.append(
            f'<text class="here" x="{MARGIN + BOX - 12}" y="{top + 24}" text-anchor="end">○ {step.waiting}</text>'
        )
    elif step.entered:
        parts.append(
            f'<text class="muted" x="{MARGIN + BOX - 12}" y="{top + 24}" text-anchor="end">● {step.entered}</text>'
        )
    if box.below is not None:
        parts.append(_down(box))
    last = len(box.elsewhere)
    for place, way in enumerate(box.elsewhere):
        parts.append(_label(way, box.leaves_at(place)))
        if way.target == END and all(each.step.id != END for each in boxes):
            parts.append(_stub(box.leaves_at(place)))
    if not step.ways or (last == 0 and box.below is None):
        parts.append(f'<circle class="ring" cx="{MARGIN + BOX - 20}" cy="{top + 20 + ROW}" r="5"/>')
    return "".join([*parts, "</g>"])


def _down(box: Box) -> str:
    assert box.below is not None
    x, y = MARGIN + 40, box.top + box.height
    line = f'<path class="line" d="M{x} {y}V{y + GAP - 5}"/><path class="tip" d="M{x - 4} {y + GAP - 7}h8l-4 7z"/>'
    said = f"{box.below.said} · {box.below.count}" if box.below.said else ""
    return line + (_words(said, x + 10, y + 20) if said else "")


def _label(way: WayOn, y: int) -> str:
    said = f"{way.said} · {way.count}" if way.said else str(way.count)
    return _words(said, MARGIN + BOX + 8, y - 5)


def _stub(y: int) -> str:
    x = MARGIN + BOX
    return f'<path class="line" d="M{x} {y}h40"/><circle class="tip" cx="{x + 44}" cy="{y}" r="4"/>'


def _jumped(jump: Jump) -> str:
    left, lane = MARGIN + BOX, MARGIN + BOX + LABELS + jump.lane * LANE
    return (
        f'<path class="line" d="M{left} {jump.start}H{lane}V{jump.end}H{left + 6}"/>'
        f'<path class="tip" d="M{left + 7} {jump.end - 4}v8l-7 -4z"/>'
    )


def _words(said: str, x: int, y: int) -> str:
    short = said if len(said) <= _MOST else said[: _MOST - 1] + "…"
    whole = f"<title>{escape(said)}</title>" if short != said else ""
    return f'<text class="muted" x="{x}" y="{y}">{whole}{escape(short)}</text>'
