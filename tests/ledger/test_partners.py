"""Two parties watch each other: what continues is countersigned, what was rewritten is refused and kept as proof."""

import base64
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from tests.ledger.conftest import World

from haemaru.ledger import Checkpoint, Ledger, Link, read_checkpoint
from haemaru.ledger.marks import DISPUTE, Dispute
from haemaru.ledger.notes import is_countersigned_by, is_signed_by, write_checkpoint
from haemaru.signing import NodeKeys
from haemaru.wording import Fault

Fill = Callable[[Ledger, int], None]


@pytest.fixture
def pair(world: World) -> tuple[Ledger, Ledger]:
    return world.open("kcg"), world.open("kcs")


def sign(ledger: Ledger) -> Checkpoint:
    with ledger.write() as batch:
        return ledger.checkpoint(batch)


def accept(world: World, partner: Ledger, note: bytes, proof: list[bytes], root: bytes | None = None) -> bytes:
    """Offers a checkpoint of kcg, with the proof from what the partner holds; `root` is what the offer says it was."""
    with partner.write() as batch:
        held = partner.partner_checkpoint(batch.tx, "kcg")
        link = () if held is None else (Link(held.size, held.root if root is None else root, tuple(proof)),)
        return partner.accept_partner_checkpoint(batch, "kcg", world.public["kcg"], note, link)


def disputes(ledger: Ledger) -> list[Dispute]:
    with ledger.read() as tx:
        return [msgspec.json.decode(body, type=Dispute) for _, body in ledger.entries(tx, kinds=[DISPUTE])]


def test_a_checkpoint_is_a_signed_note(world: World, pair: tuple[Ledger, Ledger], fill: Fill) -> None:
    ours, _ = pair
    fill(ours, 3)
    root = ours.root()

    checkpoint = sign(ours)

    assert checkpoint.note.decode().split("\n")[:5] == [
        "haemaru/demo/kcg",
        "3",
        base64.b64encode(root).decode(),
        "at 2026-03-02T09:00:00Z",
        "",
    ]
    assert read_checkpoint(checkpoint.note) == checkpoint == ours.latest_checkpoint()
    assert is_signed_by(checkpoint, world.public["kcg"])
    assert not is_signed_by(checkpoint, world.public["kcs"])


def test_a_checkpoint_is_made_again_only_when_something_happened(pair: tuple[Ledger, Ledger], fill: Fill) -> None:
    ours, _ = pair
    fill(ours, 3)

    first = sign(ours)
    again = sign(ours)
    fill(ours, 1)
    later = sign(ours)

    assert again == first
    assert (first.size, later.size) == (3, 5)


def test_the_partner_countersigns_and_its_line_is_kept(world: World, pair: tuple[Ledger, Ledger], fill: Fill) -> None:
    ours, theirs = pair
    fill(ours, 3)
    first = sign(ours)
    signed = accept(world, theirs, first.note, [])
    with ours.write() as batch:
        ours.store_countersignature(batch, "kcs", world.public["kcs"], first.size, signed)
        ours.store_countersignature(batch, "kcs", world.public["kcs"], first.size, signed)
    fill(ours, 10)
    second = sign(ours)

    again = accept(world, theirs, second.note, ours.consistency(first.size, second.size))
    with ours.write() as batch:
        ours.store_countersignature(batch, "kcs", world.public["kcs"], second.size, again)

    with ours.read() as tx, theirs.read() as their_tx:
        assert ours.countersigned(tx, "kcs") == second.size
        assert ours.countersigned(tx, "nobody") == 0
        held = theirs.partner_checkpoint(their_tx, "kcg")
    assert held is not None
    assert held.size == second.size
    assert is_countersigned_by(read_checkpoint(again), "haemaru/demo/kcs", world.public["kcs"])
    verified = ours.verify(world.public)
    assert (verified.ok, verified.checkpoints, verified.countersignatures) == (True, 2, 2)
    assert theirs.verify(world.public).ok


def test_the_same_checkpoint_gets_the_same_answer(world: World, pair: tuple[Ledger, Ledger], fill: Fill) -> None:
    ours, theirs = pair
    fill(ours, 3)
    checkpoint = sign(ours)

    first = accept(world, theirs, checkpoint.note, [])
    world.clock.advance(timedelta(hours=1))
    again = accept(world, theirs, checkpoint.note, [])

    assert first == again
    assert theirs.size == 1


def forked(world: World, tmp_path: Path, fill: Fill, entries: int) -> Ledger:
    """A second history of kcg, signed with the same keys."""
    other = world.open(url=f"sqlite:///{tmp_path}/fork.db")
    fill(other, entries)
    return other


@pytest.mark.parametrize(
    ("length", "code"), [(3, "checkpoint_forked"), (2, "checkpoint_rolled_back"), (9, "checkpoint_inconsistent")]
)
def test_a_rewritten_history_is_refused_and_the_proof_kept(
    world: World, pair: tuple[Ledger, Ledger], fill: Fill, tmp_path: Path, length: int, code: str
) -> None:
    ours, theirs = pair
    fill(ours, 3)
    honest = sign(ours)
    accept(world, theirs, honest.note, [])
    fork = forked(world, tmp_path, fill, length)
    forged = sign(fork)
    proof = fork.consistency(min(3, length), length)

    for _ in range(2):
        with pytest.raises(Fault, match=code):
            accept(world, theirs, forged.note, proof)

    (kept,) = disputes(theirs)
    held, offered = read_checkpoint(kept.held.encode()), read_checkpoint(kept.offered.encode())
    assert kept.code == code
    assert held.text == honest.text
    assert is_signed_by(held, world.public["kcg"])
    assert is_signed_by(offered, world.public["kcg"])
    assert offered.root != held.root
    assert theirs.verify(world.public).ok
    assert theirs.rebuild()["ok"] is True


def test_a_dispute_that_the_caller_catches_is_kept_with_the_batch(
    world: World, pair: tuple[Ledger, Ledger], fill: Fill, tmp_path: Path
) -> None:
    ours, theirs = pair
    fill(ours, 3)
    accept(world, theirs, sign(ours).note, [])
    forged = sign(forked(world, tmp_path, fill, 3))

    with theirs.write() as batch:
        batch.append("records.stored", b"in the same batch")
        with pytest.raises(Fault, match="checkpoint_forked"):
            theirs.accept_partner_checkpoint(batch, "kcg", world.public["kcg"], forged.note, [])

    assert len(disputes(theirs)) == 1
    assert theirs.size == 3


def test_a_checkpoint_that_goes_on_needs_its_proof(world: World, pair: tuple[Ledger, Ledger], fill: Fill) -> None:
    ours, theirs = pair
    fill(ours, 3)
    first = sign(ours)
    accept(world, theirs, first.note, [])
    fill(ours, 4)
    second = sign(ours)
    proof = ours.consistency(first.size, second.size)

    for wrong in ([], proof[:-1], [*proof, proof[0]], [bytes(32), *proof[1:]]):
        with pytest.raises(Fault, match="checkpoint_inconsistent"):
            accept(world, theirs, second.note, wrong)

    assert accept(world, theirs, second.note, proof).startswith(second.note)


def test_a_checkpoint_of_another_realm_or_party_is_refused(
    world: World, pair: tuple[Ledger, Ledger], fill: Fill
) -> None:
    _, theirs = pair
    for origin in ("haemaru/live/kcg", "haemaru/demo/kcs", "another/demo/kcg"):
        made = write_checkpoint(world.keys["kcg"], origin, 1, bytes(32), "2026-03-02T09:00:00Z")
        with pytest.raises(Fault, match="checkpoint_other_origin"):
            accept(world, theirs, made.note, [])

    assert theirs.size == 0


def test_a_checkpoint_signed_by_another_is_refused(world: World, pair: tuple[Ledger, Ledger]) -> None:
    _, theirs = pair
    made = write_checkpoint(NodeKeys.generate(), "haemaru/demo/kcg", 1, bytes(32), "2026-03-02T09:00:00Z")

    with pytest.raises(Fault, match="checkpoint_signature_wrong"):
        accept(world, theirs, made.note, [])


ROOT = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"\xff\n",
        b"haemaru/demo/kcg\n",
        b"haemaru/demo/kcg\n1\n",
        f"haemaru/demo/kcg\n01\n{ROOT}\nat x\n\n".encode(),
        f"haemaru/demo/kcg\n-1\n{ROOT}\nat x\n\n".encode(),
        f"haemaru/demo/kcg\n٣\n{ROOT}\nat x\n\n".encode(),
        f"haemaru/demo/kcg\n{'9' * 5000}\n{ROOT}\nat x\n\n".encode(),
        f"haemaru/demo/kcg\n1\n{ROOT}\n\n".encode(),
        f"haemaru/demo/kcg\n1\n{ROOT[:-4]}\nat x\n\n".encode(),
        b"haemaru/demo/kcg\n1\n????\nat x\n\n",
        f"haemaru/demo/kcg\n1\n{ROOT}\nat x".encode(),
        f"haemaru/demo/kcg\n1\n{ROOT}\nat x\n".encode(),
        f"haemaru/demo/kcg\n{2**63}\n{ROOT}\nat x\n\n".encode(),
    ],
)
def test_what_is_no_checkpoint_is_refused(world: World, pair: tuple[Ledger, Ledger], note: bytes) -> None:
    with pytest.raises(Fault, match="checkpoint_unreadable"):
        accept(world, pair[1], note, [])


def test_a_line_that_is_not_the_partners_is_refused(world: World, pair: tuple[Ledger, Ledger], fill: Fill) -> None:
    ours, theirs = pair
    fill(ours, 3)
    checkpoint = sign(ours)
    signed = accept(world, theirs, checkpoint.note, [])
    line = signed[len(checkpoint.note) :]
    swapped = base64.b64encode(bytes(76)).decode().encode()
    wrong = [
        checkpoint.note,
        checkpoint.note + line.replace(b"kcs", b"kcg"),
        checkpoint.note + line[:-5] + b"AAAA\n",
        checkpoint.note + b"\xe2\x80\x94 haemaru/demo/kcs " + swapped + b"\n",
        checkpoint.note + b"\xe2\x80\x94 haemaru/demo/kcs ????\n",
    ]

    for note in wrong:
        with pytest.raises(Fault, match="countersignature_wrong"), ours.write() as batch:
            ours.store_countersignature(batch, "kcs", world.public["kcs"], checkpoint.size, note)
    with pytest.raises(Fault, match="countersignature_unknown_checkpoint"), ours.write() as batch:
        ours.store_countersignature(batch, "kcs", world.public["kcs"], 99, signed)

    with ours.read() as tx:
        assert ours.countersigned(tx, "kcs") == 0
