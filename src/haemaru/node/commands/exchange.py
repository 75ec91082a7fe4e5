"""Commands on partners and streams: trust, courier files, a new epoch."""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from haemaru.node.answer import Answer
from haemaru.node.home import LOOPBACK
from haemaru.values import parse_time
from haemaru.wording import Fault

if TYPE_CHECKING:
    from haemaru.node.node import Node

_SHOWN = 1_000


def add_peer(node: "Node", params: dict[str, Any]) -> Answer:
    """Trusts a partner whose statement has the fingerprint that was read aloud."""
    check_url(params["url"])
    with node.ledger.write() as batch:
        peer = node.exchange.add_peer(batch, params["statement"].encode(), params["url"], params["fingerprint"])
        mode = params.get("mode") or node.exchange.pulls.mode(batch.tx, peer.party)
        node.exchange.pulls.set_mode(batch, peer.party, mode)
    node.workers.peers_changed()
    return Answer({"party": peer.party, "url": peer.url, "fingerprint": peer.statement.fingerprint, "mode": mode})


def peer_mode(node: "Node", params: dict[str, Any]) -> Answer:
    """Changes how a partner is reached."""
    with node.ledger.write() as batch:
        node.exchange.pulls.set_mode(batch, params["party"], params["mode"])
    node.workers.peers_changed()
    return Answer({"party": params["party"], "mode": params["mode"]})


def show(node: "Node", params: dict[str, Any]) -> Answer:
    """A record as it travelled: lines, frame headers, receipts; exit 1 where nothing did."""
    shown = node.exchange.showing.about(params["rid"])
    return Answer(shown, 0 if shown["sent"] or shown["received"] else 1)


def check_url(url: str) -> None:
    """Refuses an address that no frame could go to, and plain HTTP to another machine."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or port == 0 or parts.scheme not in ("http", "https"):
        raise Fault("peer_bad_url", url[:200])
    if parts.scheme == "http" and host not in LOOPBACK:
        raise Fault("peer_plain_http", url[:200])


def export(node: "Node", params: dict[str, Any]) -> Answer:
    """Writes everything that waits for a partner into a courier file."""
    node.exchange.peer(params["peer"])
    file = Path(params["file"])
    beside = file.with_name(file.name + ".part")
    with beside.open("wb") as out:
        size = node.exchange.export_courier_to(params["peer"], out)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(file)
    return Answer({"peer": params["peer"], "file": params["file"], "bytes": size})


def import_(node: "Node", params: dict[str, Any]) -> Answer:
    """Takes in a courier file of a partner; exit 1 where a part of it was refused, as every part of another is."""
    node.exchange.peer(params["peer"])
    try:
        with Path(params["file"]).open("rb") as source:
            report = node.exchange.import_courier(source, params["file"], params["peer"])
        # An answer that waits for the backups goes with the next file.
        node.backups.tick()
    finally:
        node.workers.wake()
    return Answer(report, 1 if report["refused"] else 0)


def compare(node: "Node", params: dict[str, Any]) -> Answer:
    """Compares every stream with a partner, both ways; exit 1 where anything differs, or was not told in time."""
    peer, digests = params["peer"], node.exchange.digests
    began = node.clock.now()
    session = digests.compare(peer)
    node.workers.wake()
    until = time.monotonic() + float(params.get("wait_s") or 0)
    while True:
        with node.ledger.read() as tx:
            theirs, differences = digests.latest(tx, peer, "peer"), digests.differences(tx, peer)
        own = digests.session(session)
        is_told = theirs is not None and parse_time(theirs["started"]) >= began.replace(microsecond=0)
        if (own["done"] and is_told) or time.monotonic() > until or node.stopping.wait(0.1):
            break
    is_equal = bool(own["done"] and is_told and not differences and _is_equal(own) and _is_equal(theirs))
    body = {
        "peer": peer,
        "equal": is_equal,
        "out": own,
        "in": theirs if is_told else None,
        "differences": differences[:_SHOWN],
    }
    return Answer(body, 0 if is_equal else 1)


def _is_equal(found: dict[str, Any] | None) -> bool:
    names = ("missing", "altered", "unknown_here", "unknown_there")
    return found is not None and not found["cut"] and not any(found.get(name) for name in names)


def evidence(node: "Node", params: dict[str, Any]) -> Answer:
    """Writes the evidence pack about a partner."""
    data = node.exchange.evidence.pack(params["peer"])
    Path(params["file"]).write_bytes(data + b"\n")
    return Answer({"peer": params["peer"], "file": params["file"], "bytes": len(data) + 1})


def reopen(node: "Node", params: dict[str, Any]) -> Answer:
    """Opens a new epoch towards a partner."""
    with node.ledger.write() as batch:
        epoch = node.exchange.reopen(params["peer"])
        restart = node.exchange.witness.declare_restart(batch, params["peer"])
    # What was sent before and is not known any more is found, and asked for, in this way.
    session = node.exchange.digests.compare(params["peer"])
    node.workers.wake()
    return Answer({"peer": params["peer"], "epoch": epoch, "comparison": session, "restart": restart})
