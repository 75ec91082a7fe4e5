"""What a record may name: a reference tells that another record exists, so it leaves only where that may be known.

Before a record is decided for a partner, references to records that the partner must not know of are taken out of it,
in `refs` and wherever the same rid stands in the body, as if they had never been written. A partner may know of what it
sent itself, what it was sent, what a clause releases, and what a clause openly refuses. Not of what a silent clause
keeps, what no clause names, what was taken back before it left, and what a third party sent.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from haemaru.agreement import standing_purpose
from haemaru.exchange.house import House
from haemaru.exchange.release import Ask, judge, most_favourable
from haemaru.storage import Tx
from haemaru.wording import Fault

if TYPE_CHECKING:
    from haemaru.exchange.outbox import Outbox


_NAMING = ("subject", "body", "refs")


def as_named(house: House, outbox: "Outbox", tx: Tx, ask: Ask, at: datetime) -> Ask:
    """The same question about the record without the references that its receiver must not see."""
    refs = ask.record.get("refs")
    named = [*(refs if isinstance(refs, list) else ()), *ask.refs]
    hidden = frozenset(rid for rid in dict.fromkeys(named) if not may_know(house, outbox, tx, rid, ask, at))
    if not hidden:
        return ask
    return replace(ask, record=_without(ask.record, hidden), refs=tuple(rid for rid in ask.refs if rid not in hidden))


def may_know(house: House, outbox: "Outbox", tx: Tx, rid: str, ask: Ask, at: datetime) -> bool:
    """Whether the partner of a question may learn that there is a record of that name."""
    blind = house.vault.blind(rid)
    sent = "SELECT 1 FROM exchange_out WHERE rid = :rid AND peer = :peer AND state <> 'void' LIMIT 1"
    if tx.one(sent, rid=blind, peer=ask.to) is not None:
        return True
    own = outbox.latest(tx, rid)
    if own is None:
        # What nobody here holds tells nothing, nor does what the partner sent; a third party's tells of its traffic.
        # What lies in quarantine under a rid does not make it anybody's.
        other = "SELECT 1 FROM exchange_in WHERE rid = :rid AND peer <> :peer AND state <> 'quarantined' LIMIT 1"
        return tx.one(other, rid=blind, peer=ask.to) is None
    if own.state != "held":
        return False
    record = outbox.record_at(tx, own.entry)
    purposes = {ask.purpose: None}
    for agreement in house.agreements.between(ask.to):
        purposes[standing_purpose(agreement, own.kind, house.party, ask.to) or ask.purpose] = None
    about = Ask(record=record, rev=own.rev, source=own.entry, to=ask.to, purpose=ask.purpose)
    return any(is_open(house, replace(about, purpose=purpose), at) for purpose in purposes)


def is_open(house: House, ask: Ask, at: datetime) -> bool:
    """Whether a clause releases the record to the partner, or refuses it openly."""
    try:
        judgements = judge(house, ask, at)
    except Fault:
        return False
    chosen = most_favourable(judgements)
    if chosen.is_release:
        return True
    if chosen.decision is None or any(each.decision is not None and each.decision.is_silent for each in judgements):
        return False
    return chosen.decision.refused_by not in (None, "none")


def _without(record: Mapping[str, Any], hidden: frozenset[str]) -> dict[str, Any]:
    """The record as if what is hidden had never been named; the order of its members stays, it would tell."""
    pruned = {key: _pruned(value, hidden) if key in _NAMING else value for key, value in record.items()}
    return {key: value for key, value in pruned.items() if key != "refs" or value}


def _pruned(value: Any, hidden: frozenset[str]) -> Any:
    if isinstance(value, dict):
        kept = {key: _pruned(inner, hidden) for key, inner in value.items() if not _names(inner, hidden)}
        # A list that held nothing else goes as well: an empty one would tell that there was something.
        return {key: inner for key, inner in kept.items() if inner != [] or value[key] == []}
    if isinstance(value, list):
        return [_pruned(inner, hidden) for inner in value if not _names(inner, hidden)]
    return value


def _names(value: Any, hidden: frozenset[str]) -> bool:
    return isinstance(value, str) and value in hidden
