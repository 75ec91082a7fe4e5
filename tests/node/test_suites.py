"""A coast guard of the second suite and customs of the first: one agreement, one case, each other's witness."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.node.conftest import MODEL, Pair, asked, introduce

from haemaru.clock import FakeClock
from haemaru.node import Node
from haemaru.node.backup import restore_home
from haemaru.node.home import Home
from haemaru.node.init import init_home
from haemaru.node.verifying import verify_home
from haemaru.signing import P256_SUITE, SUITE, SuiteUnknown, read_statement

SUITES = {"kcg": P256_SUITE, "kcs": SUITE}


@pytest.fixture
def mixed(tmp_path: Path, clock: FakeClock) -> Iterator[Pair]:
    """Two nodes of different suites under the agreement in force."""
    for party, suite in SUITES.items():
        made = init_home(tmp_path / party, party, MODEL, "demo", None, None, suite)
        assert made.suite == suite
    agreement = tmp_path / "agreement.toml"
    agreement.write_bytes(MODEL.read_bytes())
    with (
        Node.open(tmp_path / "kcg", clock=clock) as kcg,
        Node.open(tmp_path / "kcs", clock=clock) as kcs,
    ):
        introduce(kcg, kcs)
        introduce(kcs, kcg)
        for command in ("agreement.sign", "agreement.adopt"):
            for node in (kcg, kcs):
                node.do(command, {"file": str(agreement)})
        yield Pair(kcg, kcs, agreement)


def verified(node: Node) -> dict[str, Any]:
    return asked(node, "ledger.verify")


def test_a_home_keeps_the_suite_it_was_made_with_and_its_statement_names_it(mixed: Pair) -> None:
    for node in (mixed.kcg, mixed.kcs):
        statement = read_statement(node.home.statement.read_bytes())
        assert statement.suite == node.keys.suite == SUITES[node.party]
        assert statement.public == node.keys.public
        assert f" {SUITES[node.party]} " in (node.home.keys / "sign.key").read_text()


def test_a_tip_of_one_suite_is_answered_in_the_other(mixed: Pair) -> None:
    tip = {"text": "a bulk carrier off Okgye", "vessel_name": "INVENTED ONE", "wait_s": 0}
    case = str(asked(mixed.kcg, "operations.tip", **tip)["case"])
    mixed.carry()

    answers = [held for held in mixed.kcg.exchange.holdings.referring(case) if held.peer == "kcs"]
    assert [held.kind for held in answers] == ["operations.answer"]
    for node in (mixed.kcg, mixed.kcs):
        assert node.exchange.refused() == {}
        assert all(
            (channel["quarantined"], channel["refused"]) == ({}, {})
            for peer in node.exchange.status().values()
            for channel in peer["channels"]
        )


def test_each_countersigns_the_other_and_both_homes_verify(mixed: Pair, tmp_path: Path) -> None:
    for node in (mixed.kcg, mixed.kcs):
        assert node.exchange.offer_checkpoints(force=True)
    mixed.carry()

    found = [verified(node) for node in (mixed.kcg, mixed.kcs)]
    assert [(each["ok"], each["countersignatures"]) for each in found] == [(True, 1), (True, 1)]
    mixed.kcg.close()
    assert verify_home(Home(tmp_path / "kcg"))["countersignatures"] == 1


def test_a_home_of_the_second_suite_comes_back_from_its_backup(mixed: Pair, tmp_path: Path) -> None:
    file = tmp_path / "kcg.backup"
    public = mixed.kcg.keys.public
    asked(mixed.kcg, "backup", file=str(file))

    restore_home(file, tmp_path / "kcg.backup.key", tmp_path / "again")

    with Node.open(tmp_path / "again") as node:
        assert node.keys.public == public
        assert verified(node)["ok"]


def test_an_unknown_suite_makes_no_home(tmp_path: Path) -> None:
    with pytest.raises(SuiteUnknown):
        init_home(tmp_path / "kcg", "kcg", MODEL, "demo", None, None, "rot13")

    assert not (tmp_path / "kcg" / "statement.json").exists()


def test_keys_of_another_home_and_suite_do_not_open_it(mixed: Pair, tmp_path: Path) -> None:
    mixed.kcg.close()
    mixed.kcs.close()
    statement = json.loads((tmp_path / "kcg" / "statement.json").read_text())
    assert statement["suite"] == P256_SUITE
    for name in ("sign.key", "box.key", "vault.key"):
        (tmp_path / "kcg" / "keys" / name).write_bytes((tmp_path / "kcs" / "keys" / name).read_bytes())

    assert not verify_home(Home(tmp_path / "kcg"))["ok"]
