"""What a mail of a group can be about: each kind declares the words that may be said to it, and belongs to one group.

`list` and `post` are kinds of `mailhub.tokens`; the others are registered here, with codes that stay theirs for ever.
"""

from collections.abc import Callable

from sqlalchemy.orm import Session

from mailhub import tokens
from mailhub.archive.tables import Post
from mailhub.lists import reading
from mailhub.lists.tables import HeldPost, Measure
from mailhub.people.tables import Deed, Question
from mailhub.verbs import Thing

LIST = tokens.LIST.name  # the group as a whole; id: the list
POST = tokens.POST.name  # one message that went out; id: the post
JOIN = tokens.kind("join", 12).name  # «Confermi?»; id: the question
UNASKED = tokens.kind("unasked", 13).name  # the one letter to somebody an import brought; id: the question
APPROVAL = tokens.kind("approval", 14).name  # an organiser decides who comes in; id: the question
HELD = tokens.kind("held", 15).name  # a message that waits; id: the held post
DEED = tokens.ACTIVITY.name  # something this person did and may undo; id: the deed
LEFT = tokens.kind("left", 16).name  # the goodbye; id: the list
WELCOME = tokens.kind("welcome", 19).name  # a welcome that asks for an introduction; id: the list

CLAIM = tokens.kind("claim", 26).name  # «sono io», from an address we do not know; id: the question
VOUCH = tokens.kind("vouch", 27).name  # whether an organiser knows who claims so; id: the question
MOVE = tokens.kind("move", 28).name  # the address on record may say no; id: the question
PERSONAL = tokens.kind("personal", 44).name  # «for all, or for one?»; id: the question
REPHRASE = tokens.kind("rephrase", 32).name  # a moderator asks an author for other words; id: the question
EDIT = tokens.kind("edit", 33).name  # a moderator proposes other words to an author; id: the question
MEASURE = tokens.kind("measure", 34).name  # a decision that concerns its reader; id: the measure
SURE = tokens.kind("sure", 35).name  # whether a moderator means what they wrote; id: the question
APPEAL = tokens.kind("appeal", 36).name  # a decision is to be looked at again; id: the question
REPORT = tokens.kind("report", 37).name  # a member shows a message to the moderators; id: the question
MEDIATION = tokens.kind("mediation", 38).name  # whether somebody wants to talk in private; id: the question
TALK = tokens.kind("talk", 39).name  # the private talk of three; id: the measure
UNROUTED = tokens.kind("unrouted", 48).name  # for whom a mail is that came to no address of ours; id: the question

# Kinds whose id is that of a question. Rooms to come add theirs, and say how to find the group of their other kinds.
QUESTIONS = {
    *(JOIN, UNASKED, APPROVAL, CLAIM, VOUCH, MOVE, PERSONAL, REPHRASE, EDIT),
    *(SURE, APPEAL, REPORT, MEDIATION, UNROUTED),
}
FOUND_BY: dict[str, Callable[[Session, int], int | None]] = {}

DESK = Thing(LIST, 0)  # no group: the site itself, at its front desk


def list_of(session: Session, thing: Thing) -> int | None:
    """The group a thing belongs to; None for what belongs to no group, or is gone."""
    if thing.kind in (LIST, LEFT, WELCOME):
        return thing.id
    if thing.kind == POST:
        post = session.get(Post, thing.id)
        return post.list_id if post else None
    if thing.kind == HELD:
        held = session.get(HeldPost, thing.id)
        return held.list_id if held else None
    if thing.kind in (MEASURE, TALK):
        measure = session.get(Measure, thing.id)
        return measure.list_id if measure else None
    if thing.kind == DEED:
        deed = session.get(Deed, thing.id)
        return list_of(session, Thing(deed.thing, deed.thing_id)) if deed and deed.thing != DEED else None
    if thing.kind in FOUND_BY:
        return FOUND_BY[thing.kind](session, thing.id)
    question = session.get(Question, thing.id) if thing.kind in QUESTIONS else None
    return question.list_id if question else None


def post_of(session: Session, thing: Thing) -> Post | None:
    """The message a thing is, or that a report of it names."""
    if thing.kind == REPORT:
        question = session.get(Question, thing.id)
        return session.get(Post, question.thing_id) if question else None
    return session.get(Post, thing.id) if thing.kind == POST else None


def of_list(list_id: int) -> Thing:
    """The group as a whole."""
    return Thing(LIST, list_id)


def title(session: Session, thing: Thing, language: str) -> str:
    """What people call the group this is about; "" where there is none."""
    list_id = list_of(session, thing)
    return reading.title(session, list_id, language) or "" if list_id is not None else ""
