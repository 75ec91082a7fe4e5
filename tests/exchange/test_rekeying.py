"""Keys change while a queue is full and the partner away: nothing is lost, and a stolen key ends for good."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from tests.exchange.nodes import Node, drain, later, report
from tests.exchange.test_epochs import agree, compared, greet, put_back

from haemaru.clock import FakeClock, format_time
from haemaru.exchange.keyring import read_history
from haemaru.exchange.receipt import Refusal, read_answer
from haemaru.signing import P256_SUITE, SUITE, KeyChain, NodeKeys, make_statement, read_statement
from haemaru.storage import StorageError
from haemaru.wording import Fault

Pair = tuple[Node, Node]


def chain_of(node: Node) -> KeyChain:
    assert isinstance(node.keys, KeyChain)
    return node.keys


def new_keys(node: Node, number: int, suite: str) -> NodeKeys:
    seed = random.Random(number)
    return NodeKeys(seed.randbytes(32), seed.randbytes(32), node.keys.vault, suite)


def rotate(node: Node, number: int, suite: str = SUITE) -> bytes:
    new = new_keys(node, number, suite)
    statement = make_statement(new, node.party, "demo", format_time(node.clock.now()))
    node.exchange.keys.rotate(chain_of(node), new, statement)
    return statement


def revoke(node: Node, number: int) -> bytes:
    new = new_keys(node, number, SUITE)
    statement = make_statement(new, node.party, "demo", format_time(node.clock.now()))
    node.exchange.keys.revoke(chain_of(node), node.keys.keyid, new, statement, "stolen")
    return statement


@pytest.fixture
def pair(make_node: Callable[[str], Node]) -> Pair:
    """Two nodes with chains of keys and their first statements written down."""
    both = make_node("north"), make_node("south")
    for node in both:
        node.keys = KeyChain([node.keys], node.keys.vault)  # type: ignore[assignment]
        node.restart()
        node.exchange.keys.begin(node.statement())
    both[0].knows(both[1])
    both[1].knows(both[0])
    drain(*both)
    return both


def verified(node: Node) -> dict[str, Any]:
    with node.ledger.read() as tx:
        times = read_history(tx, node.keys)
    found = node.ledger.verify(times.partners, times.own)
    return {"bad": found.first_bad, "countersignatures": found.countersignatures}


def quarantined(node: Node) -> list[str]:
    with node.ledger.read() as tx:
        return [row[0] for row in tx.all("SELECT code FROM exchange_in WHERE state = 'quarantined'")]


def keyids(node: Node, party: str) -> dict[str, str]:
    return {each["keyid"]: each["state"] for each in node.exchange.keys.every() if each["party"] == party}


@pytest.mark.parametrize("suite", [SUITE, P256_SUITE], ids=["first", "p256"])
def test_a_full_queue_survives_a_rotation_into_any_suite(pair: Pair, clock: FakeClock, suite: str) -> None:
    north, south = pair
    north.put(report("before"), "south")
    north.put(report("course-before", kind="training.course"), "south")
    rotate(north, 11, suite)
    north.put(report("after"), "south")
    south.put(report("other", origin="south"), "north")
    north.exchange.offer_checkpoints(force=True)

    drain(north, south)

    assert sorted(south.rids("north")) == ["after", "before", "course-before"]
    assert north.rids("south") == ["other"]
    assert quarantined(south) == quarantined(north) == []
    assert all(found == {} for found in (north.exchange.refused(), south.exchange.refused()))
    assert south.exchange.peer("north").public == north.keys.public
    assert list(keyids(south, "north").values()) == ["newest", "earlier"]
    for node in pair:
        assert verified(node)["bad"] is None
        assert node.ledger.rebuild(check=True)["ok"]


def test_two_rotations_while_the_partner_is_away(pair: Pair, clock: FakeClock) -> None:
    north, south = pair
    for number, suite in ((11, P256_SUITE), (12, SUITE)):
        north.put(report(f"r-{number}"), "south")
        rotate(north, number, suite)
        north.retract(f"r-{number}")
        later(clock, hours=5)
    north.put(report("last"), "south")

    drain(north, south)

    assert south.rids("north") == ["last"]
    assert quarantined(south) == []
    assert south.exchange.peer("north").public == north.keys.public
    assert len(keyids(south, "north")) == 3


@pytest.mark.parametrize("is_revoked", [False, True], ids=["deleted", "revoked"])
def test_what_a_deleted_key_signed_is_still_believed_when_a_partner_gives_it_back(pair: Pair, is_revoked: bool) -> None:
    north, south = pair
    with put_back(north):
        north.put(report("r-1"), "south")
        north.put(report("t-1", kind="training.session"), "south")
        drain(*pair)
    greet(north, south)
    north.exchange.reopen("south")
    drain(*pair)
    old = north.keys.keyid
    rotate(north, 11)
    drain(*pair)
    chain_of(north).drop(old)
    assert north.keys.held(old) is None
    if is_revoked:
        north.exchange.keys.revoke_earlier(old, "found in the wrong hands")
        drain(*pair)

    compared(north, south)

    with north.ledger.read() as tx:
        known = [north.exchange._outbox.latest(tx, rid) is not None for rid in ("r-1", "t-1")]
    assert known == [not is_revoked] * 2
    if not is_revoked:
        agree(north, south)


def test_nothing_but_control_moves_until_the_new_key_is_known(pair: Pair) -> None:
    north, south = pair
    north.put(report(), "south")
    rotate(north, 11)

    assert north.exchange.next_frame("south", "intelligence") is None
    frame = north.frame("south", "control")
    north.exchange.take_receipt("south", south.exchange.accept(frame))

    assert north.exchange.next_frame("south", "intelligence") is not None


def test_frames_of_the_earlier_key_are_taken_in_for_an_hour_and_then_refused(pair: Pair, clock: FakeClock) -> None:
    north, south = pair
    north.put(report(), "south")
    early = north.frame("south")
    rotate(north, 11)
    north.exchange.take_receipt("south", south.exchange.accept(north.frame("south", "control")))

    later(clock, minutes=61)
    refusal = read_answer(south.exchange.accept(early), None)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "frame_key_over"
    drain(north, south)

    assert south.rids("north") == ["r-1"]


def test_a_receipt_that_was_lost_for_hours_does_not_lock_the_partner_out(pair: Pair, clock: FakeClock) -> None:
    north, south = pair
    rotate(north, 11)
    south.exchange.accept(north.frame("south", "control"))  # the receipt is lost
    later(clock, hours=3)
    north.restart()
    north.put(report(), "south")

    drain(north, south)
    drain(north, south)

    assert south.rids("north") == ["r-1"]


def test_what_was_encrypted_to_the_earlier_key_still_opens(pair: Pair) -> None:
    north, south = pair
    south.put(report("s-1", origin="south"), "north")
    on_its_way = south.frame("north")
    rotate(north, 11, P256_SUITE)

    south.exchange.take_receipt("north", north.exchange.accept(on_its_way))
    south.put(report("s-2", origin="south"), "north")
    drain(north, south)

    assert sorted(north.rids("south")) == ["s-1", "s-2"]


def test_an_earlier_pair_is_given_up_when_nothing_can_need_it(pair: Pair, clock: FakeClock) -> None:
    north, south = pair
    dropped: list[str] = []
    north.exchange.keys.on_unneeded = dropped.append
    earlier = north.keys.keyid
    rotate(north, 11)
    later(clock, days=31)
    north.exchange.keys.tick()
    assert dropped == []

    drain(north, south)
    north.exchange.keys.tick()

    assert dropped == [earlier]


def test_a_courier_file_carries_a_rotation_and_what_follows_it(pair: Pair) -> None:
    north, south = pair
    north.put(report("before"), "south")
    rotate(north, 11, P256_SUITE)
    north.put(report("after"), "south")

    told = south.exchange.import_courier(north.exchange.export_courier("south"))
    north.exchange.import_courier(south.exchange.export_courier("north"))

    assert told["refused"] == {}
    assert sorted(south.rids("north")) == ["after", "before"]
    assert north.exchange.next_frame("south", "intelligence") is None


def test_the_statement_of_an_earlier_key_changes_nothing(pair: Pair) -> None:
    north, south = pair
    first = new_keys(north, 50, SUITE)
    stolen = chain_of(north).held(north.keys.keyid)
    assert stolen is not None
    rotate(north, 11)
    drain(north, south)

    # The thief of the earlier key, within the hour in which its frames are still taken in.
    house = north.exchange.house
    evil = make_statement(first, "north", "demo", format_time(north.clock.now()))
    with north.ledger.write() as batch:
        north.exchange.keys._tell(batch, "south", evil, signer=stolen)
    house.tally.introduced["south"] = stolen.keyid
    south.exchange.accept(north.frame("south", "control"))

    assert quarantined(south) == ["keys_not_newest"]
    assert south.exchange.peer("north").public == north.keys.public


def test_a_rotation_that_is_not_committed_leaves_the_keys_as_they_were(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    north, south = pair
    before = north.keys.keyid

    def fail(*_: object) -> None:
        raise StorageError("storage_full", "node.db", "no space")

    with monkeypatch.context() as patch:
        patch.setattr("haemaru.ledger.ledger.write_head", fail)
        with pytest.raises(StorageError):
            rotate(north, 11)

    assert north.keys.keyid == before
    north.put(report(), "south")
    drain(north, south)
    assert south.rids("north") == ["r-1"]


def test_a_partner_that_was_put_back_hears_of_the_keys_again(pair: Pair, clock: FakeClock) -> None:
    north, south = pair
    south.db.close()
    backup = south.path.read_bytes()
    south.open()
    rotate(north, 11)
    drain(north, south)
    south.db.close()
    south.path.with_name(south.path.name + "-wal").unlink(missing_ok=True)
    south.path.write_bytes(backup)
    south.open()
    north.put(report(), "south")

    for _ in range(3):
        drain(north, south)

    assert south.exchange.peer("north").public == north.keys.public
    assert south.rids("north") == ["r-1"]


# Revocation


def test_a_stolen_key_ends_at_both_and_the_queue_comes_through(pair: Pair, clock: FakeClock) -> None:
    north, south = pair
    north.put(report("received"), "south")
    drain(north, south)
    stolen = north.keys.keyid
    thief = chain_of(north).held(stolen)
    north.put(report("waiting"), "south")
    forged = north.frame("south")
    statement = revoke(north, 11)
    south.put(report("s-1", origin="south"), "north")
    with south.ledger.write() as batch:
        south.exchange.keys.revoke_peer(batch, "north", stolen, "told by telephone")

    refusal = read_answer(south.exchange.accept(forged), None)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "frame_key_revoked"
    assert thief is not None
    assert south.exchange.next_frame("north", "intelligence") is None
    assert south.counts("north")["held_back"] == "peer_key_revoked"
    with south.ledger.read() as tx:
        looked_at = south.exchange.keys.received_under(tx, "north", stolen)
    assert [each["kind"] for each in looked_at] == ["intelligence.report"]

    with south.ledger.write() as batch:
        south.exchange.keys.confirm(batch, statement, read_statement(statement).fingerprint, "read aloud")
    drain(north, south)

    assert sorted(south.rids("north")) == ["received", "waiting"]
    assert north.rids("south") == ["s-1"]
    assert quarantined(south) == []
    assert keyids(south, "north") == keyids(north, "north")
    assert all(verified(node)["bad"] is None for node in pair)


def test_a_revocation_while_a_rotation_waits_never_shows_the_stolen_statement(pair: Pair) -> None:
    north, south = pair
    north.put(report(), "south")
    rotate(north, 11)
    statement = revoke(north, 12)
    with south.ledger.write() as batch:
        south.exchange.keys.confirm(batch, statement, read_statement(statement).fingerprint, "")

    drain(north, south)

    assert south.rids("north") == ["r-1"]
    assert quarantined(south) == []
    assert list(keyids(south, "north").values()) == ["newest", "revoked"]


def test_a_number_that_arrived_before_its_key_was_revoked_is_the_same_when_signed_anew(pair: Pair) -> None:
    north, south = pair
    north.put(report(), "south")
    south.exchange.accept(north.frame("south"))  # the receipt is lost
    statement = revoke(north, 11)
    with south.ledger.write() as batch:
        south.exchange.keys.confirm(batch, statement, read_statement(statement).fingerprint, "")

    drain(north, south)

    assert south.rids("north") == ["r-1"]
    assert north.counts("south")["acknowledged"] == 1
    with north.ledger.read() as tx:
        assert tx.all("SELECT code FROM exchange_out WHERE channel = 'intelligence'") == [("",)]


def test_keys_are_confirmed_by_their_fingerprint_and_never_twice(pair: Pair) -> None:
    north, south = pair
    statement = revoke(north, 11)
    fingerprint = read_statement(statement).fingerprint

    with south.ledger.write() as batch, pytest.raises(Fault, match="peer_fingerprint_differs"):
        south.exchange.keys.confirm(batch, statement, "00" * 32, "")
    with south.ledger.write() as batch:
        south.exchange.keys.confirm(batch, statement, fingerprint, "")
    with south.ledger.write() as batch, pytest.raises(Fault, match="peer_keys_used_before"):
        south.exchange.keys.confirm(batch, statement, fingerprint, "")


def test_an_earlier_key_is_revoked_without_a_telephone(pair: Pair) -> None:
    north, south = pair
    earlier = north.keys.keyid
    rotate(north, 11)
    drain(north, south)

    north.exchange.keys.revoke_earlier(earlier, "found on a lost disk")
    drain(north, south)

    assert keyids(south, "north")[earlier] == "revoked"
    assert keyids(south, "north")[north.keys.keyid] == "newest"


def test_streams_opened_anew_before_the_partner_knows_the_new_key_begin_under_the_earlier_one(pair: Pair) -> None:
    north, south = pair
    rotate(north, 11)
    north.put(report("r-1"), "south")

    north.exchange.reopen("south")
    drain(*pair)

    assert south.rids() == ["r-1"]
    assert quarantined(south) == []
