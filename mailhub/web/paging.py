"""Where a next page goes on: after the key of the last row, in a link."""

from datetime import UTC, datetime

from flask import request

from mailhub.archive.reading import After


def key(moment: datetime, number: int) -> str:
    """Where the next page goes on, in a link."""
    return f"{int(moment.timestamp() * 1_000_000)}-{number}"


def after_key() -> After | None:
    """Where this page goes on; a key that is none of ours begins anew."""
    moment, _, number = request.args.get("after", "").partition("-")
    is_ours = moment.isascii() and moment.isdecimal() and number.isascii() and number.isdecimal()
    if not is_ours or len(moment) > 17 or len(number) > 15:
        return None
    return datetime.fromtimestamp(int(moment) / 1_000_000, UTC), int(number)
