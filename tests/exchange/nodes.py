"""Nodes without a network: exchanges on databases of their own, under a small agreement of invented parties."""

import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from haemaru.agreement import Agreement, load_agreement
from haemaru.clock import FakeClock, Ids
from haemaru.exchange import Exchange, Limits, PutResult, Settings, exchange_projections, is_refusal
from haemaru.ledger import Ledger
from haemaru.records import CHANNELS
from haemaru.signing import SUITE, NodeKeys, Vault, make_statement
from haemaru.storage import Database
from haemaru.wording import Reason

AGREEMENT = """
[agreement]
id = "{name}"
version = "{version}"
effective = 2026-01-01T00:00:00Z
expires = 2026-06-01T00:00:00Z
handling_levels = ["open", "restricted", "secret"]
lease_minutes = {lease}
title = {{ ko = "시험 협약", en = "Test agreement" }}
notice = {{ ko = "시험용 문안", en = "model text for tests" }}
{parties}
[[article]]
number = 1
title = {{ ko = "시험", en = "Tests" }}
{clauses}
"""

CLAUSE = """
[[clause]]
id = "{id}"
article = 1
effect = "{effect}"
kinds = {kinds}
from = ["*"]
to = ["*"]
purposes = ["watch"]
legal_basis = {{ ko = "법률 검토 필요", en = "to be confirmed by counsel" }}
text = {{ ko = "시험 조항", en = "test clause" }}
{rest}
"""

DUTIES = 'retention_days = 30\nonward = "none"\n'
ALL = DUTIES + 'fields = [{ path = "*" }]\n'
CLAUSES = (
    ("1.1", "release", ["intelligence.*", "operations.*", "request.*", "training.*"], ALL),
    ("1.2", "withhold", ["intelligence.report"], 'fields = [{ path = "body.source" }]\n'),
    ("1.3", "withhold", ["*"], 'when = [{ test = "handling_at_most", level = "restricted" }]\n'),
    ("1.4", "refer", ["operations.case"], ALL),
    ("1.5", "demand", ["customs.clearance"], ALL + 'statute = "Test Act 1"\n'),
    ("1.6", "release", ["surveillance.position"], ALL),
    (
        "1.8",
        "withhold",
        ["intelligence.*", "operations.*"],
        'refusal = "silent"\nwhen = [{ test = "caveat_present", caveat = "covert" }]\n',
    ),
    ("1.7", "release", ["fresh.report"], ALL + 'when = [{ test = "age_at_most_hours", hours = 1 }]\n'),
)
PARTIES = ("north", "south", "east", "west", "middle")


def agreement_text(
    version: str = "1",
    without: tuple[str, ...] = (),
    *,
    name: str = "test",
    bound: tuple[str, ...] = PARTIES,
    purpose: str = "watch",
    lease: int = 10_080,
) -> str:
    """The test agreement, less the clauses named; or another one, of other parties, for another purpose.

    Its leases last a week: what is not about leases need not renew them.
    """
    parties = "".join(f'\n[[party]]\nid = "{party}"\nname = {{ ko = "{party}", en = "{party}" }}\n' for party in bound)
    clauses = "".join(
        CLAUSE.format(id=id_, effect=effect, kinds=str(kinds).replace("'", '"'), rest=rest)
        for id_, effect, kinds, rest in CLAUSES
        if id_ not in without and id_ != "1.3"
    ).replace('"watch"', f'"{purpose}"')
    return AGREEMENT.format(name=name, version=version, lease=lease, parties=parties, clauses=clauses)


def load(version: str = "1", without: tuple[str, ...] = (), **more: Any) -> Agreement:
    return load_agreement(agreement_text(version, without, **more).encode(), "test")


class Adopted:
    """The agreements of one node, adopted and suspended by hand; what is in it was adopted when it was made."""

    def __init__(self, party: str, clock: FakeClock, *agreements: Agreement) -> None:
        self._party = party
        self._at = clock.now()
        self.known = list(agreements)
        self.suspended = False
        """Whether all of them are."""
        self.suspended_ids: set[str] = set()

    def current(self) -> Agreement | None:
        return next(iter(self.newest()), None)

    def newest(self) -> tuple[Agreement, ...]:
        return tuple({each.id: each for each in self.known}.values())

    def between(self, peer: str) -> tuple[Agreement, ...]:
        return tuple(each for each in self.newest() if {self._party, peer} <= each.party_ids)

    def named(self, name: str) -> Agreement | None:
        return next((each for each in self.newest() if each.id == name), None)

    def find(self, digest: str) -> Agreement | None:
        return next((known for known in self.known if known.hash == digest), None)

    def refusal_of(self, agreement: Agreement, at: datetime) -> Reason | None:
        if self.suspended or agreement.id in self.suspended_ids:
            return Reason("agreement_suspended")
        return None if agreement.is_in_force(at) else Reason("agreement_not_in_force")

    def adopted_at(self, agreement: Agreement) -> datetime | None:
        return self._at


class Node:
    """One exchange with what it stands on; `restart` opens the same database again."""

    def __init__(
        self,
        party: str,
        clock: FakeClock,
        folder: Path,
        agreement: Agreement,
        number: int,
        url: str = "",
        suite: str = SUITE,
    ) -> None:
        self.party = party
        self.clock = clock
        self.path = folder / f"{party}.db"
        self.url = url or f"sqlite:///{self.path}"
        seed = random.Random(number)
        self.keys = NodeKeys(seed.randbytes(32), seed.randbytes(32), seed.randbytes(32), suite)
        self.ids = Ids(clock, random.Random(100 + number))
        self.adopted = Adopted(party, clock, agreement)
        self.settings = Settings()
        self.limits = Limits()
        self.open()

    def open(self) -> None:
        self.db = Database.open(self.url)
        projections = exchange_projections(Vault(self.keys.vault))
        self.ledger = Ledger(self.db, self.keys, self.clock, self.party, "demo", projections)
        self.exchange = Exchange(
            self.ledger, self.keys, self.party, "demo", self.clock, self.ids, self.adopted, self.settings, self.limits
        )

    def restart(self) -> None:
        self.db.close()
        self.open()

    def statement(self) -> bytes:
        return make_statement(self.keys, self.party, "demo", "2026-01-01T00:00:00Z")

    def knows(self, other: "Node") -> None:
        with self.ledger.write() as batch:
            self.exchange.add_peer(batch, other.statement(), "http://127.0.0.1:1", other.keys.public.fingerprint)

    def put(self, record: dict[str, Any], to: str, purpose: str = "watch", **more: Any) -> PutResult:
        with self.ledger.write() as batch:
            return self.exchange.put(batch, record, to, purpose, **more)

    def retract(self, rid: str, reason: str = "wrong ship") -> list[PutResult]:
        with self.ledger.write() as batch:
            return self.exchange.retract(batch, rid, reason)

    def correct(self, rid: str, body: dict[str, Any]) -> list[PutResult]:
        with self.ledger.write() as batch:
            return self.exchange.correct(batch, rid, body)

    def frame(self, to: str, channel: str = "intelligence", limit: int = 500) -> bytes:
        made = self.exchange.next_frame(to, channel, limit)
        assert made is not None
        return made

    def counts(self, peer: str, channel: str = "intelligence") -> dict[str, Any]:
        channels = self.exchange.status()[peer]["channels"]
        found: dict[str, Any] = next(each for each in channels if each["channel"] == channel)
        return found

    def rids(self, from_: str | None = None) -> list[str]:
        return [held.rid for held in self.exchange.holdings.list(from_=from_)]


def drain(*nodes: Node) -> int:
    """Carries frames between all nodes until nobody has anything to say; gives the number of frames."""
    carried = 0
    by_party = {node.party: node for node in nodes}
    is_busy = True
    while is_busy:
        is_busy = False
        for node in nodes:
            node.exchange.leases.renew()
            for peer in node.exchange.peers():
                for channel in CHANNELS:
                    frame = node.exchange.next_frame(peer.party, channel)
                    if frame is None or peer.party not in by_party:
                        continue
                    answer = by_party[peer.party].exchange.accept(frame)
                    node.exchange.take_receipt(peer.party, answer)
                    is_busy = is_busy or not is_refusal(answer)
                    carried += 1
                    assert carried < 10_000
    return carried


def report(
    rid: str = "r-1", *, kind: str = "intelligence.report", origin: str = "north", **more: Any
) -> dict[str, Any]:
    """A record of an invented ship."""
    return {
        "rid": rid,
        "kind": kind,
        "subject": {"type": "vessel", "mmsi": "440123456", "name": "HAEDONG STAR"},
        "event_time": "2026-03-02T08:30:00Z",
        "handling": {"level": "open", "caveats": []},
        "origin": origin,
        "body": {"text": f"seen at anchor {rid}", "source": "informant", "count": 2},
    } | more


def later(clock: FakeClock, **step: float) -> None:
    clock.advance(timedelta(**step))
