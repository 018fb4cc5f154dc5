"""An answer becomes a message of a group, after its author's yes: under their name, and by the group's own rules."""

from sqlalchemy.orm import Session

from mailhub.archive import raw as raws
from mailhub.journeys import things
from mailhub.journeys.definition import Ask
from mailhub.journeys.running import Running
from mailhub.lists import derived, posting, reading, voice
from mailhub.lists.arrival import made_of
from mailhub.lists.reading import BELONGING
from mailhub.lists.tables import MailList
from mailhub.mail import message, structure
from mailhub.people import questions
from mailhub.people.tables import Question
from mailhub.verbs import Act, Answer, Outcome, Thing

YES = {"it": ("sì", "pubblica", "va bene"), "en": ("yes", "publish", "fine")}
NO = {"it": ("no", "non pubblicare"), "en": ("no", "don't publish")}
SHARE, KEEP = "share-answer", "keep-answer"


def offer(act: Act, runs: Running, step: Ask) -> Answer | None:
    """Ask whether what they have just answered may stand in the group; None where it cannot."""
    group = reading.by_slug(act.session, step.post_to) if step.post_to else None
    if group is None or group.closed_at is not None or act.raw_id is None or not _belongs(act.session, group, act):
        return None
    question = questions.ask(
        act.session,
        things.KIND[things.SHARE],
        act.raw_id,
        [(act.person_id, None)],
        now=act.now,
        list_id=group.id,
        detail={"raw": act.raw_id, "subject": step.question.into(act.language), "journey": runs.row.slug},
    )
    values = {"group": reading.definition_of(group).titled(act.language)}
    return Answer("journeys.may-we-share", values, Thing(things.SHARE, question.id), returns_text=True)


def share(act: Act) -> Outcome:
    """«Sì»: the group gets it, or whoever reads first does."""
    question = act.session.get_one(Question, act.thing.id)
    if not _is_theirs(act, question) or not questions.settle(act.session, question, SHARE, act.person_id, now=act.now):
        return Outcome(False, Answer("journeys.too-late", {}, None))
    group = reading.get(act.session, question.list_id or 0)
    came = message.parse(raws.read(act.session, act.site, question.detail["raw"]))
    raw = derived.introduction(
        came,
        structure.fold_mail(came).new,
        to=voice.address(act.site, group),
        subject=question.detail["subject"],
        domain=act.site.domain,
        files=came.attachments,
    )
    posting.receive(act.session, act.site, made_of(act, raw, came=came), list_id=group.id)
    values = {"group": reading.definition_of(group).titled(act.language)}
    return Outcome(True, Answer("journeys.shared", values, None))


def keep(act: Act) -> Outcome:
    """«No»: it stays between them and who organises."""
    question = act.session.get_one(Question, act.thing.id)
    if not _is_theirs(act, question) or not questions.settle(act.session, question, KEEP, act.person_id, now=act.now):
        return Outcome(False, Answer("journeys.too-late", {}, None))
    return Outcome(True, Answer("journeys.kept", {}, None))


def _is_theirs(act: Act, question: Question) -> bool:
    return act.person_id in {one.person_id for one in questions.asked(act.session, question)}


def _belongs(session: Session, group: MailList, act: Act) -> bool:
    place = reading.subscription(session, group.id, act.person_id)
    return place is not None and place.state in BELONGING
