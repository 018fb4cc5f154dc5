"""What a refusal means: nobody there, trouble that passes, or a rule of theirs that blames the mail and not the person.

The words come before the numbers: servers call a full mailbox 5.1.1 and an unknown person 5.7.1 every day. A rule of
theirs (spam, reputation, authentication) must never count against a person (D-62).
"""

import re
from enum import StrEnum

from mailhub.mail.reports import phrases


class Verdict(StrEnum):
    """The class of a bounce."""

    HARD = "hard"
    SOFT = "soft"
    POLICY = "policy"
    UNKNOWN = "unknown"


_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,2})\.(\d{1,3})(?![.\d])")
_CODE = re.compile(r"(?<![\d.@-])([45]\d\d)(?=[ :-]{1,2}(?:[45]\.\d|<|[A-Za-z\"'(#\[:])|#|$)", re.MULTILINE)
_ADDRESS = re.compile(r"<?[^\s<>@\"']{1,256}+@[\w.-]{1,255}+>?")
_LINK = re.compile(
    r"https?://([^\s/>)\]?#]{1,200}+)[^\s>)\]]{0,500}+", re.IGNORECASE
)  # blocking lists are known by name
_AFTER_DATA = re.compile(
    r"after end of data|in reply to end of data|end of data\b|\(DATA\)|in reply to DATA", re.IGNORECASE
)
_LOOKED_AT = 5_000
_DONE = ("delivered", "relayed", "expanded")

# Statuses that say one thing only (RFC 3463 and its registry), without their first digit.
_SAYS = {
    "1.1": Verdict.HARD,
    "1.2": Verdict.HARD,
    "1.3": Verdict.HARD,
    "1.4": Verdict.HARD,
    "1.6": Verdict.HARD,
    "1.7": Verdict.POLICY,
    "1.8": Verdict.POLICY,
    "1.9": Verdict.POLICY,
    "1.10": Verdict.HARD,
    "1.351": Verdict.HARD,
    "2.1": Verdict.HARD,
    "2.2": Verdict.SOFT,
    "2.3": Verdict.POLICY,
    "3.4": Verdict.POLICY,
    "4.1": Verdict.SOFT,
    "4.4": Verdict.HARD,
    "4.6": Verdict.SOFT,
    "4.7": Verdict.SOFT,
    "4.310": Verdict.HARD,
    "4.312": Verdict.HARD,
    "4.316": Verdict.SOFT,
    "7.13": Verdict.SOFT,
}
_NOBODY_CODES = ("1.1", "1.2", "1.3", "1.6", "1.10", "1.351", "2.1", "1.0", "4.4")
_BY_CODE = {"551": Verdict.HARD, "552": Verdict.SOFT, "554": Verdict.POLICY}


def enhanced(text: str) -> str:
    """The first enhanced status code (RFC 3463) that says more than that it failed."""
    found = [match[0] for match in _ENHANCED.finditer(text[:_LOOKED_AT])]
    return next((code for code in found if _is_telling(code)), found[0] if found else "")


def smtp_code(text: str) -> str:
    """The first reply code of SMTP."""
    match = _CODE.search(text[:_LOOKED_AT])
    return match[1] if match else ""


def judge(status: str, words: str, action: str = "") -> Verdict:
    """The class of one refusal, from its status, the words beside it, and what the server did."""
    if action in _DONE or status.startswith("2."):
        return Verdict.UNKNOWN
    words = words[:_LOOKED_AT]
    said = number(status, words)
    plain = " ".join(_ADDRESS.sub("<>", _LINK.sub(r"\1", words)).split())
    by_words = _by_words(plain, said[2:], is_final=said[:1] != "4")
    if by_words is Verdict.POLICY:
        return by_words
    if action == "delayed" or said.startswith("4.") or (not said and smtp_code(words).startswith("4")):
        return Verdict.SOFT
    return by_words if by_words is not Verdict.UNKNOWN else _by_numbers(said[2:], smtp_code(words))


def gives_reason(status: str, words: str) -> bool:
    """Whether these say why at all."""
    return judge(status, words) is not Verdict.UNKNOWN and bool(words.strip())


def _is_telling(code: str) -> bool:
    return code[2:] not in ("0.0", "5.0", "3.0")


def number(status: str, words: str) -> str:
    """The last server's own status, which stands in its words; a relay often gives another in the field."""
    said = enhanced(words)
    return said if said and (_is_telling(said) or not status) else status


def _by_words(words: str, number: str, *, is_final: bool) -> Verdict:
    """What the words say; where they say two things, what the number agrees with, else the rarer."""
    if phrases.FULL.search(words) or phrases.LOOP.search(words):
        return Verdict.SOFT
    if phrases.OF_SENDER.search(words):
        return Verdict.POLICY
    says = _SAYS.get(number)
    is_rule = phrases.RULE.search(words) is not None
    if says is Verdict.POLICY or (is_rule and number.startswith(("6.", "7.")) and says is None):
        return Verdict.SOFT if phrases.SUSPENDED.search(words) else Verdict.POLICY
    is_nobody = phrases.NOBODY.search(words) is not None
    if is_nobody and number in _NOBODY_CODES:
        return Verdict.SOFT if phrases.UNNAMED.search(words) else Verdict.HARD
    if phrases.SUSPENDED.search(words):
        return Verdict.HARD if says is Verdict.HARD else Verdict.SOFT
    if phrases.GONE.search(words):
        return Verdict.HARD
    if is_nobody:
        return _nobody(words, is_rule)
    return _vague(words, number, is_rule=is_rule, is_final=is_final)


def _nobody(words: str, is_rule: bool) -> Verdict:
    """«User unknown», and perhaps more: said after the data it is a filter's word, which proves nothing."""
    if _AFTER_DATA.search(words) or phrases.UNNAMED.search(words):
        return Verdict.SOFT
    return Verdict.HARD if not is_rule or phrases.REJECTED.search(words) else Verdict.POLICY


def _vague(words: str, number: str, *, is_rule: bool, is_final: bool) -> Verdict:
    """Words that do not name the person at all."""
    is_known_rule = is_final and number.startswith(("6.", "7."))
    if phrases.TROUBLE.search(words) and not is_known_rule:
        return Verdict.SOFT
    if phrases.RATE.search(words) and not is_final:
        return Verdict.SOFT
    if is_rule or (is_known_rule and number not in _SAYS):
        return Verdict.POLICY
    if phrases.RATE.search(words):
        return Verdict.SOFT
    if number in _SAYS:
        return _SAYS[number]
    return Verdict.HARD if phrases.REJECTED.search(words) else Verdict.UNKNOWN


def _by_numbers(number: str, code: str) -> Verdict:
    if number in _SAYS:
        return _SAYS[number]
    if number.startswith(("7.", "6.")):
        return Verdict.POLICY
    if number and not number.startswith(("0.", "5.0", "1.0")):
        return Verdict.SOFT
    return _BY_CODE.get(code, Verdict.UNKNOWN)
