"""Times as they arrive: RFC 3339 text with an offset, read as an aware UTC time."""

from datetime import UTC, datetime

from haemaru.values.shown import shown
from haemaru.wording import Fault


def parse_time(text: str, where: str = "time") -> datetime:
    """Reads RFC 3339 text with an offset as an aware UTC time; raises `Fault("bad_time")` when it is not one."""
    try:
        value = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise Fault("bad_time", where, text=shown(text)) from None
    if value.tzinfo is None:
        raise Fault("bad_time", where, text=shown(text))
    try:
        return value.astimezone(UTC)
    except OverflowError:  # the first and last hours that a datetime can hold
        raise Fault("bad_time", where, text=shown(text)) from None
