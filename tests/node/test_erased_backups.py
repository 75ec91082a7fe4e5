"""What is erased is gone from every backup too: from those at hand by itself, from others when their key file comes."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.node.conftest import Pair, asked, written
from tests.node.test_keeping_commands import TIP

from haemaru.clock import FakeClock
from haemaru.node import Node
from haemaru.node.backup import restore_home
from haemaru.node.shelf import read_slots
from haemaru.wording import Fault

OTHER = TIP | {"rid": "kcg-k2", "body": {"what": "another, that stays (invented)"}}


@pytest.fixture
def saved(pair: Pair, tmp_path: Path) -> Path:
    """Both nodes hold two records and each has made a backup; the coast guard's file."""
    file = written(tmp_path / "records.jsonl", TIP, OTHER)
    asked(pair.kcg, "records.put", file=file, to="kcs", purpose="narcotics_interdiction")
    pair.carry()
    for node in (pair.kcg, pair.kcs):
        asked(node, "backup", file=str(tmp_path / f"{node.party}.backup"))
    return tmp_path / "kcg.backup"


def key_of(file: Path) -> Path:
    return file.with_name(file.name + ".key")


def tick(pair: Pair) -> None:
    for node in (pair.kcg, pair.kcs):
        node.exchange.tick()
        node.backups.tick()
    pair.carry()


def said(folder: Path, clock: FakeClock) -> tuple[bool, bool]:
    """Whether a home can still tell the record that was taken back, and the other one."""
    with Node.open(folder, clock=clock) as node:
        assert node.do("ledger.verify", {}).exit_code == 0
        assert node.do("rebuild", {"check": True}).exit_code == 0
        with node.ledger.read() as tx:
            bodies = b"".join(body for _, body in node.ledger.entries(tx))
        lines = node.do("records.list", {}).body
        assert isinstance(lines, list)
        rids = {line["rid"] for line in lines if line["body"]}
        return "정박 중".encode() in bodies or "kcg-k1" in rids, "kcg-k2" in rids


def test_a_backup_opens_what_was_not_erased_and_nothing_else(
    pair: Pair, saved: Path, tmp_path: Path, clock: FakeClock
) -> None:
    wrapped = {held for _, held, _ in read_slots(key_of(saved)) if held is not None}
    asked(pair.kcg, "records.retract", rid="kcg-k1", reason="wrong ship")
    pair.carry()
    [first] = pair.kcg.exchange.traffic.answers("kcg-k1")
    tick(pair)
    [then] = pair.kcg.exchange.traffic.answers("kcg-k1")

    # One answer, given when the backups were tried.
    assert (first.answer, then.answer, then.copies, then.backups) == ("pending", "erased", 1, 0)
    with pair.kcg.ledger.read() as tx:
        told = tx.all("SELECT seq FROM exchange_in WHERE kind = 'control.disposition'")
    assert len(told) == 1
    for party in ("kcg", "kcs"):
        restore_home(tmp_path / f"{party}.backup", key_of(tmp_path / f"{party}.backup"), tmp_path / f"{party}-again")
        assert said(tmp_path / f"{party}-again", clock) == (False, True)
    gone = wrapped - {held for _, held, _ in read_slots(key_of(saved)) if held is not None}
    assert len(gone) >= 2
    for file in tmp_path.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert not any(key in data for key in gone), file


def test_a_key_file_out_of_reach_is_told_until_it_is_brought(
    pair: Pair, saved: Path, tmp_path: Path, clock: FakeClock
) -> None:
    away = tmp_path / "safe" / "kcs.key"
    away.parent.mkdir()
    key_of(tmp_path / "kcs.backup").rename(away)
    asked(pair.kcg, "records.retract", rid="kcg-k1", reason="wrong ship")
    pair.carry()
    tick(pair)
    [late] = asked(pair.kcs, "status")["backups"]["not_reached"]
    assert late["key"].endswith("kcs.backup.key")
    assert pair.kcg.exchange.traffic.answers("kcg-k1")[0].backups == 1

    told = asked(pair.kcs, "backup", file=str(away), refresh=True)
    tick(pair)

    assert told["erased"] >= 1
    assert asked(pair.kcs, "status")["backups"] == {"known": 1, "not_reached": []}
    assert pair.kcg.exchange.traffic.answers("kcg-k1")[0].backups == 0
    restore_home(tmp_path / "kcs.backup", away, tmp_path / "again")
    assert said(tmp_path / "again", clock) == (False, True)


def test_a_backup_whose_key_is_destroyed_is_no_backup_any_more(pair: Pair, saved: Path, tmp_path: Path) -> None:
    with pytest.raises(Fault, match="backup_unknown"):
        asked(pair.kcg, "backup", file=str(key_of(saved)), destroyed=True)
    key_of(saved).unlink()
    asked(pair.kcg, "backup", file=str(key_of(saved)), destroyed=True)

    assert asked(pair.kcg, "status")["backups"] == {"known": 0, "not_reached": []}


def test_what_the_node_knows_of_its_backups_outlives_a_restart(pair: Pair, saved: Path, clock: FakeClock) -> None:
    folder = pair.kcg.home.folder
    pair.kcg.close()

    with Node.open(folder, clock=clock) as again:
        assert asked(again, "status")["backups"]["known"] == 1


@pytest.mark.parametrize("copies", [1, 2], ids=["as it was", "corrected since the backup"])
def test_what_was_taken_back_before_a_restore_is_taken_back_from_a_partner_that_was_never_told(
    pair: Pair, saved: Path, tmp_path: Path, clock: FakeClock, copies: int
) -> None:
    if copies == 2:
        asked(pair.kcg, "records.correct", rid="kcg-k1", body={"what": "정박 중, 두 척 (invented)"})
        pair.carry()
    asked(pair.kcg, "records.retract", rid="kcg-k1", reason="wrong ship")
    pair.kcg.exchange.tick()
    pair.kcg.backups.tick()
    pair.kcg.close()
    restore_home(saved, key_of(saved), tmp_path / "again")

    with Node.open(tmp_path / "again", clock=clock) as again:
        assert held(pair.kcs) == ["kcg-k1", "kcg-k2"]
        asked(again, "exchange.reopen", peer="kcs")
        both = Pair(again, pair.kcs, pair.agreement)
        tick(both)
        tick(both)

        assert held(again) == held(pair.kcs) == ["kcg-k2"]
        [answer] = again.exchange.traffic.answers("kcg-k1")
        assert (answer.answer, answer.op, answer.copies) == ("erased", "retract", copies)
        clock.advance(timedelta(seconds=1))
        asked(again, "exchange.compare", peer="kcs")
        tick(both)
        assert asked(again, "exchange.compare", peer="kcs")["differences"] == []
    pair.kcs.close()
    for folder in (tmp_path / "again", pair.kcs.home.folder):
        assert said(folder, clock) == (False, True)


def held(node: Node) -> list[str]:
    lines = node.do("records.list", {"from": "kcg"}).body
    assert isinstance(lines, list)
    return sorted(line["rid"] for line in lines if line["state"] == "held")


def test_what_waited_when_the_backup_was_made_and_never_left_is_no_difference_after_a_restore(
    pair: Pair, tmp_path: Path, clock: FakeClock
) -> None:
    file = written(tmp_path / "records.jsonl", TIP, OTHER)
    pair.carry()
    asked(pair.kcg, "records.put", file=file, to="kcs", purpose="narcotics_interdiction")
    asked(pair.kcg, "backup", file=str(tmp_path / "kcg.backup"))
    asked(pair.kcg, "records.retract", rid="kcg-k1", reason="wrong ship")
    pair.carry()
    tick(pair)
    pair.kcg.close()
    restore_home(tmp_path / "kcg.backup", key_of(tmp_path / "kcg.backup"), tmp_path / "again")

    with Node.open(tmp_path / "again", clock=clock) as again:
        asked(again, "exchange.reopen", peer="kcs")
        both = Pair(again, pair.kcs, pair.agreement)
        tick(both)
        tick(both)
        clock.advance(timedelta(seconds=1))
        asked(again, "exchange.compare", peer="kcs")
        tick(both)

        assert held(again) == held(pair.kcs) == ["kcg-k2"]
        assert asked(again, "exchange.compare", peer="kcs")["differences"] == []
    assert said(tmp_path / "again", clock) == (False, True)


def test_a_home_made_from_a_backup_erases_in_that_backup_too(
    pair: Pair, saved: Path, tmp_path: Path, clock: FakeClock
) -> None:
    # The ledger in a backup is older than the entry that notes it.
    asked(pair.kcg, "status")
    pair.kcg.close()
    restore_home(saved, key_of(saved), tmp_path / "again")
    with Node.open(tmp_path / "again", clock=clock) as node:
        assert asked(node, "status")["backups"]["known"] == 1
        before = {index for index, held, _ in read_slots(key_of(saved)) if held is None}
        asked(node, "records.retract", rid="kcg-k1", reason="wrong ship")
        node.exchange.tick()
        node.backups.tick()
        after = {index for index, held, _ in read_slots(key_of(saved)) if held is None}

    assert after > before
    assert restore_home(saved, key_of(saved), tmp_path / "third")["party"] == "kcg"
    assert said(tmp_path / "third", clock) == (False, True)
    with Node.open(tmp_path / "again", clock=clock) as node:
        assert asked(node, "status")["backups"]["known"] == 1
