"""The decoder by blocks: bytes of whole lines in, fixes and static reports out, with the results of the scalar path.

One compiled walk over the lines, `kernel.follow`, which stops at the few lines of rare forms until Python has read
them. All state is in arrays of the kernel (`layout`); this module makes them, keeps them large enough and turns what
comes out into columns. Importing it needs numba.
"""

import os
from collections.abc import Iterable, Mapping
from datetime import datetime

import numpy as np

from haemaru.clock import to_ms
from haemaru.surveillance.feeds.ais_nmea import payload
from haemaru.surveillance.feeds.ais_nmea.kernel import layout as at
from haemaru.surveillance.feeds.ais_nmea.kernel.follow import finish, follow, moments
from haemaru.surveillance.feeds.ais_nmea.kernel.hashing import joined, name
from haemaru.surveillance.feeds.ais_nmea.kernel.heard import rehash, ship
from haemaru.surveillance.feeds.ais_nmea.kernel.layout import NONE, Numbers, Octets
from haemaru.surveillance.feeds.ais_nmea.kernel.parts import first_of
from haemaru.surveillance.feeds.ais_nmea.kernel.scan import PADDING
from haemaru.surveillance.feeds.ais_nmea.line import read_line
from haemaru.surveillance.feeds.ais_nmea.sentence import Sentence
from haemaru.surveillance.feeds.ais_nmea.tags import NO_TAGS, Receipt, Tags, read_tail
from haemaru.surveillance.fixes import Fixes
from haemaru.surveillance.statics import Static
from haemaru.surveillance.stats import Stats
from haemaru.surveillance.vessel_class import class_of_ship_type

_SHORTEST = 18  # a sentence is no shorter
_SHIPS = 3_000
_ARENA = 1 << 20
_NODES = 1 << 14
_CODES = {code: number for number, code in enumerate(at.CODES)}


def _new_memory() -> Numbers:
    mem = np.zeros(at.MEMORY, np.int64)
    mem[at.SECRET : at.SECRET + 4] = np.frombuffer(os.urandom(32), dtype=np.int64) & 0x3FFFFFFF | 0x40000001
    for field in (at.ESTIMATE, at.SECOND, at.LAST_GPS, at.BLOCK_LINE, at.RECEIVED):
        mem[field] = NONE
    for kind, bits in payload.LEAST_BITS.items():
        mem[at.LEAST_BITS + kind] = bits
    mem[at.CLASS_OF : at.CLASS_OF + 256] = [class_of_ship_type(kind) for kind in range(256)]
    return mem


def _new_octets() -> Octets:
    octets = np.full(at.OCTETS, 255, np.uint8)
    octets[[at.SIX + value + (48 if value < 40 else 56) for value in range(64)]] = range(64)
    octets[at.MARKS : at.MARKS + 256] = 0
    octets[[at.MARKS + 33, at.MARKS + 86, at.MARKS + 36]] = (1, 2, 4)
    return octets


def _new_ships(most: int) -> Numbers:
    """A table that `most` ships fill to four tenths at most."""
    ships = np.zeros((1 << (most * 5 // 2).bit_length(), at.SHIP_FIELDS), np.int64)
    ships[:, : at.SHIP_CLASS] = NONE
    return ships.reshape(-1)


class BlockDecoder:
    """Decodes one stream of AIS lines, block by block."""

    def __init__(self, start: datetime | None = None, classes: Mapping[int, int] | None = None) -> None:
        """`start` is used where the stream tells no time; `classes` are vessel classes known from before."""
        self._mem = _new_memory()
        self._mem[at.ESTIMATE] = NONE if start is None else to_ms(start)
        self._octets = _new_octets()
        self._arena = np.empty(_ARENA, np.uint8)
        self._buckets = np.zeros(2 * at.BUCKETS, np.int32)
        self._stations = np.zeros(4 * _NODES, np.int64)
        self._ships = _new_ships(_SHIPS)
        self._block = np.empty(0, np.uint8)
        self._out = np.empty(0, np.int64)
        self._texts = np.empty(0, np.uint8)
        self._reports: list[tuple[Numbers, bytes]] = []
        self._stats = Stats()
        self._know(classes or {})

    @property
    def stats(self) -> Stats:
        """The counts so far."""
        stats, mem = self._stats, self._mem[: at.LEAST_BITS].tolist()
        for field, name_of in _COUNTED.items():
            setattr(stats, name_of, mem[field])
        for code, place in _CODES.items():
            if mem[at.BY_CODE + place]:
                stats.quarantined[code] = mem[at.BY_CODE + place]
        for kind in range(64):
            if mem[at.BY_TYPE + kind]:
                stats.by_type[kind] = mem[at.BY_TYPE + kind]
        if mem[at.BAD_TAGS]:
            stats.notes["bad_tag_block"] = mem[at.BAD_TAGS]
        return stats

    def take_statics(self) -> list[Static]:
        """The static reports since the last call, duplicates left out."""
        reports, self._reports = self._reports, []
        return [static for rows, texts in reports for static in _statics(rows, texts)]

    def forget_statics(self) -> None:
        """Spares whoever wants positions only to have the static reports made."""
        self._reports = []

    def feed(self, lines: Iterable[bytes], received: int | None = None) -> Fixes:
        """Decodes lines, each whole."""
        return self.feed_block(b"\n".join(lines), received)

    def feed_block(self, data: bytes, received: int | None = None) -> Fixes:
        """Decodes whole lines that stand in one piece; the fixes of this batch in the order of time."""
        mem, size = self._mem, len(data)
        mem[at.RECEIVED] = NONE if received is None else received
        mem[at.BATCH] += 1
        mem[[at.ROWS, at.STATICS, at.TEXT_USED, at.NEW_SHIPS]] = 0
        self._make_room(size)
        block, line = self._block, 0
        block[:size] = np.frombuffer(data, np.uint8)
        block[size : size + PADDING] = 10
        octets, arena, buckets, stations = self._octets, self._arena, self._buckets, self._stations
        ends = np.flatnonzero(block[: size + 1] == 10)
        while line < len(ends):
            ships, out, texts = self._ships, self._out, self._texts
            line = follow(block, ends, line, mem, octets, arena, buckets, stations, ships, out, texts)
            if mem[at.SHIPS] >= mem[at.SHIP_LIMIT]:
                self._more_ships(4 * int(mem[at.SHIPS]))
            elif line < len(ends):
                self._read_rare(data)
        return self._take()

    def _make_room(self, size: int) -> None:
        """Whatever a block of this size can need is there before it begins."""
        mem, most = self._mem, size // _SHORTEST + 1
        if len(self._block) < size + PADDING:
            self._block = np.empty(size + PADDING, np.uint8)
        if mem[at.ARENA_USED] + size > len(self._arena):
            self._compact(size)
        if len(self._texts) < size + mem[at.ARENA_USED]:
            self._texts = np.empty(size + len(self._arena), np.uint8)
        if len(self._out) < most * (at.OUT_FIELDS + 1):
            self._out = np.empty(most * (at.OUT_FIELDS + 1), np.int64)
        mem[at.CAPACITY] = len(self._out) // (at.OUT_FIELDS + 1)
        nodes = int(mem[at.STATIONS : at.STATIONS + 2].max())
        if nodes + most > len(self._stations) // 4:
            larger = np.zeros((2, 2 * (nodes + most), 2), np.int64)
            larger[:, :nodes] = self._stations.reshape(2, -1, 2)[:, :nodes]
            self._stations = larger.reshape(-1)

    def _more_ships(self, most: int) -> None:
        larger = _new_ships(most)
        rehash(self._ships, larger, self._mem)
        self._ships, self._mem[at.SHIP_LIMIT] = larger, most

    def _compact(self, size: int) -> None:
        """Gives the room of parts that no longer wait back, and more where that is not enough."""
        mem = self._mem
        parts = [
            first_of(message) + part * at.PART_FIELDS
            for message in range(at.OPEN_LIST, at.OPEN_LIST + int(mem[at.OPEN]) * at.MESSAGE_FIELDS, at.MESSAGE_FIELDS)
            for part in range(mem[message + at.HELD])
        ]
        texts = [self._arena[mem[part + at.PART_OFFSET] :][: mem[part + at.PART_LENGTH]] for part in parts]
        used = sum(map(len, texts))
        arena = np.empty(max(len(self._arena), 2 * (used + size)), np.uint8)
        end = 0
        for part, text in zip(parts, texts, strict=True):
            mem[part + at.PART_OFFSET] = end
            arena[end : end + len(text)] = text
            end += len(text)
        self._arena, mem[at.ARENA_USED] = arena, end

    def _know(self, classes: Mapping[int, int]) -> None:
        self._more_ships(max(_SHIPS, 2 * len(classes)))
        for mmsi, vessel_class in classes.items():
            self._ships[ship(self._mem, self._ships, mmsi) + at.SHIP_CLASS] = vessel_class

    def _read_rare(self, data: bytes) -> None:
        """Lets the scalar reader say what a line is and puts that into its row."""
        row = self._mem[at.ROW : at.ROW + at.LINE_FIELDS]
        line = data[row[at.START] : row[at.END]]
        read = read_line(line)
        if read is None:
            row[at.KIND] = at.BLANK
            return
        tags, what = read
        row[at.TAGGED] = tags is not NO_TAGS
        row[at.TAG_AT] = NONE if tags.at is None else tags.at
        row[at.TAG_STATION] = self._name(tags.station)
        row[at.TAG_GROUP] = self._name(tags.group)
        row[at.TAG_PLACE] = tags.place[0] * 1000 + tags.place[1]
        row[at.TAGS_REFUSED] = tags.refused
        if isinstance(what, Sentence):
            self._describe(what, row, int(row[at.START]) + line.find(what.payload))
        elif isinstance(what, str):
            row[at.KIND], row[at.SUM] = at.REFUSED, _CODES[what]
        elif isinstance(what, Receipt):
            row[at.KIND], row[at.AT], row[at.STATION] = at.RECEIPT, what.at, self._name(what.station)
            row[at.SUM] = int(what.checksum, 16) if what.checksum else -1
        elif isinstance(what, Tags):
            row[at.KIND] = at.TAGS
        elif what is not None:
            row[at.KIND], row[at.AT] = at.GPS, what
        else:
            row[at.KIND] = at.OTHER

    def _describe(self, sentence: Sentence, row: Numbers, offset: int) -> None:
        moment, station = read_tail(sentence.tail) if sentence.tail else (None, b"")
        mem = self._mem
        heard_on = self._name(sentence.channel)
        key = joined(self._name(sentence.head), int(sentence.sequence or b"10") * 10 + sentence.total, mem)
        row[at.KIND], row[at.PACKED] = at.SENTENCE, 0
        row[at.NUMBER] = sentence.number
        row[at.TOTAL] = sentence.total
        row[at.KEY] = joined(joined(key, heard_on >> 31, mem), heard_on & 0x7FFFFFFF, mem)
        row[at.OFFSET] = offset
        row[at.LENGTH] = len(sentence.payload)
        row[at.FILL] = sentence.fill
        row[at.SUM] = int(sentence.checksum, 16)
        row[at.AT] = NONE if moment is None else moment
        row[at.STATION] = self._name(station)

    def _name(self, text: bytes) -> int:
        return int(name(np.frombuffer(text, np.uint8).copy(), 0, len(text), self._mem)) if text else 0

    def _take(self) -> Fixes:
        mem, out, stats = self._mem, self._out, self._stats
        rows, statics, capacity = int(mem[at.ROWS]), int(mem[at.STATICS]), int(mem[at.CAPACITY])
        fresh = capacity * (at.OUT_FIELDS - 1)
        stats.vessels.update(out[fresh : fresh + mem[at.NEW_SHIPS]].tolist())
        if statics:
            reports = out[capacity * at.ROW_FIELDS :][: statics * at.STATIC_FIELDS].reshape(-1, at.STATIC_FIELDS)
            self._reports.append((reports.copy(), self._texts[: mem[at.TEXT_USED]].tobytes()))
        stats.positions += rows
        order = np.arange(rows)
        if not moments(mem, out):
            order = np.argsort(out[capacity * at.OUT_FIELDS :][:rows], kind="stable")
        t, places = np.empty(rows, np.int64), np.empty(3 * rows, np.int32)
        speeds, marks = np.empty(2 * rows, np.int16), np.empty(3 * rows, np.uint8)
        finish(order, self._ships, out, t, places, speeds, marks)
        mmsi, lat, lon = places.reshape(3, rows)
        sog, cog = speeds.reshape(2, rows)
        vessel_class, heard, quality = marks.reshape(3, rows)
        return Fixes(mmsi, t, lat, lon, sog, cog, vessel_class, heard, quality, t)


_COUNTED = {
    at.SENTENCES: "sentences",
    at.MESSAGES: "messages",
    at.IN_MESSAGES: "in_messages",
    at.DUPLICATES: "duplicates",
    at.UNTIMED: "untimed",
    at.OTHER_LINES: "other_lines",
    at.REPEATED: "repeated_fragments",
    at.REFUSED_SENTENCES: "quarantined_sentences",
    at.WAITING: "fragments_waiting",
}


def _statics(rows: Numbers, texts: bytes) -> Iterable[Static]:
    for kind, mmsi, moment, vouched, offset, length in rows.tolist():
        bits = payload.Bits(payload.pack(texts[offset : offset + length]))
        doubtful = () if vouched or kind != 5 else ("destination",)
        report = payload.static(kind, mmsi, bits, None if moment == NONE else moment, doubtful)
        if report is not None:
            yield report
