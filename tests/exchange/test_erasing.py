"""The answer `erased` is true: nothing of a copy is left in the receiver's ledger, and everything else still fits."""

from collections.abc import Callable

import msgspec
import pysqlite3.dbapi2 as sqlite
import pytest
from tests.exchange.nodes import Node, drain, report
from tests.exchange.test_faults import receipt_of, send_lines
from tests.exchange.test_positions import arrow, put

from haemaru.exchange.entries import ERASED
from haemaru.exchange.envelope import RECORD_TYPE, join, number, read_envelope, split, write_envelope
from haemaru.ledger import verify_consistency, verify_inclusion
from haemaru.records import header_bytes, read_header
from haemaru.wording import Fault

TOKEN = b"HAEDONG STAR"
ENVELOPES = ("exchange.received", "exchange.sealed", "exchange.resealed")


def said(node: Node, token: bytes = TOKEN) -> list[int]:
    """The entries of a node's ledger whose body, or the payload of whose envelope, holds these bytes."""
    found = []
    with node.ledger.read() as tx:
        for entry, body in node.ledger.entries(tx):
            line = body.partition(b"\n")[2]
            payload = read_envelope(line).content if entry.kind in ENVELOPES and line else b""
            if token in body or token in payload:
                found.append(entry.index)
    return found


def check(north: Node, south: Node) -> None:
    """What must hold whatever was erased: history, tables and counts."""
    for node, other in ((north, south), (south, north)):
        verification = node.ledger.verify({other.party: other.keys.public})
        assert verification.ok, verification.first_bad
        assert node.ledger.rebuild(check=True)["equal"]
        for counts in node.exchange.status()[other.party]["channels"]:
            assert (counts["lost"], counts["duplicates"]) == (0, 0)


def keys(node: Node) -> int:
    with node.ledger.read() as tx:
        row = tx.one("SELECT count(*) FROM exchange_keys")
    assert row is not None
    return int(row[0])


def lines_of(sender: Node, to: str) -> list[bytes]:
    with sender.ledger.read() as tx:
        rows = sender.exchange._sending._waiting(tx, to, "intelligence", 500, 0)
        return sender.exchange._sending._lines(tx, "intelligence", rows)[0]


def compliance(node: Node, peer: str = "south") -> dict[str, int]:
    found: dict[str, int] = node.exchange.status()[peer]["compliance"]
    return found


def test_after_a_retraction_no_body_holds_any_revision(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(north, south)
    north.correct("r-1", {"text": "the other ship", "count": 3})
    drain(north, south)
    assert len(said(south)) == 2
    assert keys(south) > 0

    north.retract("r-1")
    drain(north, south)

    assert said(south) == []
    assert said(south, b"the other ship") == []
    assert keys(south) == 0
    assert compliance(north) == {"corrected": 1, "erased": 1}
    assert south.counts("north")["received"] == 2
    [tombstone] = south.exchange.holdings.list(states=("held", "superseded", "retracted", "expired", "quarantined"))
    assert (tombstone.rid, tombstone.kind, tombstone.state) == ("r-1", "intelligence.report", "retracted")
    assert "body" not in tombstone.record
    assert [line["op"] for line in south.exchange.traffic.history("r-1")] == ["put", "correct", "retract"]
    check(north, south)


def test_the_entry_of_an_erasure_says_nothing_of_the_record(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(north, south)
    with north.ledger.write() as batch:
        north.exchange.expire(batch, "r-1")
    drain(north, south)

    with south.ledger.read() as tx:
        [(_, body)] = south.ledger.entries(tx, kinds=(ERASED,))

    for word in (b"HAEDONG", b"440123456", b"anchor", b"informant", b"2026-03-02T08:30"):
        assert word not in body
    assert compliance(north) == {"erased": 1}
    check(north, south)


@pytest.mark.parametrize("gone", ["r-0", "r-1", "r-2"])
@pytest.mark.parametrize("each_alone", [True, False])
def test_the_stream_has_no_gap_wherever_the_erased_item_stood(
    pair: tuple[Node, Node], gone: str, each_alone: bool
) -> None:
    north, south = pair
    for rid in ("r-0", "r-1", "r-2"):
        north.put(report(rid), "south")
        if each_alone:
            drain(north, south)
    drain(north, south)
    north.retract(gone)
    drain(north, south)
    check(north, south)
    south.ledger.rebuild(check=False)

    north.put(report("r-3"), "south")
    drain(north, south)

    assert south.rids() == [rid for rid in ("r-0", "r-1", "r-2", "r-3") if rid != gone]
    assert south.counts("north")["received"] == 4
    check(north, south)


def test_a_stream_of_which_everything_was_erased_goes_on(pair: tuple[Node, Node]) -> None:
    north, south = pair
    for rid in ("r-0", "r-1"):
        north.put(report(rid), "south")
    drain(north, south)
    for rid in ("r-0", "r-1"):
        north.retract(rid)
    drain(north, south)

    assert said(south) == []
    check(north, south)
    south.ledger.rebuild(check=False)
    south.restart()
    north.put(report("r-2"), "south")
    drain(north, south)

    assert south.rids() == ["r-2"]
    check(north, south)


def test_a_frame_that_comes_again_is_known_by_its_leaves(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    frame = north.frame("south")
    drain(north, south)
    north.retract("r-1")
    drain(north, south)

    receipt = receipt_of(south, frame)

    assert (receipt.code, receipt.upto, receipt.exceptions) == ("repeated", 1, ())
    assert said(south) == []
    forged = receipt_of(south, send_lines(north, south, [b"another line"]))
    assert [item.code for item in forged.exceptions] == ["number_taken"]
    check(north, south)


def test_a_copy_that_comes_after_its_tombstone_is_never_written_down(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    late = north.frame("south")
    north.retract("r-1")
    north.exchange.take_receipt("south", south.exchange.accept(north.frame("south", "control")))

    north.exchange.take_receipt("south", south.exchange.accept(late))
    drain(north, south)

    assert said(south) == []
    assert compliance(north) == {"unknown_rid_tombstoned": 1}
    assert len(list(south.exchange.holdings.list(states=("retracted",)))) == 1
    check(north, south)


def test_a_copy_in_quarantine_is_erased_too_and_one_that_comes_there_later_is_not_kept(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    content = read_envelope(lines_of(north, "south")[0]).content
    head, _ = split(content)
    # The same record with a field that its header does not name: the receiver's check refuses it.
    bad = join(head, b'{"rid":"r-1","kind":"intelligence.report","body":{"source":"HAEDONG STAR"},"origin":"north"}')
    line = write_envelope(north.keys, RECORD_TYPE, bad)
    south.exchange.accept(send_lines(north, south, [number(line, 1)]))
    assert [*south.counts("north")["quarantined"].values()] == [1]
    assert len(said(south)) == 1

    north.retract("r-1")
    south.exchange.accept(north.frame("south", "control"))
    south.exchange.accept(send_lines(north, south, [number(line, 2)], first=2))

    assert said(south) == []
    assert south.counts("north")["received"] == 2
    assert south.counts("north")["quarantined"] == {}
    assert list(south.exchange.holdings.list(states=("quarantined",))) == []
    assert south.ledger.verify().ok
    assert south.ledger.rebuild(check=True)["equal"]


def test_a_legal_hold_keeps_every_body_and_what_was_still_on_its_way(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(north, south)
    with south.ledger.write() as batch:
        south.exchange.hold(batch, "r-1", "case 7, court order")
    north.correct("r-1", {"text": "the other ship"})
    late = north.frame("south")
    north.retract("r-1")
    south.exchange.accept(north.frame("south", "control"))

    south.exchange.accept(late)
    drain(north, south)

    assert compliance(north)["held"] == 1
    kept = list(south.exchange.holdings.list(states=("kept",)))
    assert [held.rev for held in kept] == [1, 2]
    assert len(said(south)) == 2
    with south.ledger.read() as tx:
        assert list(south.ledger.entries(tx, kinds=(ERASED, "ledger.erased"))) == []
    check(north, south)


def test_a_retraction_that_comes_again_in_a_new_epoch_gets_the_same_answer(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    south.exchange.accept(north.frame("south"))
    north.exchange.reopen("south")
    south.exchange.accept(north.frame("south", "control"))
    south.exchange.accept(north.frame("south"))
    assert len(said(south)) == 2
    north.retract("r-1")
    south.exchange.accept(north.frame("south", "control"))
    assert said(south) == []

    north.exchange.reopen("south")
    drain(north, south)

    assert said(south) == []
    assert compliance(north) == {"erased": 1}
    assert south.rids() == []
    check(north, south)


def test_only_the_copies_of_the_record_that_was_taken_back_are_erased(pair: tuple[Node, Node]) -> None:
    north, south = pair
    for rid in ("r-1", "r-10"):
        north.put(report(rid), "south")
    drain(north, south)

    north.retract("r-1")
    drain(north, south)

    assert south.rids() == ["r-10"]
    assert [held.rid for held in south.exchange.holdings.about(mmsi="440123456")] == ["r-10"]
    assert len(said(south)) == 1


def test_proofs_from_before_the_erasure_hold_after_it(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(north, south)
    [index] = said(south)
    old, old_root = south.ledger.size, south.ledger.root()

    north.retract("r-1")
    drain(north, south)

    size, root = south.ledger.size, south.ledger.root()
    with south.ledger.read() as tx:
        [(leaf,)] = tx.all("SELECT leaf FROM entry WHERE idx = :idx", idx=index)
        with pytest.raises(Fault, match="ledger_body_erased"):
            south.ledger.body(tx, index)
    assert verify_inclusion(bytes(leaf), index, size, south.ledger.inclusion(index, size), root)
    assert verify_consistency(old, size, old_root, root, south.ledger.consistency(old, size))


def test_key_and_cipher_text_of_an_erased_body_are_overwritten_in_the_file(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(north, south)
    [index] = said(south)
    with south.ledger.read() as tx:
        [(wrapped_key, cipher)] = tx.all("SELECT wrapped_key, cipher FROM body WHERE idx = :idx", idx=index)

    north.retract("r-1")
    drain(north, south)
    south.db.close()
    # The journal is written back into the file; until then it still holds the older pages.
    other = sqlite.connect(str(south.path))
    other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other.close()

    data = south.path.read_bytes()
    assert bytes(wrapped_key) not in data
    assert bytes(cipher)[:64] not in data
    south.open()
    check(north, south)


def test_a_batch_of_positions_is_not_said_to_be_erased(pair: tuple[Node, Node]) -> None:
    north, south = pair
    south.exchange.on_positions(lambda header, data: None)
    put(north, "south", arrow())
    drain(north, south)
    with south.ledger.read() as tx:
        [(_, body)] = south.ledger.entries(tx, kinds=("exchange.received",))
    header = msgspec.structs.replace(read_header(body.partition(b"\n")[2]), rev=2, op="retract", clauses=(), paths=())

    content = join(header_bytes(header), b'{"reason":"wrong"}')
    line = number(write_envelope(north.keys, RECORD_TYPE, content), 1)
    receipt = receipt_of(south, send_lines(north, south, [line], channel="control"))

    assert [item.code for item in receipt.exceptions] == ["positions_not_taken_back"]
    assert south.counts("north", "track")["received"] == 1
    assert south.ledger.rebuild(check=True)["equal"]


def test_what_another_partner_passed_on_under_the_origins_name_is_erased_with_it(
    make_node: Callable[[str], Node],
) -> None:
    north, south, east = (make_node(name) for name in ("north", "south", "east"))
    for one, other in ((north, south), (south, north), (east, south), (south, east)):
        one.knows(other)
    north.put(report(), "south")
    line = write_envelope(east.keys, RECORD_TYPE, read_envelope(lines_of(north, "south")[0]).content)
    drain(north, south)
    south.exchange.accept(send_lines(east, south, [number(line, 1)]))
    assert len(said(south)) == 2

    north.retract("r-1")
    drain(north, south)
    again = receipt_of(south, send_lines(east, south, [number(line, 2)], first=2))

    assert said(south) == []
    assert [item.code for item in again.exceptions] == ["header_other_origin"]
    assert south.counts("east")["received"] == 2
    check(north, south)
