"""Times on the wire and in columns: RFC 3339 with Z, and whole milliseconds since 1970."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def format_time(at: datetime) -> str:
    """Writes an aware time as RFC 3339 with Z; milliseconds only where there are any."""
    text = at.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace(".000+00:00", "Z").replace("+00:00", "Z")


def to_ms(at: datetime) -> int:
    """Whole UTC milliseconds since 1970, exact (integer arithmetic)."""
    return (at - _EPOCH) // _MILLISECOND


def from_ms(ms: int) -> datetime:
    """The aware UTC time of whole milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=ms)
