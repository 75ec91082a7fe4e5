"""A second hand: an invented day in the Danish straits, by other habits than `haemaru.scenarios.watch`.

Ships go round and round on ellipses with a speed that breathes, slow down smoothly, report at random (Poisson) moments,
and err by a noise that wanders. It shares no code and no numbers with the first generator, so that no rule is fitted to
one hand. `python -m tests.scenarios.danish FOLDER [SEED]` writes it.
"""

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

Floats = npt.NDArray[np.float64]
START_MS = 1_780_272_000_000  # 2026-06-01 00:00 UTC
DAY_S = 86_400.0
STEP_S = 10.0
MINUTE = 60.0
HOUR = 3600.0
DEGREE_M = 111_195.0
KN = 0.514444
PORTS = ((56.15, 10.26), (55.68, 11.05), (57.43, 10.58), (55.70, 12.64), (56.41, 10.97), (54.58, 11.95), (56.66, 12.80))
ANCHORAGES = ((57.62, 10.72), (55.83, 10.85), (55.95, 12.72))
ISLANDS = ((56.71, 11.56), (57.27, 11.06), (55.16, 11.35), (55.33, 12.10))
_GRID = np.arange(0.0, DAY_S + STEP_S, STEP_S)


def _off(at: tuple[float, float], north_m: float, east_m: float) -> tuple[float, float]:
    return at[0] + north_m / DEGREE_M, at[1] + east_m / DEGREE_M / np.cos(np.radians(at[0]))


def _far(at: tuple[float, float], places: Any) -> float:
    return min(float(np.hypot(at[0] - y, (at[1] - x) * np.cos(np.radians(at[0])))) * 60.0 for y, x in places)


@dataclass
class Hand:
    """The day while it is written."""

    luck: np.random.Generator
    rows: list[pa.Table] = field(default_factory=list)
    truth: list[dict[str, Any]] = field(default_factory=list)
    either: list[dict[str, Any]] = field(default_factory=list)
    contacts: list[pa.Table] = field(default_factory=list)
    used: list[tuple[float, float]] = field(default_factory=list)
    serial: int = 0

    def mmsi(self) -> int:
        """Another number."""
        self.serial += 1
        return 219_000_000 + int(self.luck.permutation(997)[0]) * 1000 + self.serial % 1000

    def spot(self) -> tuple[float, float]:
        """Open water, 9 miles from ports, islands and anchorages and 4 from any spot given before."""
        while True:
            at = float(self.luck.uniform(54.7, 57.6)), float(self.luck.uniform(10.4, 12.6))
            clear = _far(at, PORTS) > 9 and _far(at, ISLANDS) > 9 and _far(at, ANCHORAGES) > 7
            if clear and (not self.used or _far(at, self.used) > 4):
                self.used.append(at)
                return at

    def loop(
        self, at: tuple[float, float], when: float, knots: float, holds: list[tuple[float, float, float]],
        size: tuple[float, float] = (14.0, 32.0),
    ) -> tuple[Floats, Floats]:  # fmt: skip
        """Latitude and longitude every 10 s of a ship on an ellipse that is at `at` at second `when`."""
        speed = knots * KN * (1.0 + 0.06 * np.sin(_GRID / self.luck.uniform(1500, 4000) + self.luck.uniform(0, 6)))
        for begin, end, slow in holds:
            ramp = 150.0
            inside = (np.tanh((_GRID - begin) / ramp) - np.tanh((_GRID - end) / ramp)) / 2
            speed = speed * (1.0 - inside * (1.0 - slow / knots))
        run = np.cumsum(speed) * STEP_S
        run -= np.interp(when, _GRID, run)
        wide, tall = (float(self.luck.uniform(0.5 * m, m)) * 1852.0 for m in size)
        turn, sense = float(self.luck.uniform(0.0, 6.283)), float(self.luck.choice((-1.0, 1.0)))
        angle = turn + sense * self._angles(run, turn, wide, tall, sense)
        north, east = tall * (np.sin(angle) - np.sin(turn)), wide * (np.cos(angle) - np.cos(turn))
        return at[0] + north / DEGREE_M, at[1] + east / DEGREE_M / np.cos(np.radians(at[0]))

    @staticmethod
    def _angles(run: Floats, turn: float, wide: float, tall: float, sense: float) -> Floats:
        """The angle on an ellipse after so many metres from `turn`, by a table of its arc."""
        table = np.linspace(-160.0, 160.0, 80_001)
        rate = np.hypot(tall * np.cos(turn + sense * table), wide * np.sin(turn + sense * table))
        arc = np.concatenate(([0.0], np.cumsum((rate[1:] + rate[:-1]) / 2 * np.diff(table))))
        arc -= np.interp(0.0, table, arc)
        return np.interp(run, arc, table)

    def still(self, at: tuple[float, float], swing_m: float) -> tuple[Floats, Floats]:
        """A ship that lies, swinging to wind and tide."""
        phase = float(self.luck.uniform(0, 6))
        angle = phase + 1.4 * np.sin(_GRID / 7100.0) + 0.5 * np.sin(_GRID / 1900.0 + phase)
        lat = at[0] + swing_m * np.cos(angle) / DEGREE_M
        return lat, at[1] + swing_m * np.sin(angle) / DEGREE_M / np.cos(np.radians(at[0]))

    def hear(
        self, mmsi: int, way: tuple[Floats, Floats], mean_s: float, mute: list[tuple[float, float]] | None = None,
        false: tuple[float, float, float, float] | None = None,
    ) -> None:  # fmt: skip
        """The reports of one ship, at Poisson moments, with a wandering error of some metres."""
        lat, lon = way
        t = np.cumsum(np.maximum(2.0, self.luck.exponential(mean_s, int(DAY_S / mean_s * 1.4) + 50)))
        t = t[t < DAY_S - 1]
        for begin, end in mute or ():
            t = t[(t <= begin) | (t >= end)]
        wander = np.cumsum(self.luck.normal(0, 2.0, len(t)))
        wander = 4.0 * np.sin(wander / 3.0) + self.luck.normal(0, 3.0, len(t))
        at_lat, at_lon = np.interp(t, _GRID, lat), np.interp(t, _GRID, lon)
        north = np.gradient(lat, STEP_S) * DEGREE_M
        east = np.gradient(lon, STEP_S) * DEGREE_M * np.cos(np.radians(lat))
        knots, course = np.interp(t, _GRID, np.hypot(north, east)) / KN, np.degrees(np.arctan2(east, north))
        sog = np.maximum(0.0, knots + self.luck.normal(0, 0.08, len(t)))
        cog = np.interp(t, _GRID, np.unwrap(course, period=360.0)) + self.luck.normal(0, 2.0, len(t))
        if false:
            wrong = (t >= false[0]) & (t < false[1])
            at_lat, at_lon = at_lat + np.where(wrong, false[2], 0), at_lon + np.where(wrong, false[3], 0)
        values = {
            "mmsi": np.full(len(t), mmsi, np.int32),
            "t": START_MS + np.rint(t * 1000).astype(np.int64),
            "lat": np.rint((at_lat + wander / DEGREE_M) * 600_000).astype(np.int32),
            "lon": np.rint((at_lon - wander / DEGREE_M) * 600_000).astype(np.int32),
            "sog": np.rint(sog * 10).astype(np.int16),
            "cog": (np.rint(cog * 10) % 3600).astype(np.int16),
        }
        self.rows.append(pa.table(values))

    def tell(self, rule: str, ships: tuple[int, int], when: tuple[float, float], *, either: bool = False) -> None:
        """Writes down what happened."""
        one, two = (min(ships), max(ships)) if ships[1] else ships
        start, end = (START_MS + round(second * 1000) for second in when)
        line = {"rule": rule, "mmsi_a": one, "mmsi_b": two, "t_start": start, "t_end": end}
        (self.either if either else self.truth).append(line)

    def contact(self, way: tuple[Floats, Floats], first: float, last: float) -> None:
        """A radar track, a plot every 30 s with 50 m of noise."""
        t = np.arange(first, last, 30.0)
        noise = self.luck.normal(0, 50.0 / DEGREE_M, (2, len(t)))
        lat, lon = np.interp(t, _GRID, way[0]) + noise[0], np.interp(t, _GRID, way[1]) + noise[1]
        values = {
            "track": np.full(len(t), len(self.contacts) + 70, np.int32),
            "t": START_MS + np.rint(t * 1000).astype(np.int64),
            "lat": np.rint(lat * 600_000).astype(np.int32),
            "lon": np.rint(lon * 600_000).astype(np.int32),
            "sog": np.zeros(len(t), np.int16),
            "cog": np.zeros(len(t), np.int16),
        }
        self.contacts.append(pa.table(values))


def _knots(hand: Hand) -> float:
    return float(hand.luck.uniform(8.0, 18.0))


def _when(hand: Hand, before_h: float = 2.5, after_h: float = 3.0) -> float:
    return float(hand.luck.uniform(before_h * HOUR, DAY_S - after_h * HOUR))


def alone(hand: Hand) -> None:
    """What one ship does: falls silent, stops, loiters, is shown elsewhere, changes or shares its number."""
    luck = hand.luck
    ship, at, when = hand.mmsi(), hand.spot(), _when(hand, 2.5, 9.0)
    long = float(luck.uniform(2.5, 7.5)) * HOUR
    hand.hear(ship, hand.loop(at, when, _knots(hand), []), 22.0, [(when, when + long)])
    hand.tell("gap", (ship, 0), (when, when + long))
    for rule, low, high in (("unexplained_stop", 28.0, 95.0), ("loitering", 160.0, 480.0)):
        ship, at, when = hand.mmsi(), hand.spot(), _when(hand, 2.0, 9.5)
        end = when + float(luck.uniform(low, high)) * MINUTE
        hand.hear(ship, hand.loop(at, when, _knots(hand), [(when, end, float(luck.uniform(0.1, 1.2)))]), 22.0)
        hand.tell(rule, (ship, 0), (when, end))
    ship, at, when = hand.mmsi(), hand.spot(), _when(hand)
    end = when + float(luck.uniform(3.0, 40.0)) * MINUTE
    away = float(luck.uniform(0.4, 1.5)), float(luck.uniform(-1.5, 1.5))
    hand.hear(ship, hand.loop(at, when, _knots(hand), []), 22.0, None, (when, end, *away))
    hand.tell("impossible_jump", (ship, 0), (when, end))
    old, new, at, when = hand.mmsi(), hand.mmsi(), hand.spot(), _when(hand, 3.0, 3.0)
    mute, way = float(luck.uniform(3.0, 14.0)) * MINUTE, hand.loop(at, when, _knots(hand), [])
    hand.hear(old, way, 22.0, [(when, 2 * DAY_S)])
    hand.hear(new, way, 22.0, [(-1.0, when + mute)])
    hand.tell("identity_change", (old, new), (when, when + mute))
    twin, one = hand.mmsi(), hand.spot()
    other = next(at for at in (hand.spot() for _ in range(99)) if _far(at, [one]) > 90)
    for at in (one, other):
        hand.hear(twin, hand.loop(at, 0.5 * DAY_S, _knots(hand), [], (4.0, 8.0)), 30.0)
    hand.tell("identity_conflict", (twin, 0), (60.0, DAY_S - 60.0))


def together(hand: Hand) -> None:
    """What takes two on the open sea: a meeting, an unseen partner, goods left and fetched."""
    luck = hand.luck
    at, when = hand.spot(), _when(hand, 2.5, 3.5)
    end = when + float(luck.uniform(18.0, 85.0)) * MINUTE
    ships = hand.mmsi(), hand.mmsi()
    for ship, off in zip(ships, (0.0, float(luck.uniform(70.0, 330.0))), strict=True):
        early, late = luck.uniform(0.0, 5.0, 2) * MINUTE
        hold = (when - float(early), end + float(late), 0.1)
        hand.hear(ship, hand.loop(_off(at, off, 0.0), (when + end) / 2, _knots(hand), [hold]), 22.0)
    hand.tell("rendezvous", ships, (when, end))
    at, when, ship = hand.spot(), _when(hand, 2.5, 3.5), hand.mmsi()
    end = when + float(luck.uniform(25.0, 80.0)) * MINUTE
    hand.hear(ship, hand.loop(at, (when + end) / 2, _knots(hand), [(when, end, 0.1)]), 22.0)
    dark = hand.loop(_off(at, 0.0, 150.0), (when + end) / 2, 20.0, [(when + 240, end - 240, 0.1)])
    hand.contact(dark, when - 1800, end + 1800)
    hand.tell("one_sided_rendezvous", (ship, 0), (when + 240, end - 240))
    hand.tell("unexplained_stop", (ship, 0), (when, end), either=True)
    at, ships, when = hand.spot(), (hand.mmsi(), hand.mmsi()), float(luck.uniform(2.0, 5.0)) * HOUR
    end, later = when + float(luck.uniform(9.0, 35.0)) * MINUTE, when + float(luck.uniform(3.0, 15.0)) * HOUR
    gone = later + float(luck.uniform(9.0, 35.0)) * MINUTE
    hand.hear(ships[0], hand.loop(at, (when + end) / 2, _knots(hand), [(when, end, 0.1)], (20.0, 60.0)), 22.0)
    way = hand.loop(_off(at, 60.0, -60.0), (later + gone) / 2, 16.0, [(later, gone, 0.1)], (20.0, 60.0))
    hand.hear(ships[1], way, 30.0)
    hand.tell("drop_and_retrieve", ships, (when, gone))


def inshore(hand: Hand) -> None:
    """A visit at anchor, and a landing by night."""
    luck = hand.luck
    middle = ANCHORAGES[int(luck.integers(3))]
    at = _off(middle, float(luck.uniform(-3000, 3000)), float(luck.uniform(-3000, 3000)))
    ships, when = (hand.mmsi(), hand.mmsi()), _when(hand, 2.5, 2.5)
    end, lying = when + float(luck.uniform(6.0, 25.0)) * MINUTE, hand.still(at, 70.0)
    hand.hear(ships[0], lying, 140.0)
    beside = tuple(float(np.interp((when + end) / 2, _GRID, column)) for column in lying)
    near = _off((beside[0], beside[1]), 50.0, 40.0)
    hand.hear(ships[1], hand.loop(near, (when + end) / 2, 13.0, [(when, end, 0.05)]), 28.0)
    hand.tell("small_craft_visit", ships, (when, end))
    island = ISLANDS[int(luck.integers(4))]
    aside = float(luck.choice((-1.0, 1.0))) * (5500.0 + float(luck.uniform(700, 2200)))
    at = _off(island, aside, float(luck.uniform(-5000, 5000)))
    ship, when = hand.mmsi(), float(luck.uniform(12.0, 18.5)) * HOUR
    end = when + float(luck.uniform(10.0, 35.0)) * MINUTE
    hand.hear(ship, hand.loop(at, (when + end) / 2, 15.0, [(when, end, 0.2)], (25.0, 50.0)), 26.0)
    hand.tell("night_approach", (ship, 0), (when, end))
    hand.tell("unexplained_stop", (ship, 0), (when, end), either=True)


def ordinary(hand: Hand, count: int) -> None:
    """Ships that pass, call at ports, lie, fish, fade and drop out."""
    luck = hand.luck
    for number in range(count):
        ship, kind = hand.mmsi(), number % 8
        if kind < 3:
            mute = [
                (t, t + float(luck.uniform(10, 44)) * MINUTE) for t in luck.uniform(0, DAY_S, int(luck.integers(3)))
            ]
            hand.hear(ship, hand.loop(hand_water(hand), _when(hand), _knots(hand), []), 22.0, mute)
        elif kind == 3:
            port, when = PORTS[int(luck.integers(len(PORTS)))], _when(hand, 2.0, 8.0)
            end = when + float(luck.uniform(1.5, 6.0)) * HOUR
            at = _off(port, float(luck.uniform(-900, 900)), float(luck.uniform(-900, 900)))
            hand.hear(ship, hand.loop(at, (when + end) / 2, 11.0, [(when, end, 0.0)], (60.0, 90.0)), 24.0)
            hand.tell("port_call", (ship, 0), (when, end))
        elif kind < 6:
            port = PORTS[int(luck.integers(len(PORTS)))] if kind == 4 else ANCHORAGES[int(luck.integers(3))]
            at = _off(port, float(luck.uniform(-1500, 1500)), float(luck.uniform(-1500, 1500)))
            hand.hear(ship, hand.still(at, 2.0 if kind == 4 else 80.0), 150.0)
            hand.tell("port_call", (ship, 0), (0.0, DAY_S), either=True)
        elif kind == 6:
            hauls, t = [], float(luck.uniform(0.0, 1.5)) * HOUR
            while t < DAY_S:
                end = t + float(luck.uniform(17, 40)) * MINUTE
                hauls.append((t, end, 0.7))
                t = end + float(luck.uniform(70, 150)) * MINUTE
            hand.hear(ship, hand.loop(hand.spot(), 0.5 * DAY_S, 4.2, hauls, (1.2, 1.8)), 40.0)
        else:
            mute, t = [], 0.0
            while t < DAY_S:
                t += float(luck.uniform(5, 60)) * MINUTE
                mute.append((t, t + float(luck.uniform(15, 200)) * MINUTE))
                t = mute[-1][1]
            hand.hear(ship, hand.loop(hand_water(hand), _when(hand), _knots(hand), []), 70.0, mute)


def hand_water(hand: Hand) -> tuple[float, float]:
    """Anywhere in the straits."""
    return float(hand.luck.uniform(55.0, 57.3)), float(hand.luck.uniform(10.8, 12.2))


def _square(at: tuple[float, float], half_m: float) -> list[list[float]]:
    corners = [_off(at, half_m * n, half_m * e) for n, e in ((-1, -1), (-1, 1), (1, 1), (1, -1), (-1, -1))]
    return [[lon, lat] for lat, lon in corners]


def _zones() -> dict[str, Any]:
    kinds = [*((at, "harbour", 2500.0) for at in PORTS), *((at, "anchorage", 5500.0) for at in ANCHORAGES)]
    kinds += [(at, "land", 5500.0) for at in ISLANDS]
    features = [
        {
            "type": "Feature",
            "properties": {"type": kind},
            "geometry": {"type": "Polygon", "coordinates": [_square(at, half)]},
        }
        for at, kind, half in kinds
    ]
    return {"type": "FeatureCollection", "features": features}


def write(folder: Path, seed: int = 1, times: int = 12, others: int = 240) -> Path:
    """Writes positions, zones, contacts, truth and what may be named or not; tells the folder."""
    hand = Hand(np.random.default_rng([seed, 219]))
    for _ in range(times):
        alone(hand)
        together(hand)
        inshore(hand)
    ordinary(hand, others)
    folder.mkdir(parents=True, exist_ok=True)
    table = pa.concat_tables(hand.rows).sort_by([("mmsi", "ascending"), ("t", "ascending")])
    (folder / "positions").mkdir(exist_ok=True)
    pq.write_table(table, folder / "positions" / "day.parquet")
    pq.write_table(pa.concat_tables(hand.contacts), folder / "contacts.parquet")
    for name, value in (("truth", hand.truth), ("either_way", hand.either)):
        (folder / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
    (folder / "zones.geojson").write_text(json.dumps(_zones()), encoding="utf-8")
    return folder


if __name__ == "__main__":
    print(write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1))
