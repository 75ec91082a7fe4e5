"""Homes that are put back by an hour, a clock that is ten minutes off, and many who seal at once on PostgreSQL."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.journeys.campaign.homes import CampaignHome, ask
from tests.journeys.fault_world import World, eventually, sighting
from tests.journeys.house_pair import ENVIRONMENT, haemaru, make_pair
from tests.storage.conftest import postgres

__all__ = ["postgres"]

# The node as it is, only its `SystemClock` stands ten minutes ahead; the machine's own clock stays untouched.
AHEAD = """
import sys
from datetime import timedelta
from haemaru.clock import clocks
true_now = clocks.SystemClock.now
clocks.SystemClock.now = lambda self: true_now(self) + timedelta(minutes=10)
from haemaru.cli import main
sys.argv = ["haemaru", "run", sys.argv[1]]
main()
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def put_back(home: CampaignHome, backup: Path) -> None:
    """The node ends, and its home is replaced by what the backup holds; then it starts again."""
    home.stop()
    home.home.rename(home.disk / "old")
    haemaru("restore", backup, home.home, "--json")
    assert home.start(), home.log.read_text()[-3000:]


def test_each_home_put_back_by_an_hour_ends_in_an_alarm_and_then_in_agreement(world: World, tmp_path: Path) -> None:
    world.put("old-1", "old-2")
    eventually(lambda: world.held("old-") == ["old-1", "old-2"] and world.is_clean())
    for home in (world.kcg, world.kcs):
        home.ask("backup", file=str(tmp_path / f"{home.party}.backup"))
    world.put("new-1", "new-2")
    eventually(lambda: world.held("new-") == ["new-1", "new-2"] and world.is_clean())

    put_back(world.kcs, tmp_path / "kcs.backup")
    world.put("later-1")
    eventually(lambda: any(world.counts(home)["alarm"] for home in (world.kcg, world.kcs)))
    for home in (world.kcs, world.kcg):
        peer = "kcg" if home is world.kcs else "kcs"
        if any(each["alarm"] for each in home.ask("status")["peers"][0]["channels"]):
            home.ask("exchange.reopen", peer=peer)
    eventually(lambda: world.held("new-") == ["new-1", "new-2"] and world.held("later-") == ["later-1"])

    put_back(world.kcg, tmp_path / "kcg.backup")
    world.put("last-1")
    eventually(lambda: any(each["alarm"] for each in world.kcg.ask("status")["peers"][0]["channels"]))
    assert world.held("last-") == []
    world.kcg.ask("exchange.reopen", peer="kcs")
    eventually(lambda: world.held("last-") == ["last-1"])
    eventually(world.is_clean)

    assert world.held("") == ["last-1", "later-1", "new-1", "new-2", "old-1", "old-2"]
    for home in (world.kcg, world.kcs):
        assert home.ask("ledger.verify")["ok"]


def test_a_clock_ten_minutes_off_changes_no_order_and_is_shown(world: World) -> None:
    world.kcs.stop()
    log = world.kcs.log.open("a")
    world.kcs.process = subprocess.Popen(
        [sys.executable, "-c", AHEAD, str(world.kcs.home)],
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        env=ENVIRONMENT,
    )
    log.close()
    assert world.kcs.process.stdout is not None
    assert world.kcs.process.stdout.readline(), world.kcs.log.read_text()[-3000:]

    world.put("clock-1", "clock-2")
    file = world.folder / "back.jsonl"
    file.write_text(json.dumps(sighting("back-1", origin="kcs")) + "\n")
    world.kcs.ask("records.put", file=str(file), to="kcg", purpose="narcotics_interdiction")
    eventually(lambda: world.held("clock-") == ["clock-1", "clock-2"] and world.is_clean())
    back = world.kcg.ask("records.list", **{"from": "kcs"})

    assert [line["rid"] for line in back] == ["back-1"]
    [peer] = world.kcg.ask("status")["peers"]
    assert peer["skew_s"] is None or abs(abs(peer["skew_s"]) - 600) < 30
    for home in (world.kcg, world.kcs):
        assert home.ask("ledger.verify")["ok"]


def test_many_seal_at_once_on_postgresql_and_no_number_is_skipped(tmp_path: Path, postgres: str) -> None:
    name = f"sealers_{os.getpid()}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    homes = make_pair(tmp_path / "homes", database=postgres.replace("/postgres?", f"/{name}?"))
    for each in homes:
        each.start()
    kcg, kcs = (each.home for each in homes)
    failed: list[BaseException] = []

    def seal(sealer: int) -> None:
        try:
            for place in range(5):
                file = tmp_path / f"{sealer}-{place}.jsonl"
                rows = [sighting(f"many-{sealer}-{place}-{number}") for number in range(4)]
                file.write_text("".join(json.dumps(row) + "\n" for row in rows))
                ask(kcg, "records.put", file=str(file), to="kcs", purpose="narcotics_interdiction")
        except Exception as error:  # noqa: BLE001 - told by the test below
            failed.append(error)

    sealers = [threading.Thread(target=seal, args=(number,)) for number in range(8)]
    for thread in sealers:
        thread.start()
    for thread in sealers:
        thread.join(120)
    eventually(lambda: len(ask(kcs, "records.list", **{"from": "kcg"})) == 160)
    lines = ask(kcs, "records.list", **{"from": "kcg"})
    for each in homes:
        each.stop()

    assert failed == []
    assert sorted(line["seq"] for line in lines) == list(range(1, 161))
    assert len({line["rid"] for line in lines}) == 160
