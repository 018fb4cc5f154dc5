"""Files that organisers mail to the front desk: read beside the transaction, answered with their plan.

What nothing proves to be its author's waits for their word, like anything else above a question.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace

from mailhub.hub.build import Hub
from mailhub.hub.publishing import draft as drafting
from mailhub.hub.publishing import drafts, mailed, reading, rights, telling
from mailhub.hub.publishing.draft import Draft
from mailhub.hub.publishing.mailed import Mailed
from mailhub.inbound import answers, identity, replays
from mailhub.inbound.failures import Failure
from mailhub.inbound.reading import Read
from mailhub.inbound.result import Result
from mailhub.inbound.tables import InboundMail
from mailhub.inbound.visit import Visit, arrive
from mailhub.lists import things
from mailhub.mail.authenticity.weighing import Authenticity
from mailhub.offload import Died, TookTooLong
from mailhub.site import FRONT_DESK
from mailhub.verbs import Act, Answer, Thing

log = logging.getLogger("mailhub.inbound")

_TOO_LONG = "the mail itself:1: these files take too long to read; send them one by one"


def draft_of(hub: Hub, receipt: InboundMail, raw: bytes, said: Read, authenticity: Authenticity) -> Draft | None:
    """What a mail's files would publish, looked at before its transaction, since it takes a while.

    A fault of ours here shows again where the mail is disposed of, and is noted there.
    """
    to = next((each for each in receipt.recipients if hub.site.local_part(each) == FRONT_DESK), None)
    found = mailed.found(said.mail) if to is not None else None
    if to is None or found is None:
        return None
    try:
        with hub.database.reading() as session:
            visit = arrive(hub, session, receipt, raw, said, hub.clock.now(), authenticity=authenticity)
            return _drafted(replace(visit, recipient=to), found)
    except Exception:
        log.exception("files not read mail=%d", receipt.id)
        return None


def _drafted(visit: Visit, found: mailed.Found) -> Draft | None:
    """Only for somebody who proves who they are, and may publish anything."""
    hub, person = visit.hub, visit.person
    if person is None or visit.is_automatic or not visit.evidence().aligned:
        return None
    if not rights.organises(visit.session, person.id):
        return None
    if not found.problems and not _is_readable(hub, found.files):
        return Draft(found.files, (_TOO_LONG,))
    ticks = hub.clock.monotonic
    return drafting.of(visit.session, hub.site, hub.verbs, found, person.id, now=visit.now, tick=ticks)


def _is_readable(hub: Hub, files: Sequence[Mailed]) -> bool:
    """Whether reading them comes to an end: tried where it can be killed."""
    try:
        hub.isolate(reading.vet, files, hub.site.content_dir)
    except (TookTooLong, Died) as fault:
        log.warning("files not read: %s", fault)
        return False
    if hub.reader is not None:
        hub.reader.close()  # files are mailed seldom, and leave a process that has grown
    return True


def receive(visit: Visit, position: int) -> Result | None:
    """What became of them; None where a mail brings none."""
    found = mailed.found(visit.mail)
    if found is None:
        return None
    if replays.is_one(visit):
        return Result("dropped", replays.DUPLICATE, visit.person.id if visit.person else None)
    person, address = visit.person, visit.address
    if person is None or address is None:
        return answers.refuse(visit, Failure.NO_OFFICE, position)
    if not visit.evidence().aligned:
        identity.ask(visit, position)
        return Result("held", identity.UNPROVEN, person.id)
    if not rights.organises(visit.session, person.id):
        return answers.refuse(visit, Failure.NO_OFFICE, position)
    draft = visit.draft or drafting.of(visit.session, visit.hub.site, visit.hub.verbs, found, person.id, now=visit.now)
    if draft.refused:
        return answers.refuse(visit, Failure.NO_OFFICE, position)
    return _answered(visit, draft, position, (person.id, address.id))


def _answered(visit: Visit, draft: Draft, position: int, asker: tuple[int, int]) -> Result:
    session, site, language = visit.session, visit.hub.site, visit.language
    if draft.problems or not draft.planned.parts:
        reason = Failure.FAULTY_FILES if draft.problems else Failure.NOTHING_NEW
        if not visit.may_answer:
            return Result("dropped", f"{reason}, not answered: {visit.read.nature.reason}", asker[0])
        told = telling.faulty(draft, language) if draft.problems else telling.same(draft, language)
        _give(visit, told, None, position, asker)
        return Result("answered", reason, asker[0])
    thing, answer = drafts.ask(session, site, draft, asker, visit.receipt.id, language=language, now=visit.now)
    _give(visit, answer, thing, position, asker)
    return Result("done", Failure.PLANNED, asker[0], thing=thing)


def _give(visit: Visit, answer: Answer, thing: Thing | None, position: int, asker: tuple[int, int]) -> None:
    act = Act(
        session=visit.session,
        site=visit.hub.site,
        person_id=asker[0],
        thing=thing or things.DESK,
        argument="",
        evidence=visit.evidence(),
        via="reply",
        now=visit.now,
        language=visit.language,
        address_id=asker[1],
        raw_id=visit.receipt.raw_id,
    )
    answers.give(visit, act, answer, position)
