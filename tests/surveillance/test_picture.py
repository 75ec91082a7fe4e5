from pathlib import Path

import pytest

from haemaru.signing import Vault
from haemaru.surveillance import FOREVER, Fixes, class_code
from haemaru.surveillance.picture import Picture, load, save
from haemaru.wording import Fault

T = 1_743_552_000_000
SHIP = 440999101


def fixes(*rows: tuple[int, int, int]) -> Fixes:
    mmsi, t, lat = zip(*rows, strict=True)
    return Fixes.of(mmsi=mmsi, t=t, lat=lat, lon=[77_400_000] * len(rows), original=[when - 5 for when in t])


def test_the_newest_fix_of_a_ship_stands_in_the_picture_whoever_saw_it() -> None:
    picture = Picture("kcg")

    picture.update(fixes((SHIP, T, 1), (SHIP, T + 2, 3), (SHIP, T + 1, 2)))
    picture.update(fixes((SHIP, T + 5, 9)), "kcs")
    picture.update(fixes((SHIP, T + 4, 8)))

    seen = picture.find(SHIP)
    assert seen is not None
    assert (seen.lat.tolist(), seen.t.tolist(), seen.original.tolist()) == ([9], [T + 5], [T])
    assert [picture.sources[place] for place in seen.source] == ["kcs"]
    assert seen.age_s(T + 1005).tolist() == [1.0]


def test_a_class_once_known_is_not_lost_to_a_fix_without_one() -> None:
    picture = Picture("kcg")
    picture.update(fixes((SHIP, T, 1)), classes={SHIP: class_code("cargo")})

    picture.update(fixes((SHIP, T + 1, 1)))

    assert picture.snapshot().vessel_class.tolist() == [class_code("cargo")]


def test_nobody_is_shown_under_a_number_that_is_none() -> None:
    picture = Picture("kcg")

    assert picture.update(fixes((0, T, 1), (1_000_000_000, T, 1))) == 0
    assert len(picture) == 0


def test_many_ships_keep_their_rows_while_the_picture_grows() -> None:
    picture = Picture("kcg")
    for start in range(0, 5000, 500):
        picture.update(fixes(*((SHIP + at, T + start, at) for at in range(start, start + 500))))

    shown = picture.snapshot()

    assert shown.mmsi.tolist() == [SHIP + at for at in range(5000)]
    assert shown.lat.tolist() == list(range(5000))


def test_a_shared_row_leaves_the_picture_when_its_time_is_over_and_after_it_was_read_again(tmp_path: Path) -> None:
    picture, vault = Picture("kcg"), Vault(bytes(32))
    picture.update(fixes((SHIP, T, 1), (SHIP + 1, T, 2), (SHIP + 2, T, 3)), "kcs", until_ms=T + 100)
    picture.update(fixes((SHIP + 1, T + 1, 4)))
    picture.update(fixes((SHIP + 2, T + 1, 5)), "kcs", until_ms=T + 200)
    save(tmp_path / "picture", picture.snapshot(), picture.sources, vault)
    columns, _ = load(tmp_path / "picture", vault)

    assert columns.kept_until.tolist() == [T + 100, FOREVER, T + 200]
    assert picture.end(T + 99) == 0
    assert picture.end(T + 100) == 1
    assert picture.snapshot().mmsi.tolist() == [SHIP + 1, SHIP + 2]
    picture.update(fixes((SHIP, T - 5, 6)))
    assert picture.snapshot().mmsi.tolist() == [SHIP + 1, SHIP + 2, SHIP]


def test_ships_not_seen_for_long_leave_the_picture() -> None:
    picture = Picture("kcg")
    picture.update(fixes((SHIP, T, 1), (SHIP + 1, T + 10, 2)))

    assert picture.forget(T + 5) == 1
    assert picture.snapshot().mmsi.tolist() == [SHIP + 1]
    assert picture.update(fixes((SHIP, T + 20, 3))) == 1


def test_a_saved_picture_opens_with_its_key_only_and_shows_nothing_in_clear(tmp_path: Path) -> None:
    picture = Picture("kcg")
    picture.update(fixes((SHIP, T, 1)), "partner-canary")
    path, vault = tmp_path / "picture.bin", Vault(bytes(range(32)))

    save(path, picture.snapshot(), picture.sources, vault)

    shown, sources = load(path, vault)
    assert (shown.mmsi.tolist(), shown.lat.tolist(), sources) == ([SHIP], [1], ["kcg", "partner-canary"])
    assert b"partner-canary" not in path.read_bytes()
    assert SHIP.to_bytes(4, "little") not in path.read_bytes()
    with pytest.raises(Fault, match="picture_damaged"):
        load(path, Vault(bytes(32)))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(Fault, match="picture_damaged"):
        load(path, vault)
