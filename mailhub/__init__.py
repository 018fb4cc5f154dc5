"""mailhub: an email-first community and marketing-automation platform."""

__version__ = "0.1.0"
