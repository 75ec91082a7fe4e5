"""Courier files: the same frames on a disk, there and back, as often as one likes."""

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
