"""What is wrong with a mail that can be read all the same."""

from enum import StrEnum


class Problem(StrEnum):
    """A defect: it is noted, shown in the mail's story, and never stops the reading."""

    BARE_CR = "bare-cr"
    NUL = "nul"
    STRAY_HEADER_LINE = "stray-header-line"
    NO_BLANK_LINE = "no-blank-line"
    EIGHT_BIT_HEADER = "8-bit-header"
    NO_FROM = "no-from"
    TWO_FROM = "two-from"
    UNCLEAR_FROM = "unclear-from"
    REPEATED_FIELD = "repeated-field"
    NO_DATE = "no-date"
    BAD_DATE = "bad-date"
    NO_MESSAGE_ID = "no-message-id"
    BAD_MESSAGE_ID = "bad-message-id"
    UNKNOWN_CHARSET = "unknown-charset"
    WRONG_CHARSET = "wrong-charset"
    UNKNOWN_ENCODING = "unknown-encoding"
    BAD_ENCODING = "bad-encoding"
    BAD_CONTENT_TYPE = "bad-content-type"
    NO_BOUNDARY = "no-boundary"
    UNCLOSED_MULTIPART = "unclosed-multipart"
