"""Puts messages of several sentences together, and never mixes two ships.

Receivers number their messages 0 to 9 and start again; two receivers in one stream use the same numbers. Every library
tried joins parts of different ships here. So a part is joined only when nothing speaks against it:

- talker, channel, sequence number and part count agree, and so do station and tag group;
- parts come in order, 1 first: a part out of order is refused (`fragment_orphan`), never kept for later;
- within a short window, by the reports' own time or, without one, by the number of sentences in between;
- a bare part after one whose station is known must be the very next sentence;
- when two open messages could own a part, or a part 1 comes twice with different content from no named station, nobody
  can tell whose part 2 follows: all of them are refused (`fragment_contested`) until the window has passed;
- where the station's receipt names the xor of all checksums, the parts must give it.

An unfinished message ends as `fragment_lost`. A part heard twice is counted and dropped.
"""

from collections import Counter
from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import NamedTuple

EXACT_WINDOW_MS = 3_000  # a receiver puts out the parts of one message within a second
ROUGH_WINDOW_MS = 15_000  # where the time is that of the last GPS sentence in the stream
UNTIMED_WINDOW = 100  # sentences in between, where nothing tells the time
RECEIPT = b"receipt,"  # opens the group of sentences that follow a $PGHP line; no tag group holds a comma
# A flood must not fill the memory: beyond these, the open messages of the oldest key, all done and all contested go.
OPEN_LIMIT = 4096
DONE_LIMIT = 4096


class Part(NamedTuple):
    """One sentence of a message of several."""

    key: tuple[bytes, bytes, bytes, int]  # talker, channel, sequence number, part count
    number: int
    payload: bytes
    fill: int
    station: bytes
    group: bytes
    at: int | None
    exact: bool
    order: int
    checksum: int = 0
    together: int | None = None
    """The xor of the checksums of all parts, where the receipt of the station tells it."""

    @property
    def from_receipt(self) -> bool:
        """The group is only our own name for what follows a receipt."""
        return self.group.startswith(RECEIPT)


@dataclass(slots=True)
class _Open:
    parts: list[Part]

    @property
    def first(self) -> Part:
        return self.parts[0]

    @property
    def last(self) -> Part:
        return self.parts[-1]


class Whole(NamedTuple):
    """A complete message, its parts in order; `vouched` when tag group or receipt tells they belong together."""

    parts: tuple[Part, ...]
    vouched: bool


class Fragments:
    """The messages that still wait for a part."""

    def __init__(self) -> None:
        self._open: dict[tuple[bytes, bytes, bytes, int], list[_Open]] = {}
        self._done: dict[tuple[bytes, bytes, bytes, int], list[Whole]] = {}
        self._contested: dict[tuple[bytes, bytes, bytes, int], Part] = {}
        self._count = 0
        self._done_count = 0
        self.refused: Counter[str] = Counter()
        self.repeated = 0

    @property
    def waiting(self) -> int:
        """Sentences that wait for the rest of their message."""
        return sum(len(held.parts) for group in self._open.values() for held in group)

    def add(self, part: Part) -> Whole | None:
        """Takes a part; the message, when this part completes it."""
        self._forget(part)
        contested = self._contested.get(part.key)
        if contested is not None:
            if _near(contested, part):
                self.refused["fragment_contested"] += 1
                return None
            del self._contested[part.key]
        if part.number == 1:
            self._begin(part)
            return None
        return self._continue(part)

    def _begin(self, part: Part) -> None:
        held = self._open.setdefault(part.key, [])
        rivals = [other for other in held if (other.first.station, other.first.group) == (part.station, part.group)]
        if any(other.first.payload == part.payload for other in rivals) or self._is_repeat(part):
            self.repeated += 1
            if not held:
                del self._open[part.key]
            return
        if rivals and not (part.station or part.group):
            self._drop(part.key, rivals, "fragment_contested")
            self._contest(part)
            return
        for other in rivals:  # one receiver begins anew: the rest of its earlier message is lost
            self._drop(part.key, [other], "fragment_lost")
        self._open.setdefault(part.key, []).append(_Open([part]))
        self._count += 1
        if self._count > OPEN_LIMIT:
            oldest = next(iter(self._open))
            self._drop(oldest, self._open[oldest], "fragment_lost")

    def _continue(self, part: Part) -> Whole | None:
        held = self._open.get(part.key, [])
        owners = [other for other in held if other.last.number + 1 == part.number and _belongs(other, part)]
        if not owners:
            if self._is_repeat(part):
                self.repeated += 1
            else:
                self.refused["fragment_orphan"] += 1
            return None
        if len(owners) > 1:
            self._drop(part.key, owners, "fragment_contested")
            self._contest(part)
            return None
        owner = owners[0]
        owner.parts.append(part)
        if part.number < part.key[3]:
            return None
        self._remove(part.key, owner)
        expected = owner.first.together
        if expected is not None and reduce(xor, (piece.checksum for piece in owner.parts)) != expected:
            self.refused["fragment_contested"] += len(owner.parts)
            return None
        whole = Whole(tuple(owner.parts), bool(part.group) and (expected is not None or not part.from_receipt))
        if self._done_count >= DONE_LIMIT:
            self._done, self._done_count = {}, 0
        self._done.setdefault(part.key, []).append(whole)
        self._done_count += 1
        return whole

    def _contest(self, part: Part) -> None:
        self.refused["fragment_contested"] += 1
        if len(self._contested) >= DONE_LIMIT:
            self._contested.clear()
        self._contested[part.key] = part

    def _is_repeat(self, part: Part) -> bool:
        """A part of a message that is open or was completed a moment ago, heard again."""
        known = [other.parts for other in self._open.get(part.key, [])]
        known += [list(whole.parts) for whole in self._done.get(part.key, [])]
        return any(
            piece[1:6] == part[1:6] and _near(piece, part)  # number, payload, fill, station and group agree
            for parts in known
            for piece in parts
        )

    def _forget(self, now: Part) -> None:
        """Drops what has waited too long under the key of `now`."""
        late = [held for held in self._open.get(now.key, []) if not _near(held.last, now)]
        if late:
            self._drop(now.key, late, "fragment_lost")
        done = self._done.get(now.key)
        if done:
            known = len(done)
            done[:] = [whole for whole in done if _near(whole.parts[-1], now)]
            self._done_count -= known - len(done)

    def expire(self, at: int | None, order: int) -> None:
        """Drops everything that has waited too long as seen from the sentence `order`, heard at `at`."""
        now = Part((b"", b"", b"", 0), 0, b"", 0, b"", b"", at, False, order)
        for key in list(self._open):
            late = [held for held in self._open[key] if not _near(held.last, now)]
            self._drop(key, late, "fragment_lost")
        young = ((key, [w for w in done if _near(w.parts[-1], now)]) for key, done in self._done.items())
        self._done = {key: done for key, done in young if done}
        self._done_count = sum(map(len, self._done.values()))
        self._contested = {key: part for key, part in self._contested.items() if _near(part, now)}

    def _drop(self, key: tuple[bytes, bytes, bytes, int], gone: list[_Open], code: str) -> None:
        for held in list(gone):
            self.refused[code] += len(held.parts)
            self._remove(key, held)

    def _remove(self, key: tuple[bytes, bytes, bytes, int], held: _Open) -> None:
        self._open[key].remove(held)
        self._count -= 1
        if not self._open[key]:
            del self._open[key]


def _belongs(held: _Open, part: Part) -> bool:
    if held.first.group != part.group:
        return False
    if held.first.station == part.station:
        return True
    # The tag block of a group, and the line of a station, often stand before the first part only.
    return not part.station and (bool(part.group) or held.last.order + 1 == part.order)


def _near(earlier: Part, later: Part) -> bool:
    if earlier.at is None or later.at is None:
        return later.order - earlier.order <= UNTIMED_WINDOW
    window = EXACT_WINDOW_MS if earlier.exact and later.exact else ROUGH_WINDOW_MS
    return abs(later.at - earlier.at) <= window
