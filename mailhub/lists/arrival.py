"""A mail as it reaches this room: read, weighed, and its author looked up."""

from dataclasses import dataclass
from datetime import datetime

from mailhub.archive import raw as raws
from mailhub.authority import Evidence
from mailhub.lists.policy import Reason
from mailhub.mail import automatic, message, structure
from mailhub.mail.authenticity.weighing import NOTHING, Authenticity
from mailhub.mail.automatic import Nature
from mailhub.mail.message import Mail
from mailhub.mail.quoting import Folded
from mailhub.people.tables import Address, Person
from mailhub.verbs import Act, Thing


@dataclass(frozen=True, slots=True)
class Arrival:
    """One mail for one of our addresses."""

    mail: Mail
    raw: bytes
    raw_id: int
    nature: Nature
    folded: Folded
    person: Person | None  # the author, where their address is on record
    address: Address | None
    evidence: Evidence
    language: str
    now: datetime
    is_introduction: bool = False  # made of an answer to the welcome
    authenticity: Authenticity = NOTHING  # where it comes from, as far as that was judged

    @property
    def is_proven(self) -> bool:
        """Whether its author may be taken for who From names: level 2, to speak."""
        return self.evidence.aligned or self.evidence.fresh_login

    @property
    def words(self) -> str:
        """The new words, without what was quoted or signed."""
        return self.folded.new.strip()

    @property
    def is_empty(self) -> bool:
        """Nothing of the author's own in it. A subject alone says something, unless it is that of an answer."""
        is_answer = bool(self.mail.in_reply_to or self.folded.quoted.strip())
        return not self.words and not self.mail.attachments and (is_answer or not self.mail.subject.strip())

    @property
    def may_answer(self) -> bool:
        """Whether an answer can neither start a loop nor reach somebody who was forged."""
        return self.is_proven and self.nature.may_answer and not self.nature.automatic


def made_of(act: Act, raw: bytes, *, raw_id: int | None = None, came: Mail | None = None) -> Arrival:
    """What whoever acts hands over once more: bytes that are kept (`raw_id`), or made of what they wrote and kept now.

    `came`: the mail by which it came, which says whether a program wrote it; without it, these bytes say so.
    """
    mail = message.parse(raw)
    said = came or mail
    return Arrival(
        mail=mail,
        raw=raw,
        raw_id=raw_id if raw_id is not None else raws.keep(act.session, act.site, raw, now=act.now).id,
        nature=automatic.nature(said, said.author.email if said.author else None),
        folded=structure.fold_mail(mail),
        person=act.session.get(Person, act.person_id),
        address=act.session.get(Address, act.address_id) if act.address_id is not None else None,
        evidence=act.evidence,
        language=act.language,
        now=act.now,
    )


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of it, in the words of a disposition.

    A `reason` of `unproven` with an author on record asks the caller for «was this you?».
    """

    outcome: str  # "posted", "held", "answered", "dropped", "relayed"
    reason: str
    thing: Thing | None = None

    @property
    def is_unproven(self) -> bool:
        return self.outcome == "held" and self.reason == Reason.UNPROVEN
