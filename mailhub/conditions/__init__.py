"""The one language in which segments, exits, waits, branches and invitations say who they are about."""

from mailhub.conditions.explaining import explain
from mailhub.conditions.parser import parse
from mailhub.conditions.reading import read
from mailhub.conditions.spelling import written
from mailhub.conditions.sql import where
from mailhub.conditions.timing import flips, is_timed, resolved
from mailhub.conditions.tree import (
    Anchor,
    And,
    Comparison,
    Condition,
    Membership,
    Not,
    Operator,
    Or,
    Presence,
    Reach,
    Relative,
    Unit,
    facts_of,
    facts_used,
)
from mailhub.conditions.values import Reason, holds, reasons

__all__ = [
    "Anchor",
    "And",
    "Comparison",
    "Condition",
    "Membership",
    "Not",
    "Operator",
    "Or",
    "Presence",
    "Reach",
    "Reason",
    "Relative",
    "Unit",
    "explain",
    "facts_of",
    "facts_used",
    "flips",
    "holds",
    "is_timed",
    "parse",
    "read",
    "reasons",
    "resolved",
    "where",
    "written",
]
