"""What a step does, in a few words: for plans, drawings and whoever reads them. Pure."""

from collections.abc import Iterator

from mailhub.conditions import written
from mailhub.journeys.definition import NEXT, Ask, Branch, Do, Send, Split, Step, Task, Wait
from mailhub.language import say
from mailhub.times import EVERY_DAY, WEEKDAYS, Hour, Span

_NAMED = ("answered", "done", "else", "failed", "met", "past", "timeout", "unclear", "unknown")


def does(step: Step, language: str) -> str:
    """«waits 3 d», «asks "Where do you live?"»."""
    match step:
        case Send(letter=letter):
            return _said(language, "send", template=letter.template)
        case Ask(question=question):
            return _said(language, "ask", question=" ".join(question.into(language).split()))
        case Wait():
            return _wait(step, language)
        case Split(arms=arms):
            whole = sum(weight for _, weight in arms)
            shares = ", ".join(f"{arm} {100 * weight / whole:.0f} %" for arm, weight in arms)
            return _said(language, "split", arms=shares)
        case Task(to=whom):
            return _said(language, "task", whom=whom)
        case Do(verb=verb, args=args):
            return _said(language, "do", verb=verb, args=", ".join(_argument(*pair) for pair in args.items()))
        case _:
            return _said(language, step.kind.value)


def ways(step: Step, language: str) -> Iterator[tuple[str, str, str]]:
    """Each outcome, what it is called, and the step it leads to."""
    for outcome, target in step.ways.items():
        yield outcome, outcome_of(step, outcome, language), target


def outcome_of(step: Step, outcome: str, language: str) -> str:
    """An outcome in words: the condition of a case, the name of an arm; nothing where there is only one way."""
    if outcome == NEXT:
        return ""
    if isinstance(step, Branch) and outcome.isdecimal():
        return written(step.cases[int(outcome) - 1])
    return say(language, f"journeys.outcome.{outcome}") if outcome in _NAMED else outcome


def _wait(step: Wait, language: str) -> str:
    if step.when is not None:
        return _said(language, "wait-when", condition=written(step.when), length=step.timeout)
    if step.date is not None:
        if step.offset == Span():
            return _said(language, "wait-date", fact=step.date.name)
        offset = str(step.offset) if str(step.offset).startswith("-") else f"+{step.offset}"
        return _said(language, "wait-date-offset", fact=step.date.name, offset=offset)
    if step.hour is not None:
        return _said(language, "wait-until", hour=_hour(step.hour))
    return _said(language, "wait-for", length=step.length)


def _hour(hour: Hour) -> str:
    days = "" if hour.days == EVERY_DAY else ",".join(WEEKDAYS[day] for day in sorted(hour.days)) + " "
    return f"{days}{hour.at:%-H:%M}"


def _argument(name: str, value: object) -> str:
    if isinstance(value, dict):
        return f"{name} = {value['nearest']} ({value['within']} km)"
    return str(value) if name in ("list", "activity") else f"{name} = {value}"


def _said(language: str, key: str, **values: object) -> str:
    return say(language, f"journeys.step.{key}", **values)
