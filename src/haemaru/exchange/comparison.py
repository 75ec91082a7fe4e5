"""What comparisons with partners have brought: a view of the ledger, and the facts it is made of.

One row for each comparison (`exchange_comparisons`), own ones and those a partner told the end of, and one row for
each number that differs (`exchange_differences`): `missing` at the receiver although its receipt covers it, `altered`,
or `unknown` to its sender. A row is `open` until the number was sent again, taken back, or found equal; of a number
that was unknown no row remains.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Index, MetaData, Table

from haemaru.exchange.columns import text, whole
from haemaru.exchange.entries import RECOVERED, REOPENED, Facts, ReopenedFacts, SealedFacts, read_entry
from haemaru.exchange.keeping import OWN_ERASED, OwnErasedFacts
from haemaru.exchange.messages import Part
from haemaru.ledger import Entry
from haemaru.storage import Tx

COMPARED = "exchange.compared"
RESENT = "exchange.resent"
FORKED = "exchange.epoch_forked"
PUT_BACK = "exchange.put_back"
METADATA = MetaData()


Table(
    "exchange_comparisons",
    METADATA,
    text("session", key=True),
    text("peer"),
    text("asker"),
    text("state"),
    whole("rounds"),
    whole("digests"),
    whole("missing"),
    whole("altered"),
    whole("unknown"),
    whole("cut"),
    whole("started_ms"),
    whole("at_ms"),
)
_differences = Table(
    "exchange_differences",
    METADATA,
    text("asker", key=True),
    text("peer", key=True),
    text("channel", key=True),
    whole("epoch", key=True),
    whole("seq", key=True),
    text("code"),
    text("state"),
    text("session"),
    whole("entry"),
    whole("at_ms"),
)
Index("exchange_differences_state", _differences.c.peer, _differences.c.code, _differences.c.state)

Table("exchange_put_back", METADATA, text("peer", key=True), whole("entry"), whole("at_ms"))

MOST_LINES = 50_000
"""How many items are given back for one comparison."""

Number = tuple[str, int, int]
"""Channel, epoch and number of an item."""


class ComparedFacts(Facts, frozen=True, kw_only=True):
    """A comparison began, went on, or ended; `asker` is `own`, or `peer` where the partner compared its own streams."""

    session: str
    peer: str
    asker: str = "own"
    rounds: int = 0
    digests: int = 0
    missing: tuple[Part, ...] = ()
    altered: tuple[Part, ...] = ()
    unknown: tuple[Part, ...] = ()
    cut: bool = False
    done: bool = False


class ResentFacts(Facts, frozen=True, kw_only=True):
    """Numbers below the cursor were sent again; `code` is why the receiver would not have them."""

    peer: str
    channel: str
    epoch: int
    first: int
    last: int
    code: str = ""


class ForkedFacts(Facts, frozen=True, kw_only=True):
    """A partner opened an epoch a second time, otherwise; the bytes are both lines, first the one that is held."""

    peer: str
    epoch: int
    header: str
    signature: str


class PutBackFacts(Facts, frozen=True, kw_only=True):
    """This home was put back to an older state; these partners may know more of its streams than it does."""

    peers: tuple[str, ...]


def numbers(parts: Iterable[Part]) -> list[Number]:
    """Every number that the parts name."""
    return [
        (part.channel, part.epoch, seq)
        for part in parts
        for first, last in part.ranges
        for seq in range(first, last + 1)
    ]


def parts_of(found: Iterable[Number]) -> tuple[Part, ...]:
    """The numbers as parts, runs of them as ranges.

    >>> parts_of([("training", 1, 3), ("training", 1, 4)])[0].ranges
    ((3, 4),)
    """
    runs: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for channel, epoch, seq in sorted(set(found)):
        ranges = runs.setdefault((channel, epoch), [])
        if ranges and ranges[-1][1] == seq - 1:
            ranges[-1] = (ranges[-1][0], seq)
        else:
            ranges.append((seq, seq))
    return tuple(Part(channel=channel, epoch=epoch, ranges=tuple(ranges)) for (channel, epoch), ranges in runs.items())


class ComparisonView:
    """Keeps what comparisons found."""

    name = "comparisons"
    metadata = METADATA
    tables = tuple(METADATA.tables)

    def __init__(self) -> None:
        self._apply: Mapping[str, Callable[[Tx, Entry, bytes], None]] = {
            COMPARED: _compared,
            RESENT: _resent,
            RECOVERED: _recovered,
            OWN_ERASED: _own_erased,
            FORKED: _forked,
            PUT_BACK: _put_back,
            REOPENED: _reopened,
        }
        self.kinds = frozenset(self._apply)

    def apply(self, tx: Tx, entry: Entry, body: bytes) -> None:
        """Brings the tables up to this entry."""
        self._apply[entry.kind](tx, entry, body)


def _compared(tx: Tx, entry: Entry, body: bytes) -> None:
    facts, _ = read_entry(body, ComparedFacts)
    tx.run(
        "INSERT INTO exchange_comparisons"
        " (session, peer, asker, state, rounds, digests, missing, altered, unknown, cut, started_ms, at_ms) VALUES"
        " (:session, :peer, :asker, 'open', 0, 0, 0, 0, 0, 0, :at_ms, :at_ms) ON CONFLICT DO NOTHING",
        session=facts.session,
        peer=facts.peer,
        asker=facts.asker,
        at_ms=entry.at_ms,
    )
    found = {code: numbers(getattr(facts, code)) for code in ("missing", "altered", "unknown")}
    tx.run(
        "UPDATE exchange_comparisons SET rounds = :rounds, digests = digests + :digests, missing = missing + :missing,"
        " altered = altered + :altered, unknown = unknown + :unknown, cut = :cut, state = :state, at_ms = :at_ms"
        " WHERE session = :session",
        session=facts.session,
        rounds=facts.rounds,
        digests=facts.digests,
        cut=int(facts.cut),
        state="done" if facts.done else "open",
        at_ms=entry.at_ms,
        **{code: len(places) for code, places in found.items()},
    )
    place = {"asker": facts.asker, "peer": facts.peer, "session": facts.session}
    for code, places in found.items():
        # What a partner found missing or unknown it sends again or asks for; altered is for both to look at.
        if facts.asker == "peer" and code != "altered":
            continue
        tx.many(
            "INSERT INTO exchange_differences (asker, peer, channel, epoch, seq, code, state, session, entry, at_ms)"
            " VALUES (:asker, :peer, :channel, :epoch, :seq, :code, 'open', :session, :entry, :at_ms)"
            " ON CONFLICT (asker, peer, channel, epoch, seq) DO UPDATE SET code = excluded.code, state = 'open',"
            " session = excluded.session, entry = excluded.entry, at_ms = excluded.at_ms",
            [
                {"channel": channel, "epoch": epoch, "seq": seq, "code": code, "entry": entry.index, **place}
                | {"at_ms": entry.at_ms}
                for channel, epoch, seq in places
            ],
        )
    if facts.done and not facts.cut:
        _forget_others(tx, place)


def _forget_others(tx: Tx, place: dict[str, str]) -> None:
    """What this comparison did not find again is no difference any more."""
    others = " WHERE asker = :asker AND peer = :peer AND session <> :session AND state <> 'done'"
    # Of numbers that only the partner named, and that may never have been, no row is kept.
    tx.run(f"DELETE FROM exchange_differences{others} AND code = 'unknown'", **place)
    tx.run(f"UPDATE exchange_differences SET state = 'done'{others} AND code <> 'forked'", **place)


def _resent(tx: Tx, _entry: Entry, body: bytes) -> None:
    facts, _ = read_entry(body, ResentFacts)
    tx.run(
        "UPDATE exchange_differences SET state = :state WHERE asker = 'own' AND peer = :peer AND channel = :channel"
        " AND epoch = :epoch AND seq >= :first AND seq <= :last AND code = 'missing'",
        state="refused" if facts.code else "done",
        peer=facts.peer,
        channel=facts.channel,
        epoch=facts.epoch,
        first=facts.first,
        last=facts.last,
    )


def _recovered(tx: Tx, _entry: Entry, body: bytes) -> None:
    facts, _ = read_entry(body, SealedFacts)
    _known_again(tx, [{"peer": facts.peer, "channel": facts.channel, "epoch": facts.epoch, "seq": facts.seq}])


def _own_erased(tx: Tx, _entry: Entry, body: bytes) -> None:
    # Of a record that had come back and was erased since, a rebuild does not see the coming back.
    facts, _ = read_entry(body, OwnErasedFacts)
    _known_again(
        tx, [{name: row[name] for name in ("peer", "channel", "epoch", "seq")} for row in facts.rows["exchange_out"]]
    )


def _known_again(tx: Tx, places: list[dict[str, Any]]) -> None:
    tx.many(
        "DELETE FROM exchange_differences WHERE asker = 'own' AND peer = :peer AND channel = :channel"
        " AND epoch = :epoch AND seq = :seq AND code = 'unknown'",
        places,
    )


def _forked(tx: Tx, entry: Entry, body: bytes) -> None:
    facts, _ = read_entry(body, ForkedFacts)
    tx.run(
        "INSERT INTO exchange_differences (asker, peer, channel, epoch, seq, code, state, session, entry, at_ms)"
        " VALUES ('peer', :peer, 'control', :epoch, 1, 'forked', 'open', '', :entry, :at_ms) ON CONFLICT DO NOTHING",
        peer=facts.peer,
        epoch=facts.epoch,
        entry=entry.index,
        at_ms=entry.at_ms,
    )


def _put_back(tx: Tx, entry: Entry, body: bytes) -> None:
    facts, _ = read_entry(body, PutBackFacts)
    tx.many(
        "INSERT INTO exchange_put_back (peer, entry, at_ms) VALUES (:peer, :entry, :at_ms) ON CONFLICT DO NOTHING",
        [{"peer": peer, "entry": entry.index, "at_ms": entry.at_ms} for peer in facts.peers],
    )


def _reopened(tx: Tx, _entry: Entry, body: bytes) -> None:
    facts, _ = read_entry(body, ReopenedFacts)
    tx.run("DELETE FROM exchange_put_back WHERE peer = :peer", peer=facts.peer)
