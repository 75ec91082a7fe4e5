"""Commands on feeds: AIS from a file or a live source, into the picture and, as far as clauses let it, to partners."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haemaru.clock import format_time
from haemaru.node import quarantine
from haemaru.node.answer import Answer
from haemaru.surveillance.contacts import Contact, Counts, contact_files, contact_stream
from haemaru.surveillance.listening import feed_url
from haemaru.surveillance.replay import Batch, feed_file, needs_basis
from haemaru.values.instant import parse_time
from haemaru.wording import Fault

if TYPE_CHECKING:
    from haemaru.node.node import Node

# A TCP source that hung up and does not answer for so long has ended; UDP tells no end.
_PATIENCE_S = 10.0
# From a sensor to the partner's console it shall take less than a second; this is the larger half of it.
_BATCH_S = 0.5


def ais(node: "Node", params: dict[str, Any]) -> Answer:
    """Reads a feed to its end (or until the node stops) and tells what was counted and why."""
    source = str(params["source"])
    start = parse_time(str(params["start"]), "--start") if params.get("start") else None
    stop = threading.Event()
    node.surveillance.running_feeds[source] = stop
    feed = node.surveillance.feed
    feed.clear()
    feed.update(
        source=source,
        running=True,
        since=format_time(node.clock.now()),
        shifted=node.realm == "demo" and not params.get("invented"),
        invented=bool(params.get("invented")),
    )
    may_leave = "://" in source or bool(params.get("basis")) or not needs_basis(Path(source))
    rows = 0
    stats: dict[str, Any] = {}
    try:
        for batch in _batches(node, source, start, params, stop):
            if node.stopping.is_set():
                stop.set()
            rows += node.surveillance.take(batch.fixes, batch.statics, Path(source).name, may_leave)
            stats = dict(batch.stats.as_json())
            feed.update(sentences=stats["sentences"], messages=stats["messages"], quarantined=stats["quarantined"])
            if len(batch.fixes):
                feed["last"] = format_time(node.clock.now())
            node.workers.wake()
    finally:
        node.surveillance.running_feeds.pop(source, None)
        feed["running"] = False
    with node.ledger.write() as written:
        quarantine.note(written, source, stats.get("quarantined", {}), [])
    return Answer({**stats, "rows": rows})


def contacts(node: "Node", params: dict[str, Any]) -> Answer:
    """Reads contacts (radar, patrols, cameras) to the end of the file or stream and tells what was counted and why."""
    source = str(params["source"])
    stop = threading.Event()
    node.surveillance.running_feeds[source] = stop
    rows = 0
    counts: dict[str, Any] = {}
    try:
        for found, so_far in _contacts(source, params, stop):
            if node.stopping.is_set():
                stop.set()
            rows += node.contacts.take(found, Path(source).name, str(params.get("basis") or ""))
            counts = so_far.as_json()
            if stop.is_set():
                break
    finally:
        node.surveillance.running_feeds.pop(source, None)
    with node.ledger.write() as written:
        quarantine.note(written, source, counts.get("quarantined", {}), [])
    return Answer({**counts, "new": rows})


def _contacts(source: str, params: dict[str, Any], stop: threading.Event) -> Iterator[tuple[list[Contact], Counts]]:
    if "://" in source:
        return contact_stream(source, stop, params.get("seconds"), _PATIENCE_S)
    if not Path(source).is_file():
        raise Fault("cannot_read", source, detail="no such file")
    return contact_files([Path(source)])


def stop(node: "Node", params: dict[str, Any]) -> Answer:
    """Ends a feed that is being read; its command then tells what was counted."""
    running = node.surveillance.running_feeds.get(str(params["source"]))
    if running is not None:
        running.set()
    return Answer({"source": params["source"], "stopped": running is not None})


def _batches(node: "Node", source: str, start: Any, params: dict[str, Any], stop: threading.Event) -> Iterator[Batch]:
    classes = node.surveillance.classes()
    # A world that somebody invented lives in the present already; only logs are moved there.
    is_shifted = node.realm == "demo" and not params.get("invented")
    if "://" in source:
        seconds = params.get("seconds")
        return feed_url(
            source, node.clock.now, start=start, shift=is_shifted, classes=classes, stop=stop, seconds=seconds,
            patience_s=_PATIENCE_S, batch_s=_BATCH_S,
        )  # fmt: skip
    path = Path(source)
    if not path.is_file():
        raise Fault("cannot_read", source, detail="no such file")
    return feed_file(
        path,
        start=start,
        speed=params.get("speed"),
        first_row_at=node.clock.now if is_shifted else None,
        classes=classes,
        stop=stop,
    )
