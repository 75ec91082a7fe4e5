"""What the shore stations hear of a world: AIS lines with times, with the flaws that real logs have.

Each ship under way reports its position once a step, a ship at anchor every sixth step, and its static data at the
first step and then every six minutes. About one message in eight reaches a second station as well, and about one line
in four hundred is damaged: cut short, changed on the way, run into the next, or of a type that is reserved. A world's
lines depend on the seed and the asked times only, so the same call gives the same bytes.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from haemaru.clock import from_ms, to_ms
from haemaru.scenarios.motion import AT_ANCHOR, Place
from haemaru.scenarios.sentences import checksum, packed, position_a, position_b, tagged
from haemaru.scenarios.ships import Ship

STATIONS = ("INVENT-EAST", "INVENT-SOUTH", "INVENT-WEST")
STATIC_EVERY_MS = 360_000  # six minutes, as ITU-R M.1371 asks of class A ships
_ANCHOR_STEPS = 6
_SECOND_STATION = 0.125
_DAMAGED = 0.0025

FLAWS = ("truncated", "bad_checksum", "merged", "unknown_type")
"""How a damaged line is damaged, in the words of the decoder's quarantine."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One line as a station wrote it, and what is wrong with it if anything."""

    at: datetime
    line: bytes
    flaw: str | None = None


@dataclass(frozen=True, slots=True)
class Traffic:
    """Everything the stations hear of these ships."""

    ships: tuple[Ship, ...]
    seed: int
    _static: dict[tuple[int, str], tuple[tuple[bytes, ...], ...]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def heard(self, since: datetime, until: datetime | None, step_s: float) -> Iterator[Heard]:
        """Every line from `since` (inclusive) to `until` (exclusive; None: without end), in the order of time."""
        if step_s <= 0:
            raise ValueError("step_s must be above 0")
        first, step = to_ms(since), round(step_s * 1000)
        for number in count():
            start = first + number * step
            if until is not None and start >= to_ms(until):
                return
            # Time and seed alone: two readers of the same moment see the same luck.
            luck = random.Random(f"{self.seed}:{start}")  # noqa: S311 - an invented world, no secret
            for heard in self._step(start, step, number, luck):
                if until is None or heard.at < until:
                    yield heard

    def _step(self, start: int, step: int, number: int, luck: random.Random) -> Iterator[Heard]:
        for index, ship in enumerate(self.ships):
            at_ms = start + step * index // len(self.ships)
            place = ship.motion.place(at_ms)
            group = (start // 1000 + index) % 10_000
            if number == 0 or start // STATIC_EVERY_MS != (start - step) // STATIC_EVERY_MS:
                for lines in self._static_of(ship, at_ms):
                    yield from _received(lines, at_ms, place, group, luck)
            if place.status == AT_ANCHOR and (number + index) % _ANCHOR_STEPS:
                continue
            yield from _received((_position(ship, place, at_ms),), at_ms, place, group, luck)

    def _static_of(self, ship: Ship, at_ms: int) -> tuple[tuple[bytes, ...], ...]:
        destination = ship.destination(at_ms)
        known = self._static.get((ship.mmsi, destination))
        if known is None:
            known = self._static[ship.mmsi, destination] = _static(ship, destination)
        return known


def _position(ship: Ship, place: Place, at_ms: int) -> bytes:
    second = at_ms // 1000 % 60
    where = (place.lon, place.lat)
    if ship.class_b:
        return position_b(ship.mmsi, where, place.knots, place.course, second)
    return position_a(ship.mmsi, where, place.knots, place.course, place.status, second)


def _static(ship: Ship, destination: str) -> tuple[tuple[bytes, ...], ...]:
    hull: dict[str, str | int | float | bytes | bool] = {
        "mmsi": ship.mmsi,
        "ship_type": ship.ship_type,
        "callsign": ship.call_sign,
        "to_bow": ship.length_m * 3 // 4,
        "to_stern": ship.length_m - ship.length_m * 3 // 4,
        "to_port": ship.beam_m // 2,
        "to_starboard": ship.beam_m - ship.beam_m // 2,
    }
    if ship.class_b:
        name = packed({"msg_type": 24, "mmsi": ship.mmsi, "partno": 0, "shipname": ship.name}, 0)
        return name, packed({"msg_type": 24, "partno": 1, **hull}, 0)
    month, day, hour, minute = ship.eta
    voyage: dict[str, str | int | float | bytes | bool] = {
        "msg_type": 5,
        "imo": ship.imo or 0,
        "shipname": ship.name,
        "destination": destination,
        "draught": ship.draught_m,
        "month": month,
        "day": day,
        "hour": hour,
        "minute": minute,
    }
    return (packed({**hull, **voyage}, ship.mmsi),)


def _received(lines: tuple[bytes, ...], at_ms: int, place: Place, group: int, luck: random.Random) -> Iterator[Heard]:
    home = _station(place)
    at = from_ms(at_ms)
    texts = tagged(lines, STATIONS[home], at_ms // 1000, group)
    if len(texts) == 1 and luck.random() < _DAMAGED:
        flaw = luck.choice(FLAWS)
        yield Heard(at, damaged(texts[0], flaw), flaw)
        return
    for text in texts:
        yield Heard(at, text)
    if luck.random() < _SECOND_STATION:
        for text in tagged(lines, STATIONS[(home + 1) % len(STATIONS)], at_ms // 1000, group):
            yield Heard(at, text)


def _station(place: Place) -> int:
    if place.lon > 128.6 and place.lat > 35.5:
        return 0
    return 1 if place.lon > 126.3 and place.lat < 35.5 else 2


def damaged(line: bytes, flaw: str) -> bytes:
    """The line with one of the `FLAWS`; the tag block stays whole."""
    head, mark, body = line.rstrip().partition(b"!")
    text, _, _ = body.partition(b"*")
    if flaw == "truncated":
        return head + mark + text[:-9] + b"\r\n"
    if flaw == "bad_checksum":
        return head + mark + b"%b*%02X\r\n" % (text, checksum(text) ^ 0x15)
    if flaw == "merged":
        return head + mark + text[:-12] + mark + body + b"\r\n"
    fields = text.split(b",")
    fields[5] = b"l" + fields[5][1:]  # six bits 52: no message has this number
    text = b",".join(fields)
    return head + mark + b"%b*%02X\r\n" % (text, checksum(text))


def live(traffic: Traffic, now: datetime, step_s: float = 10.0) -> Iterator[tuple[datetime, bytes]]:
    """Lines without end from `now` on, each with the time at which it is heard; the caller waits, not this room."""
    for heard in traffic.heard(now, None, step_s):
        yield heard.at, heard.line


def history(traffic: Traffic, now: datetime, hours: float, step_s: float = 120.0) -> Iterator[tuple[datetime, bytes]]:
    """The lines of the last `hours` before `now`, thinly sampled."""
    for heard in traffic.heard(now - timedelta(hours=hours), now, step_s):
        yield heard.at, heard.line
