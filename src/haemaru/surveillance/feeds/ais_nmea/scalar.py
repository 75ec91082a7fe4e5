"""AIS sentences in, fixes and static reports out, and every line accounted for.

A line is split into tag blocks and sentence; what is no good is quarantined by code. Parts are put together, repeated
receptions of one transmission are merged, and the time comes from the best source in the stream. Positions are
collected packed and cut into columns at the end of each call of `feed`, so that a call with many lines is quick and a
call with one second of a live stream is complete.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

import numpy as np
import numpy.typing as npt

from haemaru.clock import to_ms
from haemaru.surveillance import times
from haemaru.surveillance.feeds.ais_nmea import payload as message
from haemaru.surveillance.feeds.ais_nmea.clockwork import Clockwork, Origin
from haemaru.surveillance.feeds.ais_nmea.duplicates import Duplicates, Heard
from haemaru.surveillance.feeds.ais_nmea.fragments import Fragments, Part, Whole
from haemaru.surveillance.feeds.ais_nmea.line import read_line
from haemaru.surveillance.feeds.ais_nmea.sentence import Sentence
from haemaru.surveillance.fixes import Fixes, joined
from haemaru.surveillance.statics import Static
from haemaru.surveillance.stats import Stats
from haemaru.surveillance.vessel_class import class_of_ship_type

_EXPIRE_EVERY = 1_000
_ROUGH_MS = 1_000
Orders = npt.NDArray[np.int64]


class _Rows:
    """Position reports of one class, still packed."""

    def __init__(self, class_b: bool) -> None:
        self._class_b = class_b
        self._packed: list[bytes] = []
        self._heard: list[Heard] = []
        self._orders: list[int] = []

    def add(self, packed: bytes, heard: Heard, order: int) -> None:
        self._packed.append(packed[: message.PACKED_BYTES])
        self._heard.append(heard)
        self._orders.append(order)

    def take(self) -> tuple[Fixes, Orders]:
        """The rows, and the place of each among the sentences of the stream."""
        columns = message.columns(b"".join(self._packed), self._class_b)
        t = np.array([0 if heard.at is None else heard.at for heard in self._heard], dtype=np.int64)
        count = np.array([min(heard.count, 255) for heard in self._heard], dtype=np.uint8)
        quality = np.array([heard.quality for heard in self._heard], dtype=np.uint8)
        fixes = Fixes.of(**columns, t=t, heard=count, quality=quality)
        usable = message.usable(columns["lat"], columns["lon"])
        orders = np.array(self._orders, dtype=np.int64)[usable]
        self._packed, self._heard, self._orders = [], [], []
        return fixes.take(usable), orders


class ScalarDecoder:
    """Decodes one stream of AIS lines, however it is cut into calls, one line after the other."""

    def __init__(self, start: datetime | None = None, classes: Mapping[int, int] | None = None) -> None:
        """`start` is used where the stream tells no time; `classes` are vessel classes known from before."""
        self._clock = Clockwork(None if start is None else to_ms(start))
        self._fragments = Fragments()
        self._duplicates = Duplicates()
        self._classes: dict[int, int] = dict(classes or {})
        self._last: dict[int, int] = {}
        self._order = 0
        self._batch = 0
        self._a, self._b = _Rows(class_b=False), _Rows(class_b=True)
        self._rare: list[tuple[int, Heard, tuple[int, int, int, int], int]] = []
        self._statics: list[Static] = []
        self._stats = Stats()

    @property
    def stats(self) -> Stats:
        """The counts so far."""
        stats, fragments = self._stats, self._fragments
        stats.fragments_waiting = fragments.waiting
        stats.repeated_fragments = fragments.repeated
        for code, count in fragments.refused.items():
            added = count - stats.quarantined[code]
            stats.quarantined[code] = count
            stats.quarantined_sentences += added
        return stats

    def take_statics(self) -> list[Static]:
        """The static reports since the last call, duplicates left out."""
        statics, self._statics = self._statics, []
        return statics

    def forget_statics(self) -> None:
        """Drops the static reports since the last call."""
        self._statics = []

    def feed_block(self, data: bytes, received: int | None = None) -> Fixes:
        """Decodes whole lines that stand in one piece."""
        return self.feed(data.split(b"\n"), received)

    def feed(self, lines: Iterable[bytes], received: int | None = None) -> Fixes:
        """Decodes lines; the fixes of this batch in the order of time. `received` is now, where a live stream is read.

        >>> decoder = ScalarDecoder()
        >>> len(decoder.feed([b"!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A"], received=1_700_000_000_000))
        1
        """
        self._clock.received = received
        self._batch += 1
        for line in lines:
            self._line(line)
        return self._take()

    def _line(self, line: bytes) -> None:
        read = read_line(line)
        if read is None:
            return
        tags, what = read
        if tags.refused:
            self._stats.notes["bad_tag_block"] += tags.refused
        if type(what) is Sentence:
            self._sentence(what, self._clock.origin(what, tags))
        elif isinstance(what, str):
            self._clock.hear(None)
            self._stats.quarantined[what] += 1
        else:
            self._stats.other_lines += 1
            self._clock.hear(what)  # type: ignore[arg-type]

    def _sentence(self, sentence: Sentence, origin: Origin) -> None:
        self._order += 1
        self._stats.sentences += 1
        if self._order % _EXPIRE_EVERY == 0:
            self._fragments.expire(origin.at, self._order)
        if sentence.total == 1:
            self._message(message.pack(sentence.payload), 6 * len(sentence.payload), origin, 1, vouched=True)
            return
        part = Part(
            (sentence.head, sentence.channel, sentence.sequence, sentence.total),
            sentence.number,
            sentence.payload,
            sentence.fill,
            origin.station,
            origin.group,
            origin.at,
            origin.exact,
            self._order,
            int(sentence.checksum, 16),
            origin.together,
        )
        whole = self._fragments.add(part)
        if whole is not None:
            self._whole(whole, origin)

    def _whole(self, whole: Whole, last: Origin) -> None:
        first = whole.parts[0]
        origin = Origin(first.at, last.quality, first.station, first.group)
        if any(part.fill for part in whole.parts[:-1]):
            self._refuse("bad_header", len(whole.parts))  # only the last part may be filled up
            return
        payload = b"".join(part.payload for part in whole.parts)
        self._message(message.pack(payload), 6 * len(payload), origin, len(whole.parts), vouched=whole.vouched)

    def _refuse(self, code: str, sentences: int) -> None:
        self._stats.quarantined[code] += 1
        self._stats.quarantined_sentences += sentences

    def _message(self, packed: bytes, bits: int, origin: Origin, sentences: int, vouched: bool) -> None:
        stats = self._stats
        kind = packed[0] >> 2
        least = message.LEAST_BITS.get(kind)
        if least is None:
            self._refuse("unknown_type", sentences)
            return
        if bits < least:
            self._refuse("short_payload", sentences)
            return
        mmsi = (int.from_bytes(packed[:5], "big") >> 2) & 0x3FFFFFFF
        stats.messages += 1
        stats.in_messages += sentences
        stats.by_type[kind] += 1
        stats.vessels.add(mmsi)
        at = origin.at
        if at is None:
            stats.untimed += 1
        elif origin.quality == times.START:
            at = self._estimate(kind, packed)
        heard, again = self._duplicates.meet(packed, at, self._order, origin.station)
        if again:
            stats.duplicates += 1
            if not vouched and kind == 5 and len(heard.stations) > 1:
                # Two stations put the same together: what one could have mixed up is settled.
                self._static(kind, mmsi, packed, heard.at, vouched=True)
            if heard.batch in (-1, self._batch):
                return
        elif at is not None and origin.quality > times.TRAILING:
            heard.at = self._apart(mmsi, at)
        heard.quality = heard.quality or origin.quality
        if kind in message.STATICS and not again:
            self._static(kind, mmsi, packed, at, vouched)
        if at is not None:
            self._position(kind, mmsi, packed, heard)

    def _apart(self, mmsi: int, at: int) -> int:
        """Rough times repeat; two different reports of one ship must not fall on one moment, or one would be lost."""
        last = self._last.get(mmsi)
        if last is not None and at <= last < at + _ROUGH_MS:
            at = last + 1
        self._last[mmsi] = at
        return at

    def _estimate(self, kind: int, packed: bytes) -> int | None:
        if kind in message.CLASS_A:
            return self._clock.tick((packed[17] >> 1) & 63)
        if kind == message.CLASS_B:
            return self._clock.tick(((packed[16] << 8 | packed[17]) >> 5) & 63)
        return self._clock.tick(60)

    def _position(self, kind: int, mmsi: int, packed: bytes, heard: Heard) -> None:
        if kind in message.CLASS_A:
            self._a.add(packed, heard, self._order)
        elif kind == message.CLASS_B:
            self._b.add(packed, heard, self._order)
        elif kind in message.RARE_POSITIONS:
            place = message.rare_position(kind, message.Bits(packed))
            if place is None:
                return
            self._rare.append((mmsi, heard, place, self._order))
        else:
            return
        heard.batch = self._batch

    def _static(self, kind: int, mmsi: int, packed: bytes, at: int | None, vouched: bool) -> None:
        # In a type 5 of two parts only the destination reaches over into the second.
        doubtful = () if vouched or kind != 5 else ("destination",)
        report = message.static(kind, mmsi, message.Bits(packed), at, doubtful)
        if report is None:
            return
        self._statics.append(report)
        if report.ship_type is not None:
            self._classes[mmsi] = class_of_ship_type(report.ship_type)

    def _take(self) -> Fixes:
        parts = [self._a.take(), self._b.take()]
        if self._rare:
            mmsi, heard, places, orders = zip(*self._rare, strict=True)
            lat, lon, sog, cog = zip(*places, strict=True)
            t, quality, count = zip(*((h.at, h.quality, min(h.count, 255)) for h in heard), strict=True)
            rare = Fixes.of(mmsi=mmsi, t=t, lat=lat, lon=lon, sog=sog, cog=cog, heard=count, quality=quality)
            parts.append((rare, np.array(orders, dtype=np.int64)))
            self._rare = []
        fixes = joined(rows for rows, _ in parts)
        self._stats.positions += len(fixes)
        if not len(fixes):
            return fixes
        classes = np.array([self._classes.get(int(mmsi), 0) for mmsi in fixes.mmsi], dtype=np.uint8)
        arrival = np.concatenate([orders for _, orders in parts])
        return fixes.replace(vessel_class=classes).take(np.lexsort((arrival, fixes.t)))
