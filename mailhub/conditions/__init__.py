"""The one language in which segments, exits, waits, branches and invitations say who they are about."""

from mailhub.conditions.explaining import explain
from mailhub.conditions.parser import parse
from mailhub.conditions.reading import read
from mailhub.conditions.spelling import written
from mailhub.conditions.sql import where
from mailhub.conditions.tree import And, Comparison, Condition, Membership, Not, Operator, Or, Presence, facts_used
from mailhub.conditions.values import Reason, holds, reasons

__all__ = [
    "And",
    "Comparison",
    "Condition",
    "Membership",
    "Not",
    "Operator",
    "Or",
    "Presence",
    "Reason",
    "explain",
    "facts_used",
    "holds",
    "parse",
    "read",
    "reasons",
    "where",
    "written",
]
