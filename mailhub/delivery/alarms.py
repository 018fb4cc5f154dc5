"""Tells organisers what only they can mend: a provider that refuses a group's mail, a mailing that comes back whole.

Neither counts against anybody's mailbox (D-62); a list hears of each at most once a day.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mailhub import language, tokens
from mailhub.authority import Level
from mailhub.delivery import mailings, scoring, service
from mailhub.delivery.sources import Sources
from mailhub.delivery.tables import Bounce, Delivery, DeliveryState, MailClass, Mailing, MailingState
from mailhub.people import activity, persons, roles
from mailhub.people.tables import Address
from mailhub.site import Site
from mailhub.verbs import Act, Answer, Outcome, Thing, Verb

SOURCE = "delivery.alarm"
KIND = tokens.kind("stopped", 21).name  # a mailing that was stopped; id: the mailing
EARLIER = timedelta(days=7)  # whose mail came back before within this says nothing of the mailing
GO_ON = {"it": ("continua", "continuate", "riprova"), "en": ("continue", "go on", "try again")}
_WENT = (DeliveryState.SENT, DeliveryState.FAILED)


def refused_by_rule(
    session: Session,
    site: Site,
    sources: Sources,
    mailing: Mailing,
    address: Address,
    bounce: Bounce,
    *,
    now: datetime,
) -> None:
    """A provider refuses this mail by a rule of its own: the organisers of the list are told, with its words."""
    values = {"domain": address.email.rpartition("@")[2]}
    quoted = " ".join(f"{bounce.status} {bounce.words}".split())
    _tell(session, site, sources, mailing, "refused-by-rule", values, day(now), now, quoted=quoted)


def check(session: Session, site: Site, sources: Sources, mailing: Mailing, *, now: datetime) -> bool:
    """Stop a mailing that comes back from everywhere, with what else its list is sending; whether it is stopped."""
    if mailing.broken_at is not None:
        return True
    if mailing.mail_class is MailClass.SERVICE:
        return False
    went, refused = _counts(session, mailing, now)
    if not scoring.is_broken(went, refused):
        return False
    for each in _of_list(session, mailing):
        mailings.pause(session, each)
        each.broken_at = now
    mailing.broken_at = now
    session.flush()
    activity.note(session, "mailing.stopped", now=now, list_id=mailing.list_id, mailing_id=mailing.id)
    values = {"refused": str(refused), "went": str(went)}
    _tell(session, site, sources, mailing, "stopped", values, mailing.id, now, about=Thing(KIND, mailing.id))
    return True


def day(now: datetime) -> int:
    """The day as a number: what keeps an alarm to one mail a day."""
    return now.date().toordinal()


def _counts(session: Session, mailing: Mailing, now: datetime) -> tuple[int, int]:
    """How many copies went out, and how many of them came back to people whose mail did not come back before."""
    refusals = sa.select(sa.func.count()).select_from(Bounce).where(Bounce.mailing_id == mailing.id)
    if (session.scalar(refusals) or 0) < scoring.FEWEST:
        return 0, 0
    before = aliased(Bounce)
    had_trouble = sa.exists().where(
        before.person_id == Bounce.person_id, before.mailing_id != mailing.id, before.at > now - EARLIER
    )
    refused = session.scalar(refusals.where(~had_trouble)) or 0
    went = sa.select(sa.func.count()).select_from(Delivery).where(Delivery.mailing_id == mailing.id)
    return session.scalar(went.where(Delivery.state.in_(_WENT))) or 0, refused


def _of_list(session: Session, mailing: Mailing) -> list[Mailing]:
    """What this list is sending, or the mailing alone where it is no list's."""
    if mailing.list_id is None:
        return [mailing]
    is_open = Mailing.state.in_((MailingState.OPEN, MailingState.SCHEDULED))
    mine = sa.select(Mailing).where(
        Mailing.list_id == mailing.list_id, Mailing.mail_class != MailClass.SERVICE, is_open
    )
    return list(session.scalars(mine))


def _tell(
    session: Session,
    site: Site,
    sources: Sources,
    mailing: Mailing,
    key: str,
    values: dict[str, str],
    occurrence: int,
    now: datetime,
    *,
    about: Thing | None = None,
    quoted: str = "",
) -> None:
    for organiser in roles.organisers_of(session, mailing.list_id or roles.SITE):
        spoken = persons.language_of(organiser, site)
        group = sources.get(mailing.source).title(session, site, mailing, spoken)
        because = language.say(spoken, "footer.organiser", group=group)
        service.tell(
            session,
            site,
            person_id=organiser.id,
            words=language.with_text_below(language.mail(spoken, f"delivery.{key}", group=group, **values), quoted),
            language=spoken,
            source=SOURCE,
            kind=f"delivery.{key}.organiser",
            occurrence=occurrence,
            now=now,
            about=about,
            list_id=mailing.list_id,
            footer=language.footer(spoken, because, roles.contact(session, site), member=False),
        )


def go_on(act: Act) -> Outcome:
    """An organiser has looked: what was stopped goes on."""
    mailing = act.session.get(Mailing, act.thing.id)
    is_theirs = mailing is not None and roles.may_organise(act.session, act.person_id, mailing.list_id or roles.SITE)
    if mailing is None or mailing.broken_at is None or not is_theirs:
        return _not_theirs(act)
    for stopped in _stopped_with(act.session, mailing):
        mailings.resume(act.session, stopped)
    activity.note(act.session, "mailing.resumed", now=act.now, person_id=act.person_id, mailing_id=mailing.id)
    return Outcome(True, Answer("delivery.goes-on", {}, act.thing))


def _not_theirs(act: Act) -> Outcome:
    values = {
        "who": language.say(act.language, "inbound.who-organises"),
        "verb": GO_ON[act.language][0],
        "contact": roles.contact(act.session, act.site),
    }
    return Outcome(False, Answer("inbound.not-allowed", values, None, returns_text=True))


def _stopped_with(session: Session, mailing: Mailing) -> list[Mailing]:
    if mailing.list_id is None:
        return [mailing]
    mine = sa.select(Mailing).where(Mailing.list_id == mailing.list_id, Mailing.broken_at.is_not(None))
    return list(session.scalars(mine))


VERBS = (Verb("go-on", GO_ON, Level.OFFICE, frozenset({KIND}), go_on),)
