"""What must hold of both homes when everything is mended: asked of the nodes, then read from their databases."""

import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite
from tests.journeys.campaign.homes import Away, CampaignHome, Refused
from tests.journeys.campaign.load import GONE, KIND, Load

from haemaru.agreement import load_agreement, standing_purpose
from haemaru.clock import SystemClock
from haemaru.exchange.comparison import PUT_BACK
from haemaru.node import Node
from haemaru.surveillance import read_shared, share
from haemaru.surveillance.share import Handling

_QUIET_S = 240.0
# Standings are told once a minute: by them a node learns that its partner is not behind any more.
_STANDINGS_S = 130.0


def drained(homes: list[CampaignHome], patience_s: float = _QUIET_S) -> list[str]:
    """Waits until nothing waits at either home; what still does after that."""
    end = time.monotonic() + patience_s
    while True:
        waiting = [line for home in homes for line in _waiting(home)]
        if not waiting or time.monotonic() > end:
            return waiting
        time.sleep(0.3)


def _waiting(home: CampaignHome) -> list[str]:
    try:
        status = home.ask("status")
    except (Away, Refused) as error:
        return [f"{home.party}: {error}"]
    return [
        f"{home.party} {counts['channel']}: {counts['waiting']} waiting, told {counts['told']}, alarm {counts['alarm']}"
        for peer in status["peers"]
        for counts in peer["channels"]
        if counts["waiting"]
    ]


def compare(loads: list[Load]) -> dict[str, Any]:
    """Every record of each agency here and there: lost, twice, other than asked, or there although it may not be."""
    found: dict[str, list[str]] = {name: [] for name in ("lost", "twice", "differs", "leaked", "unasked")}
    acknowledged = held = 0
    for load in loads:
        mine = _rows(load.home.ask("records.list", **{"from": load.home.party, "kind": KIND}))
        there = _rows(load.other.ask("records.list", **{"from": load.home.party, "kind": KIND}))
        for rows in (mine, there):
            found["twice"] += [rid for rid, texts in rows.items() if len(texts) > 1]
        for rid, known in load.known.items():
            # What a backup could not open any more, because it had been taken back since, has no tombstone of its own.
            own = mine[rid][0] if rid in mine else GONE if GONE in known.possible else None
            theirs = there[rid][0] if rid in there else None
            acknowledged += known.acknowledged is not None
            held += theirs not in (None, GONE)
            if own not in known.possible:
                found["unasked" if own is not None else "lost"].append(f"{rid} own {own!r:.60}")
            elif not known.may_leave:
                found["leaked"] += [rid] if theirs is not None else []
            elif own is not None and theirs is None and own != GONE:
                found["lost"].append(f"{rid} at the partner")
            elif theirs != own and not (own == GONE and theirs is None):
                found["differs"].append(f"{rid} {own!r:.40} there {theirs!r:.40}")
    return {"acknowledged": acknowledged, "held_by_partner": held, **{name: rids[:20] for name, rids in found.items()}}


def _rows(lines: Iterable[dict[str, Any]]) -> dict[str, list[str]]:
    """What is held under each rid; a tombstone, or a copy that a legal hold keeps beside it, says only that it went."""
    rows: dict[str, list[str]] = {}
    gone = set()
    for line in lines:
        if line["state"] == "held":
            rows.setdefault(line["rid"], []).append(line["body"]["what"])
        else:
            gone.add(line["rid"])
    for rid in gone:
        rows.setdefault(rid, []).append(GONE)
    return rows


def counts(homes: list[CampaignHome]) -> dict[str, Any]:
    """The nodes' own counts, over all channels."""
    total: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    witnessed = {}
    for home in homes:
        status = home.ask("status")
        for peer in status["peers"]:
            for channel in peer["channels"]:
                for name in ("sealed", "acknowledged", "void", "received", "repeated", "duplicates", "lost"):
                    total[name] += channel[name]
                total["quarantined"] += sum(channel["quarantined"].values())
                refused.update(channel["refused"])
        witnessed[home.party] = status["ledger"]["size"]
    return {**total, "refused": dict(refused), "entries": witnessed}


def alarms(homes: list[CampaignHome], patience_s: float = _STANDINGS_S) -> list[str]:
    """What still alarms an officer when everything is mended and looked into, and both have told how far they are."""
    end = time.monotonic() + patience_s
    while True:
        found = [
            f"{home.party} of {peer['party']}: {code}"
            for home in homes
            for peer in home.ask("status")["peers"]
            for code in peer["alarms"]
        ]
        if not found or time.monotonic() > end:
            return found
        time.sleep(1.0)


def ledgers_agree(homes: list[CampaignHome]) -> dict[str, Any]:
    """Every number of each stream, compared by digest in the two databases; the newest countersigned checkpoints."""
    differ: list[str] = []
    compared = 0
    countersigned = {}
    for home, other in (homes, homes[::-1]):
        out = _select(
            home,
            # Nothing is left to leave of a void, or of what a backup's key file erased, in an epoch that is over.
            "SELECT o.channel, o.epoch, o.seq, o.state, o.digest, o.void_entry FROM exchange_out o"
            " JOIN exchange_streams s"
            " ON s.direction = 'out' AND s.peer = o.peer AND s.channel = o.channel AND s.epoch = o.epoch"
            " WHERE o.state <> 'moved' AND o.peer = ? AND NOT (o.state IN ('void', 'erased') AND o.seq > s.acked"
            " AND EXISTS (SELECT 1 FROM exchange_streams n WHERE n.direction = 'out' AND n.peer = s.peer"
            " AND n.channel = s.channel AND n.epoch > s.epoch))",
            other.party,
        )
        there = {
            row[:3]: row[3:]
            for row in _select(
                other, "SELECT channel, epoch, seq, state, digest FROM exchange_in WHERE peer = ?", home.party
            )
        }
        forgot = _select(other, "SELECT count(*) FROM entry WHERE kind = ?", PUT_BACK)[0][0]
        for *key, state, digest, void_entry in out:
            place = tuple(key)
            compared += 1
            arrived = there.get(place)
            if arrived is None:
                differ.append(f"{home.party} {place} {state}: not at {other.party}")
            elif state == "delivered" and arrived[0] == "void" and void_entry >= 0 and forgot:
                # It had arrived before it was void, and its origin goes on saying so: a backup may hold it. The home
                # that was put back since holds the void (tests/exchange/test_epochs.py).
                continue
            elif (state == "void") != (arrived[0] == "void"):
                differ.append(f"{home.party} {place} {state}: {arrived[0]} at {other.party}")
            elif state == "sealed" and bytes(digest) != bytes(arrived[1]):
                differ.append(f"{home.party} {place}: another digest at {other.party}")
        sizes = _select(home, "SELECT max(size) FROM countersignature WHERE party = ?", other.party)
        countersigned[home.party] = sizes[0][0] or 0
    return {"compared": compared, "differ": differ[:20], "countersigned": countersigned}


def _select(home: CampaignHome, sql: str, asked: str) -> list[tuple[Any, ...]]:
    with sqlite.connect(home.home / "node.db") as db:
        found: list[tuple[Any, ...]] = db.execute(sql, (asked,)).fetchall()
    db.close()
    return found


def positions(here: CampaignHome, there: CampaignHome, agreement: Path) -> dict[str, int]:
    """Rows that the first home may share and the second has not, and rows that it has twice; nodes must be stopped."""
    with Node.open(here.home) as node:
        rows = node.surveillance._own.read(0, 2**62)
        key = node.surveillance._vault.blind("haemaru-pseudonyms-v1")
    with Node.open(there.home) as node:
        kept = node.surveillance._store_of(here.party).read(0, 2**62)
    pairs = [*zip(kept.mmsi.tolist(), kept.t.tolist(), strict=True)]
    model = load_agreement(agreement.read_bytes(), "campaign")
    way = (here.party, there.party)
    purpose = standing_purpose(model, "surveillance.position", *way)
    assert purpose is not None
    level = Handling(model.handling_levels[1])
    shared = share(model, rows, way, purpose, SystemClock().now(), handling=level, pseudonym_key=key)
    expected: set[tuple[int, int]] = set()
    for _, arrow, _ in shared.groups:
        fixes = read_shared(arrow)
        expected |= set(zip(fixes.mmsi.tolist(), fixes.t.tolist(), strict=True))
    return {
        "own": len(rows),
        "expected": len(expected),
        "received": len(pairs),
        "lost": len(expected - set(pairs)),
        "twice": len(pairs) - len(set(pairs)),
    }
