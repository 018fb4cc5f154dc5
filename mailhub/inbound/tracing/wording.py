"""Tells a trace in sentences, in either language: lines with a depth, for a terminal or a page. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailhub import formats
from mailhub.clock import local
from mailhub.inbound.tracing import reasons
from mailhub.inbound.tracing.values import (
    Asked,
    Brief,
    Decided,
    Delivered,
    Done,
    Fate,
    Happened,
    Incoming,
    Outgoing,
    Piece,
    Place,
    Published,
    Somebody,
    Suppressed,
    Trace,
    Waited,
)
from mailhub.journeys.mailing import SOURCE as JOURNEY
from mailhub.journeys.tracing import OnTheWay
from mailhub.language import entries, say
from mailhub.verbs import Verbs

COUNTED = 3  # messages of a letter that are told one by one


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence or two; a deeper one belongs to the line above it that is less deep."""

    depth: int
    text: str


def tell(trace: Trace, verbs: Verbs, language: str, zone: str, now: datetime) -> tuple[Line, ...]:
    """The whole trace, on the wall clock of this zone."""
    return tuple(replace(line, text=_capital(line.text)) for line in _lines(trace, _Teller(verbs, language, zone, now)))


def _lines(trace: Trace, teller: "_Teller") -> Iterable[Line]:
    if trace.is_empty:
        return [Line(0, teller.say("unknown", asked=trace.asked))]
    lines = list(teller.somebody(trace.somebody)) if trace.somebody else []
    lines += teller.suppressed(trace.suppressed) if trace.suppressed else []
    for mail in trace.came:
        lines += teller.incoming(mail)
    for sent in trace.left:
        lines += teller.outgoing(sent, 0)
    return lines


def _capital(text: str) -> str:
    first = text.partition(" ")[0]
    return text if "@" in first else first[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class _Teller:
    verbs: Verbs
    language: str
    zone: str
    now: datetime

    def say(self, key: str, **values: object) -> str:
        return say(self.language, f"trace.{key}", **values)

    def when(self, moment: datetime) -> str:
        return formats.day_hour(self.language, moment, self.zone, today=local(self.now, self.zone).date())

    def subject(self, subject: str | None) -> str:
        return subject or say(self.language, "lists.untitled")

    def somebody(self, person: Somebody) -> Iterator[Line]:
        name = person.name or say(self.language, "lists.someone")
        key = "somebody" if person.confirmed_at else "somebody-unconfirmed"
        yield Line(0, self.say(key, name=name, email=person.email))
        for place in person.places:
            yield Line(1, self._place(place))
        for way in person.ways:
            yield from self._way(way)
        if person.bounces:
            yield Line(1, self.say("came-back", count=person.bounces))

    def suppressed(self, found: Suppressed) -> list[Line]:
        key = "suppressed" if found.hard else "suppressed-but-service"
        why = self._known("suppressed-for", found.reason) or found.reason
        return [Line(1, self.say(key, when=self.when(found.at), why=why))]

    def incoming(self, mail: Incoming) -> Iterator[Line]:
        author = mail.author or say(self.language, "lists.someone")
        size = formats.size(self.language, mail.size)
        came = self.say("came", when=self.when(mail.at), author=author, subject=self.subject(mail.subject), size=size)
        yield Line(0, came)
        yield Line(1, self._taken_for(mail))
        for fate in mail.fates:
            yield from self._fate(fate)
        for question in mail.asked:
            yield Line(1, self._asked(question))
        yield from self._happened(mail.happened)
        if not mail.left and mail.fates:
            yield Line(1, self.say("nothing-left"))
        for sent in mail.left:
            yield from self.outgoing(sent, 1)

    def outgoing(self, mail: Outgoing, depth: int) -> Iterator[Line]:
        counts = [self.say(f"count-{state}", count=count) for state, count in mail.counts.items()]
        told = formats.listing(self.language, counts) if counts else self.say("count-none")
        group = self._title(mail.group.title) if mail.group else ""
        key = self._known_key(f"left-{mail.source}", "left-other")
        needed = {"subject": self.subject(mail.subject), "group": group, "counts": told}
        yield Line(depth, self._filled(key, needed))
        if mail.state in ("scheduled", "paused", "cancelled", "held"):
            yield Line(depth + 1, self.say(f"mailing-{mail.state}", when=self.when(mail.at)))
        if mail.source == JOURNEY:
            slug, version, step = mail.kind.split("/")
            yield Line(depth + 1, self.say("step-of", journey=slug, version=version, step=step))
        for copy in mail.copies:
            yield from self._copy(copy, depth + 1)
        for post in mail.tells[:COUNTED]:
            yield Line(depth + 1, self.say("tells", **self._message(post)))
        if len(mail.tells) > COUNTED:
            yield Line(depth + 1, self.say("tells-more", count=len(mail.tells) - COUNTED))
        if mail.cause:
            yield Line(depth + 1, self._cause(mail.cause))

    def _way(self, way: OnTheWay) -> Iterator[Line]:
        journey = self._title(way.title)
        if way.began_at is None:
            yield Line(1, self.say("not-on-way", journey=journey))
            clauses = (way.why_not or {}).get(self.language, ())
            yield from (Line(2, clause) for clause in clauses or [self.say("not-on-way-yet")])
            return
        values = {"journey": journey, "version": way.version, "began": self.when(way.began_at)}
        yield Line(1, self.say("on-way", **values))
        for left in way.left:
            yield Line(2, self.say("left-step", step=left.step, outcome=left.outcome, when=self.when(left.at)))
        yield Line(2, self._stands(way))

    def _stands(self, way: OnTheWay) -> str:
        if way.ended is not None and way.ended_at is not None:
            reason = f" ({way.reason})" if way.reason else ""
            return self.say(f"way-{way.ended}", when=self.when(way.ended_at), reason=reason)
        if way.due_at is not None:
            return self.say("stands-until", step=way.step, when=self.when(way.due_at))
        return self.say("stands", step=way.step)

    def _place(self, place: Place) -> str:
        state = self._known("place", place.state) or place.state
        delivery = self._known("delivery", place.delivery) or place.delivery
        return self.say("in-group", group=self._title(place.group.title), state=state, delivery=delivery)

    def _taken_for(self, mail: Incoming) -> str:
        if mail.state in ("kept", "claimed"):
            return self.say("not-yet")
        if mail.fault:
            return self.say("fault", fault=mail.fault)
        if mail.kind and mail.kind != "post":
            return self._known("kind", mail.kind) or mail.kind
        how, _, domain = (mail.why or "").partition(" ")
        if mail.evidence and domain:
            return say(self.language, f"lists.proof-{how}", domain=domain)
        return self.say("proven" if mail.evidence else "not-proven")

    def _fate(self, fate: Fate) -> Iterator[Line]:
        if fate.became is not None and fate.outcome in ("posted", "held", "dropped"):
            said = self._became(fate.became)
        else:
            said = [reasons.outcome(self.language, fate.outcome), *self._reason(fate.outcome, fate.reason)]
        yield Line(1, self.say("for", recipient=fate.recipient, said=" ".join(said)))
        if fate.became is not None and fate.outcome in ("done", "answered"):
            yield Line(2, " ".join(self._became(fate.became)))
        for decision in fate.decided:
            yield Line(2, self._decided(decision))
        if fate.answered:
            yield Line(2, self._asked(fate.answered))
        for piece in fate.pieces:
            yield Line(2, self._piece(piece))
        for deed in fate.done:
            yield from self._deed(deed)
        if fate.returned:
            yield Line(2, self.say("about"))
            yield from self.outgoing(replace(fate.returned, cause=None), 2)

    def _reason(self, outcome: str, reason: str) -> list[str]:
        said = reasons.why(self.language, outcome, reason, self.verbs)
        return [said] if said else []

    def _became(self, what: Published | Waited) -> list[str]:
        if isinstance(what, Published):
            key = "published" if what.state == "published" else "published-withdrawn"
            return [self.say(key, **self._message(what)), *map(self._decided, what.decided)]
        who = what.settled_by or say(self.language, "lists.someone")
        when = self.when(what.settled_at) if what.settled_at else ""
        needed = {"group": self._title(what.group.title), "who": who, "when": when}
        state = f"waiting-{what.waits_for}" if what.state == "waiting" else what.state
        said = [self._filled(f"waited-{state}", needed)]
        said += [say(self.language, f"lists.why-held-{reason}") for reason in what.reasons]
        said += map(self._decided, what.decided)
        if what.note:
            said.append(self.say("waited-note", note=what.note))
        return said + (self._became(what.published) if what.published else [])

    def _decided(self, decision: Decided) -> str:
        """Which measure it was, by whom, since when and until when."""
        someone = say(self.language, "lists.someone")
        what = self._filled(f"measure-{decision.tool}", {"hours": decision.hours})
        if decision.ended_at is not None:
            key = "decided-ended" if decision.ended_by else "decided-over"
            end = self._filled(key, {"who": decision.ended_by, "when": self.when(decision.ended_at)})
        elif decision.until is not None:
            end = self.say("decided-until", when=self.when(decision.until))
        else:
            end = self.say("decided-for-good")
        who, when = decision.begun_by or someone, self.when(decision.begun_at)
        return self.say("decided", what=what, who=who, when=when, end=end)

    def _message(self, post: Published) -> dict[str, object]:
        return {
            "subject": self.subject(post.subject),
            "number": post.number,
            "group": self._title(post.group.title),
            "conversation": self.subject(post.conversation),
            "posts": self.say("messages", count=post.conversation_posts),
        }

    def _piece(self, piece: Piece) -> str:
        if piece.became is not None and piece.outcome in ("posted", "held", "dropped"):
            said = self._became(piece.became)
        else:
            said = [reasons.outcome(self.language, piece.outcome), *self._reason(piece.outcome, piece.reason)]
        key = "piece" if piece.number is not None else "piece-asked"
        return self._filled(key, {"number": piece.number, "said": " ".join(said)})

    def _deed(self, deed: Done) -> Iterator[Line]:
        if deed.undone_at:
            yield Line(2, self.say("undone", when=self.when(deed.undone_at)))
        elif deed.undo_until and deed.undo_until > self.now:
            yield Line(2, self.say("can-undo", when=self.when(deed.undo_until)))

    def _asked(self, question: Asked) -> str:
        what = self._known("question", question.kind) or question.kind
        asked = self.say("asked", what=what, when=self.when(question.at), count=question.people)
        if question.settled_at is None:
            return f"{asked} {self.say('asked-open')}"
        when = self.when(question.settled_at)
        if question.outcome == "expired":
            return f"{asked} {self.say('asked-expired', when=when)}"
        who = question.settled_by or say(self.language, "lists.someone")
        return f"{asked} {_capital(self.say('asked-settled', who=who, when=when))}"

    def _happened(self, rows: Sequence[Happened]) -> Iterator[Line]:
        for row in rows:
            key = f"did-{row.what.replace('.', '-')}"
            if f"trace.{key}" in entries(self.language, "trace"):
                yield Line(1, self._filled(key, {"group": self._title(row.group.title) if row.group else ""}))

    def _copy(self, copy: Delivered, depth: int) -> Iterator[Line]:
        when = self.when(copy.finished_at or copy.due_at)
        yield Line(depth, self.say(f"copy-{copy.state}", to=copy.to, when=when))
        if because := copy.because.get(self.language):
            yield Line(depth + 1, self.say("because", because=because))
        yield Line(depth + 1, self.say("technical", id=copy.message_id, count=copy.attempts, reply=copy.reply or "-"))

    def _cause(self, mail: Brief) -> str:
        author = mail.author or say(self.language, "lists.someone")
        values = {"when": self.when(mail.at), "author": author, "subject": self.subject(mail.subject)}
        return self.say("caused", **values, id=mail.message_id or "-")

    def _title(self, titles: Mapping[str, str]) -> str:
        return titles.get(self.language, "")

    def _known(self, what: str, value: str) -> str | None:
        key = f"{what}-{value}"
        return self.say(key) if f"trace.{key}" in entries(self.language, "trace") else None

    def _known_key(self, key: str, otherwise: str) -> str:
        plain = key.replace(".", "-")
        return plain if f"trace.{plain}" in entries(self.language, "trace") else otherwise

    def _filled(self, key: str, values: Mapping[str, object]) -> str:
        """An entry that takes some of these."""
        entry = entries(self.language, "trace")[f"trace.{key}"]
        return self.say(key, **{name: value for name, value in values.items() if f"{{{name}}}" in str(entry)})
