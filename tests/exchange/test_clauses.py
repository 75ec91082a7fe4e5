"""What a clause did is counted from the ledger: the same after a rebuild, and never more than is known."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.exchange.nodes import Node, agreement_text, drain, report

from haemaru.agreement import Agreement, load_agreement
from haemaru.clock import FakeClock, format_time

PROMISED = 'fields = [{ path = "*" }]\npromise_s = 60\n'


def promised() -> Agreement:
    """The test agreement, in which the first clause promises a minute."""
    text = agreement_text().replace('fields = [{ path = "*" }]\n', PROMISED, 1)
    return load_agreement(text.encode(), "test")


@pytest.fixture
def pair(tmp_path: Path, clock: FakeClock) -> tuple[Node, Node]:
    north = Node("north", clock, tmp_path, promised(), 1)
    south = Node("south", clock, tmp_path, promised(), 2)
    north.knows(south)
    south.knows(north)
    return north, south


def did(node: Node, clause: str, **more: Any) -> dict[str, Any]:
    return node.exchange.clauses.did(promised(), **more)[clause]


def test_released_records_are_counted_by_receiver_and_month(pair: tuple[Node, Node], clock: FakeClock) -> None:
    north, _ = pair
    north.put(report("r-1"), "south")
    clock.advance(timedelta(days=40))
    north.put(report("r-2"), "south")
    north.correct("r-2", {"text": "another ship"})

    found = did(north, "1.1")["released"]
    assert (found["records"], found["corrections"]) == (2, 1)
    assert [(row["to"], row["records"]) for row in found["by"]] == [("south", 1), ("south", 1)]
    assert len({row["month"] for row in found["by"]}) == 2
    assert did(north, "1.1", since=clock.now())["released"]["records"] == 1


def test_a_clause_that_takes_fields_out_tells_of_how_many_records(pair: tuple[Node, Node]) -> None:
    north, _ = pair
    north.put(report("r-1"), "south")

    assert did(north, "1.2")["kept_fields_of"] == 1


def test_what_waited_for_a_person_is_told_by_how_it_ended(pair: tuple[Node, Node]) -> None:
    north, _ = pair
    names = [north.put(report(f"c-{number}", kind="operations.case"), "south").id for number in range(3)]
    north.exchange.approve(str(names[0]))
    north.exchange.refuse(str(names[1]), "not yet")

    assert did(north, "1.4")["referred"] == {"waiting": 1, "approved": 1, "refused": 1}
    assert did(north, "1.4")["released"]["records"] == 1


def test_a_promise_runs_from_the_event_to_the_receipt(pair: tuple[Node, Node], clock: FakeClock) -> None:
    north, south = pair
    for number, (before_s, after_s) in enumerate([(10, 0), (10, 20), (50, 20), (3600, 1)]):
        event = format_time(clock.now() - timedelta(seconds=before_s))
        north.put({**report(f"r-{number}"), "event_time": event}, "south")
        clock.advance(timedelta(seconds=after_s))
        drain(north, south)

    kept = did(north, "1.1")["promise"]
    assert (kept["measured"], kept["in_time"], kept["share"]) == (4, 2, 0.5)
    assert (kept["p50_s"], kept["p95_s"], kept["worst_s"]) == (30.0, 3601.0, 3601.0)
    assert kept["to_acknowledged_p50_s"] == 1.0


def test_what_cannot_be_known_is_not_counted_as_kept(pair: tuple[Node, Node], clock: FakeClock) -> None:
    north, south = pair
    now = clock.now()
    north.put({**report("r-3"), "event_time": format_time(now + timedelta(hours=1))}, "south")
    drain(north, south)
    north.put({**report("r-4"), "event_time": format_time(now)}, "south")
    clock.advance(timedelta(seconds=61))

    kept = did(north, "1.1")["promise"]
    assert (kept["measured"], kept["share"], kept["worst_s"]) == (0, None, None)
    assert (kept["unknown"], kept["waiting"], kept["waiting_late"]) == (1, 1, 1)


def test_a_new_epoch_counts_nothing_twice(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report("r-1"), "south")
    drain(north, south)
    north.put(report("r-2"), "south")
    north.exchange.reopen("south")
    drain(north, south)

    assert did(north, "1.1")["released"]["records"] == 2
    assert did(north, "1.1")["promise"]["waiting"] == 0


def test_what_was_taken_back_before_it_left_is_void(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report("r-1"), "south")
    north.retract("r-1")
    drain(north, south)

    assert did(north, "1.1")["void"] == 1
    assert did(north, "1.1")["released"]["records"] == 0


def test_a_rebuild_counts_the_same(pair: tuple[Node, Node], clock: FakeClock) -> None:
    north, south = pair
    north.put(report("r-1"), "south")
    north.put(report("c-1", kind="operations.case"), "south")
    clock.advance(timedelta(seconds=5))
    drain(north, south)
    north.retract("r-1")
    drain(north, south)
    before = north.exchange.clauses.did(promised())

    assert north.ledger.rebuild(check=True)["ok"] is True
    north.ledger.rebuild(check=False)
    assert north.exchange.clauses.did(promised()) == before


def test_another_text_did_nothing(pair: tuple[Node, Node]) -> None:
    north, _ = pair
    north.put(report("r-1"), "south")
    other = load_agreement(agreement_text("2").encode(), "test")

    assert north.exchange.clauses.did(other)["1.1"]["released"]["records"] == 0
