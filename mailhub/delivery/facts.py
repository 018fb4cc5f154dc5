"""What conditions may ask about how mail reaches a person."""

from mailhub.delivery import mailboxes
from mailhub.facts import Fact, FactType

FACTS: tuple[Fact, ...] = (
    Fact(
        name="mailbox.out_of_reach",
        type=FactType.FLAG,
        sql=mailboxes.is_out_of_reach,
        changed_by=("address.suspended", "address.resumed", "address.preferred"),
        nullable=False,
    ),
)
