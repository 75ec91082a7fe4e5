"""Layer 1: one pass, and the same facts however the rows are cut, mirrored, shifted, renamed or interrupted."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.surveillance.detection.conftest import START, Told, all_facts, fleet, rows, some, tagged, told

from haemaru.surveillance.detection.automaton import Automaton, Rows, joined_facts, missed
from haemaru.surveillance.detection.facts import TABLES
from haemaru.surveillance.detection.geometry import HALF_TURN
from haemaru.surveillance.detection.rules import house_rules
from haemaru.surveillance.detection.state import State
from haemaru.wording import Fault

FactsOf = Callable[[Rows], Told]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), cuts=st.lists(st.integers(0, 2400), max_size=12), killed=st.booleans())
def test_rows_cut_anywhere_and_a_state_put_down_and_taken_up_give_the_same_facts(
    automaton: Automaton, facts_of: FactsOf, seed: int, cuts: list[int], killed: bool
) -> None:
    whole = fleet(seed)
    expected = facts_of(whole)
    state, several = State(), []

    for begin, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(whole)], strict=True):
        several.append(automaton.step(some(whole, slice(begin, end)), state))
        automaton.flush(state)  # looking ahead changes nothing
        if killed:
            state = State.from_bytes(state.to_bytes("rules"), "rules")
    several.append(automaton.flush(state))

    assert told(joined_facts(several)) == expected
    assert all(len(expected[name]) > 0 for name in TABLES)


def test_rows_by_ship_or_by_time_give_the_same_facts(facts_of: FactsOf) -> None:
    whole = fleet(7)

    assert facts_of(some(whole, np.lexsort((whole.t, whole.mmsi)))) == facts_of(whole)


def test_a_mirrored_turned_later_renamed_world_has_the_same_facts_mapped(facts_of: FactsOf) -> None:
    whole = fleet(3)
    days = 400 * 86_400_000
    turned = (whole.lon.astype(np.int64) + 2 * HALF_TURN) % (2 * HALF_TURN) - HALF_TURN
    other = Rows(999_999_999 - whole.mmsi, whole.t + days, -whole.lat, turned.astype(np.int32), whole.sog)

    mapped = Automaton(house_rules(), tagged(mirrored_and_turned=True))
    assert _mapped(facts_of(whole), days) == all_facts(mapped, other)


def _mapped(facts: Told, days: int) -> Told:
    def mapped(name: str, row: dict[str, int]) -> dict[str, int]:
        new = dict(row)
        new["mmsi"] = 999_999_999 - row["mmsi"]
        for column, value in row.items():
            if column in ("t", "t0", "t1") or (column == "t2" and row["returned"]):
                new[column] = value + days
            elif column in ("lat", "lat0", "lat1"):
                new[column] = -value
            elif column in ("lon", "lon0", "lon1", "first_lon"):
                new[column] = value + HALF_TURN if value < 0 else value - HALF_TURN
        if name == "runs":
            new["min_lat"], new["max_lat"] = -row["max_lat"], -row["min_lat"]
        if name == "bins":
            new["bin"] = row["bin"] + days // 120_000
        if name == "visits":
            line, east = divmod(row["cell"], 1440)
            new["cell"] = (719 - line) * 1440 + (east + 720) % 1440
        return new

    moved = {name: [mapped(name, row) for row in held] for name, held in facts.items()}
    return {name: sorted(held, key=lambda row: tuple(row.values())) for name, held in moved.items()}


def test_a_stop_is_told_with_what_was_before_and_after(facts_of: FactsOf) -> None:
    way = [(1, minute, minute * 2000, 0, 120) for minute in range(10)]
    stop = [(1, 10 + minute, 20_000, 100 * (minute % 2), 5) for minute in range(21)]
    on = [(1, 31 + minute, 20_000 + minute * 2000, 0, 110) for minute in range(20)]

    facts = facts_of(rows(*way, *stop, *on))

    minute = 60_000
    for run in facts["runs"]:
        assert (run["t0"], run["t1"], run["n"]) == (START + 10 * minute, START + 30 * minute, 21)
        assert (run["lat"], run["lon"], run["min_dlon"], run["max_dlon"]) == (20_000, 48, 0, 100)
        assert (run["sum_sog"], run["slow_ms"], run["gap_in_ms"]) == (105, 20 * minute, minute)
        assert (run["path_m"], run["sog_before"], run["sog_after"]) == (20 * 100 * 18522 // 100_000, 120, 110)
    assert [run["level"] for run in facts["runs"]] == [20, 30]
    assert len(facts["bins"]) == 11
    assert [(track["n"], track["alternations"]) for track in facts["tracks"]] == [(51, 0)]


def test_a_silence_is_told_with_how_well_the_ship_was_heard_before(facts_of: FactsOf) -> None:
    facts = facts_of(rows(*[(1, 6 * k, 600 * k, 0, 80) for k in range(31)], (1, 300, 40_000, 0, 80)))

    [drop] = facts["drops"]
    assert drop["t1"] - drop["t0"] == 120 * 60_000
    assert drop["n_before"] in (19, 20, 21)  # 110 to 120 minutes of rows six minutes apart
    assert [(track["n"], track["t1"]) for track in facts["tracks"]] == [(31, drop["t0"]), (1, drop["t1"])]
    assert sum(visit["lost_ms"] for visit in facts["visits"]) == 120 * 60_000


def test_an_error_of_position_is_one_jump_with_its_return_and_two_ships_are_two_parts(facts_of: FactsOf) -> None:
    once = facts_of(rows((1, 0, 0, 0, 100), (1, 1, 3_000_000, 0, 100), (1, 2, 3000, 0, 100), (1, 3, 4500, 0, 100)))
    two = facts_of(rows(*[(1, minute, minute % 2 * 3_000_000 + 1500 * minute, 0, 90) for minute in range(40)]))

    [jump] = once["jumps"]
    assert (jump["part"], jump["to_part"], jump["returned"]) == (0, 1, 1)
    assert (jump["t0"], jump["t1"], jump["t2"]) == (START, START + 60_000, START + 120_000)
    assert jump["speed_dkn"] == min(3_000_000 * 3600 // 60_000, 32766)
    assert [(track["part"], track["n"], track["alternations"]) for track in two["tracks"]] == [(0, 20, 19), (1, 20, 20)]
    assert len(two["jumps"]) == 1
    assert two["drops"] == []


def test_ten_thousand_ships_with_one_number_are_counted_and_end_in_a_handful_of_facts(automaton: Automaton) -> None:
    random = np.random.default_rng(1)
    n = 10_000
    crowd = Rows(
        np.full(n, 111_111_111, np.int32), START + np.arange(n, dtype=np.int64) * 100,
        random.integers(-50_000_000, 50_000_000, n).astype(np.int32),
        random.integers(-HALF_TURN, HALF_TURN, n).astype(np.int32), np.full(n, 100, np.int16),
    )  # fmt: skip
    state = State()

    facts = automaton.step(crowd, state)

    assert sum(table.num_rows for table in facts.values()) < 1_000
    assert missed(state)["parts_ended_for_room"] > 9_000
    assert missed(state)["facts_of_crowds"] > 9_000


@pytest.mark.parametrize("t", [-(2**62) + 1, 0, 2**62])
def test_rows_that_are_not_later_are_counted_and_extreme_times_break_nothing(automaton: Automaton, t: int) -> None:
    state = State()
    at = np.array([t, t, t - 1, t + 1], np.int64)
    zero = np.zeros(4, np.int32)

    automaton.step(Rows(zero + 5, at, zero, zero, zero.astype(np.int16)), state)

    assert missed(state)["late"] == 2
    assert automaton.flush(state)["tracks"].to_pylist()[0]["n"] == 2


def test_a_state_is_the_same_bytes_again_and_a_foreign_or_damaged_one_is_refused(
    automaton: Automaton, tmp_path: Path
) -> None:
    state = State()
    automaton.step(fleet(2), state)
    state.save(tmp_path / "state", automaton.made_with)
    kept = (tmp_path / "state").read_bytes()

    assert State.load(tmp_path / "state", automaton.made_with).to_bytes(automaton.made_with) == kept
    (tmp_path / "other").write_bytes(kept[:-9] + b"x" + kept[-8:])
    for path, made_with in ((tmp_path / "state", "other rules"), (tmp_path / "other", automaton.made_with)):
        with pytest.raises(Fault) as caught:
            State.load(path, made_with)
        assert caught.value.code == "state_unusable"


def test_ships_not_heard_since_are_forgotten_and_the_others_go_on(automaton: Automaton, facts_of: FactsOf) -> None:
    early, late = rows((1, 0, 0, 0, 50), (1, 1, 900, 0, 50)), rows((2, 600, 0, 0, 0), (2, 601, 0, 0, 0))
    later = rows((2, 603, 0, 0, 0))
    state = State()
    automaton.step(early, state)
    before = automaton.step(late, state)

    gone, state = state.forget(START + 60_000 * 600)

    assert (len(gone), len(state)) == (1, 1)
    assert automaton.flush(gone)["tracks"].num_rows == 1
    ended = automaton.step(later, state)
    both = rows((2, 600, 0, 0, 0), (2, 601, 0, 0, 0), (2, 603, 0, 0, 0))
    assert told(joined_facts([before, ended, automaton.flush(state)])) == facts_of(both)
