"""What goes wrong on the way: every fault ends in the same state on both sides, and is counted."""

import base64
import hashlib
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.exchange.nodes import Node, drain, load, report

from haemaru.clock import FakeClock
from haemaru.exchange import LIMITS, ReceiptRefused, Refusal
from haemaru.exchange.envelope import RECORD_TYPE, join, number, read_envelope, split, write_envelope
from haemaru.exchange.frame import FRAME_TYPE, MAGIC, Stream, open_frame, read_outer, write_frame
from haemaru.exchange.receipt import Receipt, read_answer
from haemaru.ledger import Batch, Ledger
from haemaru.signing import NodeKeys, pae, seal_to


def refusal_of(node: Node, data: bytes) -> str:
    """The code under which a node refuses these bytes."""
    answer = read_answer(node.exchange.accept(data), node.keys.public)
    assert isinstance(answer, Refusal)
    return answer.code


def receipt_of(node: Node, data: bytes) -> Receipt:
    answer = read_answer(node.exchange.accept(data), node.keys.public)
    assert isinstance(answer, Receipt)
    return answer


def send_lines(
    sender: Node, receiver: Node, lines: list[bytes], first: int = 1, channel: str = "intelligence"
) -> bytes:
    """A frame of any lines, well signed: what a faulty or hostile partner could send."""
    stream = Stream(sender.party, receiver.party, "demo", channel, 1)
    return write_frame(sender.keys, receiver.keys.public, stream, first, lines, "2026-03-02T09:00:00Z").data


def killed_before_commit(node: Node, act: Callable[[Batch], object]) -> None:
    """The process ends after the work and before the commit; then it starts again."""
    with suppress(KeyboardInterrupt), node.ledger.write() as batch:
        act(batch)
        raise KeyboardInterrupt
    node.restart()


def test_a_reply_lost_after_the_commit_ends_in_one_copy(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    south.exchange.accept(north.frame("south"))

    receipt = receipt_of(south, north.frame("south"))
    drain(north, south)

    assert receipt.code == "repeated"
    assert south.rids() == ["r-1"]
    assert (south.counts("north")["repeated"], south.counts("north")["duplicates"]) == (2, 0)
    assert north.counts("south")["acknowledged"] == 1


def test_a_receiver_killed_before_its_commit_holds_nothing_and_gets_it_again(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    frame = north.frame("south")

    killed_before_commit(south, lambda _: south.exchange.accept(frame))

    assert south.rids() == []
    drain(north, south)
    assert south.rids() == ["r-1"]


def test_a_sender_killed_before_its_commit_gave_no_number(pair: tuple[Node, Node]) -> None:
    north, south = pair

    killed_before_commit(north, lambda batch: north.exchange.put(batch, report("r-1"), "south", "watch"))
    north.put(report("r-2"), "south")
    drain(north, south)

    assert south.rids() == ["r-2"]
    assert north.counts("south")["sealed"] == 1


def test_frames_that_overtake_each_other_are_refused_with_the_cursor(pair: tuple[Node, Node]) -> None:
    north, south = pair
    for number_ in range(4):
        north.put(report(f"r-{number_}"), "south")
    first = north.frame("south", limit=2)
    second = north.exchange._sending.next_frame("south", "intelligence", 2, after=2)
    assert second is not None

    gap = receipt_of(south, second)
    assert (gap.code, gap.upto) == ("gap", 0)
    assert south.rids() == []

    assert receipt_of(south, first).upto == 2
    assert receipt_of(south, second).upto == 4
    assert receipt_of(south, first).code == "repeated"
    assert south.rids() == ["r-0", "r-1", "r-2", "r-3"]


def test_a_longer_frame_that_begins_with_what_is_held_adds_only_the_rest(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report("r-1"), "south")
    south.exchange.accept(north.frame("south"))
    north.put(report("r-2"), "south")

    receipt = receipt_of(south, north.frame("south"))

    assert (receipt.upto, receipt.code) == (2, "stored")
    assert south.rids() == ["r-1", "r-2"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_cut_or_flipped_bit_is_ever_accepted(pair: tuple[Node, Node], data: st.DataObject) -> None:
    north, south = pair
    north.put(report(), "south")
    frame = north.frame("south")
    if data.draw(st.booleans()):
        broken = frame[: data.draw(st.integers(0, len(frame) - 1))]
    else:
        place, bit = data.draw(st.integers(0, len(frame) - 1)), data.draw(st.integers(0, 7))
        broken = frame[:place] + bytes([frame[place] ^ 1 << bit]) + frame[place + 1 :]

    answer = read_answer(south.exchange.accept(broken), south.keys.public)

    assert isinstance(answer, Refusal)
    assert south.rids() == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.binary(max_size=300))
def test_noise_is_refused(pair: tuple[Node, Node], noise: bytes) -> None:
    assert isinstance(read_answer(pair[1].exchange.accept(noise), None), Refusal)


def test_frames_for_others_or_from_strangers_are_refused_and_counted(make_node: Callable[[str], Node]) -> None:
    north, south, east = (make_node(name) for name in ("north", "south", "east"))
    for one in (north, south):
        for other in (north, south, east):
            if one is not other:
                one.knows(other)
    east.knows(south)
    north.put(report(), "south")
    frame = north.frame("south")

    assert refusal_of(east, frame) == "frame_other_recipient"
    line = write_envelope(east.keys, RECORD_TYPE, b"{}\n{}")
    # East signs a frame in the name of north: the keys are not north's.
    stream = Stream("north", "south", "demo", "intelligence", 1)
    forged = write_frame(east.keys, south.keys.public, stream, 1, [number(line, 1)], "2026-03-02T09:00:00Z").data
    assert refusal_of(south, forged) == "frame_other_key"
    stranger = Stream("west", "south", "demo", "intelligence", 1)
    unknown = write_frame(east.keys, south.keys.public, stranger, 1, [number(line, 1)], "2026-03-02T09:00:00Z").data
    assert refusal_of(south, unknown) == "frame_unknown_peer"
    other_realm = Stream("north", "south", "live", "intelligence", 1)
    live = write_frame(north.keys, south.keys.public, other_realm, 1, [number(line, 1)], "2026-03-02T09:00:00Z").data
    assert refusal_of(south, live) == "frame_other_realm"
    wrong_key = write_frame(
        north.keys, east.keys.public, Stream("north", "south", "demo", "intelligence", 1), 1, [line], "x"
    ).data
    assert refusal_of(south, wrong_key) == "frame_other_recipient_key"

    assert south.exchange.refused() == {"frame_unknown_peer": 1}
    assert south.counts("north")["refused"] == {
        "frame_other_key": 1,
        "frame_other_realm": 1,
        "frame_other_recipient_key": 1,
    }
    assert south.rids() == []


def test_an_alarm_stands_while_frames_with_an_unknown_key_come(pair: tuple[Node, Node], clock: FakeClock) -> None:
    north, south = pair
    stranger = NodeKeys.generate()
    line = write_envelope(stranger, RECORD_TYPE, b"{}\n{}")
    stream = Stream("north", "south", "demo", "intelligence", 1)
    forged = write_frame(stranger, south.keys.public, stream, 1, [number(line, 1)], "2026-03-02T09:00:00Z").data

    assert south.exchange.status()["north"]["alarms"] == []
    south.exchange.accept(forged)
    # A good frame in between does not end it: somebody signs in the partner's name.
    north.put(report(), "south")
    drain(north, south)
    assert south.exchange.status()["north"]["alarms"] == ["frame_other_key"]

    clock.advance(timedelta(minutes=10))
    assert south.exchange.status()["north"]["alarms"] == []


def test_a_record_replayed_by_another_partner_is_quarantined(make_node: Callable[[str], Node]) -> None:
    north, south, east = (make_node(name) for name in ("north", "south", "east"))
    south.knows(north)
    south.knows(east)
    north.knows(south)
    east.knows(south)
    north.put(report(), "south")
    with north.ledger.read() as tx:
        rows = north.exchange._sending._waiting(tx, "south", "intelligence", 1, None)
        lines, _ = north.exchange._sending._lines(tx, "intelligence", rows)

    receipt = receipt_of(south, send_lines(east, south, lines))

    assert [item.code for item in receipt.exceptions] == ["envelope_bad_signature"]
    assert south.rids() == []
    assert south.counts("east")["quarantined"] == {"envelope_bad_signature": 1}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"no json at all", "envelope_unreadable"),
        (b'{"seq":1}', "envelope_unreadable"),
        (b'{"seq":9,"suite":"s","payloadType":"t","payload":""}', "envelope_other_number"),
        (b'{"seq":1,"suite":"s","payloadType":"t","payload":"***"}', "envelope_bad_base64"),
        (b'{"seq":1,"suite":"s","payloadType":"t","payload":""}', "envelope_other_suite"),
    ],
)
def test_a_bad_item_is_quarantined_and_does_not_block_the_next(pair: tuple[Node, Node], line: bytes, code: str) -> None:
    north, south = pair

    receipt = receipt_of(south, send_lines(north, south, [line]))

    assert (receipt.upto, [item.code for item in receipt.exceptions]) == (1, [code])
    assert south.counts("north")["quarantined"] == {code: 1}
    with north.ledger.write():
        pass
    assert south.ledger.rebuild(check=True)["equal"]


def test_a_kind_that_no_clause_names_is_quarantined(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(north, south)
    # The receiver reads the same bytes and finds no clause of this kind: a sender that does not keep to them.
    south.adopted.known = [replace(south.adopted.known[0], clauses=())]

    north.put(report("r-2"), "south")
    drain(north, south)

    assert south.rids() == ["r-1"]
    assert south.counts("north")["quarantined"] == {"kind_not_in_agreement": 1}
    assert north.counts("south")["exceptions"] == {"kind_not_in_agreement": 1}


def test_what_was_sealed_under_an_agreement_not_yet_adopted_waits_for_it(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.adopted.known = [load("2")]
    north.put(report(), "south")
    drain(north, south)
    assert south.counts("north")["refused"] == {"agreement_unknown": 1}
    assert north.counts("south")["waiting"] == 1

    south.adopted.known.append(load("2"))
    drain(north, south)
    assert south.rids() == ["r-1"]


def test_a_newly_adopted_agreement_seals_the_queue_anew_or_voids_it(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report("r-1"), "south")
    for node in pair:
        node.adopted.known.append(load("2"))
    drain(north, south)
    held = south.exchange.holdings.find("r-1")
    assert held is not None
    assert held.header["agreement"]["version"] == "2"

    north.put(report("r-2"), "south")
    for node in pair:
        node.adopted.known.append(load("3", without=("1.1",)))
    drain(north, south)
    assert south.rids() == ["r-1"]
    assert south.counts("north")["void_received"] == 1


def test_a_tampered_or_misplaced_receipt_moves_no_cursor(pair: tuple[Node, Node]) -> None:
    north, south = pair
    for number_ in range(3):
        north.put(report(f"r-{number_}"), "south")
    early = south.exchange.accept(north.frame("south", limit=1))
    north.exchange.take_receipt("south", early)
    good = south.exchange.accept(north.frame("south", limit=1))
    envelope = msgspec.json.decode(good)
    payload = base64.b64decode(envelope["payload"]).replace(b'"upto":2', b'"upto":3')
    tampered = msgspec.json.encode(envelope | {"payload": base64.b64encode(payload).decode()})

    for bad in (tampered, good[:-5], b"", b"{}", north.frame("south"), b"x" * (LIMITS.receipt_bytes + 1)):
        with pytest.raises(ReceiptRefused):
            north.exchange.take_receipt("south", bad)
    assert north.counts("south")["acknowledged"] == 1

    north.exchange.take_receipt("south", early)
    assert north.counts("south")["acknowledged"] == 1
    north.frame("south", limit=1)
    north.exchange.take_receipt("south", good)
    assert north.counts("south")["acknowledged"] == 2
    with pytest.raises(ReceiptRefused, match="receipt_bad_signature"):
        south.exchange.take_receipt("north", good)


def test_a_sender_put_back_to_an_old_backup_finds_its_cursor_in_the_future(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report("r-1"), "south")
    drain(north, south)
    north.db.close()
    backup = north.path.read_bytes()
    north.open()
    north.put(report("r-2"), "south")
    north.put(report("r-3"), "south")
    drain(north, south)
    north.db.close()
    for extra in north.path.parent.glob(f"{north.path.name}-*"):
        extra.unlink()
    north.path.write_bytes(backup)
    north.open()

    north.put(report("r-4"), "south")
    with pytest.raises(ReceiptRefused, match="cursor_in_future"):
        north.exchange.take_receipt("south", south.exchange.accept(north.frame("south")))
    assert north.counts("south")["alarm"] == "cursor_in_future"

    assert north.exchange.reopen("south") == 2
    drain(north, south)
    assert south.rids() == ["r-1", "r-2", "r-3", "r-4"]
    assert south.counts("north")["lost"] == 0


def test_a_receiver_put_back_to_an_old_backup_is_filled_again(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report("r-1"), "south")
    drain(north, south)
    south.db.close()
    backup = south.path.read_bytes()
    south.open()
    north.put(report("r-2"), "south")
    drain(north, south)
    south.db.close()
    for extra in south.path.parent.glob(f"{south.path.name}-*"):
        extra.unlink()
    south.path.write_bytes(backup)
    south.open()

    north.put(report("r-3"), "south")
    drain(north, south)

    assert south.rids() == ["r-1", "r-2", "r-3"]
    assert north.counts("south")["alarm"] == "receiver_behind"


def test_an_epoch_that_is_over_is_refused_and_named(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report("r-1"), "south")
    old = north.frame("south")
    north.exchange.reopen("south")
    drain(north, south)

    answer = read_answer(south.exchange.accept(old), south.keys.public)

    assert isinstance(answer, Refusal)
    assert (answer.code, answer.epoch) == ("epoch_over", 2)
    assert south.rids() == ["r-1"]


def test_what_was_delivered_before_a_new_epoch_is_recognised(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report("r-1"), "south")
    south.exchange.accept(north.frame("south"))

    north.exchange.reopen("south")
    drain(north, south)

    assert south.rids() == ["r-1"]
    assert south.counts("north")["duplicates"] == 0
    assert north.counts("south")["waiting"] == 0


def test_a_number_beyond_every_database_is_quarantined_and_blocks_nothing(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    [line] = open_frame(read_outer(north.frame("south")), south.keys)
    head, body = split(read_envelope(line).content)
    huge = [
        number(write_envelope(north.keys, RECORD_TYPE, join(head.replace(old, new), body)), seq)
        for seq, (old, new) in enumerate(
            [(b'"rev":1', b'"rev":%d' % 2**63), (b'"schema":1', b'"schema":%d' % 2**53)], 1
        )
    ]

    receipt = receipt_of(south, send_lines(north, south, huge))
    stream = Stream("north", "south", "demo", "intelligence", 2**63)
    frame = write_frame(north.keys, south.keys.public, stream, 1, huge, "2026-03-02T09:00:00Z").data

    assert [item.code for item in receipt.exceptions] == ["bad_header", "bad_header"]
    assert refusal_of(south, frame) == "frame_unreadable"
    assert south.rids() == []


def test_a_bomb_is_refused_before_it_grows(pair: tuple[Node, Node]) -> None:
    north, south = pair
    lines = [b"a" * 1_000_000] * 34
    assert refusal_of(south, send_lines(north, south, lines)) == "frame_too_large"
    assert refusal_of(south, send_lines(north, south, [b"{}"] * 1_001)) == "frame_too_many_rows"
    assert refusal_of(south, send_lines(north, south, [b"a" * 6_300_000])) == "frame_item_too_large"
    assert refusal_of(south, b"x" * (LIMITS.frame_bytes + 1)) == "frame_too_large"

    # 200 MB that claim to be one line: one byte too many is read, and no more.
    packed = zstandard.ZstdCompressor().compress(b"0" * 200_000_000)
    stream = Stream("north", "south", "demo", "intelligence", 1)
    sealed = seal_to(south.keys.public.box, packed, stream.context(1, 1))
    honest = read_outer(send_lines(north, south, [b"{}"])).header
    header = msgspec.structs.replace(
        honest,
        cipher_sha256=hashlib.sha256(sealed.cipher).hexdigest(),
        epk=base64.b64encode(sealed.epk).decode(),
        nonce=base64.b64encode(sealed.nonce).decode(),
    )
    clear = msgspec.json.encode(header)
    signature = north.keys.sign(pae(FRAME_TYPE, clear))
    parts = (MAGIC, len(clear).to_bytes(4, "big"), clear, len(signature).to_bytes(2, "big"), signature, sealed.cipher)
    tracemalloc.start()
    assert refusal_of(south, b"".join(parts)) == "frame_size_differs"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


def test_nothing_of_a_record_is_seen_on_the_wire_or_on_disk(pair: tuple[Node, Node]) -> None:
    north, south = pair
    rid, token = "canary-rid-7731", "canary-text-4417"
    north.put(report(rid, body={"text": token}, refs=["canary-ref-1"]), "south")
    wire = [north.frame("south"), south.exchange.accept(north.frame("south"))]
    north.exchange.take_receipt("south", wire[1])
    north.retract(rid, "canary-reason")
    wire += [north.frame("south", "control")]
    drain(north, south)

    disk = [path.read_bytes() for node in pair for path in node.path.parent.glob(f"{node.path.name}*")]
    for data in (*wire, *disk):
        assert b"canary" not in data
        assert b"440123456" not in data
    assert isinstance(north.ledger, Ledger)
