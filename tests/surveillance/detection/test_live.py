"""Live detection finds what detection over history finds: in any batches, with late rows, and killed at any moment."""

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from haemaru.signing import Vault
from haemaru.surveillance.detection.automaton import Automaton, Rows
from haemaru.surveillance.detection.layer2 import find
from haemaru.surveillance.detection.live import LiveHost, revise
from haemaru.surveillance.detection.live.revising import ENDED, NEW, WITHDRAWN, Published
from haemaru.surveillance.detection.rules import house_rules
from haemaru.surveillance.detection.state import State
from haemaru.surveillance.detection.zones import Zones

VAULT = Vault(b"v" * 32)
T0 = 1_772_442_000_000
MINUTE = 60_000
Track = list[tuple[int, int, int, int, int]]


def sailing(mmsi: int, minutes: range, lat: float, lon: float, knots: float) -> Track:
    """Rows a minute on a course to the east, or where she is where the speed is 0."""
    step = knots / 60 / 60 / np.cos(np.radians(lat))
    return [
        (
            mmsi,
            T0 + m * MINUTE + mmsi % 7_000,
            round(lat * 600_000),
            round((lon + step * n) * 600_000),
            round(knots * 10),
        )
        for n, m in enumerate(minutes)
    ]


def world() -> Rows:
    """A meeting, a stop, a silence and a jump, among ships that just pass."""
    rows: Track = []
    for ship in range(12):
        rows += sailing(440_000_100 + ship, range(600), 34.0 + ship / 10, 124.0, 9 + ship % 3)
    for ship, lon, knots in ((440_000_001, 125.0, 15), (440_000_002, 125.002, 10)):
        rows += sailing(ship, range(120), 33.5, lon - knots * 0.04, knots)
        rows += sailing(ship, range(120, 160), 33.5, lon, 0.4)
        rows += sailing(ship, range(160, 500), 33.5, lon + 0.01, knots - 3)
    rows += sailing(440_000_003, range(200), 36.0, 124.0, 11)
    rows += sailing(440_000_003, range(200, 260), 36.0, 124.755, 0.3)
    rows += sailing(440_000_003, range(260, 420), 36.0, 124.77, 11)
    rows += sailing(440_000_104, range(600, 620), 34.4, 126.2, 9)
    rows += sailing(440_000_005, range(150), 35.55, 124.0, 10)
    rows += sailing(440_000_005, range(420, 600), 35.55, 125.4, 10)
    table = np.array(sorted(set(rows), key=lambda row: (row[1], row[0])), np.int64)
    return Rows(
        *(table[:, at].astype(kind) for at, kind in enumerate((np.int32, np.int64, np.int32, np.int32, np.int16)))
    )


def chosen(rows: Rows, places: Sequence[int] | np.ndarray[tuple[int], np.dtype[np.int64]]) -> Rows:
    return Rows(*(column[np.asarray(places, np.int64)] for column in rows.columns()))  # type: ignore[arg-type]


def over_history(rows: Rows) -> pa.Table:
    automaton, state = Automaton(house_rules(), Zones.none()), State()
    facts = [automaton.step(chosen(rows, np.lexsort((rows.t, rows.mmsi))), state), automaton.flush(state)]
    return find({name: pa.concat_tables([each[name] for each in facts]) for name in facts[0]}, house_rules())


class Stored:
    """The position store of a test: what was taken stays, however often the host is killed."""

    def __init__(self, rows: Rows) -> None:
        self.rows, self.taken = rows, np.zeros(len(rows), np.bool_)
        self.hosts: list[LiveHost] = []

    def history(self, ships: Sequence[int] | None, since_ms: int) -> Rows:
        held = self.taken & (self.rows.t >= since_ms)
        return chosen(self.rows, np.flatnonzero(held if ships is None else held & np.isin(self.rows.mmsi, list(ships))))

    def host(self, folder: Path) -> LiveHost:
        """A new host on a folder; the one before is dead: every batch was on the disk when `note` returned."""
        self.hosts.append(LiveHost(folder, VAULT, house_rules(), Zones.none(), self.history))
        return self.hosts[-1]

    def __del__(self) -> None:
        for host in self.hosts:
            host.close()


@pytest.fixture(scope="module")
def rows() -> Rows:
    return world()


@pytest.fixture(scope="module")
def expected(rows: Rows) -> pa.Table:
    return over_history(rows)


def test_the_world_of_these_tests_holds_findings(expected: pa.Table) -> None:
    assert {"rendezvous", "unexplained_stop"} <= set(expected["rule"].to_pylist())


@pytest.mark.parametrize("seed", range(6))
def test_any_batches_any_disorder_and_any_kills_give_the_same_findings(
    rows: Rows, expected: pa.Table, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    # Each row comes with its own delay: most at once, some minutes late.
    delay = np.array([chance.choice((0, 0, 0, 900, 20_000, 7 * MINUTE)) for _ in range(len(rows))])
    order = np.argsort(rows.t + delay, kind="stable")
    stored = Stored(rows)
    host, at, killed = stored.host(tmp_path), 0, 0
    while at < len(order):
        size = chance.choice((1, 3, 40, 400, 1_500))
        places = order[at : at + size]
        at += size
        host.note(chosen(rows, places))
        stored.taken[places] = True
        match chance.randrange(8):
            case 0 | 1 | 2 | 3:
                host.work()
            case 4:
                host.find()
            case 5:
                host.snapshot()
            case 6:  # kill -9: the object is left as it is, its memory is gone
                host, killed = stored.host(tmp_path), killed + 1
            case _:
                pass
    host = stored.host(tmp_path)
    host.work(to_the_end=True)

    assert killed
    assert sum(each.counts["late"] for each in stored.hosts) > 0
    assert host.find().equals(expected)


def test_what_a_kill_cut_short_at_the_end_of_the_journal_is_left_out_and_comes_again(
    rows: Rows, expected: pa.Table, tmp_path: Path
) -> None:
    stored = Stored(rows)
    half = len(rows) // 2
    host = stored.host(tmp_path)
    host.snapshot()
    host.note(chosen(rows, range(half)))
    stored.taken[:half] = True
    host.note(chosen(rows, range(half, len(rows))))
    newest = max(tmp_path.glob("journal-*"), key=lambda path: int(path.name.rpartition("-")[2]))
    newest.write_bytes(newest.read_bytes()[:-100])

    host = stored.host(tmp_path)
    host.note(chosen(rows, range(half, len(rows))))  # the feed brings them again
    stored.taken[:] = True
    host.work(to_the_end=True)

    assert host.find().equals(expected)


def test_other_rules_than_the_snapshot_was_made_with_work_everything_out_anew(
    rows: Rows, expected: pa.Table, tmp_path: Path
) -> None:
    stored = Stored(rows)
    host = stored.host(tmp_path)
    host.note(rows)
    stored.taken[:] = True
    host.work(to_the_end=True)
    host.snapshot()
    for path in tmp_path.glob("snapshot-*"):
        path.write_bytes(path.read_bytes()[:-1] + b"x")

    host = stored.host(tmp_path)
    host.work(to_the_end=True)

    assert host.find().equals(expected)


def test_nothing_of_a_position_can_be_read_from_the_files(rows: Rows, tmp_path: Path) -> None:
    host = Stored(rows).host(tmp_path)
    host.note(rows)
    host.snapshot()
    host.note(rows)
    data = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    assert len(data) > 10_000
    for column in (rows.mmsi, rows.lat, rows.t):
        assert column[:4].tobytes() not in data
    assert b"ARROW" not in data


def test_a_row_far_ahead_of_the_clock_waits_and_moves_nothing(rows: Rows, tmp_path: Path) -> None:
    stored = Stored(rows)
    host = stored.host(tmp_path)
    ahead = chosen(rows, [0])
    ahead.t[:] += 48 * 60 * MINUTE
    host.note(ahead)
    host.work(now_ms=int(rows.t.max()))
    host.note(rows)
    stored.taken[:] = True

    assert host.work(now_ms=int(rows.t.max())) > len(rows) * 0.9
    assert host.mark == int(rows.t.max())


def finding(rule: str = "unexplained_stop", start: int = 0, end: int = 30, **more: object) -> pa.Table:
    row = {
        "rule": rule, "version": 1, "mmsi_a": 440_000_001, "mmsi_b": 0, "t_start": T0 + start * MINUTE,
        "t_end": T0 + end * MINUTE, "lat": 1, "lon": 2, "value": 3, "evidence": [T0], **more,
    }  # fmt: skip
    return pa.Table.from_pylist([row])


def known(*tables: pa.Table, mark: int = 30) -> dict[str, Published]:
    held: dict[str, Published] = {}
    for table in tables:
        for change in revise(held, table, T0 + mark * MINUTE, frozenset()):
            held[change.finding.id] = change.finding
    return held


def test_a_finding_is_told_when_it_begins_and_when_it_has_ended_and_not_in_between() -> None:
    begun = known(finding(end=30))
    grown = revise(begun, finding(end=34), T0 + 35 * MINUTE, frozenset())
    (ended,) = revise(begun, finding(end=40), T0 + 70 * MINUTE, frozenset())

    assert [each.state for each in begun.values()] == ["ongoing"]
    assert grown == []
    assert (ended.kind, ended.finding.version, ended.finding.state) == (ENDED, 2, "ended")
    assert revise({ended.finding.id: ended.finding}, finding(end=40), T0 + 90 * MINUTE, frozenset()) == []


def test_a_finding_that_late_rows_took_away_is_withdrawn_and_says_so() -> None:
    begun = known(finding())
    (gone,) = revise(begun, finding().slice(0, 0), T0 + 31 * MINUTE, frozenset({440_000_001}))
    (other,) = revise(begun, finding().slice(0, 0), T0 + 31 * MINUTE, frozenset())

    assert (gone.kind, gone.reason, gone.finding.version) == (WITHDRAWN, "late_data", 2)
    assert other.reason == "more_data"


def test_a_stop_that_turns_out_to_be_a_meeting_says_what_explains_it() -> None:
    begun = known(finding())
    changes = revise(begun, finding("rendezvous", mmsi_b=440_000_002), T0 + 31 * MINUTE, frozenset())

    assert [(change.kind, change.reason) for change in changes] == [(NEW, ""), (WITHDRAWN, "explained_by_rendezvous")]


def test_a_finding_whose_beginning_moves_stays_the_same_finding() -> None:
    begun = known(finding(start=5))
    (moved,) = revise(begun, finding(start=0), T0 + 31 * MINUTE, frozenset({440_000_001}))

    assert moved.finding.id in begun
    assert (moved.kind, moved.finding.version, moved.finding.t_start) == ("changed", 2, T0)


def test_a_finding_older_than_the_window_is_let_be() -> None:
    assert revise(known(finding()), finding().slice(0, 0), T0 + 60 * 60 * MINUTE, frozenset()) == []
