"""Two worlds, one partner: customs holds what a silent clause keeps, or it never did. The partner's view is one.

The coast guard does everything a partner can: it opens a case about the ship, chooses another one and comes back,
demands papers, asks by rid, applies for a seat, takes rids that may be taken, takes back what was never its own. Every
payload that it is sent and every receipt that it is given is written down. Names that are drawn anew in each run are
numbered in the order in which they first appear; nothing else is changed. In one world customs also corrects and
retracts what it hides.
"""

import base64
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.node.conftest import MODEL, Pair, asked, introduce, written

from haemaru.clock import FakeClock
from haemaru.exchange.entries import SealedFacts
from haemaru.exchange.envelope import RECORD_TYPE, digest_of, join, write_envelope
from haemaru.exchange.frame import open_frame, read_outer
from haemaru.ledger import Batch
from haemaru.node import Node
from haemaru.node.init import init_home
from haemaru.node.reactions import react, unanswered
from haemaru.records import CHANNELS, AgreementRef, Header, Marking, header_bytes

MMSI, OTHER = 900000011, 900000012
SECRET = {"level": "secret", "caveats": []}
COVERT = {"level": "open", "caveats": ["covert_measure"]}
PLAIN = {"level": "restricted", "caveats": []}


def record(rid: str, kind: str, body: dict[str, Any], handling: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "rid": rid,
        "kind": kind,
        "subject": {"type": "vessel", "mmsi": MMSI, "name": "INVENTED ONE"},
        "event_time": "2026-03-01T00:00:00Z",
        "handling": handling,
        "origin": "kcs",
        "body": body,
        **more,
    }


REPORT = {"text": "t", "grade": {"scheme": "europol_4x4", "code": "B2"}}
SHARED = [
    record("shared-call", "surveillance.port_call", {"port": "COBUN", "next_port": "KROKK"}, PLAIN),
    record("shared-report", "intelligence.report", REPORT, PLAIN, refs=["nobody-knows"]),
]
HIDDEN = [
    record("hidden-report", "intelligence.report", REPORT, SECRET),
    record("hidden-sighting", "surveillance.sighting", {"what": "w", "platform": "p"}, COVERT),
    record("hidden-clearance", "customs.clearance", {"declaration": "d"}, SECRET),
    record("hidden-call", "surveillance.port_call", {"port": "KRTJI", "next_port": "KROKK"}, SECRET),
    record("hidden-session", "training.session", {
        "course": "c", "title_ko": "과정 (가상)", "title_en": "Course (invented)", "since": "2026-05-01T00:00:00Z",
        "until": "2026-05-02T00:00:00Z", "seats": 4, "quotas": {}, "release_at": "2026-03-01T00:00:00Z",
    }, SECRET),
]  # fmt: skip
# Written by customs in both worlds; in one of them it names what is hidden, and must not show it.
NAMING = record("naming-report", "intelligence.report", REPORT | {"after": "shared-report"}, PLAIN)
DEMAND = {
    "to": "kcs", "kinds": ["customs.clearance"], "subject": {"type": "vessel", "mmsi": MMSI},
    "statute": "Customs Act Art. 116 (1)", "letter": "INVENTED-7", "officer": "Sample Officer",
    "purpose": "narcotics_case", "reply_by": "2026-03-02T13:00:00Z",
}  # fmt: skip
_TOKENS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{64}")


class World:
    """Both nodes, and everything that customs lets the coast guard see."""

    def __init__(self, pair: Pair, folder: Path, hides: bool, clock: FakeClock) -> None:
        self.clock = clock
        self.kcg, self.kcs, self.folder, self.hides = pair.kcg, pair.kcs, folder, hides
        self.view: list[str] = []

    def carry(self) -> None:
        """Carries everything both ways until nothing waits; two ticks at each node in between."""
        while True:
            for held in unanswered(self.kcs):
                react(self.kcs, held)
            for _ in range(2):
                self.kcs.exchange.asking.tick()
            if not self._to_kcg() + self._to_kcs():
                return

    def _to_kcg(self) -> int:
        moved = 0
        for channel in CHANNELS:
            while (frame := self.kcs.exchange.next_frame("kcg", channel)) is not None:
                outer = read_outer(frame)
                header = outer.header
                self.view.append(f"{channel} {header.epoch} {header.first}-{header.last} {header.size_plain}")
                for line in open_frame(outer, self.kcg.keys):
                    self.view.append(base64.b64decode(json.loads(line)["payload"]).decode())
                self.kcs.exchange.take_receipt("kcg", self.kcg.exchange.accept(frame))
                moved += 1
        return moved

    def _to_kcs(self) -> int:
        moved = 0
        for channel in CHANNELS:
            while (frame := self.kcg.exchange.next_frame("kcs", channel)) is not None:
                receipt = self.kcs.exchange.accept(frame)
                self.view.append("receipt " + json.dumps(json.loads(base64.b64decode(json.loads(receipt)["payload"]))))
                self.kcg.exchange.take_receipt("kcs", receipt)
                moved += 1
        return moved

    def put(self, node: Node, *records: dict[str, Any], **more: Any) -> None:
        node.do("records.put", {"file": written(self.folder / "records.jsonl", *records), **more})
        self.carry()

    def known(self) -> list[str]:
        """The view, with what is drawn anew numbered in the order of its first appearance."""
        names: dict[str, str] = {}
        return [_TOKENS.sub(lambda found: names.setdefault(found[0], f"#{len(names)}"), line) for line in self.view]


@contextmanager
def world(folder: Path, hides: bool) -> Iterator[World]:
    """A pair of nodes that customs has filled."""
    clock = FakeClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    for party in ("kcg", "kcs"):
        init_home(folder / party, party, MODEL, "demo", None, None)
    agreement = folder / "agreement.toml"
    agreement.write_bytes(MODEL.read_bytes())
    with Node.open(folder / "kcg", clock=clock) as kcg, Node.open(folder / "kcs", clock=clock) as kcs:
        introduce(kcg, kcs)
        introduce(kcs, kcg)
        for command in ("agreement.sign", "agreement.adopt"):
            for node in (kcg, kcs):
                node.do(command, {"file": str(agreement)})
        made = World(Pair(kcg, kcs, agreement), folder, hides, clock)
        made.put(kcs, *SHARED, *(HIDDEN if hides else ()))
        if hides:
            asked(kcs, "records.hold", rid="hidden-clearance", basis="a court")
        refs = ["shared-report", *(["hidden-report", "hidden-call"] if hides else [])]
        body = NAMING["body"] | ({"also": "hidden-report", "all": ["x", "hidden-call"]} if hides else {"all": ["x"]})
        made.put(kcs, SHARED[1], to="kcg", purpose="narcotics_investigation")
        made.put(kcs, {**NAMING, "refs": refs, "body": body}, to="kcg", purpose="narcotics_investigation")
        yield made


def opens_a_case(made: World) -> None:
    told = asked(made.kcg, "operations.tip", vessel_name="INVENTED ONE", mmsi=MMSI, port="Okgye", wait_s=0)
    made.carry()
    for mmsi in (OTHER, MMSI):
        asked(made.kcg, "operations.choose", case=told["case"], mmsi=mmsi)
        made.carry()


def demands(made: World) -> None:
    sent = asked(made.kcg, "demand.new", file=written(made.folder / "demand.json", DEMAND))
    made.carry()
    asked(made.kcs, "demand.answer", id=sent["id"], release=True, reason="nothing held")
    made.carry()


def asks_by_rid(made: World) -> None:
    for one in HIDDEN:
        asked(made.kcg, "records.ask", rid=one["rid"], purpose="narcotics_investigation", **{"from": "kcs"})
    made.carry()


def applies_for_a_seat(made: World) -> None:
    seat = record("seat-1", "training.application", {"session": "hidden-session", "person": "p"}, PLAIN)
    made.put(made.kcg, seat | {"origin": "kcg", "refs": ["hidden-session"]}, to="kcs", purpose="training")


def takes_rids_that_may_be_taken(made: World) -> None:
    """Writes under each hidden rid, writes again, corrects, takes back: all of it by its own ledger's rules."""
    for one in HIDDEN[:3]:
        mine = one | {"origin": "kcg", "kind": "intelligence.report", "handling": PLAIN, "body": dict(REPORT)}
        made.put(made.kcg, mine, to="kcs", purpose="narcotics_investigation")
        asked(made.kcg, "records.correct", rid=one["rid"], body={**REPORT, "text": "second"})
        made.carry()
        asked(made.kcg, "records.retract", rid=one["rid"], reason="guess")
        made.carry()


def takes_back_what_was_never_sent(made: World) -> None:
    """A forged retraction of a rid that customs alone knows."""
    with made.kcg.ledger.write() as batch:
        for one in HIDDEN:
            forge_retraction(made.kcg, batch, one["rid"])
    made.carry()


def forge_retraction(node: Node, batch: Batch, rid: str) -> None:
    house = node.exchange.house
    header = Header(
        id=house.ids.new(), rid=rid, rev=3, op="retract", kind="intelligence.report", origin="kcg", audience=("kcs",),
        agreement=AgreementRef("kcg-kcs-narcotics", "2026-1-model", "00" * 32), clauses=(),
        handling=Marking("restricted"), purpose="narcotics_investigation", created=house.now(), realm="demo",
    )  # fmt: skip
    content = join(header_bytes(header), b'{"reason":"guess"}')
    facts = SealedFacts(
        peer="kcs", channel="control", epoch=0, seq=0, rid=rid, rev=3, op="retract", kind="intelligence.report",
        digest=digest_of(content),
    )  # fmt: skip
    node.exchange._outbox.append(batch, facts, write_envelope(house.keys, RECORD_TYPE, content))


def sees_customs_at_work(made: World) -> None:
    if made.hides:
        for one in HIDDEN[:2]:
            asked(made.kcs, "records.correct", rid=one["rid"], body={**one["body"], "text": "other", "what": "other"})
        asked(made.kcs, "records.retract", rid="hidden-report", reason="wrong")
    made.carry()
    asked(made.kcs, "records.correct", rid="shared-report", body={**REPORT, "text": "corrected"})
    made.carry()


def outlives_what_it_wrote(made: World) -> None:
    """Writes under hidden rids, one of them on hold at customs, and waits until the time of what it wrote is over."""
    for one in HIDDEN[1:3]:
        mine = one | {"origin": "kcg", "kind": "intelligence.report", "handling": PLAIN, "body": dict(REPORT)}
        made.put(made.kcg, mine, to="kcs", purpose="narcotics_investigation")
    made.clock.advance(timedelta(days=4000))
    made.kcs.exchange.retention.tick()
    disposals = made.kcs.exchange.retention.list()
    assert len(disposals) == 2
    for each in disposals:
        made.kcs.exchange.retention.approve(each.id)
    made.carry()


ACTS = [
    opens_a_case,
    demands,
    asks_by_rid,
    applies_for_a_seat,
    takes_rids_that_may_be_taken,
    sees_customs_at_work,
    takes_back_what_was_never_sent,
]


@pytest.mark.parametrize(
    "act", [*ACTS, outlives_what_it_wrote, "all of them"], ids=lambda act: getattr(act, "__name__", act)
)
def test_the_partner_sees_the_same_whether_or_not_there_is_something_to_hide(act: Any, tmp_path: Path) -> None:
    seen: list[list[str]] = []
    grown: list[int] = []
    for name in ("hides", "has-none"):
        (tmp_path / name).mkdir()
        with world(tmp_path / name, hides=name == "hides") as made:
            before = made.kcs.ledger.size
            for each in ACTS if act == "all of them" else [act]:
                each(made)
            seen.append(made.known())
            grown.append(made.kcs.ledger.size - before)

    assert seen[0] == seen[1]
    # A partner sees at each checkpoint how many entries there are: what it asks must not leave more of them.
    assert grown[0] == grown[1] or act in (sees_customs_at_work, "all of them")
    assert len(seen[0]) > 4
