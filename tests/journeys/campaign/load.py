"""What both agencies go on doing meanwhile: records given, corrected, taken back, put under a hold, ships reported.

For each record it is remembered what the node has acknowledged, and what was asked after that without an answer: such
an order may have been carried out or not, and both are fine. Nothing else is.
"""

import contextlib
import json
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.journeys.campaign.homes import Away, CampaignHome, Refused

PURPOSE = "narcotics_interdiction"
KIND = "surveillance.sighting"
GONE = "gone"
_WORK = {"put": 50, "correct": 18, "retract": 8, "expire": 4, "hold": 3, "feed": 12, "list": 1}


@dataclass
class Known:
    """What may be true of one record: the newest text acknowledged, and those asked for since."""

    acknowledged: str | None
    asked: list[str] = field(default_factory=list)
    may_leave: bool = True

    @property
    def possible(self) -> list[str | None]:
        return [self.acknowledged, *self.asked]


@dataclass
class Books:
    """What the agency has written down of its own work since a backup was made."""

    before: dict[str, Known] = field(default_factory=dict)
    fed: list[Path] = field(default_factory=list)
    rows: int = 0

    def open(self, known: dict[str, Known], rows: int) -> None:
        self.before = {rid: replace(each, asked=[*each.asked]) for rid, each in known.items()}
        self.fed = []
        self.rows = rows

    def since(self, known: dict[str, Known]) -> dict[str, Known]:
        """The records that something was done about since."""
        return {rid: each for rid, each in known.items() if self.before.get(rid) != each}


class Load:
    """One agency at work, on a thread of its own until `stop` is set."""

    def __init__(self, home: CampaignHome, other: CampaignHome, seed: int, folder: Path, chunks: list[Path]) -> None:
        self.home, self.other = home, other
        self.known: dict[str, Known] = {}
        self.rows = 0
        self.counts: dict[str, int] = {}
        self.refused: dict[str, int] = {}
        self.stop = threading.Event()
        self.pause_s = 0.08
        self.books = Books()
        self._records: dict[str, dict[str, Any]] = {}
        self._at_work = threading.Lock()
        self._luck = random.Random(f"{seed}:{home.party}")
        self._folder = folder
        self._chunks = chunks
        self._number = 0
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def finish(self) -> None:
        """Ends the work, and asks again for what has no answer yet."""
        self.stop.set()
        self._thread.join(120)
        assert not self._thread.is_alive(), "a command never came back"

    def _run(self) -> None:
        while not self.stop.wait(self.pause_s * self._luck.random()):
            work = self._luck.choices([*_WORK], [*_WORK.values()])[0]
            try:
                with self._at_work:
                    getattr(self, f"_{work}")()
                self.counts[work] = self.counts.get(work, 0) + 1
            except Away:
                self.refused["away"] = self.refused.get("away", 0) + 1
                self.stop.wait(0.2)
            except Refused as refused:
                self.refused[refused.code] = self.refused.get(refused.code, 0) + 1
                self.stop.wait(0.2)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Nothing is ordered meanwhile."""
        with self._at_work:
            yield

    def open_books(self) -> None:
        """A backup was made: what is done from now on may have to be done again."""
        self.books.open(self.known, self.rows)

    def do_again(self) -> dict[str, int]:
        """Does again what the books say was done since and the home has forgotten; the ships are fed by and by."""
        since = self.books.since(self.known)
        self._chunks[:0] = self.books.fed
        self.rows, self.books.fed = self.books.rows, []
        done: Counter[str] = Counter(feed=len(self._chunks))
        mine = self._texts()
        done["given_back"] = sum(rid in mine for rid in since if rid not in self.books.before)
        files = [self._records[rid] for rid, known in since.items() if known.acknowledged and mine.get(rid) != GONE]
        if files:
            done["put"] = len(files)
            assert self._give(files) is not None, "nobody takes the files again"
        mine = self._texts()
        for rid, known in since.items():
            wanted, own = known.acknowledged, mine.get(rid)
            if wanted is None or own == wanted or own in known.asked:
                continue
            with contextlib.suppress(Refused):  # as after an order without an answer: it was carried out
                if wanted == GONE:
                    self._until_answered("records.retract", rid=rid, reason="invented mistake")
                else:
                    self._until_answered("records.correct", rid=rid, body=self._records[rid]["body"] | {"what": wanted})
            done["retract" if wanted == GONE else "correct"] += 1
        return dict(done)

    def _texts(self) -> dict[str, str]:
        lines = self._until_answered("records.list", **{"from": self.home.party, "kind": KIND})
        return {line["rid"]: line["body"]["what"] if line["state"] == "held" else GONE for line in lines}

    def _until_answered(self, command: str, **params: Any) -> Any:
        for _ in range(40):
            try:
                return self.home.ask(command, **params)
            except Away:
                self.stop.wait(0.3)
        raise Away(command)

    def _put(self) -> None:
        fresh = [self._record() for _ in range(self._luck.randint(1, 12))]
        for record in fresh:
            leaves = record["handling"]["level"] == "restricted"
            self.known[record["rid"]] = Known(None, [record["body"]["what"]], leaves)
            self._records[record["rid"]] = record
        told = self._give(fresh)
        if told is None:
            return
        assert told["stored"] + told["known"] == len(fresh), told
        for record in fresh:
            self.known[record["rid"]].acknowledged = record["body"]["what"]
            self.known[record["rid"]].asked.clear()

    def _give(self, records: list[dict[str, Any]]) -> dict[str, Any] | None:
        file = self._folder / f"{self.home.party}-{self._number}.jsonl"
        file.write_text("".join(json.dumps(record) + "\n" for record in records))
        for _ in range(3):  # the same file again: known records change nothing
            with contextlib.suppress(Away):
                told: dict[str, Any] = self.home.ask(
                    "records.put", file=str(file), to=self.other.party, purpose=PURPOSE
                )
                return told
            self.stop.wait(0.3)
        return None

    def _record(self) -> dict[str, Any]:
        self._number += 1
        number = self._number
        level = "secret" if self._luck.random() < 0.05 else "restricted"
        text = f"invented sighting {number} " + "lights out, low in the water. " * self._luck.randint(0, 40)
        return {
            "rid": f"{self.home.party}-{number:06d}",
            "kind": KIND,
            "subject": {"type": "vessel", "name": f"INVENTED {number}"},
            "event_time": "2026-03-01T00:00:00Z",
            "handling": {"level": level, "caveats": []},
            "origin": self.home.party,
            "body": {"what": text, "lat": 35.0, "lon": 129.2, "photos": 0},
        }

    def _one(self) -> tuple[str, Known] | None:
        """An own record that is certainly there."""
        there = [
            (rid, known)
            for rid, known in self.known.items()
            if known.acknowledged is not None and GONE not in known.possible
        ]
        return self._luck.choice(there) if there else None

    def _change(self, command: str, after: str, **params: Any) -> None:
        found = self._one()
        if found is None:
            return
        rid, known = found
        known.asked.append(after)
        self.home.ask(command, rid=rid, **params)
        known.acknowledged = after
        known.asked.clear()

    def _correct(self) -> None:
        text = f"corrected {self._luck.randrange(10**9)}"
        self._change("records.correct", text, body={"what": text, "lat": 35.1, "lon": 129.3, "photos": 1})

    def _retract(self) -> None:
        self._change("records.retract", GONE, reason="invented mistake")

    def _expire(self) -> None:
        self._change("records.expire", GONE)

    def _hold(self) -> None:
        found = self._one()
        if found is not None:
            self.other.ask("records.hold", rid=found[0], basis="invented case 7")

    def _feed(self) -> None:
        if self._chunks:
            told = self.home.ask("feed.ais", source=str(self._chunks[0]), invented=True)
            self.rows += told["rows"]
            self.books.fed.append(self._chunks.pop(0))

    def _list(self) -> None:
        self.home.ask("records.list", **{"from": self.other.party})
        self.home.ask("status")
