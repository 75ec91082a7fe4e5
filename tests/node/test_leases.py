"""A suspension with the cable cut: when the lease is over nothing leaves, on no way, and a kill changes nothing."""

from datetime import timedelta
from pathlib import Path

from tests.node.conftest import Pair, asked, written

from haemaru.clock import FakeClock
from haemaru.node import Node

CASE = {
    "rid": "case-1",
    "kind": "operations.case",
    "subject": {"type": "vessel", "mmsi": 440123456},
    "event_time": "2026-03-02T08:30:00Z",
    "handling": {"level": "restricted", "caveats": []},
    "origin": "kcg",
    "body": {"title": "case"},
}


def lease(node: Node, peer: str) -> dict[str, object]:
    found: dict[str, object] = next(
        each["agreements"][0] for each in asked(node, "status")["peers"] if each["party"] == peer
    )
    return found


def received(node: Node) -> list[str]:
    return [held.rid for held in node.exchange.holdings.list(from_="kcg")]


def by_courier(from_: Node, to: Node, folder: Path) -> dict[str, object]:
    """A courier file, made and read by the commands."""
    file = str(folder / f"{from_.party}.courier")
    asked(from_, "exchange.export", peer=to.party, file=file)
    return asked(to, "exchange.import", peer=from_.party, file=file)


def test_nothing_leaves_after_the_lease_whatever_way_is_tried(pair: Pair, tmp_path: Path, clock: FakeClock) -> None:
    pair.carry()
    asked(pair.kcs, "agreement.suspend", reason="leak under examination")
    clock.advance(timedelta(minutes=10))
    asked(pair.kcg, "records.put", file=written(tmp_path / "r.jsonl", CASE), to="kcs", purpose="narcotics_interdiction")
    clock.advance(timedelta(minutes=5))
    pair.kcg.exchange.tick()

    assert pair.kcg.exchange.next_frame("kcs", "request") is None
    assert lease(pair.kcg, "kcs")["held_back"] == "lease_ended"
    assert lease(pair.kcg, "kcs")["waiting"] == 1
    assert asked(pair.kcg, "status")["agreements"][0]["state"] == "in_force"

    by_courier(pair.kcg, pair.kcs, tmp_path)
    assert received(pair.kcs) == []

    pair.kcg.close()
    with Node.open(pair.kcg.home.folder, clock=clock) as again:
        assert lease(again, "kcs")["held_back"] == "lease_ended"
        assert again.exchange.next_frame("kcs", "request") is None
        # The courier file that comes back brings the notice, and no lease.
        by_courier(pair.kcs, again, tmp_path)
        assert lease(again, "kcs")["held_back"] == "agreement_suspended"

        asked(pair.kcs, "agreement.resume", reason="over")
        by_courier(pair.kcs, again, tmp_path)
        assert lease(again, "kcs")["held_back"] == "lease_ended"
        by_courier(again, pair.kcs, tmp_path)
        by_courier(pair.kcs, again, tmp_path)
        assert lease(again, "kcs")["held_back"] is None
        by_courier(again, pair.kcs, tmp_path)
        assert received(pair.kcs) == ["case-1"]
        assert again.ledger.rebuild(check=True)["equal"]


def test_after_an_outage_the_lease_comes_before_the_queue(pair: Pair, tmp_path: Path, clock: FakeClock) -> None:
    clock.advance(timedelta(hours=72))
    asked(pair.kcg, "records.put", file=written(tmp_path / "r.jsonl", CASE), to="kcs", purpose="narcotics_interdiction")
    assert lease(pair.kcg, "kcs")["held_back"] == "lease_ended"

    pair.carry()

    assert received(pair.kcs) == ["case-1"]
