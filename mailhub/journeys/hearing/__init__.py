"""Hears the answer to a question of a journey in a plain reply, in Italian and English alike."""

from mailhub.journeys.hearing.listening import hear
from mailhub.journeys.hearing.values import Answer, Heard, Kind, Option, Other, Unclear, Value, Wanted, Why

__all__ = ["Answer", "Heard", "Kind", "Option", "Other", "Unclear", "Value", "Wanted", "Why", "hear"]
