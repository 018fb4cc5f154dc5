"""The words for what became of a mail, and why: every outcome and reason a disposition can hold. Pure."""

from mailhub import formats
from mailhub.language import entries, say
from mailhub.verbs import Verbs

_NOT_ANSWERED = ", not answered: "
_AUTOMATIC = "automatic: "


def outcome(language: str, name: str) -> str:
    """What became of it."""
    key = f"trace.outcome-{name}"
    return say(language, key) if key in entries(language, "trace") else name


def why(language: str, outcome: str, reason: str, verbs: Verbs) -> str:
    """Why, as a sentence; "" where the outcome says it all."""
    if outcome == "unreadable":
        return say(language, "trace.by-limit", limit=reason)
    if reason.startswith(_AUTOMATIC):
        return say(language, "trace.by-sign", sign=reason.removeprefix(_AUTOMATIC))
    if _NOT_ANSWERED in reason:
        reason, _, sign = reason.partition(_NOT_ANSWERED)
        first = why(language, "answered", reason, verbs)
        return f"{first} {say(language, 'trace.by-sign', sign=sign)}".strip()
    own = f"trace.why-{reason}"
    if own in entries(language, "trace"):
        return say(language, own)
    if outcome in ("done", "answered", "recorded", "dropped") and (word := _word(language, reason, verbs)):
        return say(language, "trace.by-word", word=formats.quoted(language, word))
    if f"lists.why-held-{reason}" in entries(language, "lists"):
        return say(language, f"lists.why-held-{reason}")
    return say(language, "trace.as-noted", reason=reason)


def _word(language: str, name: str, verbs: Verbs) -> str:
    """The word we print for a verb; "" for one that hears people's own words."""
    verb = verbs.find(name)
    words = verb.words.get(language, ()) if verb else ()
    return words[0] if words else ""
