"""A backup opens with its key and nothing else, holds all of the home, and leaves nothing lying about."""

import stat
from pathlib import Path

import pytest
from tests.node.conftest import Pair, asked
from tests.node.test_positions import SHIP, observe

from haemaru.clock import FakeClock, to_ms
from haemaru.ledger.merkle import root_of, verify_consistency
from haemaru.node import Node
from haemaru.node.backup import restore_home
from haemaru.wording import Fault

WORDS = "a bulk carrier off Okgye"


@pytest.fixture
def saved(pair: Pair, tmp_path: Path, clock: FakeClock) -> Path:
    """A backup of the coast guard's node, taken while it has the home open."""
    observe(pair, tmp_path, clock)
    asked(pair.kcg, "operations.tip", text=WORDS, wait_s=0)
    file = tmp_path / "kcg.backup"
    asked(pair.kcg, "backup", file=str(file))
    return file


def key_of(file: Path) -> Path:
    return file.with_name(file.name + ".key")


def test_a_restored_home_is_the_home_that_was_saved(pair: Pair, saved: Path, tmp_path: Path, clock: FakeClock) -> None:
    # The entry that notes the backup is the first that is not in it.
    size = pair.kcg.ledger.size - 1
    with pair.kcg.ledger.read() as tx:
        root = root_of(row[0] for row in tx.all("SELECT leaf FROM entry WHERE idx < :size ORDER BY idx", size=size))

    restore_home(saved, key_of(saved), tmp_path / "again")

    with Node.open(tmp_path / "again", clock=clock) as again:
        # Two entries more: the backup it came from, and that the home was put back, so that nothing leaves before its
        # streams are opened anew.
        now = again.ledger.size
        assert now == size + 2
        assert verify_consistency(size, now, root, again.ledger.root(), again.ledger.consistency(size, now))
        assert again.do("ledger.verify", {}).exit_code == 0
        assert len(again.surveillance.path(SHIP, 0, to_ms(clock.now()))) == 1
        assert [held.record["body"]["text"] for held in again.exchange.holdings.records_of("operations.tip")] == [WORDS]
    assert stat.S_IMODE((tmp_path / "again").stat().st_mode) == 0o700


def test_the_key_is_for_its_owner_and_no_copy_is_left_behind(pair: Pair, saved: Path) -> None:
    assert stat.S_IMODE(key_of(saved).stat().st_mode) == 0o600
    assert sorted(path.name for path in saved.parent.glob("*.part")) == []
    assert list(pair.kcg.home.folder.glob("backup-*")) == []


def test_what_a_killed_backup_left_is_removed_at_the_next_start(pair: Pair, clock: FakeClock) -> None:
    left = pair.kcg.home.folder / "backup-killed"
    left.mkdir()
    (left / "node.db").write_bytes(b"a copy")
    pair.kcg.close()

    with Node.open(pair.kcg.home.folder, clock=clock):
        assert not left.exists()


@pytest.mark.parametrize("damage", ["cut", "changed", "other key"])
def test_what_is_not_whole_never_opens(saved: Path, tmp_path: Path, damage: str) -> None:
    data = saved.read_bytes()
    if damage == "cut":
        saved.write_bytes(data[:-20])
    elif damage == "changed":
        saved.write_bytes(data[:100] + bytes([data[100] ^ 1]) + data[101:])
    else:
        key_of(saved).write_text("00" * 32)

    with pytest.raises(Fault, match="backup_refused"):
        restore_home(saved, key_of(saved), tmp_path / "again")

    assert not (tmp_path / "again").exists()


def test_a_home_is_never_restored_over_another(pair: Pair, saved: Path) -> None:
    with pytest.raises(Fault, match="home_exists"):
        restore_home(saved, key_of(saved), pair.kcs.home.folder)
