"""`ledger verify` on a real home, stopped and open: damage is a finding with its place, whatever is damaged."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pysqlite3.dbapi2 as sqlite
import pytest

from haemaru.node import Node
from haemaru.node.home import Home
from haemaru.node.init import init_home
from haemaru.node.verifying import verify_home

MODEL = Path(__file__).parents[2] / "agreements" / "kcg-kcs-narcotics.toml"
LEDGER = ("entry", "body", "head", "checkpoint", "countersignature", "partner_checkpoint", "dispute", "erasure")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home as `init` leaves it, with one checkpoint."""
    init_home(tmp_path / "kcg", "kcg", MODEL, "demo", None, None)
    with Node.open(tmp_path / "kcg") as node, node.ledger.write() as batch:
        node.ledger.checkpoint(batch)
    return Home(tmp_path / "kcg")


def damage(home: Home, *statements: str) -> None:
    connection = sqlite.connect(home.folder / "node.db")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def findings(home: Home) -> Iterator[dict[str, Any]]:
    """What the stopped home says, and what a node says that has it open."""
    yield verify_home(home)
    with Node.open(home.folder) as node:
        answer = node.do("ledger.verify", {})
    assert isinstance(answer.body, dict)
    assert answer.exit_code == (0 if answer.body["ok"] else 1)
    yield answer.body


def test_an_unchanged_home_verifies(home: Home) -> None:
    assert [found["ok"] for found in findings(home)] == [True, True]


@pytest.mark.parametrize("column", ["size", "entry"])
def test_a_changed_checkpoint_is_named_in_the_answer(home: Home, column: str) -> None:
    damage(home, f"UPDATE checkpoint SET {column} = {column} + 1")

    for found in findings(home):
        assert msgspec.json.encode(found)
        assert found["first_bad"]["table"] == "checkpoint"
        assert found["first_bad"]["column"] == column


def test_a_ledger_that_lost_everything_is_not_fine(home: Home) -> None:
    damage(home, *(f"DELETE FROM {table}" for table in LEDGER))

    assert verify_home(home)["first_bad"] == {"entry": 0, "table": "entry", "column": "idx", "why": "entry_missing"}


def test_a_damaged_partner_entry_is_a_finding_while_the_node_runs(home: Home, tmp_path: Path) -> None:
    other = init_home(tmp_path / "kcs", "kcs", MODEL, "demo", None, None)
    trust = {
        "statement": Path(other.statement).read_text(),
        "url": f"http://{other.listen}",
        "fingerprint": other.fingerprint,
    }
    with Node.open(home.folder) as node:
        node.do("peer.add", trust)
        damage(home, "UPDATE body SET cipher = zeroblob(99) WHERE idx = (SELECT max(idx) FROM body)")

        answer = node.do("ledger.verify", {})

    assert answer.exit_code == 1
    assert isinstance(answer.body, dict)
    assert answer.body["first_bad"]["why"] == "does_not_unlock"
