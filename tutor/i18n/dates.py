"""Moments in the reader's words."""

from datetime import datetime


def moment(seconds: float, language: str) -> str:
    """A moment of local time, to the minute.

    Args:
        seconds: Since the epoch.
        language: ``ja`` or ``en``.
    """
    from babel.dates import format_datetime

    return format_datetime(datetime.fromtimestamp(seconds).astimezone(), "medium", locale=language)
