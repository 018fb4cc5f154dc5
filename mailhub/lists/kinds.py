"""How long this room's questions wait. What happens then is in `questions`, which knows all of the room."""

from datetime import timedelta

from mailhub.lists import things
from mailhub.questions import QuestionKind

JOIN = QuestionKind(things.JOIN, ends_after=timedelta(days=7), remind_after=timedelta(hours=48))
UNASKED = QuestionKind(things.UNASKED, ends_after=timedelta(days=30))
APPROVAL = QuestionKind(things.APPROVAL, ends_after=None, remind_after=timedelta(days=3))
PERSONAL = QuestionKind(things.PERSONAL, ends_after=timedelta(days=7), remind_after=timedelta(days=1))
REPHRASE = QuestionKind(things.REPHRASE, ends_after=timedelta(days=14), remind_after=timedelta(days=4))
EDIT = QuestionKind(things.EDIT, ends_after=timedelta(days=14), remind_after=timedelta(days=4))
APPEAL = QuestionKind(things.APPEAL, ends_after=timedelta(days=30))
REPORT = QuestionKind(things.REPORT, ends_after=None)
MEDIATION = QuestionKind(things.MEDIATION, ends_after=timedelta(days=7))
HELD = QuestionKind(things.HELD, ends_after=None, remind_after=timedelta(days=2))  # a held post is never lost
