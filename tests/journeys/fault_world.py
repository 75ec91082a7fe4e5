"""Two running homes with a lying cable each way, and the hand of a hostile partner: what the fault journeys act on."""

import http.client
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.journeys.campaign.campaign import Campaign
from tests.journeys.campaign.faults import Fault
from tests.journeys.campaign.homes import Away, CampaignHome

from haemaru.exchange.frame import Stream, write_frame
from haemaru.exchange.receipt import Receipt, Refusal, read_answer
from haemaru.signing import read_statement
from haemaru.signing.folder import KeyFolder

PURPOSE = "narcotics_interdiction"
_PATIENCE_S = 90.0


class World:
    """kcg and kcs, each served by its own process; `kcg`'s way to `kcs` goes through `cable`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._campaign = Campaign(1, 0, folder, has_own_disks=False, pace_s=1.0)
        self._campaign.prepare()
        self.kcg, self.kcs = self._campaign.homes
        self.cable, self.way_back = self._campaign.proxies
        self._files = 0
        for home in (self.kcg, self.kcs):
            assert home.start(), home.log.read_text()

    def close(self) -> None:
        self._campaign.close()

    def put(self, *rids: str, **more: Any) -> dict[str, Any]:
        """Gives records of these names at kcg to kcs; what the node told."""
        self._files += 1
        file = self.folder / f"put-{self._files}.jsonl"
        file.write_text("".join(json.dumps(sighting(rid, **more)) + "\n" for rid in rids))
        told: dict[str, Any] = self.kcg.ask("records.put", file=str(file), to="kcs", purpose=PURPOSE)
        return told

    def held(self, prefix: str) -> list[str]:
        """The names that begin so and that kcs holds from kcg, in order; twice where it is there twice."""
        lines = self.kcs.ask("records.list", **{"from": "kcg"})
        return sorted(line["rid"] for line in lines if line["rid"].startswith(prefix) and line["state"] == "held")

    def lie(self, kind: str, *, share: float = 0.5, seconds: float = 0.3, count: int = 2) -> None:
        """Does this to the next frame from kcg to kcs."""
        self.cable.arm(Fault(0, kind, 0, 0.0, share, seconds, count))

    def counts(self, home: CampaignHome, channel: str = "intelligence") -> dict[str, Any]:
        """The partner's counts at a home, for one channel."""
        [peer] = home.ask("status")["peers"]
        found: dict[str, Any] = next(each for each in peer["channels"] if each["channel"] == channel)
        return found

    def told(self, home: CampaignHome) -> set[str | None]:
        """What the partner last told a home, on any channel."""
        return {each["told"] for peer in home.ask("status")["peers"] for each in peer["channels"]}

    def is_clean(self) -> bool:
        """Whether nothing waits, nothing is lost and nothing is there twice."""
        return all(
            (each["waiting"], each["lost"], each["duplicates"]) == (0, 0, 0)
            for home in (self.kcg, self.kcs)
            for peer in home.ask("status")["peers"]
            for each in peer["channels"]
        )

    def hostile(self, channel: str, lines: list[bytes], first: int = 1) -> Receipt | Refusal:
        """What kcs answers to a frame of any lines that kcg's own keys have signed."""
        keys = KeyFolder(self.kcg.home / "keys").load()
        there = read_statement((self.kcs.home / "statement.json").read_bytes()).public
        stream = Stream("kcg", "kcs", "demo", channel, 1)
        frame = write_frame(keys, there, stream, first, lines, "2026-03-02T09:00:00Z").data
        return read_answer(self.post(frame), there)

    def post(self, frame: bytes) -> bytes:
        """The answer of kcs to these bytes, past the cable."""
        line = http.client.HTTPConnection(*self.cable.target, timeout=30)
        line.request("POST", "/x/v1/frames", frame, {"content-type": "application/vnd.haemaru.frame"})
        answer = line.getresponse()
        assert answer.status in (200, 422), answer.status
        found = answer.read()
        line.close()
        return found


def sighting(rid: str, *, what: str = "invented sighting", **more: Any) -> dict[str, Any]:
    """An invented sighting that clause 2.6 lets go."""
    return {
        "rid": rid,
        "kind": "surveillance.sighting",
        "subject": {"type": "vessel", "name": f"INVENTED {rid}"},
        "event_time": "2026-03-01T00:00:00Z",
        "handling": {"level": "restricted", "caveats": []},
        "origin": "kcg",
        "body": {"what": what, "lat": 35.0, "lon": 129.2, "photos": 0},
    } | more


def eventually(holds: Callable[[], object], seconds: float = _PATIENCE_S) -> None:
    """Waits until it holds; a node that is away is asked again."""
    end = time.monotonic() + seconds
    while True:
        try:
            if holds():
                return
        except Away:
            pass
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.1)
