"""Courier files: the same frames on a disk, there and back, as often as one likes."""

import random
import tracemalloc
from pathlib import Path

import pytest
from tests.exchange.nodes import Node, drain, report

from haemaru.exchange.courier import COURIER_MAGIC, write_courier
from haemaru.wording import Fault


def test_records_go_out_on_a_disk_and_receipts_come_back_on_one(pair: tuple[Node, Node]) -> None:
    north, south = pair
    for number in range(7):
        north.put(report(f"r-{number}"), "south")
    north.put(report("t-1", kind="training.session"), "south")

    disk = north.exchange.export_courier("south")
    first, second = south.exchange.import_courier(disk), south.exchange.import_courier(disk)
    back = south.exchange.export_courier("north")
    report_back = north.exchange.import_courier(back)

    assert (first["stored"], second["stored"], second["repeated"]) == (2, 0, 2)
    assert len(south.rids()) == 8
    assert report_back["receipts"] == 2
    assert north.counts("south")["acknowledged"] == 7
    assert drain(north, south) == 0


def test_a_courier_file_and_the_cable_do_not_disturb_each_other(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report("r-1"), "south")
    disk = north.exchange.export_courier("south")
    north.put(report("r-2"), "south")
    drain(north, south)

    south.exchange.import_courier(disk)
    north.exchange.import_courier(south.exchange.export_courier("north"))

    assert south.rids() == ["r-1", "r-2"]
    assert south.counts("north")["duplicates"] == 0
    assert north.counts("south")["acknowledged"] == 2


def test_a_broken_courier_file_is_a_fault_and_keeps_what_was_whole(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report("r-1"), "south")
    disk = north.exchange.export_courier("south")

    for bad in (b"", b"PK\x03\x04", disk[:-3] + b""):
        with pytest.raises(Fault, match=r"courier_(unreadable|cut)"):
            south.exchange.import_courier(bad, "disk.courier")
    assert south.rids() == []

    taken = south.exchange.import_courier(write_courier([b"noise", b"HAEMARU\x01noise"]))
    assert taken["refused"] == {"receipt_unreadable": 1, "frame_too_large": 1}
    assert disk.startswith(COURIER_MAGIC)
    assert b"r-1" not in disk


def test_parts_of_another_party_are_counted_and_left_alone(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report("r-1"), "south")
    south.put(report("s-1", origin="south"), "north")
    disk = north.exchange.export_courier("south")

    told = south.exchange.import_courier(disk, "disk.courier", "east")

    assert told["refused"] == {"courier_other_party": 1}
    assert south.rids("north") == []
    assert south.exchange.import_courier(disk, "disk.courier", "north")["stored"] == 1


def test_a_cut_file_is_taken_in_up_to_there_and_the_error_says_where(pair: tuple[Node, Node], tmp_path: Path) -> None:
    north, south = pair
    for number in range(3):
        north.put(report(f"r-{number}"), "south")
    north.put(report("t-1", kind="training.session"), "south")
    file = tmp_path / "disk.courier"
    with file.open("wb") as out:
        size = north.exchange.export_courier_to("south", out)
    assert size == file.stat().st_size
    file.write_bytes(file.read_bytes()[: size - 5])

    with file.open("rb") as source, pytest.raises(Fault) as fault:
        south.exchange.import_courier(source, "disk.courier", "north")

    assert fault.value.code == "courier_cut"
    assert fault.value.params["parts"] == 1
    assert 8 < int(fault.value.params["at"]) < size
    assert len(south.rids("north")) == 3


def test_a_file_is_written_and_read_one_frame_at_a_time(pair: tuple[Node, Node], tmp_path: Path) -> None:
    north, south = pair
    for number in range(40):
        body = {"text": "".join(random.Random(number).choices("0123456789abcdef", k=60_000))}
        north.put(report(f"r-{number}", kind="training.session", body=body), "south")
    file = tmp_path / "disk.courier"
    tracemalloc.start()
    with file.open("wb") as out:
        north.exchange.export_courier_to("south", out)
    with file.open("rb") as source:
        told = south.exchange.import_courier(source, "disk.courier", "north")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert told["stored"] >= 1
    assert len(south.rids("north")) == 40
    assert peak < 120_000_000
