"""What a node's own feeds show becomes findings, told to the partner as records, corrected, and taken back."""

from pathlib import Path

import numpy as np
import pytest
from tests.node.conftest import Pair
from tests.surveillance.detection.test_live import T0, chosen, world

from haemaru.clock import FakeClock, from_ms
from haemaru.node import Node
from haemaru.surveillance import Fixes, Static
from haemaru.surveillance.detection.automaton import Rows

CARGO = 70


def fixes(rows: Rows) -> Fixes:
    return Fixes.of(mmsi=rows.mmsi, t=rows.t, lat=rows.lat, lon=rows.lon, sog=rows.sog)


def told(node: Node, rule: str) -> list[dict[str, object]]:
    held = node.exchange.holdings.records_of("surveillance.finding")
    return [each.record for each in held if each.record["body"]["rule"] == rule]


@pytest.fixture
def seen(pair: Pair, clock: FakeClock) -> Rows:
    """A meeting and a stop, seen by the coast guard; every ship has said that she carries cargo."""
    rows = world()
    clock.advance(from_ms(int(rows.t.max())) - clock.now())
    statics = [Static(int(ship), T0, ship_type=CARGO, name=f"INVENTED {ship}") for ship in np.unique(rows.mmsi)]
    pair.kcg.surveillance.take(fixes(rows), statics, "test")
    return rows


def test_a_finding_reaches_the_partner_under_its_clause_with_its_evidence(pair: Pair, seen: Rows) -> None:
    pair.kcg.findings.look(to_the_end=True)
    pair.carry()

    (own,) = told(pair.kcg, "rendezvous")
    (theirs,) = told(pair.kcs, "rendezvous")
    assert theirs["body"] == own["body"]
    assert {theirs["subject"]["mmsi"], theirs["body"]["other"]["mmsi"]} == {440_000_001, 440_000_002}  # type: ignore[index]
    held = pair.kcs.exchange.holdings.find(str(own["rid"]))
    assert held is not None
    assert held.header["clauses"] == ["2.13"]
    assert len(own["body"]["evidence"]) > 2  # type: ignore[index]


def test_looking_again_and_after_a_restart_tells_nothing_twice(pair: Pair, seen: Rows, clock: FakeClock) -> None:
    first = pair.kcg.findings.look(to_the_end=True)
    home = pair.kcg.home.folder
    again = pair.kcg.findings.look(to_the_end=True)
    pair.kcg.close()

    with Node.open(home, clock=clock) as node:
        after = node.findings.look(to_the_end=True)

    assert first
    assert (again, after) == ([], [])


def test_rows_that_come_late_take_a_finding_back_at_the_partner_too(pair: Pair, clock: FakeClock) -> None:
    rows = world()
    other = np.flatnonzero(rows.mmsi == 440_000_002)
    heard_late = other[100:]
    now = np.setdiff1d(np.arange(len(rows)), heard_late)
    clock.advance(from_ms(int(rows.t.max())) - clock.now())
    statics = [Static(int(ship), T0, ship_type=CARGO) for ship in np.unique(rows.mmsi)]
    pair.kcg.surveillance.take(fixes(chosen(rows, now)), statics, "test")
    pair.kcg.findings.look(to_the_end=True)
    pair.carry()
    (stop,) = [each for each in told(pair.kcs, "unexplained_stop") if each["subject"]["mmsi"] == 440_000_001]  # type: ignore[index]

    pair.kcg.surveillance.take(fixes(chosen(rows, heard_late)), [], "test")
    changes = pair.kcg.findings.look(to_the_end=True)
    pair.carry()

    withdrawn = {change.finding.mmsi_a: change.reason for change in changes if change.kind == "withdrawn"}
    assert withdrawn[440_000_001] == "explained_by_rendezvous"
    held = pair.kcs.exchange.holdings.find(str(stop["rid"]))
    assert held is not None
    assert held.state == "retracted"
    assert len(told(pair.kcs, "rendezvous")) == 1


def test_a_ship_of_which_nobody_knows_what_she_is_stays_at_home(pair: Pair, clock: FakeClock) -> None:
    rows = world()
    clock.advance(from_ms(int(rows.t.max())) - clock.now())
    pair.kcg.surveillance.take(fixes(rows), [], "test")
    pair.kcg.findings.look(to_the_end=True)
    pair.carry()

    assert told(pair.kcg, "rendezvous")
    assert told(pair.kcs, "rendezvous") == []


def test_what_may_not_leave_is_not_detected_in(pair: Pair, tmp_path: Path) -> None:
    rows = world()
    pair.kcg.surveillance.take(fixes(rows), [], "test", may_leave=False)

    assert pair.kcg.findings.look(to_the_end=True) == []
