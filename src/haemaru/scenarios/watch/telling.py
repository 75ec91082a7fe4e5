"""The hidden truth: what a witness would tell of the watch, and what a fair person might name or not."""

import itertools
from typing import Any

from haemaru.scenarios.watch.cast import Cast
from haemaru.scenarios.watch.courses import HOUR, Course, Deed, Vessel

Told = list[dict[str, Any]]


def told(cast: Cast) -> tuple[Told, Told]:
    """The truths, and the things that may be found or not; both ordered by rule, time and ship."""
    truths: Told = []
    either: Told = []
    for rule, one, two, start, end, at, note, maybe in cast.told:
        (either if maybe else truths).append(_line(cast, rule, (one, two), (start, end), at, note))
    delayed = {ship for _, one, two, *_ in cast.told for ship in (one, two)}
    for vessel in cast.vessels:
        for course in vessel.courses:
            for deed in course.deeds:
                if deed.end > 0.0 and deed.start < cast.seconds:
                    line = _line(cast, deed.rule, (vessel.mmsi, 0), (deed.start, deed.end), deed.at, deed.note)
                    (either if _doubtful(cast, vessel, deed) else truths).append(line)
            if vessel.mmsi in delayed:
                either += _late_legs(cast, vessel, course)
    return sorted(truths, key=_order), sorted(either, key=_order)


def _late_legs(cast: Cast, vessel: Vessel, course: Course) -> Told:
    """A ship that stopped, strayed or met somebody on the way is late as well: its leg may be named for that."""
    calls = [deed for deed in course.deeds if deed.rule == "port_call"]
    note = "late because of what it did on the way"
    return [
        _line(cast, "leg_time_residual", (vessel.mmsi, 0), (one.end, other.start), other.at, note)
        for one, other in itertools.pairwise(calls)
        if one.end < other.start and one.end < cast.seconds and other.start > 0.0
    ]


def _doubtful(cast: Cast, vessel: Vessel, deed: Deed) -> bool:
    """A call is plain when the ship was seen to come in and to stay; one cut by either end is a matter of taste."""
    if deed.either_way:
        return True
    begun_before = deed.start < 0.7 * HOUR
    if deed.rule == "port_call":
        return begun_before or min(deed.end, cast.seconds) - deed.start < 0.7 * HOUR or bool(vessel.gaps)
    return begun_before or deed.end > cast.seconds - 0.4 * HOUR


def _line(
    cast: Cast, rule: str, ships: tuple[int, int], when: tuple[float, float], at: tuple[float, float], note: str
) -> dict[str, Any]:
    start, end = (cast.start_ms + round(min(max(second, 0.0), cast.seconds) * 1000.0) for second in when)
    place = {"lat": round(at[1], 5), "lon": round(at[0], 5)}
    return {"rule": rule, "mmsi_a": ships[0], "mmsi_b": ships[1], "t_start": start, "t_end": end, **place, "note": note}


def _order(line: dict[str, Any]) -> tuple[str, int, int, int]:
    return line["rule"], line["t_start"], line["mmsi_a"], line["mmsi_b"]
