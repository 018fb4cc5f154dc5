"""«Invita ada@example.org»: a member has somebody asked, once, whether they want to come into the group.

The answer to the member is the same whatever we know of an address: who belongs, who has refused, who is not to be
written to, nobody learns in this way. Who organises may invite where one comes in by invitation, and then no other yes
is needed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import formats
from mailhub.language import mail, say
from mailhub.lists import acts, authors, joining, places, telling, things
from mailhub.lists.acts import ORGANISERS, Scene
from mailhub.lists.definition import Join
from mailhub.lists.joining import Asked
from mailhub.lists.signing_up import ADDRESS
from mailhub.lists.vocabulary import word
from mailhub.mail.address import BadAddress, canonical, valid
from mailhub.people import consent, persons, questions, roles
from mailhub.people.tables import Address, ConsentState, Deed, Erasure
from mailhub.verbs import Act, Answer, Outcome, plain

NAME = "invite"
SOURCE = "invitation"  # of such a consent
INVITED_BY = "invited_by"
MOST_A_DAY = 20  # addresses one member may name
LONGEST_LINE = 1_000  # characters that are looked through for addresses
REMEMBERED = timedelta(days=365)  # who did not answer is not invited to the same group again
_NAMED = re.compile(
    rf"(?<![^\s,;:])(?:[^\W\d_][\w.'-]*,? ){{0,4}}<{ADDRESS.pattern.removeprefix('<?').removesuffix('>?')}>"
)
_BETWEEN = frozenset({"", "e", "ed", "and", "anche", "pure", "too", "also"})


def is_invitation(line: str) -> bool:
    """Whether a line is the word, addresses and nothing else: «invita tutti alla cena» is for people to read."""
    if len(line) > LONGEST_LINE:
        return False
    behind = plain(line).partition(" ")[2]
    rest, named = _NAMED.subn(" ", behind)
    rest, bare = ADDRESS.subn(" ", rest)
    return bool(named + bare) and {piece.strip(",;:.") for piece in rest.split()} <= _BETWEEN


def invite(act: Act) -> Outcome:
    """Have them asked; the answer names what was read, and nobody's standing."""
    found = acts.scene(act)
    if found is None:
        return acts.which_group(act, NAME)
    is_organiser = roles.ORGANISER in roles.held(act.session, act.person_id, found.group.id)
    if not (found.belongs or is_organiser):
        return acts.outside(found)
    if found.rules.join is Join.INVITATION and not is_organiser:
        return acts.not_allowed(found, word(NAME, act.language), ORGANISERS)
    emails = list(addresses_in(act))
    if not emails or len(emails) + _named_today(act) > MOST_A_DAY:
        values = {"most": str(MOST_A_DAY), "group": found.title}
        return Outcome(False, Answer("lists.invite-how", values, found.thing, returns_text=True))
    known = _remembered(act.session, found.group.id, act.now)
    hashes = [consent.key_hash(act.site, canonical(email)) for email in emails]
    fresh = [email for email, its in zip(emails, hashes, strict=True) if its not in known]
    asked = [person for person in (_ask(found, email, is_organiser) for email in fresh) if person]
    kept = {"people": asked, "hashes": hashes}
    return Outcome(True, _told(found, emails, is_organiser), kept)


def take_back(act: Act, kept: Mapping[str, Any]) -> Outcome:
    """Undo: who has not answered yet is asked no more. It always says the same, for the same reason."""
    found = acts.scene(act)
    if found is None:
        return Outcome(False)
    for person_id in kept["people"]:
        question = joining.standing(act.session, found.group.id, person_id)
        if question is not None and question.detail.get(INVITED_BY) == act.person_id:
            questions.settle(act.session, question, questions.EXPIRED, None, now=act.now)
            places.drop(act.session, found.group, person_id, now=act.now)
    return Outcome(True, found.answer("lists.invite-taken-back"))


def addresses_in(act: Act) -> Iterator[str]:
    """The addresses from the word on, down to the first line without any; ours are nobody's to invite."""
    seen: set[str] = set()
    for line in act.words.splitlines():
        found = [address[1].strip(".") for address in ADDRESS.finditer(line[:LONGEST_LINE])]
        if line.strip() and not found and seen:
            return
        for email in found:
            if canonical(email) not in seen and _is_theirs(act, email):
                yield email
            seen.add(canonical(email))


def _is_theirs(act: Act, email: str) -> bool:
    try:
        return bool(valid(email)) and act.site.local_part(email) is None
    except BadAddress:
        return False


def _ask(found: Scene, email: str, is_organiser: bool) -> int | None:
    """Ask one person, unless anything speaks against it; who was asked."""
    act = found.act
    if consent.suppressed(act.session, act.site, [email]) or _is_erased(act, email):
        return None
    person, address = persons.meet(act.session, email, language=act.language, now=act.now)
    purpose = consent.list_purpose(found.group.id)
    if consent.in_state(act.session, [person.id], purpose, ConsentState.WITHDRAWN):
        return None  # who refused or left comes by their own word alone
    refused = joining.refusal(act.session, found.group, person.id, address, act.now)
    if refused is not None and not (refused is Asked.INVITATION and is_organiser):
        return None
    _write(found, person.id, address, is_approved=is_organiser)
    return person.id


def _write(found: Scene, person_id: int, address: Address, *, is_approved: bool) -> None:
    """The one question, in the member's name; an organiser's invitation is their yes as well."""
    act, group = found.act, found.group
    language = telling.language_to(act.session, act.site, person_id)
    who = authors.name_in(act.session, group, found.person, None, language)
    values = {
        **joining.terms(act.session, act.site, group, person_id),
        "who": telling.short(language, who),
        "description": found.rules.description.into(language) or "",
    }
    words = mail(language, "lists.invited", **values, page="")
    detail = {"text": words.text, "language": language, "source": SOURCE, INVITED_BY: act.person_id}
    detail |= {"approved": is_approved}
    evidence = {**acts.evidence(act), "by": act.person_id}
    joining.begin(
        act.session, act.site, group, person_id, address, detail, act.now, evidence, key="invited", values=values
    )


def _is_erased(act: Act, email: str) -> bool:
    theirs = consent.hashes(act.site, [canonical(email)]).keys()
    return any(theirs & set(kept) for kept in act.session.scalars(sa.select(Erasure.hashes)))


def _named_today(act: Act) -> int:
    """How many addresses this person has named in the last day, whatever became of them."""
    mine = Deed.person_id == act.person_id, Deed.verb == NAME, Deed.done_at > act.now - timedelta(days=1)
    return sum(len((kept or {}).get("hashes", ())) for kept in act.session.scalars(sa.select(Deed.undo).where(*mine)))


def _remembered(session: Session, list_id: int, now: datetime) -> set[str]:
    """Whom anybody has named for this group, by the hash of the address: nobody is invited twice."""
    rows = session.scalars(
        sa.select(Deed.undo).where(
            Deed.verb == NAME, Deed.done_at > now - REMEMBERED, Deed.told == things.LIST, Deed.told_id == list_id
        )
    )
    return {one for kept in rows for one in (kept or {}).get("hashes", ())}


def _told(found: Scene, emails: Sequence[str], is_organiser: bool) -> Answer:
    act = found.act
    waits = found.rules.join is Join.APPROVAL and not is_organiser
    then = say(act.language, "lists.invite-then-approval" if waits else "lists.invite-then")
    return found.answer("lists.invite-done", emails=formats.listing(act.language, emails), then=then)
