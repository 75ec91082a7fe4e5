"""What a node's own feeds show becomes findings, told to the partner as records, corrected, and taken back."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from tests.node.conftest import Pair, asked
from tests.surveillance.detection.test_live import T0, chosen, world

from haemaru.clock import FakeClock, from_ms
from haemaru.node import Node
from haemaru.node.desk.desk import NodeDesk
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
    assert held.state == "held"
    assert (held.record["body"]["state"], held.record["body"]["reason"]) == ("withdrawn", "explained_by_rendezvous")
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


def test_both_consoles_show_the_finding_and_explain_it_with_what_each_holds(
    pair: Pair, seen: Rows, clock: FakeClock
) -> None:
    pair.kcg.findings.look(to_the_end=True)
    clock.advance(timedelta(seconds=2))
    pair.carry()

    for node in (pair.kcg, pair.kcs):
        listed = NodeDesk(node).findings()
        (row,) = [each for each in listed["findings"] if each["rule"] == "rendezvous"]
        shown = NodeDesk(node).finding(row["rid"])
        assert shown is not None
        assert [ship["name"] for ship in shown["ships"]] == ["INVENTED 440000001", "INVENTED 440000002"]
        assert {number["name"]: number["value"] for number in shown["numbers"]}["distance_m"] == 500
    assert shown is not None
    assert shown["delay"]["to_here_s"] - shown["delay"]["to_told_s"] == 2
    assert shown["clauses"] == ["2.13"]
    own = NodeDesk(pair.kcg).finding(row["rid"])
    assert own is not None
    assert (own["leaving"][0]["clauses"], own["leaving"][0]["acknowledged_at"] is not None) == (["2.13"], True)
    assert len(own["evidence"]) > 2
    assert own["evidence_only_told"] == []


def test_a_withdrawn_finding_stays_listed_with_its_reason_and_every_version(pair: Pair, clock: FakeClock) -> None:
    rows = world()
    other = np.flatnonzero(rows.mmsi == 440_000_002)
    now = np.setdiff1d(np.arange(len(rows)), other[100:])
    clock.advance(from_ms(int(rows.t.max())) - clock.now())
    statics = [Static(int(ship), T0, ship_type=CARGO) for ship in np.unique(rows.mmsi)]
    for part in (now, other[100:]):
        pair.kcg.surveillance.take(fixes(chosen(rows, part)), statics, "test")
        pair.kcg.findings.look(to_the_end=True)
        pair.carry()

    (row,) = [each for each in NodeDesk(pair.kcs).findings()["findings"] if each["state"] == "withdrawn"]
    shown = NodeDesk(pair.kcs).finding(row["rid"])

    assert (row["rule"], row["reason"]) == ("unexplained_stop", "explained_by_rendezvous")
    assert shown is not None
    assert [(each["version"], each["state"]) for each in shown["versions"]][-1] == (row["version"], "withdrawn")
    assert len(shown["versions"]) >= 2
    (drawn,) = [each for each in NodeDesk(pair.kcs).features("findings") if each.id == row["rid"]]
    assert drawn.properties["state"] == "withdrawn"


def test_findings_count_in_the_promise_of_their_clause(pair: Pair, seen: Rows) -> None:
    pair.kcg.findings.look(to_the_end=True)
    pair.carry()

    told_first = len(pair.kcs.exchange.holdings.records_of("surveillance.finding"))
    explained = asked(pair.kcg, "agreement.explain", file=str(pair.agreement), clause="2.13")
    did = explained["clauses"][0]["did"]["promise"]
    assert did["measured"] == told_first > 0
    assert did["worst_s"] is not None


def test_what_a_partner_wrote_into_a_finding_makes_no_page_fail(pair: Pair, seen: Rows) -> None:
    pair.kcg.findings.look(to_the_end=True)
    (own,) = told(pair.kcg, "rendezvous")
    body = {**own["body"], "since": "yesterday", "evidence": ["never"]}  # type: ignore[dict-item]
    with pair.kcg.ledger.write() as batch:
        pair.kcg.exchange.correct(batch, str(own["rid"]), body)
    pair.carry()

    listed = NodeDesk(pair.kcs).findings()

    assert listed["unread"] == 1
    assert str(own["rid"]) not in {each["rid"] for each in listed["findings"]}
    assert NodeDesk(pair.kcs).finding(str(own["rid"])) is None


def test_alerts_rank_what_both_agencies_found_and_leave_out_what_is_withdrawn(pair: Pair, seen: Rows) -> None:
    pair.kcg.findings.look(to_the_end=True)
    pair.carry()

    (own,) = told(pair.kcg, "rendezvous")
    for node in (pair.kcg, pair.kcs):
        ranking = asked(node, "alerts.list")
        (met,) = [alert for alert in ranking["alerts"] if "rendezvous" in alert["rules"]]
        assert (own["rid"] in met["rids"], met["origins"]) == (True, ["kcg"])
        shown = NodeDesk(node).findings()["alerts"]
        assert [each["score"] for each in shown] == [each["score"] for each in ranking["alerts"]]
        assert set(met["ships"]) == {440_000_001, 440_000_002}
    with pair.kcg.ledger.write() as batch:
        body = {**own["body"], "state": "withdrawn", "reason": "more_data"}  # type: ignore[dict-item]
        pair.kcg.exchange.correct(batch, str(own["rid"]), body)
    pair.carry()

    left = [
        rid for node in (pair.kcg, pair.kcs) for alert in asked(node, "alerts.list")["alerts"] for rid in alert["rids"]
    ]
    assert own["rid"] not in left
