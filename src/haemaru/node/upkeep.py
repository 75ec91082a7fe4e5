"""What the database of a node needs now and then, and nobody asks for: its journal kept short, erased bytes driven out.

SQLite's journal goes back into the database by itself unless somebody reads in it without an end: another program that
opened the file, a copy that hangs. Once a minute a journal that has grown is emptied; where that is refused and it has
outgrown `JOURNAL_LIMIT`, the status says so until it was.

PostgreSQL leaves the bytes of deleted rows in their pages. A VACUUM follows each erasure at once, and may leave some;
once a day, at `REWRITE_HOUR`, the table that holds the locked bodies and their keys is written anew if anything was
erased since. What remains then is the server's own journal (docs/reference/ledger.md).
"""

from datetime import date, timedelta

from haemaru.clock import Clock
from haemaru.ledger import Ledger
from haemaru.storage import Database
from haemaru.wording import Reason

JOURNAL_GROWN = 16 * 2**20
"""Twice what SQLite lets its journal grow to before it writes it back, which is 1,000 pages of 8 KiB."""
JOURNAL_LIMIT = 64 * 2**20
"""Beyond this a held journal is an alarm: it fills the disk, and each look-up walks through it."""
LOOK_EVERY = timedelta(minutes=1)
REWRITE_HOUR = 18
"""UTC: 03:00 in Seoul."""


class Upkeep:
    """The upkeep of one database; `tick` is called every second and mostly does nothing."""

    def __init__(self, database: Database, ledger: Ledger, clock: Clock) -> None:
        self._database = database
        self._ledger = ledger
        self._clock = clock
        self._next_look = clock.now()
        self._is_held = False
        self._rewritten_on: date | None = None
        self._erased = 0

    def tick(self) -> None:
        """Does what is due."""
        now = self._clock.now()
        if now >= self._next_look:
            self._next_look = now + LOOK_EVERY
            self._is_held = self._database.journal_bytes() > JOURNAL_GROWN and not self._database.scrub()
        if now.hour == REWRITE_HOUR and self._rewritten_on != now.date() and self._rewrite():
            self._rewritten_on = now.date()

    def problems(self) -> list[Reason]:
        """What an operator has to look after."""
        size = self._database.journal_bytes()
        if not self._is_held or size <= JOURNAL_LIMIT:
            return []
        return [Reason("journal_held", {"mb": size >> 20, "limit_mb": JOURNAL_LIMIT >> 20})]

    def _rewrite(self) -> bool:
        # After a start nothing is remembered of earlier days: one that erased anything ever is written anew once more.
        with self._ledger.read() as tx:
            erased = int((tx.one("SELECT count(*) FROM erasure") or (0,))[0])
        if erased != self._erased and not self._database.scrub("body", rewrite=True):
            return False
        self._erased = erased
        return True
