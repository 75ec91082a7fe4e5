"""Bytes on the wire do not change unseen: what is written today is what stands in the golden files, in both suites."""

from pathlib import Path

import pytest
from tests.golden.exchange_bytes import (
    FOLDER,
    FOLDER_P256,
    FRAMES,
    NORTH,
    NORTH_P256,
    SOUTH,
    SOUTH_P256,
    golden,
    lines,
    note,
)

from haemaru.exchange.envelope import read_envelope
from haemaru.exchange.errors import FrameRefused
from haemaru.exchange.frame import open_frame, read_outer, verify_outer
from haemaru.exchange.receipt import read_answer
from haemaru.ledger.notes import is_countersigned_by, is_signed_by, read_checkpoint
from haemaru.signing import NodeKeys


def _named(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


@pytest.mark.parametrize("path", sorted(golden()), ids=_named)
def test_the_same_content_gives_the_same_bytes(path: Path) -> None:
    assert golden()[path] == path.read_bytes()


@pytest.mark.parametrize("path", sorted(FRAMES), ids=_named)
def test_a_frame_of_the_first_day_still_opens(path: Path) -> None:
    north, south = FRAMES[path]
    outer = read_outer(path.read_bytes())

    verify_outer(outer, north.public)
    found = open_frame(outer, south)

    assert found == list(lines(north).values())
    root = (FOLDER if north is NORTH else FOLDER_P256) / "root.txt"
    assert outer.header.root.encode() + b"\n" == root.read_bytes()
    assert (outer.header.suite, outer.header.sealed_in) == (north.suite, south.suite)
    assert (b"to_suite" in outer.header_bytes) is (north.suite != south.suite)


@pytest.mark.parametrize("path", sorted(FRAMES), ids=_named)
def test_a_frame_is_of_no_other_sender_or_receiver(path: Path) -> None:
    outer = read_outer(path.read_bytes())

    for other in {NORTH, NORTH_P256, SOUTH, SOUTH_P256} - {FRAMES[path][0]}:
        with pytest.raises(FrameRefused, match="frame_other_key"):
            verify_outer(outer, other.public)
    for other in {NORTH, NORTH_P256, SOUTH, SOUTH_P256} - {FRAMES[path][1]}:
        with pytest.raises(FrameRefused, match="frame_other_recipient_key"):
            open_frame(outer, other)


@pytest.mark.parametrize(
    ("folder", "north", "south"), [(FOLDER, NORTH, SOUTH), (FOLDER_P256, NORTH_P256, SOUTH_P256)], ids=["first", "p256"]
)
def test_every_signed_golden_verifies_and_the_positions_are_bare(
    folder: Path, north: NodeKeys, south: NodeKeys
) -> None:
    for name in lines():
        envelope = read_envelope((folder / f"{name}.json").read_bytes())
        assert envelope.suite == north.suite
        assert envelope.is_signed_by(north.public, envelope.content) is (name != "positions")
    for name in ("receipt", "refusal"):
        assert read_answer((folder / f"{name}.json").read_bytes(), south.public)


def test_a_checkpoint_of_the_second_suite_carries_countersignatures_of_both() -> None:
    checkpoint = read_checkpoint(note())

    assert is_signed_by(checkpoint, NORTH_P256.public)
    assert is_countersigned_by(checkpoint, "haemaru/demo/south", SOUTH_P256.public)
    assert is_countersigned_by(checkpoint, "haemaru/demo/east", SOUTH.public)
    assert not is_signed_by(checkpoint, NORTH.public)
    assert not is_countersigned_by(checkpoint, "haemaru/demo/south", SOUTH.public)
    assert not is_countersigned_by(checkpoint, "haemaru/demo/east", SOUTH_P256.public)
