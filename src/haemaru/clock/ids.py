"""Names that sort by time: UUID version 7 (RFC 9562), made here because Python 3.11 has none."""

import random
import uuid

from haemaru.clock.clocks import Clock
from haemaru.clock.times import to_ms


class Ids:
    """Makes UUIDv7 names; with a seeded `random.Random` and a `FakeClock` the names are the same each run."""

    def __init__(self, clock: Clock, source: random.Random | None = None) -> None:
        self._clock = clock
        self._source: random.Random = source if source is not None else random.SystemRandom()

    def new(self) -> str:
        """A new UUIDv7 as text: 48 bits of milliseconds, then version, variant and 74 random bits (RFC 9562, 5.7)."""
        ms = to_ms(self._clock.now()) & (2**48 - 1)
        value = ms << 80 | 7 << 76 | self._source.getrandbits(12) << 64 | 2 << 62 | self._source.getrandbits(62)
        return str(uuid.UUID(int=value))
