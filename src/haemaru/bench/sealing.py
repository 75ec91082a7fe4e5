"""What signatures cost: the same records with one signature a batch, and with one signature each, in the same run.

`sealed_and_verified` is the pipeline between two ledgers: the content (header and released copy, about 3 kB) is put
into an envelope and numbered, 500 lines become a frame (Merkle root, zstd, encryption, the frame's signature); the
receiver checks that signature, opens and unpacks the frame, compares the root, and reads each envelope: its number,
its content, its digest, and its own signature where it has one. `with_agreement` is the same and what stands around
it: the released copy is cut and its header written at the sender; at the receiver header and record are read, and
everything is held against the agreement that the header names. Deciding and both ledgers are outside, in `records`.
"""

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import process_time
from typing import Any

from haemaru.bench.sides import Side, record
from haemaru.exchange.envelope import RECORD_TYPE, digest_of, number, read_envelope, write_envelope
from haemaru.exchange.frame import Stream, open_frame, read_outer, verify_outer, write_frame
from haemaru.exchange.items import read_item
from haemaru.exchange.release import Ask, judge, released_copy
from haemaru.signing import SUITE_NAMES

_ROWS = 500
_AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
_STREAM = Stream("north", "south", "demo", "training", 1)


def measure(*, records: int = 2_000, rounds: int = 3) -> dict[str, Any]:
    """For each suite: records a second of CPU both ways, and the ratio; the best of some rounds in turn."""
    return {suite: _suite(suite, records, rounds) for suite in sorted(SUITE_NAMES)}


class _Line:
    """Both ends of one way, with the records that go it."""

    def __init__(self, folder: Path, suite: str, records: int) -> None:
        self.north, self.south = Side("north", 1, folder, suite), Side("south", 2, folder, suite)
        self.south.knows(self.north)
        [self.peer] = self.south.exchange.peers()
        house = self.north.exchange.house
        # On the channel `training` an envelope may be bare; on the others each has to be signed.
        made = [record(place) | {"kind": "training.session"} for place in range(records)]
        self.asks = [Ask(record=one, rev=1, source=0, to="south", purpose="watch") for one in made]
        self.judged = [judge(house, ask, _AT)[0] for ask in self.asks]
        self.contents = [self.content(place) for place in range(records)]

    def content(self, place: int) -> bytes:
        """The released copy under its header."""
        return released_copy(self.north.exchange.house, self.asks[place], self.judged[place], None, _AT)[0]

    def close(self) -> None:
        """Lets go of both databases."""
        self.north.db.close()
        self.south.db.close()


def _suite(suite: str, records: int, rounds: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="haemaru-bench-") as folder:
        line = _Line(Path(folder), suite, records)
        spent: dict[str, list[float]] = {}
        for _ in range(rounds):
            for name, with_agreement in (("sealed_and_verified", False), ("with_agreement", True)):
                for signed in (False, True):
                    spent.setdefault(f"{name} {signed}", []).append(_run(line, signed, with_agreement))
        line.close()
    found = {}
    for name in ("sealed_and_verified", "with_agreement"):
        batch, each = min(spent[f"{name} False"]), min(spent[f"{name} True"])
        found[name] = {
            "one_signature_a_batch_per_second": round(records / batch),
            "one_signature_a_record_per_second": round(records / each),
            "cpu_us_batch": round(batch / records * 1e6, 1),
            "cpu_us_record": round(each / records * 1e6, 1),
            "ratio": round(each / batch, 2),
        }
    return found


def _run(line: _Line, signed: bool, with_agreement: bool) -> float:
    """CPU seconds for all records from sealing to verified."""
    keys = line.north.keys
    look: Callable[[int, bytes], None] = _looker(line, with_agreement)
    began = process_time()
    contents = _cut(line) if with_agreement else line.contents
    lines = [
        number(write_envelope(keys, RECORD_TYPE, content, signed=signed), place % _ROWS + 1)
        for place, content in enumerate(contents)
    ]
    for at in range(0, len(lines), _ROWS):
        part = lines[at : at + _ROWS]
        frame = write_frame(keys, line.south.keys.public, _STREAM, 1, part, "2026-03-02T09:00:00Z").data
        outer = read_outer(frame)
        verify_outer(outer, keys.public)
        for seq, opened in enumerate(open_frame(outer, line.south.keys), 1):
            look(seq, opened)
    return process_time() - began


def _cut(line: _Line) -> list[bytes]:
    house = line.north.exchange.house
    return [
        released_copy(house, ask, judgement, None, _AT)[0]
        for ask, judgement in zip(line.asks, line.judged, strict=True)
    ]


def _looker(line: _Line, with_agreement: bool) -> Callable[[int, bytes], None]:
    house, peer, public = line.south.exchange.house, line.peer, line.north.keys.public

    def whole(seq: int, opened: bytes) -> None:
        item = read_item(house, peer, _STREAM, seq, opened)
        if item.code:
            raise AssertionError(item.code)

    def envelope(seq: int, opened: bytes) -> None:
        found = read_envelope(opened)
        content = found.content
        digest_of(content)
        if found.seq != seq or (found.signatures and not found.is_signed_by(public, content)):
            raise AssertionError(seq)

    return whole if with_agreement else envelope
