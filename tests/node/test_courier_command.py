"""`exchange import`: what a courier brings is told, and a refused part is a problem and not a success."""

from pathlib import Path

import pytest
from tests.node.conftest import Pair

from haemaru.exchange.courier import write_courier
from haemaru.wording import Fault


def test_a_courier_file_with_a_refused_part_is_exit_1(waiting: Pair, tmp_path: Path) -> None:
    (tmp_path / "bad").write_bytes(write_courier([b"HAEMARU\x01noise"]))

    answer = waiting.kcs.do("exchange.import", {"peer": "kcg", "file": str(tmp_path / "bad")})

    assert answer.exit_code == 1
    assert isinstance(answer.body, dict)
    assert answer.body["refused"] == {"frame_too_large": 1}


def test_a_courier_file_of_nobody_known_is_refused(waiting: Pair, tmp_path: Path) -> None:
    (tmp_path / "bad").write_bytes(write_courier([]))

    with pytest.raises(Fault, match="peer_unknown"):
        waiting.kcs.do("exchange.import", {"peer": "nobody", "file": str(tmp_path / "bad")})
