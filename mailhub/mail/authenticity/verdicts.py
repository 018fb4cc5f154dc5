"""The words for what a check of authenticity came to (RFC 8601 section 2.7)."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    NONE = "none"  # there was nothing to check
    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    SOFTFAIL = "softfail"
    NEUTRAL = "neutral"
    TEMPERROR = "temperror"  # the DNS did not say
    PERMERROR = "permerror"  # what is published, or what the mail says, cannot be understood


@dataclass(frozen=True, slots=True)
class Checked:
    """One check: of a domain, with a reason for people who look."""

    verdict: Verdict
    domain: str = ""
    why: str = ""
    selector: str = ""
    may_speak: bool = True  # false: even a pass proves nothing about the author

    @property
    def proves(self) -> bool:
        return self.verdict is Verdict.PASS and self.may_speak


NOT_CHECKED = Checked(Verdict.NONE)
