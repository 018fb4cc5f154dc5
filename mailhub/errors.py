"""The one root of all our exceptions."""


class MailhubError(Exception):
    """Something went wrong that somebody can be told about in one clear line."""


class BadInput(MailhubError):
    """What a person gave us cannot be used; the message says where, what, and the cure."""
