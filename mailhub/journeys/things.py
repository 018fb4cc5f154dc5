"""What a mail of a journey can be about: each kind declares the words that may be said to it."""

from datetime import timedelta

from mailhub import tokens
from mailhub.lists import things as lists
from mailhub.questions import QuestionKind

ASK = tokens.kind("journey-ask", 50).name  # a question whose answer becomes a value; id: the question
STEP = tokens.kind("journey-step", 51).name  # a mail that asks nothing; id: the occurrence of its step
TASK = tokens.kind("journey-task", 52).name  # somebody is asked to do something; id: the question
LATE = tokens.kind("journey-late", 53).name  # whether a mail that is late still leaves; id: the question
PUBLISH = tokens.kind("journey-publish", 54).name  # whether a change is published; id: the question
SHARE = tokens.kind("journey-share", 55).name  # whether an answer may stand in a group; id: the question

lists.QUESTIONS.update((ASK, TASK, LATE, PUBLISH, SHARE))

# How long they wait is said by the step, which has a due time of its own.
KINDS = (
    *(QuestionKind(name, ends_after=None) for name in (ASK, TASK, LATE)),
    QuestionKind(PUBLISH, ends_after=timedelta(days=14)),
    QuestionKind(SHARE, ends_after=timedelta(days=30)),
)
KIND = {kind.name: kind for kind in KINDS}
