"""Commands on records: put, list, correct, regrade, retract, expire, and everything back from one partner."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haemaru.agreement import Agreement
from haemaru.node import quarantine
from haemaru.node.answer import Answer
from haemaru.node.files import decode_object, read_object
from haemaru.node.leaves import leaves
from haemaru.records import read_record
from haemaru.wording import Fault

if TYPE_CHECKING:
    from haemaru.exchange import Held, PutResult
    from haemaru.node.node import Node

# One transaction holds so many records: a kill loses at most what was not yet acknowledged to the caller.
_BATCH = 250
_STATES = ("held", "kept", "retracted", "expired", "quarantined")
_SHOWN = ("held", "kept", "quarantined")
_BACK = ("retract", "expire")


def put(node: "Node", params: dict[str, Any]) -> Answer:
    """Stores records of a JSON Lines file and seals what may leave; the same file twice changes nothing."""
    to, purpose = params.get("to"), params.get("purpose")
    if to is not None:
        check_party(node, to)
        if not purpose:
            raise Fault("purpose_missing", "--purpose")
    if name := params.get("agreement"):
        node.agreements.in_hand(name)
    counts: Counter[str] = Counter()
    bad: list[dict[str, Any]] = []
    lines = _lines(Path(params["file"]))
    while chunk := list(islice(lines, _BATCH)):
        with node.ledger.write() as batch:
            for number, line in chunk:
                try:
                    record = read_record(decode_object(line, f"{params['file']}:{number}"), f"line {number}")
                    own(node, record)
                    if to is None:
                        counts[node.exchange.store(batch, record)] += 1
                    else:
                        result = node.exchange.put(batch, record, to, str(purpose), agreement=name or "")
                        counts["known" if result.outcome == "known" else "stored"] += 1
                        counts[result.outcome] += result.outcome != "known"
                except Fault as fault:
                    bad.append({"line": number, "code": fault.code, "where": fault.where, "params": fault.params})
        node.workers.wake()
    if bad:
        with node.ledger.write() as batch:
            codes = Counter(str(each["code"]) for each in bad)
            quarantine.note(batch, str(params["file"]), codes, [f"line {each['line']}" for each in bad])
    names = ("stored", "sealed", "withheld", "referred", "demand", "known")
    body: dict[str, Any] = {name: counts[name] for name in names}
    body["quarantined"] = {"count": len(bad), "lines": bad[:100]}
    return Answer(body, 1 if bad else 0)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as handle:
        for number, line in enumerate(handle, start=1):
            if line.strip():
                yield number, line


def own(node: "Node", record: dict[str, Any]) -> None:
    """Refuses a record whose origin is somebody else: only its origin may write a record."""
    if record["origin"] != node.party:
        raise Fault("not_own_record", f"{record['rid']} origin", origin=str(record["origin"]), party=node.party)


def check_party(node: "Node", party: str) -> Agreement:
    """The first agreement with `party`, once that is another party of one and a trusted partner."""
    adopted = node.agreements.in_hand()
    between = node.agreements.between(party)
    if party == node.party or not between:
        others = dict.fromkeys(each.id for agreement in adopted for each in agreement.parties)
        raise Fault("party_not_in_agreement", party, parties=", ".join(others))
    if party not in {peer.party for peer in node.exchange.peers()}:
        raise Fault("peer_unknown", party)
    return between[0]


def list_(node: "Node", params: dict[str, Any]) -> Answer:
    """Lists what is held, received records as they were released to us, copies under a legal hold as `kept`."""
    held = node.exchange.holdings.list(from_=params.get("from"), kind=params.get("kind"), states=_STATES)
    return Answer([_line(each) for each in held if each.state in _SHOWN or each.op in _BACK])


def _line(held: "Held") -> dict[str, Any]:
    stream = None if held.peer is None else {"from": held.peer, "channel": held.channel, "epoch": held.epoch}
    # What was taken back is a tombstone: that it was there, and nothing of what it said.
    record = held.record if held.state in _SHOWN else {}
    return {
        "rid": held.rid,
        "kind": held.kind,
        "origin": held.origin,
        "state": held.state,
        "recovered": held.is_recovered,
        "rev": held.rev,
        "stream": stream,
        "seq": held.seq or None,
        "subject": record.get("subject"),
        "event_time": record.get("event_time"),
        "handling": record.get("handling"),
        "body": record.get("body"),
        "refs": record.get("refs", []),
    }


def _told(results: "list[PutResult]") -> dict[str, Any]:
    return {"receivers": len(results), "outcomes": dict(Counter(result.outcome for result in results))}


def correct(node: "Node", params: dict[str, Any]) -> Answer:
    """Replaces the body of an own record here and at every receiver."""
    body = params["body"] if "body" in params else read_object(params["file"])
    with node.ledger.write() as batch:
        results = node.exchange.correct(batch, params["rid"], body, rev=params.get("rev"))
    node.workers.wake()
    return Answer({"rid": params["rid"], "op": "correct", **_told(results)})


def retract(node: "Node", params: dict[str, Any]) -> Answer:
    """Takes an own record back here and at every receiver."""
    with node.ledger.write() as batch:
        results = node.exchange.retract(batch, params["rid"], params["reason"])
    node.workers.wake()
    return Answer({"rid": params["rid"], "op": "retract", **_told(results)})


def expire(node: "Node", params: dict[str, Any]) -> Answer:
    """Ends the retention of an own record here and at every receiver."""
    with node.ledger.write() as batch:
        results = node.exchange.expire(batch, params["rid"])
    node.workers.wake()
    return Answer({"rid": params["rid"], "op": "expire", **_told(results)})


def regrade(node: "Node", params: dict[str, Any]) -> Answer:
    """Changes how an own record must be handled; a partner that may no longer hold it gives its copy back."""
    with node.ledger.write() as batch:
        results = node.exchange.recall.regrade(
            batch, params["rid"], params["level"], params.get("caveats", ()), params.get("rev")
        )
    node.workers.wake()
    return Answer({"rid": params["rid"], "op": "regrade", **_told(results)})


def recall_all(node: "Node", params: dict[str, Any]) -> Answer:
    """Asks a partner to give back everything it was sent."""
    node.exchange.peer(params["peer"])
    with node.ledger.write() as batch:
        results = node.exchange.recall.recall_all(batch, params["peer"], params["reason"])
    node.workers.wake()
    return Answer({"peer": params["peer"], "op": "recall_all", "records": len(results)})


def audit(node: "Node", _params: dict[str, Any]) -> Answer:
    """Counts the fields of received records that no clause of a known agreement stands behind; must be 0."""
    bare = examined = 0
    for held in node.exchange.holdings.list(states=_STATES[:1]):
        if held.peer is None:
            continue
        agreement = node.agreements.find(str(held.header.get("agreement", {}).get("hash")))
        known = {clause.id for clause in agreement.clauses} if agreement else set()
        covered = {each["path"] for each in held.header.get("paths", ()) if each["clause"] in known}
        present = {path for path, _ in leaves(held.record)}
        examined += len(present)
        bare += len(present - covered)
    return Answer({"examined": examined, "released_without_clause": bare}, 1 if bare else 0)
