"""A node's database rewritten with the node's own keys, or cut short: refused by all, and proved to anybody."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.node.conftest import asked
from tests.node.test_witness import Scene, scene

from haemaru.cli.ledger import dispute_check
from haemaru.clock import FakeClock, from_ms
from haemaru.exchange import exchange_projections
from haemaru.ledger import Ledger
from haemaru.ledger.marks import CHECKPOINT
from haemaru.ledger.notes import origin_of, read_checkpoint, write_checkpoint
from haemaru.node import Node
from haemaru.node.tallies import TallyView
from haemaru.node.wiring import MIGRATIONS
from haemaru.signing import Vault
from haemaru.storage import Database

__all__ = ["scene"]


class At(FakeClock):
    """A clock that can also go back."""

    def set(self, at: datetime) -> None:
        self._at = at


def forge(node: Node, changed: int | None, upto: int | None = None) -> Node:
    """The same home with another history: one entry altered and all above it made anew, signed with its own keys."""
    folder, keys, clock = node.home.folder, node.keys, At(node.clock.now())
    with node.ledger.read() as tx:
        history = list(node.ledger.entries(tx))[:upto]
    outer = node.clock
    node.close()
    old = folder / "node.db"
    for file in folder.glob("node.db*"):
        file.unlink()
    db = Database.open(f"sqlite:///{old}")
    db.migrate(MIGRATIONS)
    views = (*exchange_projections(Vault(keys.vault)), TallyView())
    ledger = Ledger(db, keys, clock, node.party, node.realm, views)
    with ledger.write() as batch:
        for entry, body in history:
            clock.set(from_ms(entry.at_ms))
            if entry.kind == CHECKPOINT:
                at = read_checkpoint(body).at
                origin = origin_of(node.realm, node.party)
                body = write_checkpoint(keys, origin, batch.size, batch.tree.root(), at).note
            # What another signed cannot be made anew: it is left as it was, and nobody looks at it here.
            kind, content = (entry.kind, body) if entry.index != changed else ("forged.entry", b"what was never said")
            batch.append_own(kind, content)
    db.close()
    return Node.open(folder, clock=outer)


def proved(home: Any, party: str, folder: Path, statement: Path) -> list[str]:
    """The kinds of the proofs against a party, each checked by the command with nothing but two files."""
    body = home.do("ledger.disputes", {"write": str(folder)}).body
    found = []
    for file in body["written"]:
        done = CliRunner().invoke(dispute_check, [file, "--statement", str(statement), "--json"])
        assert done.exit_code == 0, done.output
        told = json.loads(done.output)
        assert told["proved"]
        assert told["origin"] == f"haemaru/demo/{party}"
        found.append(told["kind"])
    return found


@pytest.mark.parametrize(
    ("how", "kinds"), [("rewritten", {"other_past", "two_roots"}), ("cut", {"shrunk", "other_past"})]
)
def test_a_forged_history_is_refused_and_proved(scene: Scene, tmp_path: Path, how: str, kinds: set[str]) -> None:
    for _ in range(2):
        scene.go_on()
    kcg = scene.pair.kcg
    signed = peer_size(scene.pair.kcs)
    with kcg.ledger.read() as tx:
        # An entry that makes no row: the officer's account.
        (target,) = [entry.index for entry, _ in kcg.ledger.entries(tx, kinds=("node.created",))]
    statement = kcg.home.statement

    if how == "rewritten":
        scene.pair.kcg = forge(kcg, target)
    else:
        with kcg.ledger.read() as tx:
            cut = next(entry.index for entry, _ in kcg.ledger.entries(tx, kinds=(CHECKPOINT,)))
        scene.pair.kcg = forge(kcg, None, cut + 4)
        with scene.pair.kcg.ledger.write() as batch:
            for _ in range(3):
                batch.append("forged.entry", b"what was never said")
    with scene.pair.kcg:
        scene.watch(scene.pair.kcg)
        if how == "rewritten":
            for _ in range(3):
                scene.go_on()
        else:
            # The partner's receipts tell at once that this home was put back; what is proved comes from the witness.
            scene.clock.advance(timedelta(hours=1))
            scene.pair.kcg.exchange.offer_checkpoints(force=True)
            scene.watch(scene.pair.kcg)
            scene.watch(scene.pair.kcs)

        at_witness = proved(scene.witness, "kcg", tmp_path / "w", statement)
        at_partner = proved(scene.pair.kcs, "kcg", tmp_path / "p", statement)
    assert set(at_witness) & kinds
    assert set(at_partner) & kinds
    assert peer_size(scene.pair.kcs) == signed
    assert asked(scene.pair.kcs, "ledger.verify")["ok"]
    assert "ledger_disputed" in next(iter(asked(scene.pair.kcs, "status")["peers"]))["alarms"]


def peer_size(node: Node) -> int:
    with node.ledger.read() as tx:
        held = node.ledger.partner_checkpoint(tx, "kcg")
    return 0 if held is None else held.size
