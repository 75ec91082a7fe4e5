"""Keys on real processes: rotated with a full queue and a kill in between, revoked by telephone, under a passphrase."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.house_pair import ENVIRONMENT, Served, haemaru, lines, make_pair, until
from tests.journeys.test_nothing_lost_nothing_twice import report

from haemaru.signing import P256_SUITE


def put(sender: Served, folder: Path, first: int, count: int) -> None:
    file = folder / f"reports-{first}.jsonl"
    file.write_text("".join(json.dumps(report(number)) + "\n" for number in range(first, first + count)))
    told = haemaru("records", "put", sender.home, file, "--to", "kcs", "--purpose", "narcotics_interdiction", "--json")
    assert told["sealed"] == count


def held(receiver: Served) -> list[str]:
    return sorted(each["rid"] for each in lines("records", "list", receiver.home, "--from", "kcg", "--json"))


def of(node: Served, party: str) -> list[dict[str, Any]]:
    return [each for each in haemaru("keys", "list", node.home, "--json")["keys"] if each["party"] == party]


def told_about(node: Served, peer: str) -> dict[str, Any]:
    status = haemaru("status", node.home, "--json")
    found: dict[str, Any] = next(each for each in status["peers"] if each["party"] == peer)
    return found


@pytest.fixture
def homes(tmp_path: Path) -> Any:
    made = make_pair(tmp_path / "homes")
    yield made
    for each in made:
        if each.process is not None:
            each.kill()


def rotate_and_kill(node: Served) -> None:
    """Asks for new keys and kills the node while it makes them."""
    words = [sys.executable, "-m", "haemaru", "keys", "rotate", str(node.home), "--json"]
    asking = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT)
    until(lambda: any(node.home.glob("keys/new-*")) or len(list(node.home.glob("keys/*/"))) > 1 or asking.poll() == 0)
    node.kill()
    asking.communicate(timeout=60)


def test_a_full_queue_two_rotations_and_a_kill(homes: list[Served], tmp_path: Path) -> None:
    kcg, kcs = homes
    kcg.start()
    put(kcg, tmp_path, 0, 150)
    haemaru("keys", "rotate", kcg.home, "--suite", P256_SUITE, "--json")
    put(kcg, tmp_path, 150, 50)
    rotate_and_kill(kcg)
    kcg.start()
    put(kcg, tmp_path, 200, 50)

    kcs.start()
    until(lambda: len(held(kcs)) == 250, 60)

    assert [each["keyid"] for each in of(kcs, "kcg")] == [each["keyid"] for each in of(kcg, "kcg")]
    for node, peer in ((kcg, "kcs"), (kcs, "kcg")):
        channels = told_about(node, peer)["channels"]
        assert all((each["lost"], each["duplicates"], each["quarantined"]) == (0, 0, {}) for each in channels)
        assert haemaru("ledger", "verify", node.home, "--json")["ok"]


def test_a_stolen_key_is_ended_by_two_officers(homes: list[Served], tmp_path: Path) -> None:
    kcg, kcs = homes
    for each in homes:
        each.start()
    put(kcg, tmp_path, 0, 20)
    until(lambda: len(held(kcs)) == 20)
    stolen = haemaru("status", kcg.home, "--json")["keyid"]

    told = haemaru("keys", "revoke", kcg.home, stolen, "--reason", "laptop stolen", "--json")
    found = haemaru("peer", "revoke", kcs.home, "kcg", "--keyid", stolen, "--reason", "told by telephone", "--json")
    put(kcg, tmp_path, 20, 20)
    assert len(found["received"]) == 20
    assert {each["held_back"] for each in told_about(kcs, "kcg")["channels"]} == {"peer_key_revoked"}
    statement, fingerprint = told["statement"], told["fingerprint"]
    haemaru("peer", "rekey", kcs.home, statement, "--fingerprint", "0" * 64, "--reason", "heard", "--json", code=2)
    haemaru("peer", "rekey", kcs.home, statement, "--fingerprint", fingerprint, "--reason", "heard", "--json")

    until(lambda: len(held(kcs)) == 40, 60)
    assert [each["state"] for each in of(kcs, "kcg")] == ["newest", "revoked"]
    assert all(haemaru("ledger", "verify", node.home, "--json")["ok"] for node in homes)


def test_a_home_under_a_passphrase_from_the_shell(homes: list[Served], tmp_path: Path) -> None:
    kcg = homes[0]
    word, other = tmp_path / "word", tmp_path / "other"
    word.write_text("바다를 지키는 여섯 낱말\n")
    other.write_text("something else\n")
    haemaru("keys", "passphrase", kcg.home, "--new-file", word, "--json")

    for words, code in (
        (("status", kcg.home, "--json"), "passphrase_needed"),
        (("ledger", "verify", kcg.home, "--json"), "passphrase_needed"),
        (("run", kcg.home, "--passphrase-file", other), "passphrase_wrong"),
        (("keys", "passphrase", kcg.home, "--passphrase-file", other, "--remove", "--json"), "passphrase_wrong"),
    ):
        assert haemaru(*words, code=2)["error"]["code"] == code
    running = subprocess.Popen(
        [sys.executable, "-m", "haemaru", "run", str(kcg.home), "--passphrase-file", str(word)],
        stdout=subprocess.PIPE, text=True, env=ENVIRONMENT,
    )  # fmt: skip
    assert running.stdout is not None
    assert json.loads(running.stdout.readline())["ready"]
    haemaru("keys", "rotate", kcg.home, "--json")
    os.kill(running.pid, signal.SIGTERM)
    assert running.wait(60) == 0
    running.stdout.close()

    haemaru("keys", "passphrase", kcg.home, "--passphrase-file", word, "--remove", "--json")
    assert len(of(kcg, "kcg")) == 2
    assert haemaru("ledger", "verify", kcg.home, "--json")["ok"]
