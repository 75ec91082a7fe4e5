"""Two nodes of different suites exchange like any other: each signs with its own and is written to in its own."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from tests.exchange.nodes import Node, drain, load, report

from haemaru.clock import FakeClock
from haemaru.exchange import FrameRefused, Receipt, ReceiptRefused, Refusal
from haemaru.exchange.envelope import RECORD_TYPE, number, write_envelope
from haemaru.exchange.frame import FRAME_TYPE, MAGIC, FrameHeader, Stream, read_outer, verify_outer, write_frame
from haemaru.exchange.receipt import read_answer, write_receipt
from haemaru.ledger.notes import is_countersigned_by, is_signed_by
from haemaru.signing import P256_SUITE, SUITE, Keys, NodeKeys, pae

AT = "2026-03-02T09:00:00Z"
STREAM = Stream("north", "south", "demo", "intelligence", 1)


@pytest.fixture(params=[(P256_SUITE, SUITE), (SUITE, P256_SUITE), (P256_SUITE, P256_SUITE)], ids="-".join)
def pair(request: pytest.FixtureRequest, clock: FakeClock, tmp_path: Path) -> Iterator[tuple[Node, Node]]:
    names = zip(("north", "south"), request.param, strict=True)
    north, south = (
        Node(party, clock, tmp_path, load(), place, suite=suite) for place, (party, suite) in enumerate(names, 1)
    )
    north.knows(south)
    south.knows(north)
    yield north, south
    north.db.close()
    south.db.close()


def answer_to(node: Node, frame: bytes) -> Receipt | Refusal:
    return read_answer(node.exchange.accept(frame), node.keys.public)


def resigned(keys: Keys, frame: bytes, **changes: object) -> bytes:
    """The frame with another header, signed again by its sender."""
    outer = read_outer(frame)
    clear = msgspec.json.encode(msgspec.structs.replace(outer.header, **changes))
    signature = keys.sign(pae(FRAME_TYPE, clear))
    lengths = (len(clear).to_bytes(4, "big"), len(signature).to_bytes(2, "big"))
    return b"".join((MAGIC, lengths[0], clear, lengths[1], signature, outer.cipher))


def test_records_go_both_ways_and_everything_can_be_taken_back(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report("r-1"), "south")
    north.put(report("r-2"), "south")
    south.put(report("s-1", origin="south"), "north")
    drain(north, south)

    north.correct("r-1", {"text": "the other ship", "source": "informant", "count": 3})
    north.retract("r-2")
    drain(north, south)

    assert sorted(south.rids()) == ["r-1", "s-1"]
    assert sorted(north.rids()) == ["r-1", "s-1"]
    assert north.counts("south")["acknowledged"] == 3
    assert north.exchange.status()["south"]["compliance"] == {"corrected": 1, "erased": 1}
    assert south.counts("north")["quarantined"] == {}
    assert drain(north, south) == 0


def test_checkpoints_are_countersigned_across_suites_and_verify_after_a_restart(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    south.put(report("s-1", origin="south"), "north")
    drain(north, south)
    for node, other in (pair, pair[::-1]):
        assert node.exchange.offer_checkpoints(force=True) == [other.party]
    drain(north, south)

    for node, other in (pair, pair[::-1]):
        node.restart()
        found = node.ledger.verify({other.party: other.keys.public})
        assert (found.ok, found.countersignatures) == (True, 1)
        checkpoint = node.ledger.latest_checkpoint()
        assert checkpoint is not None
        assert is_signed_by(checkpoint, node.keys.public)
        assert not is_signed_by(checkpoint, other.keys.public)
        wrong = node.ledger.verify({other.party: node.keys.public})
        assert not wrong.ok
        assert not is_countersigned_by(checkpoint, f"haemaru/demo/{other.party}", node.keys.public)


def test_a_courier_file_crosses_suites(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report("r-1"), "south")

    south.exchange.import_courier(north.exchange.export_courier("south"))
    north.exchange.import_courier(south.exchange.export_courier("north"))

    assert south.rids() == ["r-1"]
    assert north.counts("south")["acknowledged"] == 1


def test_a_frame_names_the_suite_it_is_signed_in_and_the_one_it_is_sealed_in(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")

    frame = north.frame("south")
    header = read_outer(frame).header

    assert (header.suite, header.sealed_in) == (north.keys.suite, south.keys.suite)
    assert b"HAEDONG" not in frame


def test_an_envelope_of_a_suite_that_is_not_the_senders_is_quarantined(pair: tuple[Node, Node]) -> None:
    north, south = pair
    other = NodeKeys.generate(SUITE if north.keys.suite == P256_SUITE else P256_SUITE)
    line = number(write_envelope(other, RECORD_TYPE, b"{}\n{}"), 1)
    renamed = number(write_envelope(north.keys, RECORD_TYPE, b"{}\n{}"), 2).replace(
        f'"suite":"{north.keys.suite}"'.encode(), f'"suite":"{other.suite}"'.encode()
    )

    receipt = answer_to(south, write_frame(north.keys, south.keys.public, STREAM, 1, [line, renamed], AT).data)

    assert isinstance(receipt, Receipt)
    assert [each.code for each in receipt.exceptions] == ["envelope_other_suite"] * 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"suite": "rot13"}, "frame_suite_unknown"),
        ({"to_suite": "rot13"}, "frame_suite_unknown"),
        ({"suite": "", "to_suite": SUITE}, "frame_suite_unknown"),
    ],
)
def test_a_frame_of_an_unknown_suite_is_refused(pair: tuple[Node, Node], changes: dict[str, object], code: str) -> None:
    north, south = pair
    north.put(report(), "south")

    refusal = answer_to(south, resigned(north.keys, north.frame("south"), **changes))

    assert isinstance(refusal, Refusal)
    assert refusal.code == code
    assert south.rids() == []


def test_a_frame_that_swaps_its_suites_is_refused(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    frame = north.frame("south")
    other = SUITE if south.keys.suite == P256_SUITE else P256_SUITE

    sealed_otherwise = msgspec.UNSET if other == north.keys.suite else other
    wrong_seal = answer_to(south, resigned(north.keys, frame, to_suite=sealed_otherwise))
    twice = answer_to(south, resigned(north.keys, frame, to_suite=north.keys.suite))

    assert isinstance(wrong_seal, Refusal)
    assert isinstance(twice, Refusal)
    assert (wrong_seal.code, twice.code) == ("frame_does_not_open", "frame_unreadable")


def test_a_header_that_claims_another_suite_is_of_another_key(pair: tuple[Node, Node]) -> None:
    north, _ = pair
    north.put(report(), "south")
    outer = read_outer(north.frame("south"))
    other = SUITE if north.keys.suite == P256_SUITE else P256_SUITE
    header: FrameHeader = msgspec.structs.replace(outer.header, suite=other)

    with pytest.raises(FrameRefused, match="frame_other_key"):
        verify_outer(msgspec.structs.replace(outer, header=header), north.keys.public)


def test_a_receipt_signed_in_another_suite_is_not_believed(pair: tuple[Node, Node]) -> None:
    _, south = pair
    other = NodeKeys.generate(SUITE if south.keys.suite == P256_SUITE else P256_SUITE)
    receipt = Receipt(by="south", stream=STREAM, upto=9, first=1, last=9, root="", frame="", code="stored", at=AT)

    with pytest.raises(ReceiptRefused, match="receipt_bad_signature"):
        read_answer(write_receipt(other, receipt), south.keys.public)
    assert read_answer(write_receipt(south.keys, receipt), south.keys.public) == receipt
