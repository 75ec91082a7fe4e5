"""Watch coverage: what is heard and what is declared add up by area and hour, and what nobody sees is named."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haemaru.surveillance import UNITS_PER_DEGREE, Fixes
from haemaru.surveillance.watch_coverage import (
    Sensor,
    Watch,
    cell_of,
    coverage,
    hours_heard,
    middle_of,
    read_sensor,
    waters,
)
from haemaru.wording import Fault

BEGIN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HOUR_MS = 3_600_000
NEAR, FAR = (34.125, 124.625), (34.125, 125.625)
RADAR = Sensor(name="Hongdo", kind="radar", lat=NEAR[0], lon=NEAR[1], range_nm=10, basis="model")


def cell(place: tuple[float, float]) -> int:
    return int(cell_of(np.array([place[0] * UNITS_PER_DEGREE]), np.array([place[1] * UNITS_PER_DEGREE]))[0])


def heard_at(place: tuple[float, float], *hours: int, day: int = 0) -> Fixes:
    size = len(hours)
    t = [(day * 24 + hour) * HOUR_MS + 5 for hour in hours]
    return Fixes.of(mmsi=[440_000_001] * size, t=t, lat=[place[0] * 600_000] * size, lon=[place[1] * 600_000] * size)


def test_what_a_declared_sensor_reaches_is_covered_and_the_rest_is_blind() -> None:
    told = coverage(Watch({"kcg": [RADAR]}, {}), BEGIN, 2, [cell(NEAR), cell(FAR)])

    assert told["since"] == "2026-03-02T09:00:00Z"
    assert [(row["covered"], row["blind"]) for row in told["by_hour"]] == [(1, 1), (1, 1)]
    (blind,) = told["blind"]
    assert (blind["lat"], blind["lon"]) == FAR
    assert blind["hours"] == ["2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z"]


def test_a_partner_closes_a_blind_spot_and_both_are_counted_once_together() -> None:
    partner = Sensor(name="customs radar", kind="radar", lat=FAR[0], lon=FAR[1], range_nm=70)
    told = coverage(Watch({"kcg": [RADAR], "kcs": [partner]}, {}), BEGIN, 1, [cell(NEAR), cell(FAR)])

    assert told["blind"] == []
    assert told["by_party"] == {"kcg": 1, "kcs": 2, "together": 2}


def test_a_patrol_covers_only_while_it_is_out_and_is_told_apart() -> None:
    patrol = Sensor(
        name="3005", kind="patrol", lat=FAR[0], lon=FAR[1], range_nm=12,
        since="2026-03-02T10:00:00Z", until="2026-03-02T11:00:00Z",
    )  # fmt: skip
    told = coverage(Watch({"kcg": [patrol]}, {}), BEGIN, 3, [cell(FAR)])

    assert [(row["patrol_only"], row["blind"]) for row in told["by_hour"]] == [(0, 1), (1, 0), (0, 1)]
    assert [(spot["hours"], spot["by"]) for spot in told["patrol_only"]] == [(["2026-03-02T10:00:00Z"], ["kcg: 3005"])]


def test_what_is_heard_on_half_of_the_days_that_were_listened_to_counts() -> None:
    days = [heard_at(NEAR, 9, 10), heard_at(NEAR, 9, day=1), heard_at(NEAR, 9, day=2), Fixes.empty()]

    heard = hours_heard(days)

    assert heard == {cell(NEAR): 1 << 9}
    told = coverage(Watch({}, {"kcg": heard}), BEGIN, 2, [cell(NEAR)])
    assert [row["blind"] for row in told["by_hour"]] == [0, 1]


def test_nobody_covers_anything_where_nothing_is_declared_or_heard() -> None:
    told = coverage(Watch({}, {}), BEGIN, 1)

    assert told["by_hour"][0]["blind"] == told["cells"] == len(waters()) > 300
    assert len(told["blind"]) == told["cells"]


@given(st.floats(-89.9, 89.9), st.floats(-180, 179.99))
def test_every_place_is_in_the_cell_whose_middle_is_near(lat: float, lon: float) -> None:
    north, east = middle_of(cell((lat, lon)))

    assert abs(north - lat) <= 0.125 + 1e-5
    assert abs(east - lon) <= 0.125 + 1e-5


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "telescope"},
        {"lat": 91},
        {"range_nm": 0},
        {"range_nm": float("inf")},
        {"name": " "},
        {"since": "tonight"},
        {"lon": "east"},
    ],
)
def test_a_sensor_that_says_something_wrong_is_refused(wrong: dict[str, object]) -> None:
    good = {"name": "a", "kind": "radar", "lat": 34.0, "lon": 124.0, "range_nm": 20}
    assert read_sensor(good, "sensors[0]").name == "a"

    with pytest.raises(Fault):
        read_sensor({**good, **wrong}, "sensors[0]")
