"""What a partner asks is answered once: after a restart, after a suspension, and again when it was corrected."""

import time
from collections.abc import Callable

import pytest
from tests.node.conftest import Pair, asked

from haemaru.exchange import Held
from haemaru.node import Node
from haemaru.node.reactions import prepare, react, unanswered
from haemaru.storage import StorageError

TIP = {"text": "a bulk carrier off Okgye", "vessel_name": "INVENTED ONE", "wait_s": 0}


def answers(node: Node, case: str) -> list[Held]:
    """What this node itself answered to a case."""
    return [
        held
        for held in node.exchange.holdings.referring(case)
        if held.kind == "operations.answer" and held.peer is None
    ]


def deliver(pair: Pair) -> str:
    """A case of the coast guard's that customs received and has not reacted to yet."""
    case = str(asked(pair.kcg, "operations.tip", **TIP)["case"])
    pair.hand_on(pair.kcg, pair.kcs)
    assert [held.rid for held in unanswered(pair.kcs)] == [case]
    return case


def test_a_case_that_was_not_answered_is_answered_once(pair: Pair) -> None:
    case = deliver(pair)
    [waiting] = unanswered(pair.kcs)

    react(pair.kcs, waiting)
    react(pair.kcs, waiting)

    assert len(answers(pair.kcs, case)) == 1
    assert unanswered(pair.kcs) == []


def test_a_case_about_another_ship_is_answered_anew(pair: Pair) -> None:
    case = deliver(pair)
    pair.carry()

    asked(pair.kcg, "operations.choose", case=case, mmsi=900000007)
    pair.carry()

    assert len(answers(pair.kcs, case)) == 2


def test_what_was_asked_before_a_suspension_is_answered_after_it(pair: Pair) -> None:
    case = deliver(pair)
    asked(pair.kcs, "agreement.suspend", reason="drill")
    for waiting in unanswered(pair.kcs):
        react(pair.kcs, waiting)
    assert answers(pair.kcs, case) == []

    asked(pair.kcs, "agreement.resume", reason="over")
    pair.carry()

    assert len(answers(pair.kcs, case)) == 1


def test_a_store_that_refused_is_asked_again(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    case = deliver(pair)
    refusals = iter([StorageError("disk", "full")])

    def full_once(node: Node, held: Held) -> Callable[[], None] | None:
        for refusal in refusals:
            raise refusal
        return prepare(node, held)

    monkeypatch.setattr("haemaru.node.workers.prepare", full_once)

    pair.kcs.start()
    until = time.monotonic() + 20
    while not answers(pair.kcs, case):
        assert time.monotonic() < until, "the case was never answered"
        time.sleep(0.05)
    pair.kcs.stop()

    assert len(answers(pair.kcs, case)) == 1
