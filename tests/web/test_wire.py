"""TRK1: golden bytes, and a browser that asks for changes ends with the same picture as one that asks for all."""

import struct
from pathlib import Path

import numpy as np
import pytest
from tests.web.desks import NOW_MS, Columns, columns

from haemaru.web.wire import HEADER, Frames, encode, take

GOLDEN = Path(__file__).parents[1] / "golden" / "trk1.bin"


def _small() -> Columns:
    return Columns(
        mmsi=np.array([900_000_002, 900_000_001], np.int32),
        t=np.array([NOW_MS - 5_000, NOW_MS - 100_000_000], np.int64),
        lat=np.array([37 * 600_000, -33 * 600_000], np.int32),
        lon=np.array([129 * 600_000, -179 * 600_000], np.int32),
        sog=np.array([94, 32767], np.int16),
        cog=np.array([3110, 32767], np.int16),
        vessel_class=np.array([1, 0], np.uint8),
        source=np.array([1, 0], np.uint8),
    )


def read(data: bytes) -> tuple[dict[str, int], dict[int, tuple[int, ...]]]:
    """An independent reading of the format, as wire.py's docstring tells it."""
    magic, version, flags, count, frame, time = struct.unpack("<4sHHIIq", data[:24])
    assert (magic, version) == (b"TRK1", 1)
    at, found = 24, []
    for letter, size in (("I", 4), ("i", 4), ("i", 4), ("H", 2), ("H", 2), ("H", 2), ("B", 1), ("B", 1)):
        found.append(struct.unpack(f"<{count}{letter}", data[at : at + size * count]))
        at += size * count
    assert at == len(data)
    return {"flags": flags, "frame": frame, "time": time}, {row[0]: row[1:] for row in zip(*found, strict=True)}


def test_the_bytes_are_golden() -> None:
    assert encode(take(_small(), 7, NOW_MS), None) == GOLDEN.read_bytes()


def test_values_are_what_was_seen() -> None:
    head, rows = read(encode(take(_small(), 7, NOW_MS), None))

    assert head == {"flags": 1, "frame": 7, "time": NOW_MS}
    assert rows[900_000_002] == (129_000_000, 37_000_000, 3110, 94, 5, 1, 1)
    assert rows[900_000_001] == (-179_000_000, -33_000_000, 65535, 65535, 65535, 0, 0)


def test_an_empty_sea_is_a_header() -> None:
    assert len(encode(take(columns(0), 1, NOW_MS), None)) == HEADER.size
    assert len(encode(take(columns(0), 2, NOW_MS), take(columns(0), 1, NOW_MS))) == HEADER.size


@pytest.mark.parametrize("seed", range(10))
def test_changes_lead_to_the_same_picture_as_the_whole(seed: int) -> None:
    rng = np.random.default_rng(seed)
    screen: dict[int, tuple[int, ...]] = {}
    now, last, pictures = NOW_MS, None, [columns(50, seed)]
    frames = Frames(lambda: pictures[-1], lambda: now)
    for _ in range(12):
        head, rows = read(frames.after(last))
        screen = rows if head["flags"] & 1 else {**screen, **rows}
        last = head["frame"]
        _, whole = read(frames.after(None))
        assert {k: v[:4] for k, v in screen.items()} == {k: v[:4] for k, v in whole.items()}
        before = pictures[-1]
        moved = rng.random(len(before.mmsi)) < 0.2
        keep = np.ones(len(before.mmsi), bool)
        if rng.random() < 0.3:
            keep[rng.integers(len(keep))] = False
        lat = np.where(moved, before.lat + 600, before.lat)
        parts = {name: getattr(before, name)[keep] for name in vars(before)}
        pictures.append(Columns(**{**parts, "lat": lat[keep], "t": np.where(moved, now, before.t)[keep]}))
        now += 1_500


def test_only_what_changed_travels() -> None:
    pictures, now = [columns(1_000)], NOW_MS
    frames = Frames(lambda: pictures[-1], lambda: now)
    head, _ = read(frames.after(None))
    moved = columns(1_000)
    moved.lat[:10] += 600
    moved.t[:10] = now
    pictures.append(moved)
    now += 1_000

    after, rows = read(frames.after(head["frame"]))

    assert after["flags"] == 0
    assert len(rows) == 10


def test_a_frame_is_made_at_most_once_a_second() -> None:
    asked = []

    def picture() -> Columns:
        asked.append(1)
        return columns(3)

    frames = Frames(picture, lambda: NOW_MS)

    assert frames.after(None) == frames.after(None)
    assert len(asked) == 1


def test_a_browser_with_an_unknown_frame_gets_the_whole_picture() -> None:
    frames = Frames(lambda: columns(3), lambda: NOW_MS)

    assert read(frames.after(4_000_000_000))[0]["flags"] == 1
