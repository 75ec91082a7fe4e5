"""How a node is: the one report behind `haemaru status --json`, the console's pages and the demo's figures."""

import resource
import shutil
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from haemaru import __version__
from haemaru.clock import format_time, from_ms
from haemaru.exchange import Peer
from haemaru.node.tallies import read_quarantined
from haemaru.node.verifying import key_history, told
from haemaru.signing import read_statement
from haemaru.values import parse_time
from haemaru.wording import Reason

if TYPE_CHECKING:
    from haemaru.node.node import Node

STALLED_S = 120.0  # guess: a receiver that hears nobody for two minutes is broken sooner than its sea is empty


def node_status(node: "Node") -> dict[str, Any]:
    """Agreement, partners, streams, feed, positions, ledger and health, counted from what is stored."""
    now = node.clock.now()
    refusal = node.agreements.refusal(now)
    feed = _feed(node, now)
    state = "working" if refusal is None else "suspended" if refusal.code == "agreement_suspended" else "waiting"
    names = {party.id: party.name for agreement in node.agreements.all() for party in agreement.parties}
    statement = read_statement(node.home.statement.read_bytes())
    body: dict[str, Any] = {
        "party": node.party,
        "party_name": names.get(node.party),
        "realm": node.realm,
        "clock_ahead_h": node.settings.clock_ahead_h,
        "state": state,
        "keyid": node.keys.keyid,
        "fingerprint": statement.fingerprint,
        "suspension": refusal,
        "agreement": node.agreements.status(now),
        "agreements": node.agreements.states(now),
        "vessels": node.surveillance.vessel_count(),
        "feed": feed,
        "backups": node.backups.status(),
        "positions": node.surveillance.position_status(),
        "detection": node.findings.status(),
        "peers": _peers(node, names),
        "records": node.exchange.totals(),
        "quarantined_input": _quarantined(node),
        "refused_frames": node.exchange.refused(),
        "ledger": _ledger(node),
        "witness": _witness(node),
        "health": _health(node, refusal, feed),
    }
    return msgspec.to_builtins(body)  # type: ignore[no-any-return]


def _quarantined(node: "Node") -> dict[str, int]:
    with node.ledger.read() as tx:
        return read_quarantined(tx)


def _feed(node: "Node", now: datetime) -> dict[str, Any]:
    feed = node.surveillance.feed_status()
    last = feed.get("last")
    lag = None if not last else max(0.0, (now - parse_time(str(last))).total_seconds())
    heard = last or feed.get("since")
    silent = None
    if feed.get("running") and heard:
        silent = max(0.0, (now - parse_time(str(heard))).total_seconds())
    return {**feed, "lag_s": lag, "silent_s": silent, "stalled": silent is not None and silent >= STALLED_S}


def _stalled(feed: dict[str, Any]) -> list[Reason]:
    """A feed that runs and brings nothing is a fault, never a sea without ships."""
    if not feed["stalled"]:
        return []
    return [Reason("feed_stalled", {"source": str(feed["source"]), "minutes": int(feed["silent_s"] // 60)})]


def _peers(node: "Node", names: dict[str, Any]) -> list[dict[str, Any]]:
    links, streams = node.workers.links(), node.exchange.status()
    return [
        {
            "party": peer.party,
            "name": names.get(peer.party),
            "url": peer.url,
            "fingerprint": peer.statement.fingerprint,
            "key": _key(peer),
            "link": links.get(peer.party, "never"),
            "last_receipt": streams.get(peer.party, {}).get("last_receipt"),
            "channels": streams.get(peer.party, {}).get("channels", []),
            "agreements": streams.get(peer.party, {}).get("agreements", []),
            "compliance": streams.get(peer.party, {}).get("compliance", {}),
            "overdue": streams.get(peer.party, {}).get("overdue", 0),
            "alarms": streams.get(peer.party, {}).get("alarms", []),
            "conflated": streams.get(peer.party, {}).get("conflated", 0),
            "skew_s": streams.get(peer.party, {}).get("skew_s"),
            "compared": streams.get(peer.party, {}).get("compared", {}),
            "witness": streams.get(peer.party, {}).get("witness", {}),
        }
        for peer in node.exchange.peers()
    ]


def _key(peer: Peer) -> dict[str, Any]:
    newest = peer.known[0]
    since = format_time(from_ms(newest.at_ms))
    return {"how": newest.how, "since": since, "revoked": newest.is_revoked, "earlier": len(peer.known) - 1}


def _ledger(node: "Node") -> dict[str, Any]:
    body: dict[str, Any] = {"size": node.ledger.size, "root": node.ledger.root().hex()}
    latest = node.ledger.latest_checkpoint()
    body["checkpoint"] = None if latest is None else latest.at
    with node.ledger.read() as tx:
        for peer in node.exchange.peers():
            size = node.ledger.countersigned(tx, peer.party)
            if size:
                body |= {"countersigned_by": peer.party, "countersigned_size": size}
    return body


def _witness(node: "Node") -> dict[str, Any]:
    """The third that signs our checkpoints: the first by name, and all of them."""
    links = node.witnessing.told()
    with node.ledger.read() as tx:
        found = [
            {**each, **links.get(each["party"], {"link": "never", "told": None})}
            for each in node.exchange.oversight.told(tx)
        ]
    return {"trusted": bool(found), **(found[0] if found else {}), "all": found}


def _health(node: "Node", refusal: Reason | None, feed: dict[str, Any]) -> dict[str, Any]:
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "version": __version__,
        "started": format_time(node.started),
        "memory_mb": round(memory_mb, 1),
        "disk_free_mb": round(shutil.disk_usage(node.home.folder).free / 2**20),
        "database": node.settings.database.partition(":")[0],
        "home": str(node.home.folder),
        "journal_mb": round(node.database.journal_bytes() / 2**20, 1),
        "problems": [*([refusal] if refusal else []), *_stalled(feed), *node.upkeep.problems()],
    }


def verify_ledger(node: "Node") -> dict[str, Any]:
    """Reads the whole ledger again; never raises on damage."""
    times = key_history(node.database, node.keys)
    return told(node.ledger.verify(times.partners, times.own))
