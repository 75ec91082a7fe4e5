"""A home changes its keys: by command, under a crash at any moment, after a theft, and under a passphrase."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.node.conftest import MODEL, Pair, asked

from haemaru.clock import FakeClock
from haemaru.node import Node
from haemaru.node.backup import restore_home
from haemaru.node.home import Home
from haemaru.node.init import init_home
from haemaru.node.verifying import verify_home
from haemaru.signing import P256_SUITE, passphrase, read_statement
from haemaru.signing.passphrase import Cost
from haemaru.wording import Fault


def keys_of(node: Node, party: str) -> list[dict[str, Any]]:
    return [each for each in asked(node, "keys.list")["keys"] if each["party"] == party]


def tip(node: Node, text: str) -> str:
    return str(asked(node, "operations.tip", text=text, vessel_name="INVENTED ONE", wait_s=0)["case"])


def test_a_rotation_by_command_is_believed_and_written_in_the_home(pair: Pair) -> None:
    before = pair.kcg.keys.keyid
    first = tip(pair.kcg, "before")
    told = asked(pair.kcg, "keys.rotate", suite=P256_SUITE)
    second = tip(pair.kcg, "after")
    pair.carry()

    statement = read_statement(pair.kcg.home.statement.read_bytes())
    assert told["told"] == ["kcs"]
    assert told["before"] == before
    assert statement.public == pair.kcg.keys.public == pair.kcs.exchange.peer("kcg").public
    assert [each["state"] for each in keys_of(pair.kcs, "kcg")] == ["newest", "earlier"]
    for case in (first, second):
        assert pair.kcg.exchange.holdings.referring(case)
    assert all(asked(node, "ledger.verify")["ok"] for node in (pair.kcg, pair.kcs))


def test_an_agreement_that_was_signed_before_a_rotation_is_adopted_after_it(waiting: Pair) -> None:
    for node in (waiting.kcg, waiting.kcs):
        node.do("agreement.sign", {"file": str(waiting.agreement)})
    asked(waiting.kcg, "keys.rotate")
    waiting.hand_on(waiting.kcg, waiting.kcs)

    for node in (waiting.kcg, waiting.kcs):
        assert asked(node, "agreement.adopt", file=str(waiting.agreement)).get("missing", []) == []


def test_a_rotated_home_verifies_when_it_is_stopped_and_opens_with_its_new_keys(tmp_path: Path) -> None:
    init_home(tmp_path / "kcg", "kcg", MODEL, "demo", None, None)
    for suite in (P256_SUITE, None):
        with Node.open(tmp_path / "kcg") as node:
            with node.ledger.write() as batch:
                node.ledger.checkpoint(batch)
            told = asked(node, "keys.rotate", suite=suite)
            with node.ledger.write() as batch:
                batch.append("test.more", b"1")
                node.ledger.checkpoint(batch)
    assert verify_home(Home(tmp_path / "kcg"))["ok"]
    assert verify_home(Home(tmp_path / "kcg"))["checkpoints"] == 3
    with Node.open(tmp_path / "kcg") as node:
        assert node.keys.keyid == told["keyid"]
        assert len(node.keys.names) == 3


def _killed_at(home: Path, event: int) -> bool:
    """Rotates in a process of its own that is killed at the given event; False when it came to its end."""
    child = os.fork()
    if child == 0:
        left = event

        def count(name: str, args: tuple[Any, ...]) -> None:
            nonlocal left
            if name in ("open", "os.rename", "os.mkdir", "os.remove") and counting:
                left -= 1
                if left < 0:
                    os._exit(9)

        counting = False
        sys.addaudithook(count)
        try:
            node = Node.open(home)
            counting = True
            node.keeper.rotate()
            os._exit(0)
        except BaseException:  # noqa: BLE001 - whatever it was, this process is not pytest
            os._exit(1)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, 9)
    return code == 9


def test_a_rotation_killed_at_any_moment_leaves_a_node_that_works(tmp_path: Path) -> None:
    home = tmp_path / "kcg"
    init_home(home, "kcg", MODEL, "demo", None, None)
    event, was_killed, counts = 0, True, set()
    while was_killed:
        was_killed = _killed_at(home, event)
        event += 1
        with Node.open(home) as node:
            keys = keys_of(node, "kcg")
            counts.add(len(keys))
            assert keys[0]["keyid"] == node.keys.keyid
            assert read_statement(node.home.statement.read_bytes()).public == node.keys.public
            with node.ledger.write() as batch:
                batch.append("test.more", b"1")
                node.ledger.checkpoint(batch)
            assert set(node.keys.names) == {each["keyid"] for each in keys}
            assert [path.name for path in node.home.keys.glob("new-*")] == []
        assert verify_home(Home(home))["ok"]
    assert event > 8
    assert len(counts) > 1


def test_a_stolen_key_is_revoked_by_both_and_new_ones_confirmed(pair: Pair, clock: FakeClock) -> None:
    tip(pair.kcg, "received")
    pair.carry()
    stolen = pair.kcg.keys.keyid
    told = asked(pair.kcg, "keys.revoke", keyid=stolen, reason="laptop stolen")
    answer = asked(pair.kcs, "peer.revoke", party="kcg", keyid=stolen, reason="told by telephone")
    assert answer["queue_waits"]
    assert answer["received"]
    waiting = tip(pair.kcg, "waiting")
    pair.hand_on(pair.kcs, pair.kcg)
    assert pair.kcs.exchange.status()["kcg"]["channels"][0]["held_back"] == "peer_key_revoked"

    params = {"statement": Path(told["statement"]).read_text(), "reason": "read aloud"}
    with pytest.raises(Fault, match="peer_fingerprint_differs"):
        pair.kcs.do("peer.rekey", params | {"fingerprint": "00" * 32})
    asked(pair.kcs, "peer.rekey", **params, fingerprint=told["fingerprint"])
    pair.carry()

    assert pair.kcg.exchange.holdings.referring(waiting)
    assert [each["state"] for each in keys_of(pair.kcs, "kcg")] == ["newest", "revoked"]
    assert all(asked(node, "ledger.verify")["ok"] for node in (pair.kcg, pair.kcs))
    for keyid, code in ((stolen, "key_revoked_before"), ("0" * 16, "key_unknown")):
        with pytest.raises(Fault, match=code):
            pair.kcs.do("peer.revoke", {"party": "kcg", "keyid": keyid, "reason": "again"})
        with pytest.raises(Fault, match=code):
            pair.kcg.do("keys.revoke", {"keyid": keyid, "reason": "again"})


def test_an_earlier_pair_is_deleted_from_the_home(pair: Pair, clock: FakeClock) -> None:
    from datetime import timedelta

    asked(pair.kcg, "keys.rotate")
    pair.carry()
    assert (pair.kcg.home.keys / "sign.key").exists()
    clock.advance(timedelta(days=31))
    pair.kcg.exchange.tick()

    assert not (pair.kcg.home.keys / "sign.key").exists()
    assert (pair.kcg.home.keys / "vault.key").exists()
    assert [each["held"] for each in keys_of(pair.kcg, "kcg")] == [True, False]


def test_a_home_under_a_passphrase_is_backed_up_and_restored_under_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passphrase, "COST", Cost(1, 8192))
    home = tmp_path / "kcg"
    init_home(home, "kcg", MODEL, "demo", None, None, passphrase=b"correct horse")
    with pytest.raises(Fault, match="passphrase_needed"):
        Node.open(home)
    with pytest.raises(Fault, match="passphrase_wrong"):
        Node.open(home, passphrase=lambda: b"other")
    monkeypatch.setenv("HAEMARU_PASSPHRASE", "correct horse")
    with Node.open(home) as node:
        asked(node, "keys.rotate")
        asked(node, "backup", file=str(tmp_path / "backup"))
    restored = tmp_path / "again"
    restore_home(tmp_path / "backup", tmp_path / "backup.key", restored)

    assert verify_home(Home(restored))["ok"]
    monkeypatch.setenv("HAEMARU_PASSPHRASE", "other")
    with pytest.raises(Fault, match="passphrase_wrong"):
        verify_home(Home(restored))
    monkeypatch.delenv("HAEMARU_PASSPHRASE")
    monkeypatch.setenv("HAEMARU_PASSPHRASE_FILE", str(tmp_path / "word"))
    (tmp_path / "word").write_text("correct horse\nsecond line\n")
    with Node.open(restored) as node:
        assert json.loads(node.home.statement.read_text())["keyid"] == node.keys.keyid
