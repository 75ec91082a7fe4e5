"""Times as they arrive: RFC 3339 text with an offset, read as an aware UTC time."""

from datetime import UTC, datetime

from haemaru.wording import Fault


def parse_time(text: str, where: str = "time") -> datetime:
    """Reads RFC 3339 text with an offset as an aware UTC time; raises `Fault("bad_time")` when it is not one."""
    try:
        value = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise Fault("bad_time", where, text=str(text)) from None
    if value.tzinfo is None:
        raise Fault("bad_time", where, text=text)
    return value.astimezone(UTC)
