"""A plan somebody mailed the files of, and has not said yes or no to."""

from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from mailhub import formats
from mailhub.hub.publishing import drafts, kinds
from mailhub.site import Site
from mailhub.verbs import Thing
from mailhub.waiting import Asked, Office, Part, Waiting

_YES = {kinds.PLAN: drafts.ONE_WORD, kinds.CHARTER: drafts.TWO_MAILS}


def _plan(session: Session, site: Site, office: Office, asked: Sequence[Asked]) -> Iterator[Waiting]:  # noqa: ARG001
    for one in asked:
        names = dict.fromkeys(str(file["slug"]).partition(".")[0] for file in one.detail["files"])
        values = {"files": formats.listing(office.language, list(names))}
        words = ((_YES[one.kind], ""), (drafts.DISCARDED, ""))
        yield Waiting("monday.plan", values, one.asked_at, one.until, Thing(one.kind, one.id), words)


PART = Part(dict.fromkeys(kinds.ALL, _plan))
