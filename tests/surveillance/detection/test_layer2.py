"""Layer 2: the SQL files are what runs, in DuckDB and in Spark's words; a meeting is one anywhere on the globe."""

from importlib.resources import files
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from haemaru.surveillance.detection import layer2
from haemaru.surveillance.detection.facts import TABLES, as_table
from haemaru.surveillance.detection.rules import RULES, house_rules

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY_400 = 400 * 24 * HOUR
START = 1_790_000_000_000


def test_every_sql_file_runs_and_every_rule_has_one() -> None:
    held = {path.name for path in files("haemaru.surveillance.detection").joinpath("sql").iterdir()}

    assert held == {f"{name}.sql" for name in layer2.STATEMENTS}
    assert set(RULES) <= set(layer2.STATEMENTS)


def test_every_rule_can_be_said_in_sparks_words_without_a_fraction() -> None:
    for name, query in layer2.statements(house_rules(), "spark"):
        assert "$" not in query, name
        assert "//" not in query, name
        assert " / " not in query, f"{name}: a division that is not whole"


def test_no_facts_no_findings() -> None:
    assert layer2.find({}, house_rules()).num_rows == 0


def facts_of(**tables: list[dict[str, int]]) -> dict[str, pa.Table]:
    """Fact tables of dictionaries; a column that is not told is 0."""
    return {
        name: as_table(name, np.array([[row.get(column, 0) for column in TABLES[name]] for row in rows], np.int64))
        for name, rows in tables.items()
    }


def meeting(lat: int, lon: int, apart: int, start: int, ships: tuple[int, int]) -> dict[str, pa.Table]:
    """Two ships that come at 12 kn, lie so many units of longitude apart for half an hour, and go."""
    bins, runs = [], []
    for ship, at in zip(ships, (lon, (lon + apart + 108_000_000) % 216_000_000 - 108_000_000), strict=True):
        place = {"mmsi": ship, "lat": lat, "lon": at}
        bins += [
            {**place, "bin": t // 120_000, "t": t, "sog": 5} for t in range(start, start + 30 * MINUTE, 2 * MINUTE)
        ]
        runs.append({**place, "level": 30, "t0": start, "t1": start + 28 * MINUTE, "sog_before": 120, "sog_after": 60})
    return facts_of(bins=bins, runs=runs)


def found(facts: dict[str, pa.Table], **others: pa.Table) -> list[tuple[Any, ...]]:
    names = ("rule", "mmsi_a", "mmsi_b", "t_start", "t_end")
    return [tuple(row[name] for name in names) for row in layer2.find(facts, house_rules(), others).to_pylist()]


@pytest.mark.parametrize(
    ("lat", "lon", "start"),
    [
        (20_400_000, 77_000_000, START),
        (-20_400_000, 77_000_000, START),
        (20_400_000, 107_999_500, START),
        (47_000_000, -107_999_900, START),
        (0, 0, START + DAY_400),
    ],
)
def test_a_meeting_is_found_in_every_hemisphere_and_across_the_antimeridian(lat: int, lon: int, start: int) -> None:
    facts = meeting(lat, lon, 1500, start, (440_000_002, 440_000_001))

    assert found(facts) == [("rendezvous", 440_000_001, 440_000_002, start, start + 28 * MINUTE)]


def test_six_hundred_metres_is_no_meeting() -> None:
    facts = meeting(-20_400_000, 107_999_000, 3_900, START, (440_000_001, 440_000_002))

    assert [rule for rule, *_ in found(facts)] == ["unexplained_stop", "unexplained_stop"]


def test_evidence_is_at_most_32_times_with_both_ends() -> None:
    times = layer2.shortened([*range(100), *range(50)])

    assert len(times) == 32
    assert times == sorted(set(times))
    assert (times[0], times[-1]) == (0, 99)
