"""The clocks: one that is real, one that goes ahead of it in a trial, one that a test moves by hand."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the present moment, aware and in UTC."""

    def now(self) -> datetime:
        """The present moment as an aware datetime in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment as an aware datetime in UTC."""
        return datetime.now(UTC)


class AheadClock:
    """The machine's clock moved ahead, for a trial that must not last days."""

    def __init__(self, ahead: timedelta) -> None:
        self._ahead = ahead

    def now(self) -> datetime:
        """The moment that it will be, as an aware datetime in UTC."""
        return datetime.now(UTC) + self._ahead


class FakeClock:
    """A clock that stands still until it is told to advance."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("a clock needs an aware time")
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        """The moment the clock was last set to."""
        return self._at

    def advance(self, step: timedelta) -> datetime:
        """Moves the clock forward by `step` and tells the new time."""
        self._at += step
        return self._at
