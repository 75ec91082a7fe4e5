"""Asking for one record by its rid: what comes, what is openly kept, and what nobody can tell from nothing."""

from typing import Any

import pytest
from tests.exchange.nodes import Node, drain, report

from haemaru.exchange.asking import PER_TICK, Verdict
from haemaru.exchange.asks import AskFacts
from haemaru.wording import Fault

HIDDEN = {"level": "open", "caveats": ["covert"]}


def store(node: Node, record: dict[str, Any]) -> None:
    """Keeps a record without offering it to anybody."""
    with node.ledger.write() as batch:
        node.exchange.store(batch, record)


def ask(node: Node, rid: str, to: str = "north", purpose: str = "watch") -> str:
    with node.ledger.write() as batch:
        return node.exchange.asking.ask(batch, to, rid, purpose)


def answered(asker: Node, holder: Node, rid: str, purpose: str = "watch") -> tuple[str, str, str]:
    """Asks, lets two ticks pass, and gives answer, clause and reason."""
    name = ask(asker, rid, holder.party, purpose)
    drain(asker, holder)
    for _ in range(2):
        holder.exchange.tick()
        drain(asker, holder)
    found = asker.exchange.asking.find(name)
    assert found is not None
    return found.answer, found.clause, found.reason


def test_what_a_clause_releases_comes_and_the_answer_says_so(pair: tuple[Node, Node]) -> None:
    north, south = pair
    store(north, report())

    assert answered(south, north, "r-1") == ("sent", "", "")

    assert south.rids("north") == ["r-1"]
    assert answered(south, north, "r-1") == ("sent", "", "")
    assert north.counts("south")["sealed"] == 1


def test_an_open_clause_is_named_and_a_person_gets_what_it_refers(pair: tuple[Node, Node]) -> None:
    north, south = pair
    store(north, report("c-1", kind="customs.clearance"))
    store(north, report("case-1", kind="operations.case"))

    assert answered(south, north, "c-1") == ("withheld", "1.5", "demand_needed")
    assert answered(south, north, "case-1") == ("withheld", "1.4", "person_decides")

    assert [judged.rid for judged in north.exchange.referred()] == ["case-1"]
    assert south.rids("north") == []


def test_all_that_may_not_be_told_apart_gets_one_answer(pair: tuple[Node, Node]) -> None:
    north, south = pair
    store(north, report("hidden", handling=HIDDEN))
    store(north, report("unnamed", kind="weather.storm"))
    store(north, report("gone"))
    north.retract("gone")
    south.put(report("theirs", origin="south"), "north")
    store(north, report("seen"))
    drain(north, south)

    for rid in ("hidden", "never", "unnamed", "gone", "theirs"):
        assert answered(south, north, rid) == ("not_available", "", "")
    assert answered(south, north, "seen", "sales") == ("not_available", "", "")

    assert south.rids("north") == []
    assert north.exchange.judgements("hidden") == []


def test_a_suspension_is_answered_like_nothing(pair: tuple[Node, Node]) -> None:
    north, south = pair
    store(north, report())
    north.adopted.suspended = True

    assert answered(south, north, "r-1") == ("not_available", "", "")


def test_nothing_is_answered_before_the_tick_after_the_one_that_looked(pair: tuple[Node, Node]) -> None:
    north, south = pair
    store(north, report("hidden", handling=HIDDEN))
    north.exchange.tick()
    drain(north, south)
    names = [ask(south, rid) for rid in ("hidden", "never")]

    drain(north, south)
    waiting = [north.counts("south", "control")["waiting"]]
    north.exchange.tick()
    waiting.append(north.counts("south", "control")["waiting"])
    north.exchange.tick()
    waiting.append(north.counts("south", "control")["waiting"])
    drain(north, south)

    assert waiting == [0, 0, 2]
    answers = [south.exchange.asking.find(name) for name in names]
    assert [found.answer for found in answers if found] == ["not_available", "not_available"]


def test_a_restart_between_looking_and_answering_loses_no_question(pair: tuple[Node, Node]) -> None:
    north, south = pair
    name = ask(south, "never")
    drain(north, south)
    north.exchange.tick()

    north.restart()
    for _ in range(2):
        north.exchange.tick()
    drain(north, south)

    found = south.exchange.asking.find(name)
    assert found is not None
    assert found.answer == "not_available"


def test_a_flood_waits_and_does_not_hold_up_another_partner(pair: tuple[Node, Node], make_node: Any) -> None:
    north, south = pair
    east = make_node("east")
    east.knows(north)
    north.knows(east)
    flood = [ask(south, f"guess-{number}") for number in range(PER_TICK + 20)]
    other = ask(east, "guess-0")
    drain(north, south, east)

    for _ in range(2):
        north.exchange.tick()
    drain(north, south, east)

    told = [south.exchange.asking.find(name) for name in flood]
    assert sum(bool(found and found.answer) for found in told) == PER_TICK
    assert all(found and found.answer for found in told[:PER_TICK])
    found = east.exchange.asking.find(other)
    assert found is not None
    assert found.answer


def test_an_answer_to_no_question_of_ours_is_written_down_and_changes_nothing(pair: tuple[Node, Node]) -> None:
    north, south = pair
    name = ask(south, "never")
    drain(north, south)
    forged = [("never", "another-question"), ("another-rid", name)]

    for rid, question in forged:
        with north.ledger.write() as batch:
            asked = AskFacts(direction="in", peer="south", id=question, rid=rid, purpose="watch")
            north.exchange.asking._answer(batch, asked, Verdict("sent"))
    drain(north, south)

    found = south.exchange.asking.find(name)
    assert found is not None
    assert found.answer == ""


@pytest.mark.parametrize(("rid", "purpose"), [("", "watch"), ("r", ""), ("r" * 201, "watch")])
def test_a_question_without_a_name_is_refused_at_home(pair: tuple[Node, Node], rid: str, purpose: str) -> None:
    with pytest.raises(Fault, match="record_name_refused"):
        ask(pair[1], rid, purpose=purpose)


def test_the_views_of_questions_can_be_rebuilt(pair: tuple[Node, Node]) -> None:
    north, south = pair
    store(north, report())
    answered(south, north, "r-1")
    ask(south, "open")
    drain(north, south)

    for node in pair:
        assert node.ledger.rebuild(check=True)["ok"]
