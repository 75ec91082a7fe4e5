"""exchange.md section 8 on real processes: what the cable, the disk, a person and a hostile partner can do."""

import time
from collections.abc import Iterator
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest
import zstandard
from tests.journeys.campaign.homes import Away, Refused
from tests.journeys.fault_world import World, eventually

from haemaru.exchange.envelope import POSITIONS_TYPE, RECORD_TYPE, number, write_envelope
from haemaru.exchange.receipt import Receipt, Refusal
from haemaru.signing.folder import KeyFolder


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("faults"))
    yield made
    made.close()


@pytest.mark.parametrize(
    "kind", ["lose_answer", "cut_request", "cut_answer", "repeat", "twin", "overtake", "flip_request", "short_request"]
)
def test_a_lying_cable_delivers_everything_once(world: World, kind: str) -> None:
    names = [f"{kind}-{number}" for number in range(6)]

    for place, name in enumerate(names):
        if place % 2 == 0:
            world.lie(kind, count=1)
        world.put(name)
    eventually(lambda: world.held(f"{kind}-") == names and world.is_clean())
    world.cable.deliver_kept()

    assert world.held(f"{kind}-") == names
    assert world.cable.done[kind] > 0


def test_a_receiver_without_room_gives_no_receipt_and_gets_all_of_it_later(world: World) -> None:
    eventually(world.is_clean)
    before = world.counts(world.kcg)["acknowledged"]
    world.kcs.fill(0)

    try:
        world.put("full-1", "full-2")
        # A lease may be asked for first: then its channel is told, and the records wait behind it.
        eventually(lambda: "transport_status" in world.told(world.kcg))
        assert world.counts(world.kcg)["acknowledged"] == before
    finally:
        world.kcs.make_room()

    eventually(lambda: world.held("full-") == ["full-1", "full-2"] and world.is_clean())


def test_a_sender_without_room_refuses_to_seal_and_tells_the_officer(world: World) -> None:
    eventually(world.is_clean)
    world.kcg.fill(0)

    try:
        with pytest.raises(Refused) as refused:
            world.put("room-1")
    finally:
        world.kcg.make_room()
    told = world.put("room-1")

    assert refused.value.code in ("storage_full", "storage_not_writable")
    assert told["stored"] == 1
    eventually(lambda: world.held("room-") == ["room-1"])


def test_what_is_taken_back_before_it_left_never_arrives_and_leaves_no_orphan(world: World) -> None:
    eventually(world.is_clean)
    world.kcs.kill()

    world.put("early-1", "early-2")
    world.kcg.ask("records.retract", rid="early-1", reason="invented mistake")
    assert world.kcs.start()

    eventually(lambda: world.held("early-") == ["early-2"] and world.is_clean())
    lines = world.kcs.ask("records.list", **{"from": "kcg"})
    assert [line["state"] for line in lines if line["rid"] == "early-1"] in ([], ["retracted"])
    assert b"early-1" not in b"".join(path.read_bytes() for path in world.kcs.home.glob("node.db*"))


def test_a_suspension_holds_a_full_queue_and_a_resumption_lets_it_go(world: World) -> None:
    eventually(world.is_clean)
    world.kcs.kill()
    world.put("hold-1", "hold-2")
    world.kcg.ask("agreement.suspend", reason="invented quarrel")
    assert world.kcs.start()

    eventually(lambda: world.kcs.ask("status")["state"] == "suspended")
    time.sleep(1.5)  # the pusher has looked at its queues again by now
    assert world.held("hold-") == []
    assert world.counts(world.kcg)["waiting"] == 2
    world.kcg.ask("agreement.resume", reason="settled")

    eventually(lambda: world.held("hold-") == ["hold-1", "hold-2"] and world.is_clean())


def test_keys_are_rotated_while_the_queue_is_full(world: World) -> None:
    eventually(world.is_clean)
    world.kcs.kill()
    world.put("key-1", "key-2")
    old = world.kcg.ask("status")["keyid"]

    world.kcg.ask("keys.rotate")
    world.put("key-3")
    assert world.kcs.start()

    eventually(lambda: world.held("key-") == ["key-1", "key-2", "key-3"] and world.is_clean())
    assert world.kcg.ask("status")["keyid"] != old


def test_a_record_that_lacks_what_a_clause_asks_about_stays_at_home(world: World) -> None:
    told = world.put("lack-1", handling={"caveats": []})

    assert (told["stored"], told["sealed"], told["withheld"]) == (0, 0, 0) or told["withheld"] == 1
    eventually(world.is_clean)
    assert world.held("lack-") == []


def test_a_reader_that_pins_the_journal_stops_nothing_and_is_outlived(world: World) -> None:
    eventually(world.is_clean)
    reader = sqlite.connect(world.kcg.home / "node.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM entry").fetchone()
    journal = world.kcg.home / "node.db-wal"

    for number_ in range(30):
        world.put(*(f"pin-{number_:02d}-{place}" for place in range(20)), what="invented " * 60)
    eventually(lambda: len(world.held("pin-")) == 600 and world.is_clean())
    pinned = journal.stat().st_size
    reader.execute("ROLLBACK")
    reader.close()
    for number_ in range(30):
        world.put(*(f"unpin-{number_:02d}-{place}" for place in range(20)), what="invented " * 60)
    eventually(lambda: len(world.held("unpin-")) == 600 and world.is_clean())

    assert journal.stat().st_size <= max(2 * pinned, 64 * 1024 * 1024)
    assert world.kcg.ask("ledger.verify")["ok"]


def test_a_poison_record_is_acknowledged_and_blocks_nothing(world: World) -> None:
    keys = KeyFolder(world.kcg.home / "keys").load()
    poison = [
        b"\xff" * 40,
        b"{}",
        b"[" * 5000,
        number(write_envelope(keys, RECORD_TYPE, b"{}\n" + b'{"a":' * 3000), 4),
        number(write_envelope(keys, RECORD_TYPE, b"\x00"), 5),
    ]

    answer = world.hostile("training", poison)
    world.put("poison-1")

    assert isinstance(answer, Receipt)
    assert (answer.upto, len(answer.exceptions)) == (5, 5)
    eventually(lambda: world.held("poison-") == ["poison-1"])


def test_a_bomb_and_what_is_too_large_is_refused(world: World) -> None:
    answer = world.hostile("training", [b"a" * 6_300_000], first=6)
    assert isinstance(answer, Refusal)
    assert answer.code == "frame_item_too_large"

    many = world.hostile("training", [b"{}"] * 1_001, first=6)
    assert isinstance(many, Refusal)
    assert many.code == "frame_too_many_rows"
    noise = zstandard.ZstdCompressor().compress(b"0" * 200_000_000)
    assert b"refusal" in world.post(noise)
    assert world.kcs.process is not None
    status = Path(f"/proc/{world.kcs.process.pid}/status").read_text()
    highest_kb = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
    assert highest_kb < 600_000


def test_malformed_positions_are_quarantined(world: World) -> None:
    keys = KeyFolder(world.kcg.home / "keys").load()
    first = world.counts(world.kcs, "track")["received"] + 1
    bodies = [b"", b"\xff\xff\xff\xff\x10\x00\x00\x00" + b"\x00" * 16, b"\xff\xff\xff\xff\xff\xff\xff\x7f"]
    lines = [
        number(write_envelope(keys, POSITIONS_TYPE, b"{}\n" + body, signed=False), first + place)
        for place, body in enumerate(bodies)
    ]

    answer = world.hostile("track", lines, first)

    assert isinstance(answer, Receipt)
    assert len(answer.exceptions) == 3
    assert world.kcs.ask("status")["state"] == "working"


def test_both_ledgers_stand_after_all_that(world: World) -> None:
    for home in (world.kcg, world.kcs):
        try:
            assert home.ask("ledger.verify")["ok"]
            assert home.ask("rebuild", check=True)["ok"]
        except Away:
            pytest.fail(home.log.read_text()[-3000:])
        assert home.died == []
