"""One campaign from its seed to its report."""

import os
import random
import signal
import tempfile
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.journeys.campaign import checks
from tests.journeys.campaign.faults import Fault, put_backs, schedule
from tests.journeys.campaign.homes import CampaignHome, mount
from tests.journeys.campaign.load import Load
from tests.journeys.campaign.proxy import Proxy
from tests.journeys.campaign.putting_back import PuttingBack, acknowledge, become_equal
from tests.journeys.house_pair import MODEL, haemaru

from haemaru.scenarios.okgye import build
from haemaru.scenarios.traffic import Traffic

PARTIES = ("kcg", "kcs")
MEMORY_MB = 600
_SPARE = 400_000
_PATIENCE_S = 120.0


class Campaign:
    """Two homes, two lying cables, two agencies at work, and the list of what goes wrong."""

    def __init__(self, seed: int, faults: int, folder: Path, *, has_own_disks: bool, pace_s: float) -> None:
        self.seed = seed
        self.schedule = schedule(seed, faults, pace_s)
        self.disks = "tmpfs" if has_own_disks else "RLIMIT_FSIZE"
        self.proxies = [Proxy(), Proxy()]
        self.homes = [CampaignHome(party, folder / party, has_own_disks, folder / f"{party}.log") for party in PARTIES]
        for home in self.homes:
            mount(home.disk) if has_own_disks else home.disk.mkdir()
        chunks = _chunks(seed, folder)
        self.loads = [
            Load(self.homes[0], self.homes[1], seed, folder, chunks),
            Load(self.homes[1], self.homes[0], seed, folder, []),
        ]
        self.backups = {
            number: PuttingBack(due, folder / f"{PARTIES[side]}-{number}.backup", self.loads[side])
            for number, (due, side) in put_backs(faults).items()
        }
        self.done: Counter[str] = Counter()
        self.failed_starts = 0
        self.equal: dict[str, bool] = {}
        self._sampling = threading.Event()

    def prepare(self) -> None:
        """Makes both homes and lets each know the other by the cable between them."""
        made = [
            haemaru("init", home.home, "--party", home.party, "--agreement", MODEL, "--realm", "demo", "--json")
            for home in self.homes
        ]
        for here, there in ((0, 1), (1, 0)):
            told = made[there]
            host, _, port = told["listen"].rpartition(":")
            self.proxies[here].target = (host, int(port))
            haemaru(
                "peer", "add", self.homes[here].home, told["statement"], "--url", self.proxies[here].url,
                "--fingerprint", told["fingerprint"], "--json",
            )  # fmt: skip
        signed = self.homes[0].disk.parent / "agreement.toml"
        signed.write_bytes(MODEL.read_bytes())
        for home in self.homes:
            haemaru("agreement", "sign", signed, "--home", home.home, "--json")
        for home in self.homes:
            haemaru("agreement", "adopt", home.home, signed, "--json")

    def run(self) -> None:
        """Does every fault of the schedule while both agencies work."""
        for home in self.homes:
            assert home.start(), home.log.read_text()[-4000:]
        threading.Thread(target=self._sample, daemon=True).start()
        for load in self.loads:
            load.start()
        wire = threading.Thread(target=self._do, args=([f for f in self.schedule if f.is_wire], self._lie), daemon=True)
        wire.start()
        self._do([f for f in self.schedule if not f.is_wire], self._harm)
        wire.join()

    def mend(self) -> list[str]:
        """Ends all faults, lets both agencies finish, and waits until nothing is under way; what still waits."""
        for home in self.homes:
            home.make_room()
            if home.process is None or home.process.poll() is not None:
                self._restart(home)
        end = time.monotonic() + _PATIENCE_S
        while any(proxy.armed for proxy in self.proxies) and time.monotonic() < end:
            time.sleep(0.2)
        for load in self.loads:
            load.finish()
        for proxy in self.proxies:
            proxy.deliver_kept()
            self.done.update(proxy.done)
        checks.drained(self.homes)
        for home, other in (self.homes, self.homes[::-1]):
            self.equal[home.party] = become_equal(home, other.party)
        return checks.drained(self.homes)

    def close(self) -> None:
        """Ends everything that was started."""
        self._sampling.set()
        for load in self.loads:
            load.stop.set()
        for home in self.homes:
            home.kill()
        for proxy in self.proxies:
            proxy.close()

    def _sample(self) -> None:
        while not self._sampling.wait(0.5):
            for home in self.homes:
                home.sample()

    def _do(self, faults: list[Fault], act: Any) -> None:
        """Each fault at its time after the one before it, as the schedule has them."""
        due = time.monotonic()
        ahead = {fault.number: fault.gap_s for fault in self.schedule}
        last = -1
        for fault in faults:
            due += sum(ahead[number] for number in range(last + 1, fault.number + 1))
            last = fault.number
            time.sleep(max(0.0, due - time.monotonic()))
            act(fault)

    def _lie(self, fault: Fault) -> None:
        proxy = self.proxies[fault.side]
        end = time.monotonic() + _PATIENCE_S
        while len(proxy.armed) > 3 and time.monotonic() < end:
            time.sleep(0.05)
        proxy.arm(fault)

    def _harm(self, fault: Fault) -> None:
        for backup in self.backups.values():
            if not backup.began and fault.number >= backup.due:
                backup.back_up()
        act = self._restart_well if fault.kind == "restart" else getattr(self, f"_{fault.kind}")
        act(self.homes[fault.side], fault)
        self.done[fault.kind] += 1

    def _restart(self, home: CampaignHome) -> None:
        for _ in range(5):
            if home.start():
                return
            self.failed_starts += 1
            home.make_room()
            time.sleep(0.5)
        raise AssertionError(f"{home.party} does not start: {home.log.read_text()[-4000:]}")

    def _kill(self, home: CampaignHome, fault: Fault) -> None:
        home.kill()
        time.sleep(fault.seconds / 3)
        self._restart(home)

    def _kill_both(self, home: CampaignHome, fault: Fault) -> None:
        for each in self.homes:
            each.kill()
        for each in self.homes:
            self._restart(each)

    def _restart_well(self, home: CampaignHome, fault: Fault) -> None:
        code = home.stop()
        if code:
            home.died.append(f"{home.party} ended with {code} on SIGTERM")
        self._restart(home)

    def _freeze(self, home: CampaignHome, fault: Fault) -> None:
        home.signal(signal.SIGSTOP)
        time.sleep(fault.seconds * 2)
        home.signal(signal.SIGCONT)

    def _disk_full(self, home: CampaignHome, fault: Fault) -> None:
        home.fill(int(_SPARE * fault.share))
        time.sleep(fault.seconds * 2)
        home.make_room()

    def _kill_while_full(self, home: CampaignHome, fault: Fault) -> None:
        home.fill(int(_SPARE * fault.share))
        time.sleep(fault.seconds)
        home.kill()
        if not home.start():  # without room it may not come up; it must when there is some
            self.failed_starts += 1
        home.make_room()
        if home.process is None:
            self._restart(home)

    def _put_back(self, home: CampaignHome, fault: Fault) -> None:
        self.backups[fault.number].put_back()

    # The report

    def report(self, waiting: list[str]) -> dict[str, Any]:
        """Everything that was done and found; `ok` says whether all of it is as it must be."""
        records = checks.compare(self.loads)
        counted = checks.counts(self.homes)
        for home in self.homes:
            acknowledge(home)
        alarms = checks.alarms(self.homes)
        audit = [home.ask("records.audit") for home in self.homes]
        for home in self.homes:
            code = home.stop()
            if code:
                home.died.append(f"{home.party} ended with {code} on SIGTERM")
        verified = {home.party: haemaru("ledger", "verify", home.home, "--json")["ok"] for home in self.homes}
        rebuilt = {home.party: haemaru("rebuild", home.home, "--check", "--json")["ok"] for home in self.homes}
        agree = checks.ledgers_agree(self.homes)
        rows = checks.positions(self.homes[0], self.homes[1], MODEL)
        rows["acknowledged"] = self.loads[0].rows
        memory = {home.party: home.memory() for home in self.homes}
        body = {
            "seed": self.seed,
            "faults": sum(self.done.values()),
            "asked": len(self.schedule),
            "by_kind": dict(sorted(self.done.items())),
            "disks": self.disks,
            "starts": {home.party: home.started for home in self.homes},
            "starts_refused": self.failed_starts,
            "died": [line for home in self.homes for line in home.died],
            "waiting": waiting,
            "put_back": [each.told for each in self.backups.values()],
            "compared_equal": self.equal,
            "alarms": alarms,
            "records": records,
            "positions": rows,
            "counts": counted,
            "released_without_clause": sum(each["released_without_clause"] for each in audit),
            "ledger_verify": verified,
            "rebuild_equal": rebuilt,
            "ledgers": agree,
            "memory": memory,
            "work": {load.home.party: {"done": load.counts, "refused": load.refused} for load in self.loads},
        }
        return {"ok": not problems(body), "problems": problems(body), **body}


def problems(body: dict[str, Any]) -> list[str]:
    """What is not as it must be, by name."""
    wrong = {
        "faults": body["faults"] != body["asked"],
        "died": body["died"],
        "waiting": body["waiting"],
        "compared_equal": not all(body["compared_equal"].values()),
        "alarms": body["alarms"],
        **{f"records.{name}": body["records"][name] for name in ("lost", "twice", "differs", "leaked", "unasked")},
        "positions.lost": body["positions"]["lost"],
        "positions.twice": body["positions"]["twice"],
        "positions.acknowledged": body["positions"]["acknowledged"] > body["positions"]["own"],
        "counts.lost": body["counts"]["lost"],
        "counts.duplicates": body["counts"]["duplicates"],
        "released_without_clause": body["released_without_clause"],
        "ledger_verify": not all(body["ledger_verify"].values()),
        "rebuild_equal": not all(body["rebuild_equal"].values()),
        "ledgers": body["ledgers"]["differ"] or not all(body["ledgers"]["countersigned"].values()),
        "memory": any(each["max_mb"] > MEMORY_MB for each in body["memory"].values()),
    }
    return [name for name, is_wrong in wrong.items() if is_wrong]


def campaign(seed: int, faults: int, *, pace_s: float = 0.5) -> dict[str, Any]:
    """The report of one campaign."""
    with tempfile.TemporaryDirectory(prefix="haemaru-campaign-", ignore_cleanup_errors=True) as folder:
        has_own_disks = "HAEMARU_CAMPAIGN_MOUNTS" in os.environ
        made = Campaign(seed, faults, Path(folder), has_own_disks=has_own_disks, pace_s=pace_s)
        try:
            made.prepare()
            began = time.monotonic()
            made.run()
            waiting = made.mend()
            body = made.report(waiting)
            body["seconds"] = round(time.monotonic() - began, 1)
            if not body["ok"]:
                body["logs"] = {home.party: home.log.read_text()[-6000:] for home in made.homes}
            return body
        finally:
            made.close()


def _chunks(seed: int, folder: Path, hours: float = 2.0) -> list[Path]:
    """Two hours of invented traffic before now, in files of a few hundred lines; the first tells every ship's type."""
    now = datetime.now(UTC)
    world = build(seed, now)
    ships = random.Random(seed).sample(world.ships, 60)
    lines = [each.line for each in Traffic(tuple(ships), seed).heard(now - timedelta(hours=hours), now, 60.0)]
    files = []
    for number, at in enumerate(range(0, len(lines), 200)):
        files.append(folder / f"ships-{number}.nmea")
        files[-1].write_bytes(b"\n".join(lines[at : at + 200]) + b"\n")
    return files
