"""Which agreements are in force at this node, and who suspended which: folded from the ledger.

An agreement file arrives at `init` (state `waiting`), is adopted once every party has signed its exact bytes for this
realm with a known key (`in_force`), and may be suspended by any party: by this node's officer, or by a partner's
notice on the control channel. It is in force again when everybody who suspended it has resumed. A node may be in
several agreements; each goes by its id, and a newer version of the same id takes its place, without taking anybody's
suspension back. What the desk says changes with the commit of what it was told, never before.
"""

import threading
from base64 import b64decode, b64encode
from datetime import datetime
from typing import Any

import msgspec

from haemaru.agreement import Agreement, load_agreement
from haemaru.clock import from_ms
from haemaru.ledger import Batch, Entry, Ledger
from haemaru.wording import Fault, Reason

RECEIVED, ADOPTED = "agreement.received", "agreement.adopted"
SUSPENDED, RESUMED = "agreement.suspended", "agreement.resumed"
_KINDS = (RECEIVED, ADOPTED, SUSPENDED, RESUMED)


class AgreementDesk:
    """Tells exchange which agreements to decide by, and whether anything may leave under each."""

    def __init__(self, ledger: Ledger) -> None:
        self._waiting: dict[str, Agreement] = {}
        self._adopted: dict[str, Agreement] = {}
        self._ever: dict[str, tuple[Agreement, datetime]] = {}
        self._suspenders: dict[tuple[str, str], dict[str, Any]] = {}
        self._newest: dict[tuple[str, str], int] = {}
        self._telling = threading.Lock()
        with ledger.read() as tx:
            for entry, body in ledger.entries(tx, kinds=_KINDS):
                self._apply(entry, msgspec.json.decode(body))

    def _apply(self, entry: Entry, body: dict[str, Any]) -> None:
        with self._telling:
            if entry.kind in (RECEIVED, ADOPTED):
                read = load_agreement(b64decode(body["bytes"]), body["name"])
                self._take(entry, read, is_newest=self._is_newest(entry, (read.id, "")))
                return
            about = (str(body["agreement"]), str(body["party"]))
            if self._is_newest(entry, about):
                # A new mapping each time: who reads the old one reads it to its end.
                others = {key: notice for key, notice in self._suspenders.items() if key != about}
                self._suspenders = {**others, about: body} if entry.kind == SUSPENDED else others

    def _is_newest(self, entry: Entry, about: tuple[str, str]) -> bool:
        """Two threads may come here in another order than they committed: what the later entry says stands."""
        is_newest = entry.index > self._newest.get(about, -1)
        self._newest[about] = max(entry.index, self._newest.get(about, -1))
        return is_newest

    def _take(self, entry: Entry, read: Agreement, *, is_newest: bool) -> None:
        if entry.kind == ADOPTED:
            self._ever = {**self._ever, read.hash: (read, from_ms(entry.at_ms))}
        if not is_newest:
            return
        others = {name: each for name, each in self._waiting.items() if name != read.id}
        if entry.kind == ADOPTED:
            # A newer version keeps the place of the one before.
            self._adopted = {**self._adopted, read.id: read}
            self._waiting = others
        else:
            self._waiting = {**others, read.id: read}

    def _write(self, batch: Batch, kind: str, body: dict[str, Any]) -> None:
        entry = batch.append(kind, msgspec.json.encode(body))
        batch.after_commit(lambda: self._apply(entry, body))

    def receive(self, batch: Batch, name: str, data: bytes) -> None:
        """Keeps an agreement file that waits for its signatures."""
        self._write(batch, RECEIVED, {"name": name, "bytes": b64encode(data).decode()})

    def adopt(self, batch: Batch, name: str, data: bytes, signatures: list[str]) -> None:
        """Puts an agreement in force; the caller has checked its signatures."""
        body = {"name": name, "bytes": b64encode(data).decode(), "signatures": signatures}
        self._write(batch, ADOPTED, body)

    def suspend(self, batch: Batch, agreement: str, party: str, reason: str, at: str) -> None:
        """Notes that a party suspends an agreement, named by its id."""
        self._write(batch, SUSPENDED, {"agreement": agreement, "party": party, "reason": reason, "at": at})

    def resume(self, batch: Batch, agreement: str, party: str, reason: str, at: str) -> None:
        """Takes the suspension of one party back."""
        self._write(batch, RESUMED, {"agreement": agreement, "party": party, "reason": reason, "at": at})

    def all(self) -> tuple[Agreement, ...]:
        """The adopted agreements in the order in which they were first adopted, then those that wait."""
        waiting = [each for name, each in self._waiting.items() if name not in self._adopted]
        return (*self._adopted.values(), *waiting)

    def adopted(self) -> tuple[Agreement, ...]:
        """The adopted agreements, suspended or not, in the order in which they were first adopted."""
        return tuple(self._adopted.values())

    def known(self) -> Agreement | None:
        """The agreement adopted first, else the one that waits for signatures."""
        return next(iter(self.all()), None)

    def current(self) -> Agreement | None:
        """The agreement adopted first, suspended or not; None before adoption."""
        return next(iter(self._adopted.values()), None)

    def between(self, peer: str) -> tuple[Agreement, ...]:
        """The adopted agreements that bind this node and `peer`, in the order in which they were first adopted."""
        return tuple(each for each in self._adopted.values() if peer in each.party_ids)

    def named(self, name: str) -> Agreement | None:
        """The version of an agreement that was adopted last, by the agreement's id."""
        return self._adopted.get(name)

    def find(self, digest: str) -> Agreement | None:
        """An agreement that this node has adopted at any time, by the SHA-256 of its exact bytes."""
        found = self._ever.get(digest)
        return None if found is None else found[0]

    def adopted_at(self, agreement: Agreement) -> datetime | None:
        """When this node adopted it; None where it never did."""
        found = self._ever.get(agreement.hash)
        return None if found is None else found[1]

    def in_hand(self, name: str | None = None) -> tuple[Agreement, ...]:
        """The adopted agreement of that id, else all of them; `Fault("agreement_not_adopted")` where there is none."""
        found = tuple(each for each in self._adopted.values() if name in (None, each.id))
        if not found:
            raise Fault("agreement_not_adopted", name or "agreement")
        return found

    def refusal_of(self, agreement: Agreement, at: datetime) -> Reason | None:
        """Why nothing may leave under an agreement now; None while it is in force."""
        for (name, party), notice in self._suspenders.items():
            if name == agreement.id and party in agreement.party_ids:
                params = {"party": party, "since": notice["at"], "reason": notice["reason"]}
                return Reason("agreement_suspended", params)
        return None if agreement.is_in_force(at) else Reason("agreement_not_in_force")

    def refusal_for(self, peer: str, at: datetime) -> Reason | None:
        """Why nothing may leave to a partner now; None while any agreement with it is in force."""
        return self._refusal(self.between(peer), at)

    def refusal(self, at: datetime) -> Reason | None:
        """Why nothing may leave at all now; None while any agreement is in force."""
        return self._refusal(self.adopted(), at)

    def _refusal(self, agreements: tuple[Agreement, ...], at: datetime) -> Reason | None:
        refusals = [self.refusal_of(each, at) for each in agreements]
        if not refusals:
            return Reason("agreement_waiting")
        return refusals[0] if all(refusals) else None

    def refused(self, at: datetime) -> frozenset[str]:
        """The ids of the adopted agreements under which nothing may leave now."""
        return frozenset(each.id for each in self.adopted() if self.refusal_of(each, at) is not None)

    def status(self, at: datetime) -> dict[str, Any]:
        """Id, version, hash and state of the first agreement, as `haemaru status` prints it."""
        return next(iter(self.states(at)), {"state": "none"})

    def states(self, at: datetime) -> list[dict[str, Any]]:
        """The same of every agreement: the adopted ones in their order, then those that wait."""
        return [self._state(each, at) for each in self.all()]

    def _state(self, agreement: Agreement, at: datetime) -> dict[str, Any]:
        is_adopted = self._adopted.get(agreement.id) is agreement
        refusal = self.refusal_of(agreement, at) if is_adopted else Reason("agreement_waiting")
        by = sorted(party for name, party in self._suspenders if name == agreement.id and party in agreement.party_ids)
        return {
            "id": agreement.id,
            "version": agreement.version,
            "hash": agreement.hash,
            "state": "in_force" if refusal is None else refusal.code.removeprefix("agreement_"),
            "suspended_by": by,
        }
