"""Bytes on the wire do not change unseen: what is written today is what stands in the golden files."""

import pytest
from tests.golden.exchange_bytes import FOLDER, NORTH, SOUTH, golden, lines

from haemaru.exchange.envelope import read_envelope
from haemaru.exchange.frame import open_frame, read_outer, verify_outer
from haemaru.exchange.receipt import read_answer


@pytest.mark.parametrize("name", sorted(golden()))
def test_the_same_content_gives_the_same_bytes(name: str) -> None:
    assert golden()[name] == (FOLDER / name).read_bytes()


def test_a_frame_of_the_first_day_still_opens() -> None:
    outer = read_outer((FOLDER / "frame.bin").read_bytes())

    verify_outer(outer, NORTH.public)
    found = open_frame(outer, SOUTH)

    assert found == list(lines().values())
    assert outer.header.root.encode() + b"\n" == (FOLDER / "root.txt").read_bytes()


def test_every_signed_golden_verifies_and_the_positions_are_bare() -> None:
    for name in lines():
        envelope = read_envelope((FOLDER / f"{name}.json").read_bytes())
        assert envelope.is_signed_by(NORTH.public, envelope.content) is (name != "positions")
    for name in ("receipt", "refusal"):
        assert read_answer((FOLDER / f"{name}.json").read_bytes(), SOUTH.public)
