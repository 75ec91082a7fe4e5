"""Moments that an officer types: Korean time, as every clock of the console shows it.

A browser's date field tells `2026-01-31T06:00` and no offset, so the offset is added here. What carries an offset of
its own is left as it is, and so is what is no moment at all: the form that gets it says what is wrong.
"""

from datetime import UTC, datetime

from haemaru.web.render import KST


def told(form: dict[str, str], *names: str) -> dict[str, str]:
    """The fields of a form, the named ones turned from Korean time into UTC.

    >>> told({"heard_at": "2026-01-31T06:00", "text": "-"}, "heard_at")
    {'heard_at': '2026-01-30T21:00:00Z', 'text': '-'}
    """
    return {name: _utc(value) if name in names else value for name, value in form.items()}


def _utc(value: str) -> str:
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return value
    if found.tzinfo is not None:
        return value
    return found.replace(tzinfo=KST).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
