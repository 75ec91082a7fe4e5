"""The score of findings against truths, on findings made by hand."""

from typing import Any

import pytest

from haemaru.scenarios.scoring import matches, score

MINUTE = 60_000


def line(rule: str, a: int, b: int, start: int, end: int) -> dict[str, Any]:
    return {"rule": rule, "mmsi_a": a, "mmsi_b": b, "t_start": start * MINUTE, "t_end": end * MINUTE}


def test_half_of_the_shorter_must_overlap() -> None:
    truth = line("gap", 1, 0, 0, 100)
    assert matches(truth, line("gap", 1, 0, 80, 120))
    assert not matches(truth, line("gap", 1, 0, 81, 121))
    assert matches(truth, line("gap", 1, 0, -500, 900))
    assert not matches(truth, line("gap", 1, 0, 100, 200))
    assert matches(truth, line("gap", 1, 0, 40, 40))


def test_recall_counts_truths_and_precision_counts_findings() -> None:
    truths = [line("gap", 1, 0, 0, 100), line("gap", 2, 0, 0, 100), line("rendezvous", 1, 2, 0, 30)]
    findings = [
        line("gap", 1, 0, 0, 40),  # one truth in two pieces: both right, found once
        line("gap", 1, 0, 50, 100),
        line("gap", 3, 0, 0, 100),  # a ship that did nothing
        line("gap", 2, 0, 300, 400),  # the right ship at another time
        line("rendezvous", 1, 3, 0, 30),  # another pair
        line("loitering", 1, 0, 0, 30),
    ]
    told = score(findings, truths)
    assert told["gap"] == {"truths": 2, "found": 1, "findings": 4, "recall": 0.5, "precision": 0.5}
    assert told["rendezvous"] == {"truths": 1, "found": 0, "findings": 1, "recall": 0.0, "precision": 0.0}
    assert told["loitering"] == {"truths": 0, "found": 0, "findings": 1, "recall": None, "precision": 0.0}


def test_what_may_be_named_or_not_is_neither_missed_nor_false() -> None:
    maybe = [line("port_call", 1, 0, 0, 60)]
    assert score([], [], maybe) == {}
    told = score([line("port_call", 1, 0, 0, 50), line("port_call", 2, 0, 0, 50)], [], maybe)
    assert told["port_call"]["findings"] == 1


@pytest.mark.parametrize("pair", [(7, 3), (3, 7)])
def test_the_order_of_two_ships_does_not_matter(pair: tuple[int, int]) -> None:
    told = score([line("rendezvous", *pair, 0, 10)], [line("rendezvous", 3, 7, 0, 10)])
    assert told["rendezvous"]["recall"] == 1.0
