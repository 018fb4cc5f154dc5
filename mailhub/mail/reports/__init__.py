"""Mails that say that mail failed, or was complained of: what they say, and of whom."""
