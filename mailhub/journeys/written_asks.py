"""Reads what a journey writes to people: letters, and the questions in them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mailhub.content import Reader
from mailhub.content.yamlfile import Value
from mailhub.delivery.tables import MailClass
from mailhub.journeys.definition import Ask, Letter, Step, StepKind
from mailhub.journeys.hearing.values import Kind, Option, Wanted
from mailhub.journeys.reading import Place, span_of
from mailhub.times import Span

ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
UNTIL = Span(days=14)  # how long an answer is waited for, where the file says nothing
STORED = re.compile(r"(?:answer|person\.field)\.[a-z][a-z0-9_]*", re.ASCII)
_CLASSES = (MailClass.SERVICE, MailClass.RELATIONAL, MailClass.PROMOTIONAL)


def letter(reader: Reader, template: str | None = None) -> Letter:
    """Which mail, and what stands in it; `template` where that is all that is said of it."""
    if template is not None:
        return Letter(template=template)
    said = reader.raw("class")
    of_class = MailClass(reader.choice("class", tuple(each.value for each in _CLASSES))) if said is not None else None
    names, fallbacks = reader.mapping("vars"), reader.mapping("fallback")
    return Letter(
        template=reader.text("template"),
        vars={key: names.text(key) for key in names},
        fallback={key: fallbacks.raw(key) for key in fallbacks},
        mail_class=of_class,
        ignores_quiet=reader.raw("quiet") is not None and reader.choice("quiet", ("ignore",)) == "ignore",
    )


def read(place: Place, name: str) -> Step | None:
    """An `ask` step."""
    reader = place.reader.mapping("ask")
    then, retry = reader.mapping("then"), reader.mapping("retry")
    ways = {outcome: then.text(outcome, "") for outcome in ("answered", "timeout")}
    if then.has("unclear"):
        ways["unclear"] = then.text("unclear")
    store = reader.text("store")
    if store and not STORED.fullmatch(store):
        reader.problem(f'"{store}" cannot be stored', "write answer.<name>, or person.field.<name>", "store")
    first = letter(reader)
    return Ask(
        id=name,
        kind=StepKind.ASK,
        ways=ways,
        letter=first,
        question=reader.localised("question"),
        wanted=_wanted(reader),
        store=store,
        timeout=span_of(reader, "timeout") or UNTIL,
        retries=retry.number("times", 1 if retry.keys() else 0),
        retry_every=span_of(retry, "every"),
        retry_letter=_reminder(retry, first),
        post_to=reader.text("publish_in", None),
    )


def _reminder(reader: Reader, first: Letter) -> Letter | None:
    """The mail of a reminder, filled as the first was where it says nothing of its own; None: the first again."""
    template = reader.text("template", None)
    names, fallbacks = reader.mapping("vars"), reader.mapping("fallback")
    if template is None:
        return None
    own = {key: names.text(key) for key in names}
    return replace(
        first,
        template=template,
        vars={**first.vars, **own},
        fallback={**first.fallback, **{key: fallbacks.raw(key) for key in fallbacks}},
    )


def kind_of(value: Value) -> tuple[Kind, Sequence[str]]:
    """What sort of answer is wanted, read leniently: the step itself tells what is wrong with it."""
    word = value.get("type", Kind.CHOICE.value) if isinstance(value, dict) else value
    choices = value.get("choices") if isinstance(value, dict) else None
    kind = Kind(word) if isinstance(word, str) and word in list(Kind) else Kind.TEXT
    names = tuple(choices) if isinstance(choices, dict) else ()
    return (kind, names) if kind is not Kind.CHOICE or names else (Kind.TEXT, ())


def _wanted(reader: Reader) -> Wanted:
    if not isinstance(reader.raw("answer"), dict):
        kind = reader.choice("answer", Kind)
        if kind is Kind.CHOICE:
            reader.problem("a choice needs its words", "write answer: {choices: {one: …, other: …}}", "answer")
        return Wanted(kind=kind)
    inner = reader.mapping("answer")
    choices = inner.mapping("choices")
    kind = inner.choice("type", Kind, Kind.CHOICE if choices.keys() else Kind.TEXT)
    if (kind is Kind.CHOICE) != bool(choices.keys()):
        what = "a choice needs its words" if not choices.keys() else f'"choices" belong to a choice, not to a {kind}'
        inner.problem(what, "write answer: {choices: {one: …, other: …}}", "choices")
    return Wanted(
        kind=kind,
        options=tuple(_options(choices)),
        least=inner.number("least", None),
        most=inner.number("most", None),
        whole=inner.flag("whole", True),
        longest=inner.number("longest", 1_000, least=1),
        country=inner.text("country", "IT"),
    )


def _options(reader: Reader) -> Iterator[Option]:
    """Each choice, with its words: a text, or one a language; further ones stand behind commas."""
    for key in reader:
        if not ID.fullmatch(key.replace("_", "-")):
            reader.problem(f'"{key}" is no name of a choice', "write small letters, digits and hyphens", key)
        texts = reader.localised(key).as_dict()
        yield Option(key, {language: tuple(map(str.strip, text.split(","))) for language, text in texts.items()})
