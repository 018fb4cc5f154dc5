"""The field in which a provider keeps our name of a copy, and tells it again when the copy comes back.

Whom a provider writes a new Message-ID and a new return path for, we know by nothing else.
"""

from collections.abc import Mapping

from mailhub.mail.frame import Context, Heading, Piece, Slot

DELIVERY = Slot("delivery", Context.TOKEN)  # our signed name of this delivery
KEPT = "mailhub"  # what the name is called where it needs a name
PROVIDERS = ("generic", "ses", "postmark", "brevo", "mailgun")
_FIELDS: Mapping[str, tuple[str, tuple[Piece, ...]]] = {
    "ses": ("X-SES-MESSAGE-TAGS", (f"{KEPT}=".encode(), DELIVERY)),
    "postmark": (f"X-PM-Metadata-{KEPT}", (DELIVERY,)),
    "brevo": ("X-Mailin-custom", (DELIVERY,)),
    "mailgun": ("X-Mailgun-Variables", (f'{{"{KEPT}": "'.encode(), DELIVERY, b'"}')),
}


def names(provider: str) -> tuple[Heading, ...]:
    """Our name of the delivery in a field of ours, and in the provider's where we have one."""
    ours = Heading("X-Mailhub-Delivery", (DELIVERY,))
    return (ours, Heading(*_FIELDS[provider])) if provider in _FIELDS else (ours,)
