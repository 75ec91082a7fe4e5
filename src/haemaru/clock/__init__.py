"""Time as every room knows it: aware, UTC, passed in; and names for records that sort by it.

Nothing below `node` asks the operating system what time it is: a `Clock` is handed in, `SystemClock` in a running
node (`AheadClock` in a trial) and `FakeClock` in tests and scenarios. Clocks never order anything between nodes:
sequence numbers do.
"""

from haemaru.clock.clocks import AheadClock, Clock, FakeClock, SystemClock
from haemaru.clock.ids import Ids
from haemaru.clock.times import format_time, from_ms, to_ms

__all__ = ["AheadClock", "Clock", "FakeClock", "Ids", "SystemClock", "format_time", "from_ms", "to_ms"]
