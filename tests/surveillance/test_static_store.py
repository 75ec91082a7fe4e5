from pathlib import Path

import pytest

from haemaru.surveillance import Static, StaticHistory
from haemaru.surveillance.static_store import load_history, save_history
from haemaru.wording import Fault

KEY = bytes(range(32))


def test_the_history_comes_back_as_it_was_and_shows_nothing_in_clear(tmp_path: Path) -> None:
    history, path = StaticHistory(), tmp_path / "statics.parquet"
    history.add(Static(440999101, 1000, name="INVENTED CANARY", imo=9999993), "ais_nmea")
    history.add(Static(440999101, None, destination="NOWHERE", doubtful=("destination",)), "ais_nmea")

    save_history(path, history, KEY)

    again = load_history(path, KEY)
    assert again.claims() == history.claims()
    assert again.latest(440999101) == history.latest(440999101)
    assert b"INVENTED CANARY" not in path.read_bytes()
    with pytest.raises(Fault, match="positions_damaged"):
        load_history(path, bytes(32))


def test_without_a_file_the_history_is_empty(tmp_path: Path) -> None:
    assert len(load_history(tmp_path / "none", KEY)) == 0


def test_an_empty_history_can_be_kept(tmp_path: Path) -> None:
    save_history(tmp_path / "s", StaticHistory(), KEY)

    assert len(load_history(tmp_path / "s", KEY)) == 0
