"""How well findings agree with what really happened: recall and precision for each rule.

A finding matches a truth when rule and ships agree and they overlap for at least half of the shorter of the two
(contracts.md section 6). Two findings of one truth are both right; two truths in one finding are both found. What a
fair person might name or not counts neither as missed nor as false.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

Told = Mapping[str, Any]
_Key = tuple[str, int, int]


def score(
    findings: Iterable[Told], truths: Iterable[Told], either_way: Iterable[Told] = ()
) -> dict[str, dict[str, Any]]:
    """For each rule `truths, found, findings, recall, precision`; a share of nothing is None.

    Each line needs `rule`, `mmsi_a`, `mmsi_b`, `t_start` and `t_end` (ms). `findings` counts those that are right or
    wrong; `recall` is found / truths, `precision` the share of findings that match a truth.
    """
    made, real, maybe = _by_ships(findings), _by_ships(truths), _by_ships(either_way)
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])  # truths, found, findings, right
    for key, told in real.items():
        counts[key[0]][0] += len(told)
        counts[key[0]][1] += sum(any(matches(one, other) for other in made.get(key, ())) for one in told)
    for key, told in made.items():
        for one in told:
            right = any(matches(one, other) for other in real.get(key, ()))
            if right or not any(matches(one, other) for other in maybe.get(key, ())):
                counts[key[0]][2] += 1
                counts[key[0]][3] += right
    return {
        rule: {
            "truths": truth,
            "found": found,
            "findings": reported,
            "recall": _share(found, truth),
            "precision": _share(right, reported),
        }
        for rule, (truth, found, reported, right) in sorted(counts.items())
    }


def matches(one: Told, other: Told) -> bool:
    """Whether two spans overlap for at least half of the shorter; a moment matches a span that holds it."""
    shorter = min(one["t_end"] - one["t_start"], other["t_end"] - other["t_start"])
    both = min(one["t_end"], other["t_end"]) - max(one["t_start"], other["t_start"])
    return bool(both >= 0 and 2 * both >= shorter)


def _by_ships(told: Iterable[Told]) -> dict[_Key, list[Told]]:
    sorted_out: dict[_Key, list[Told]] = defaultdict(list)
    for one in told:
        pair = sorted((int(one["mmsi_a"]), int(one["mmsi_b"]))) if one["mmsi_b"] else (int(one["mmsi_a"]), 0)
        sorted_out[one["rule"], pair[0], pair[1]].append(one)
    return dict(sorted_out)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
