"""A portable proof convinces with nothing else at hand; an honest ledger gives nobody the means to make one."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from tests.ledger.conftest import World

from haemaru.ledger import Checkpoint, Ledger, evidence_bytes, prove, read_evidence
from haemaru.ledger.evidence import Evidence, find_evidence
from haemaru.ledger.notes import write_restart
from haemaru.signing import P256_SUITE, NodeKeys, make_statement, read_statement
from haemaru.wording import Fault

Fill = Callable[[Ledger, int], None]
KINDS = ("two_roots", "other_past", "shrunk", "two_restarts")


def sign(ledger: Ledger) -> Checkpoint:
    with ledger.write() as batch:
        return ledger.checkpoint(batch)


@pytest.fixture
def honest(world: World, fill: Fill) -> Ledger:
    ledger = world.open()
    fill(ledger, 5)
    return ledger


@pytest.fixture
def forged(world: World, fill: Fill, tmp_path: Path) -> Ledger:
    """Another history of the same party, signed with the same keys."""
    ledger = world.open(url=f"sqlite:///{tmp_path}/fork.db")
    fill(ledger, 5)
    return ledger


@pytest.mark.parametrize("size", range(1, 20))
def test_a_rewritten_past_is_proved_whatever_the_size(world: World, fill: Fill, tmp_path: Path, size: int) -> None:
    honest, forged = world.open(), world.open(url=f"sqlite:///{tmp_path}/fork.db")
    fill(honest, size)
    held = sign(honest)
    fill(forged, size + 7)
    offered = sign(forged)

    found = find_evidence(
        world.public["kcg"], held, offered, forged.root_at(size), forged.consistency(size, offered.size)
    )

    assert found is not None
    again = read_evidence(evidence_bytes(found))
    proved = prove(again, read_statement(make_statement(world.keys["kcg"], "kcg", "demo", "2026-01-01T00:00:00Z")))
    assert (proved.kind, proved.keyid) == ("other_past", world.public["kcg"].keyid)
    assert (proved.origin, proved.sizes) == ("haemaru/demo/kcg", (size, offered.size))


def test_a_fork_is_proved_by_two_notes(world: World, honest: Ledger, forged: Ledger) -> None:
    found = find_evidence(world.public["kcg"], sign(honest), sign(forged))

    assert found is not None
    assert prove(found).kind == "two_roots"


def test_a_ledger_that_shrank_is_proved_by_its_times(world: World, fill: Fill, honest: Ledger, forged: Ledger) -> None:
    fill(honest, 10)
    held = sign(honest)
    assert (
        find_evidence(world.public["kcg"], held, sign(forged)) is None
    )  # signed at the same moment: it might be older
    world.clock.advance(timedelta(seconds=1))
    fill(forged, 1)

    found = find_evidence(world.public["kcg"], held, sign(forged))

    assert found is not None
    assert prove(found).kind == "shrunk"


def test_an_honest_ledger_never_signs_an_earlier_time(world: World, fill: Fill, honest: Ledger) -> None:
    first = sign(honest)
    world.clock.advance(timedelta(minutes=-10))
    fill(honest, 3)
    second = sign(honest)

    assert (second.at, second.size) == (first.at, 9)
    assert find_evidence(world.public["kcg"], first, second) is None


def test_an_honest_ledger_gives_nobody_a_proof(world: World, fill: Fill, honest: Ledger) -> None:
    notes = []
    for _ in range(6):
        fill(honest, 4)
        world.clock.advance(timedelta(seconds=30))
        notes.append(sign(honest))

    for old in notes:
        for new in notes:
            low, high = sorted((old.size, new.size))
            links = [(honest.root_at(low), honest.consistency(low, high)), (bytes(32), []), (b"", [bytes(32)] * 3)]
            for root, proof in links:
                assert find_evidence(world.public["kcg"], old, new, root, proof) is None


def test_two_restarts_of_one_name_are_a_proof(world: World) -> None:
    keys = world.keys["kcg"]
    one = write_restart(keys, "haemaru/demo/kcg", 4, bytes(32), "2026-03-02T09:00:00Z", "r1", "disk failed")
    other = write_restart(keys, "haemaru/demo/kcg", 3, bytes(32), "2026-03-02T09:00:00Z", "r1", "disk failed")
    second = write_restart(keys, "haemaru/demo/kcg", 3, bytes(32), "2026-03-02T09:00:00Z", "r2", "again")

    found = find_evidence(world.public["kcg"], one, other)

    assert found is not None
    assert prove(found).kind == "two_restarts"
    assert find_evidence(world.public["kcg"], one, second) is None
    assert find_evidence(world.public["kcg"], one, one) is None


def test_a_restart_is_no_proof_that_the_ledger_shrank(world: World, honest: Ledger) -> None:
    held = sign(honest)
    back = write_restart(
        world.keys["kcg"], "haemaru/demo/kcg", 3, honest.root_at(3), "2026-03-02T10:00:00Z", "r1", "disk failed"
    )

    assert find_evidence(world.public["kcg"], held, back) is None


@pytest.fixture
def proof(world: World, honest: Ledger, forged: Ledger) -> Evidence:
    found = find_evidence(world.public["kcg"], sign(honest), sign(forged))
    assert found is not None
    return found


def test_a_changed_proof_proves_nothing(proof: Evidence) -> None:
    data = bytearray(evidence_bytes(proof))
    wrong = 0
    for at in range(0, len(data), 7):
        changed = bytearray(data)
        changed[at] ^= 1
        try:
            found = prove(read_evidence(bytes(changed)))
        except Fault:
            wrong += 1
        else:  # a byte between the words, or one of the time under a line that nobody signed
            assert found.sizes == (5, 5)
    assert wrong > len(data) // 7 * 0.8


@pytest.mark.parametrize("kind", KINDS[1:])
def test_a_proof_of_another_sort_proves_nothing(proof: Evidence, kind: str) -> None:
    with pytest.raises(Fault, match="proof_proves_nothing"):
        prove(msgspec.structs.replace(proof, kind=kind))


def test_a_proof_about_another_key_or_party_is_told_apart(world: World, proof: Evidence) -> None:
    other = NodeKeys.generate()
    for keys, party, code in (
        (other, "kcg", "proof_of_other_key"),
        (NodeKeys.generate(P256_SUITE), "kcg", "proof_of_other_key"),
        (world.keys["kcg"], "kcs", "proof_of_other_ledger"),
    ):
        statement = read_statement(make_statement(keys, party, "demo", "2026-01-01T00:00:00Z"))
        with pytest.raises(Fault, match=code):
            prove(proof, statement)


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"\xff", b'{"type": "haemaru-ledger-proof", "v": 1}', b"[" * 70_000]
)
def test_what_is_no_proof_is_refused(data: bytes) -> None:
    with pytest.raises(Fault, match="proof_unreadable"):
        read_evidence(data)
