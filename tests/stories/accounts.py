"""Draws up the accounts of a story: nothing received is without a disposition, nothing due is left undone."""

import sqlalchemy as sa

from mailhub.delivery.tables import Delivery, DeliveryState, Mailing, MailingState
from mailhub.inbound.tables import Disposition, InboundMail, InboundState
from mailhub.inbound.tracing import reasons
from mailhub.language import LANGUAGES, say
from mailhub.people.happenings import ABOUT_PEOPLE, FROM_JOURNEYS
from mailhub.people.tables import Activity
from tests.stories.town import Town

ENDED = (DeliveryState.SENT, DeliveryState.CANCELLED, DeliveryState.FAILED)


def faults(town: Town) -> list[str]:
    """Everything that does not add up."""
    return [*town.faults, *_received(town), *_owed(town), *_happened(town)]


def _received(town: Town) -> list[str]:
    with town.database.reading() as session:
        mails = session.scalars(sa.select(InboundMail)).all()
        ends = session.execute(
            sa.select(Disposition.mail_id, Disposition.recipient, Disposition.outcome, Disposition.reason)
        )
        noted = ends.all()
    found = [f"mail {mail.id} is {mail.state}: {mail.fault}" for mail in mails if mail.state is not InboundState.DONE]
    wanted = {(mail.id, recipient) for mail in mails for recipient in mail.recipients}
    found += [f"no disposition of mail {mail} for {to}" for mail, to in wanted - {(row[0], row[1]) for row in noted}]
    return found + [
        f"there are no words for {row.outcome} {row.reason}"
        for row in noted
        if not _has_words(town, row.outcome, row.reason)
    ]


def _has_words(town: Town, outcome: str, reason: str) -> bool:
    """Whether a trace could say in either language what became of it, and why."""
    unsaid = {language: say(language, "trace.as-noted", reason=reason) for language in LANGUAGES}
    return all(
        reasons.outcome(language, outcome) != outcome
        and reasons.why(language, outcome, reason, town.hub.verbs) != unsaid[language]
        for language in LANGUAGES
    )


def _owed(town: Town) -> list[str]:
    now = town.clock.now()
    with town.database.reading() as session:
        waiting = session.execute(
            sa.select(Delivery.mailing_id, Delivery.person_id, Delivery.state)
            .join(Mailing, Mailing.id == Delivery.mailing_id)
            .where(Delivery.state.not_in(ENDED), Delivery.due_at <= now, Mailing.due_at <= now)
        ).all()
        unread = session.scalars(
            sa.select(Mailing.key).where(
                Mailing.reads.is_not(None),
                Mailing.due_at <= now,
                Mailing.state.not_in([MailingState.DONE, MailingState.CANCELLED]),
            )
        ).all()
    found = [f"delivery of mailing {mailing} to {person} is {state}" for mailing, person, state in waiting]
    return found + [f"mailing {key} is not done" for key in unread]


def _happened(town: Town) -> list[str]:
    """Journeys may begin with whatever happens to people: each is named where organisers find it."""
    with town.database.reading() as session:
        names = session.scalars(sa.select(Activity.what).where(Activity.person_id.is_not(None)).distinct()).all()
    unnamed = (name for name in names if name not in ABOUT_PEOPLE and not name.startswith(FROM_JOURNEYS))
    return [f"the activity {name} is not among ABOUT_PEOPLE" for name in unnamed]
