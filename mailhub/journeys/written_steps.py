"""Reads the steps of a journey, one after the other, and finds where each of their outcomes leads."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from mailhub import times
from mailhub.content import Reader, one_of
from mailhub.content.yamlfile import Value
from mailhub.facts import FactType
from mailhub.journeys import written_asks, written_doing
from mailhub.journeys.definition import (
    END,
    LAST_REPLY,
    NEXT,
    Branch,
    Send,
    Split,
    Step,
    StepKind,
    Task,
    Wait,
    Webhook,
)
from mailhub.journeys.hearing.values import Kind
from mailhub.journeys.reading import Place, goes_to, span_of
from mailhub.journeys.written_asks import letter
from mailhub.times import Hour, Span

MOST_STEPS = 200
SPELLINGS = ("join", "leave", "set", "emit")  # of `do`
_KINDS = (*(kind.value for kind in StepKind), *SPELLINGS)
_COMMON = ("id", "skip_if", "goto", "max_visits")
_ID = written_asks.ID


def read(place: Place) -> tuple[Step, ...]:
    """Every step, in the order written. What is wrong is noted in the reader."""
    each = list(place.each("steps"))
    if not each:
        place.reader.problem("there are no steps", 'write "steps:", and below it "- send: <template>"', "steps")
        return ()
    if len(each) > MOST_STEPS:
        place.reader.problem(f"there are {len(each)} steps", f"write {MOST_STEPS} at most", "steps")
    ids = [_id(one.reader) for one in each]
    for position, one in enumerate(ids):
        if one and one in ids[:position]:
            each[position].reader.problem(f'the step "{one}" stands above already', "give it another id", "id")
    found = []
    for position, inner in enumerate(each):
        follows = ids[position + 1] if position + 1 < len(ids) else END
        step = _step(inner, ids, ids[position], follows)
        if step is not None:
            found.append(step)
    return tuple(found)


def stored(reader: Reader) -> Iterator[tuple[str, Kind, Sequence[str]]]:
    """Every name the steps write to, with what it holds: read before them, since conditions above may ask it."""
    steps = reader.document.get("steps")
    for step in steps if isinstance(steps, list) else []:
        if not isinstance(step, dict):
            continue
        if "ask" in step:
            yield LAST_REPLY, Kind.TEXT, ()
        if isinstance(ask := step.get("ask"), dict) and isinstance(name := ask.get("store"), str):
            kind, choices = written_asks.kind_of(ask.get("answer"))
            yield name, kind, choices
        if isinstance(names := step.get("set"), dict):
            for name in names:
                yield name, Kind.TEXT, ()


def _id(reader: Reader) -> str:
    """The step's id; that of a mail is its template's name, where it has none of its own."""
    said = reader.raw("id")
    if said is None:
        kind = next((key for key in reader if key in _KINDS), "")
        inner = reader.document.get(*reader.path, kind)
        said = inner.get("template") if isinstance(inner, dict) else inner if kind == StepKind.SEND.value else None
        if kind == StepKind.END.value:
            said = END
    if isinstance(said, str) and _ID.fullmatch(said):
        return said
    what = "this step has no id" if said is None else f'"{said}" is no id'
    reader.problem(what, 'add "id: …": small letters, digits and hyphens', "id")
    return ""


def _step(place: Place, ids: Sequence[str], name: str, follows: str) -> Step | None:
    reader = place.reader
    kinds = [key for key in reader if key in _KINDS]
    if len(kinds) != 1:
        _which(reader, kinds)
        return None
    kind = kinds[0]
    step = _READERS[kind](place, name)
    if step is None:
        return None
    if isinstance(step, Split) and reader.has("skip_if"):
        step = replace(step, ways={**step.ways, NEXT: ""})
    ways = {outcome: _target(reader, ids, target, follows) for outcome, target in step.ways.items()}
    visits = reader.number("max_visits", 1, least=1)
    line = reader.document.line(*reader.path)
    return replace(step, ways=ways, skip_if=place.condition("skip_if"), most_visits=visits, line=line)


def _which(reader: Reader, kinds: Sequence[str]) -> None:
    for key in _COMMON:
        reader.raw(key)
    for key in reader:
        if key not in _KINDS and key not in _COMMON:
            reader.raw(key)
            reader.problem(f'"{key}" is no kind of step', one_of(key, _KINDS), key)
            return
    if not kinds:
        reader.problem("this step does nothing", f"write one of: {', '.join(_KINDS)}")
    for key in kinds:
        reader.raw(key)
    if kinds:
        reader.problem(f"this step is {' and '.join(kinds)} at once", "write two steps", kinds[1])


def _target(reader: Reader, ids: Sequence[str], target: str, follows: str) -> str:
    """The step a way leads to; "" means the one that follows."""
    if not target:
        return follows
    if target not in ids and target != END:
        reader.problem(f'there is no step "{target}"', one_of(target, [*ids, END]), *_whence(reader, target))
    return target


def _whence(reader: Reader, target: str) -> tuple[str | int, ...]:
    """Where in the step a target is named."""

    def search(value: Value, path: tuple[str | int, ...]) -> tuple[str | int, ...] | None:
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, each in inner:
            if each == target or (key == target and path[-1:] == ("split",)):
                return (*path, key)
            if (found := search(each, (*path, key))) is not None:
                return found
        return None

    return search(reader.document.get(*reader.path), ()) or ()


def _send(place: Place, name: str) -> Step | None:
    reader = place.reader
    if isinstance(reader.raw("send"), str):
        found = letter(reader, reader.text("send"))
    else:
        inner = reader.mapping("send")
        found = letter(inner)
    return Send(id=name, kind=StepKind.SEND, ways=goes_to(reader), letter=found)


def _wait(place: Place, name: str) -> Step | None:
    reader = place.reader
    if not isinstance(reader.raw("wait"), dict):
        if not reader.has("wait"):
            reader.problem('"wait" says nothing', 'write wait: 3 d, or wait: {until: "9:00"}', "wait")
        length = span_of(reader, "wait")
        return Wait(id=name, kind=StepKind.WAIT, ways=goes_to(reader), length=length)
    inner = place.below("wait")
    step = Wait(
        id=name,
        kind=StepKind.WAIT,
        length=span_of(inner.reader, "for"),
        hour=_clock(inner.reader),
        date=inner.fact("date", (FactType.DATE, FactType.INSTANT)),
        offset=span_of(inner.reader, "offset", times.offset) or Span(),
        when=inner.condition("when"),
        timeout=span_of(inner.reader, "timeout"),
        ways=goes_to(reader),
    )
    return _checked_wait(inner.reader, step)


def _checked_wait(reader: Reader, step: Wait) -> Wait:
    said = [key for key in ("for", "date", "when") if reader.has(key)]
    if len(said) + (1 if reader.has("until") and not reader.has("date") else 0) != 1:
        reader.problem("it must wait for one thing", "write one of: for, until, date, when")
    if reader.has("offset") and not reader.has("date"):
        reader.problem('"offset" belongs to "date"', "take it away", "offset")
    if step.date is not None and step.hour is not None and step.hour.days != times.EVERY_DAY:
        reader.problem("a date has its day of the week", 'write the hour alone: until: "9:00"', "until")
    if reader.has("when"):
        return _watching(reader, step)
    if reader.has("timeout"):
        reader.problem('"timeout" belongs to "when"', "take it away", "timeout")
    return replace(step, ways={**step.ways, **_of_days(reader, step)}) if reader.has("date") else step


def _watching(reader: Reader, step: Wait) -> Wait:
    """Either outcome leads where `then` says, else where `goto` does."""
    if not reader.has("timeout"):
        reader.problem("it could wait for ever", 'add "timeout: 30 d"', "when")
    then = reader.mapping("then")
    return replace(step, ways={each: then.text(each, step.ways[NEXT]) for each in ("met", "timeout")})


def _of_days(reader: Reader, step: Wait) -> Mapping[str, str]:
    """A day that is over already goes on as if it had come; whose day is not known has come to the end."""
    then = reader.mapping("then")
    return {"past": then.text("past", step.ways[NEXT]), "unknown": then.text("unknown", END)}


def _clock(reader: Reader) -> Hour | None:
    """`until: "8:30"`, `until: mon 9:00`; beside a date, the hour of that day."""
    said = reader.text("until", None)
    if said is None:
        return None
    *days, at = said.split()
    try:
        names = frozenset(times.weekday(day) for each in days for day in each.split(",") if day)
        return Hour(times.hour(at), names or times.EVERY_DAY)
    except ValueError as error:
        what, _, cure = str(error).partition("; ")
        reader.problem(what, cure, "until")
        return None


def _branch(place: Place, name: str) -> Step | None:
    cases, ways = [], dict[str, str]()
    each = list(place.each("branch"))
    if not each:
        place.reader.problem("this branch has no cases", 'write below it "- {when: …, goto: …}"', "branch")
    for number, inner in enumerate(each, 1):
        reader = inner.reader
        is_else = reader.has("else") and reader.flag("else")
        target = reader.text("goto", "")
        if is_else:
            ways["else"] = target
            if number != len(each):
                reader.problem('"else" is not the last case', "move it to the end", "else")
            continue
        when = inner.needed("when")
        if when is not None:
            cases.append(when)
            ways[str(len(cases))] = target
    return Branch(id=name, kind=StepKind.BRANCH, ways={"else": "", **ways}, cases=tuple(cases))


def _split(place: Place, name: str) -> Step | None:
    inner = place.reader.mapping("split")
    arms = tuple((target, inner.number(target, least=1)) for target in inner)
    if len(arms) < 2:
        place.reader.problem("a split needs two ways at least", "write split: {one-step: 50, another: 50}", "split")
    return Split(id=name, kind=StepKind.SPLIT, ways={target: target for target, _ in arms}, arms=arms)


def _task(place: Place, name: str) -> Step | None:
    inner = place.reader.mapping("task")
    then = inner.mapping("then")
    return Task(
        id=name,
        kind=StepKind.TASK,
        to=inner.text("to", "organisers"),
        text=inner.localised("text"),
        timeout=span_of(inner, "timeout") or Span(days=7),
        escalate=inner.flag("escalate", False),
        ways={"done": then.text("done", ""), "timeout": then.text("timeout", "")},
    )


def _webhook(place: Place, name: str) -> Step | None:
    inner = place.reader.mapping("webhook")
    url = inner.text("url")
    if inner.has("url") and not url.startswith("https://"):
        inner.problem(f'"{url}" is no https address', "write the whole address: https://…", "url")
    values = inner.mapping("values")
    then = inner.mapping("then")
    return Webhook(
        id=name,
        kind=StepKind.WEBHOOK,
        url=url,
        values={key: values.text(key) for key in values},
        ways={"done": then.text("done", ""), "failed": then.text("failed", "")},
    )


def _end(place: Place, name: str) -> Step | None:
    place.reader.raw("end")
    return Step(id=name, kind=StepKind.END)


_READERS: Mapping[str, Callable[[Place, str], Step | None]] = {
    "send": _send,
    "ask": written_asks.read,
    "wait": _wait,
    "branch": _branch,
    "split": _split,
    "task": _task,
    "webhook": _webhook,
    "do": written_doing.read,
    "join": written_doing.spelled("join", "list"),
    "leave": written_doing.spelled("leave", "list"),
    "set": written_doing.read_set,
    "emit": written_doing.spelled("emit", "activity"),
    "end": _end,
}
