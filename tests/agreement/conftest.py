"""Small agreements, written clause by clause where a test needs them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from haemaru.agreement import Agreement, load_agreement

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

HEAD = """
[agreement]
id = "test"
version = "1"
effective = 2026-01-01T00:00:00Z
expires = 2027-01-01T00:00:00Z
handling_levels = ["open", "restricted", "confidential", "secret"]
title = { ko = "시험 협약", en = "Test agreement" }
notice = { ko = "시험용 문안", en = "text for tests" }

[[party]]
id = "north"
name = { ko = "북쪽", en = "North" }

[[party]]
id = "south"
name = { ko = "남쪽", en = "South" }

[[party]]
id = "east"
name = { ko = "동쪽", en = "East" }

[[article]]
number = 1
title = { ko = "시험", en = "Tests" }

[[area]]
id = "box"
name = { ko = "상자", en = "Box" }
polygon = [[10, 10], [20, 10], [20, 20], [10, 20]]
"""


def toml(value: Any) -> str:
    """A value as TOML: what the tests need and no more."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {toml(inner)}" for key, inner in value.items()) + " }"
    return str(value)


def clause_text(clause_id: str, effect: str, **keys: Any) -> str:
    """One clause with sensible defaults; a key given as None is left out."""
    acts = effect != "withhold"
    defaults: dict[str, Any] = {
        "id": clause_id,
        "article": 1,
        "effect": effect,
        "kinds": ["*"],
        "from": ["*"],
        "to": ["*"],
        "legal_basis": {"ko": "법률 검토 필요", "en": "to be confirmed by counsel"},
        "text": {"ko": "시험 조항", "en": "test clause"},
    }
    if acts:
        defaults |= {"purposes": ["watch"], "retention_days": 30, "onward": "none", "fields": [{"path": "*"}]}
    if effect == "demand":
        defaults["statute"] = "Test Act 1"
    keys = {key.rstrip("_"): value for key, value in keys.items()}
    rows = [f"{key} = {toml(value)}" for key, value in (defaults | keys).items() if value is not None]
    return "\n[[clause]]\n" + "\n".join(rows) + "\n"


def agreement_of(*clauses: str, head: str = HEAD) -> Agreement:
    """An agreement of north, south and east with the given clauses."""
    return load_agreement((head + "".join(clauses)).encode(), "test.toml")


def record_of(body: Any = None, **keys: Any) -> dict[str, Any]:
    """A record of north about a vessel; keys given as None are left out."""
    record: dict[str, Any] = {
        "rid": "r-1",
        "kind": "surveillance.sighting",
        "subject": {"type": "vessel", "mmsi": "440000001"},
        "event_time": "2026-03-02T08:00:00Z",
        "handling": {"level": "restricted", "caveats": []},
        "origin": "north",
        "body": {"what": "a launch alongside"} if body is None else body,
    }
    return {key: value for key, value in (record | keys).items() if value is not None}


@pytest.fixture
def at() -> datetime:
    """The moment of the decisions in these tests."""
    return AT


Judge = Callable[..., Any]
