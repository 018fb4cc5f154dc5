"""«Lo facciamo?»: a moderator's word in reply to a copy of a message brings no token, so they are asked once.

The group has not read it. Their «sì» comes with the token of this question, and does what the word says.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from mailhub.archive import subjects
from mailhub.archive.tables import Post
from mailhub.authority import Level
from mailhub.lists import reading, telling, things
from mailhub.lists.vocabulary import YES
from mailhub.people import questions
from mailhub.people.tables import Question
from mailhub.questions import QuestionKind
from mailhub.verbs import Act, Answer, Call, Outcome, Thing, Verb, Verbs

NAME = "do-it"
WAITS = "sure"  # the reason of a mail that is held until its author says yes
SURE = QuestionKind(things.SURE, ends_after=timedelta(days=7))
SHOWN = 60  # characters of what they wrote


def ask(act: Act, call: Call, post: Post) -> Answer:
    """Remember the word, and ask."""
    wish = {"verb": call.verb.name, "post": post.id, "argument": call.argument, "words": act.words}
    cause = act.raw_id or post.id
    asked = [(act.person_id, act.address_id)]
    question = questions.ask(act.session, SURE, cause, asked, now=act.now, list_id=post.list_id, detail=wish)
    first = act.words.strip().partition("\n")[0].strip()
    values = {
        "words": first if len(first) <= SHOWN else f"{first[: SHOWN - 1].rstrip()}…",
        "subject": telling.short(act.language, subjects.bare(post.subject)),
        "group": reading.title(act.session, post.list_id, act.language) or "",
    }
    return Answer("calm.sure", values, Thing(things.SURE, question.id), returns_text=True)


def verb(verbs: Verbs) -> Verb:
    """The answer to it; it carries out any verb of `verbs`, and undoes it."""

    def perform(act: Act) -> Outcome:
        question = act.session.get_one(Question, act.thing.id)
        if not questions.settle(act.session, question, NAME, act.person_id, now=act.now):
            return Outcome(False)
        wish = question.detail
        thing = Thing(things.POST, int(wish["post"]))
        outcome = verbs.get(wish["verb"]).perform(
            replace(act, thing=thing, argument=wish["argument"], words=wish["words"])
        )
        undo = {"verb": wish["verb"], "post": thing.id, "kept": dict(outcome.undo)} if outcome.undo else None
        return replace(outcome, undo=undo)

    def take_back(act: Act, kept: Mapping[str, Any]) -> Outcome:
        undo = verbs.get(kept["verb"]).undo
        return undo(replace(act, thing=Thing(things.POST, int(kept["post"]))), kept["kept"]) if undo else Outcome(False)

    return Verb(NAME, YES, Level.OFFICE, frozenset({things.SURE}), perform, take_back, one_tap=True)
