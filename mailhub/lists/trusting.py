"""What a moderator says of one person's messages: nobody need read them first, or they may not write to the group.

Said of a message that waits, it decides about that too. Nothing is said of the person, and who may not write still
reads; they are told plainly, with whom to write to.
"""

from collections.abc import Mapping
from typing import Any

from mailhub.archive import raw as raws
from mailhub.lists import acts, deciding, ending, moderation, reading, standings, telling, things, voice, votes
from mailhub.lists.acts import Scene
from mailhub.lists.deciding import Deciding
from mailhub.lists.policy import Standing
from mailhub.lists.tables import HeldPost, Measure, Tool
from mailhub.lists.vocabulary import word
from mailhub.mail import message
from mailhub.people.tables import Person
from mailhub.verbs import Act, Outcome, Thing


def trust(act: Act) -> Outcome:
    """From now on this person's messages go out unread by moderators; what waits goes now."""
    return _decide(act, "trust", Tool.TRUST)


def ban(act: Act) -> Outcome:
    """From now on this person may not write to the group; what waits does not go out."""
    return _decide(act, "ban", Tool.BAN)


def readmit(act: Act) -> Outcome:
    """The author of what is answered may write to the group again."""
    found = acts.scene(act)
    assert found is not None, "a message is always of a group"
    if not _may(found):
        return acts.not_allowed(found, word("readmit", act.language), acts.MODERATORS)
    person = _author(act)
    standing = standings.decided(act.session, found.group.id, person.id) if person is not None else None
    if person is None or standing is None or standing.tool is not Tool.BAN:
        return Outcome(False, found.answer("lists.nobody-meant", thing=act.thing))
    standings.end(act.session, standing, act.person_id, now=act.now)
    tell_readmitted(found, standing)
    name = voice.name_of(person, act.language)
    return Outcome(True, found.answer("lists.done-readmit", thing=act.thing, name=name), {"again": standing.id})


def take_back(act: Act, kept: Mapping[str, Any]) -> Outcome:
    """Undo of any of the three: it is as it was; what has gone out, or has been given back, stays so."""
    found = acts.scene(act)
    again = "again" in kept
    measure = act.session.get(Measure, int(kept["again" if again else "measure"]))
    if found is None or measure is None or measure.person_id is None:
        return Outcome(False)
    if again:
        detail = dict(measure.detail)
        person_id, by = measure.person_id, act.person_id
        renewed = standings.decide(act.session, measure.list_id, person_id, Tool.BAN, by, now=act.now, detail=detail)
        return Outcome(renewed is not None)
    if not standings.end(act.session, measure, act.person_id, now=act.now):
        return Outcome(False)
    if measure.tool is Tool.BAN:
        tell_readmitted(found, measure)
    return Outcome(True)


def _decide(act: Act, verb: str, tool: Tool) -> Outcome:
    begun = _begin(act, verb)
    if isinstance(begun, Outcome):
        return begun
    found, held, person = begun
    if reading.standing(act.session, found.group.id, person.id).moderates:
        name = voice.name_of(person, act.language)
        return Outcome(False, found.answer("lists.has-office", thing=act.thing, name=name))
    said = acts.words_after(act, verb)
    measure = standings.decide(
        act.session, found.group.id, person.id, tool, act.person_id, now=act.now, detail={"reason": said}
    )
    if held is not None:
        _settle(act, held, tool, said)
    elif tool is Tool.BAN and measure is not None:
        _tell_banned(act, found, measure)
    answer = found.answer(f"lists.done-{verb}", thing=act.thing, name=voice.name_of(person, act.language))
    return Outcome(True, answer, {"measure": measure.id} if measure is not None else None)


def _begin(act: Act, verb: str) -> tuple[Scene, HeldPost | None, Person] | Outcome:
    """A moderator before somebody's message, which waits or has gone out."""
    if act.thing.kind == things.HELD:
        begun = deciding.begin(act, verb)
        if not isinstance(begun, Deciding):
            return begun
        found, held = begun.found, begun.held
    else:
        scene = acts.scene(act)
        assert scene is not None, "a post is always of a group"
        if not _may(scene):
            return acts.not_allowed(scene, word(verb, act.language), acts.MODERATORS)
        found, held = scene, None
    person = _author(act)
    if person is None:
        return Outcome(False, found.answer("lists.nobody-meant", thing=act.thing))
    return found, held, person


def _settle(act: Act, held: HeldPost, tool: Tool, said: str) -> None:
    if tool is Tool.BAN:
        ending.refuse(act.session, act.site, held, act.person_id, said, now=act.now, key="banned")
    elif not votes.give(act.session, held, act.person_id, now=act.now):
        ending.publish(act.session, act.site, held, act.person_id, now=act.now)


def _tell_banned(act: Act, found: Scene, measure: Measure) -> None:
    """By a message that has gone out: it comes back to them, so that they know which it was."""
    post = things.post_of(act.session, act.thing)
    assert post is not None, "it was found before"
    to = measure.person_id or 0
    language = telling.language_to(act.session, act.site, to)
    person = act.session.get_one(Person, to)
    acts.tell(
        found,
        to,
        "banned",
        because="wrote",
        occurrence=measure.id,
        about=Thing(things.MEASURE, measure.id),
        below=message.parse(raws.read(act.session, act.site, post.raw_id)).text.strip(),
        subject=telling.short(language, post.subject),
        why=moderation.why(found.group, str(measure.detail.get("reason", "")), language),
        when=telling.told_day(act.site, person, act.now, language, act.now),
        contact=voice.contact(act.site, found.group, language),
    )


def tell_readmitted(found: Scene, measure: Measure) -> None:
    """Who may write again hears it."""
    address = voice.address(found.act.site, found.group)
    acts.tell(found, measure.person_id or 0, "readmitted", because="wrote", occurrence=measure.id, address=address)


def _author(act: Act) -> Person | None:
    is_held = act.thing.kind == things.HELD
    row = act.session.get(HeldPost, act.thing.id) if is_held else things.post_of(act.session, act.thing)
    return act.session.get(Person, row.person_id) if row is not None and row.person_id is not None else None


def _may(found: Scene) -> bool:
    standing = reading.standing(found.act.session, found.group.id, found.person.id)
    return standing in (Standing.MODERATOR, Standing.ORGANISER)
