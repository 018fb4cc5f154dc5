"""What a choice of delivery lets through, by the kind of thing that a room offers. Pure.

Who chose one kind alone gets nothing else; what does not reach them is counted, and comes when they ask for it.
"""

from collections.abc import Mapping

from mailhub.lists.tables import DeliveryChoice

ONLY: Mapping[DeliveryChoice, str] = {DeliveryChoice.DECISIONS: "decision", DeliveryChoice.EVENTS: "event"}
FOR_A_GROUP = (DeliveryChoice.EACH, DeliveryChoice.DIGEST, DeliveryChoice.NONE)  # what newcomers may begin with


def wants(choice: DeliveryChoice, kind: str) -> bool:
    """Whether somebody with this choice is sent things of this kind."""
    return choice is not DeliveryChoice.NONE and ONLY.get(choice, kind) == kind
