"""Which agreement is in force at this node, and who suspended it: folded from the ledger.

An agreement file arrives at `init` (state `waiting`), is adopted once every party has signed its exact bytes for this
realm with a known key (`in_force`), and may be suspended by any party: by this node's officer, or by a partner's
notice on the control channel. It is in force again when everybody who suspended it has resumed; adopting another
version takes nobody's suspension back. What the desk says changes with the commit of what it was told, never before.
"""

import threading
from base64 import b64decode, b64encode
from datetime import datetime
from typing import Any

import msgspec

from haemaru.agreement import Agreement, load_agreement
from haemaru.ledger import Batch, Ledger
from haemaru.wording import Fault, Reason

RECEIVED, ADOPTED = "agreement.received", "agreement.adopted"
SUSPENDED, RESUMED = "agreement.suspended", "agreement.resumed"
_KINDS = (RECEIVED, ADOPTED, SUSPENDED, RESUMED)


class AgreementDesk:
    """Tells exchange which agreement to decide by, and whether anything may leave at all."""

    def __init__(self, ledger: Ledger) -> None:
        self._waiting: Agreement | None = None
        self._adopted: Agreement | None = None
        self._ever: dict[str, Agreement] = {}
        self._suspenders: dict[str, dict[str, Any]] = {}
        self._newest: dict[str, int] = {}
        self._telling = threading.Lock()
        with ledger.read() as tx:
            for entry, body in ledger.entries(tx, kinds=_KINDS):
                self._apply(entry.index, entry.kind, msgspec.json.decode(body))

    def _apply(self, index: int, kind: str, body: dict[str, Any]) -> None:
        with self._telling:
            # Two threads may come here in another order than they committed: what the later entry says stands.
            about = body.get("party", "")
            is_newest = index > self._newest.get(about, -1)
            self._newest[about] = max(index, self._newest.get(about, -1))
            if kind in (RECEIVED, ADOPTED):
                self._take(kind, load_agreement(b64decode(body["bytes"]), body["name"]), is_newest=is_newest)
            elif is_newest:
                # A new mapping each time: who reads the old one reads it to its end.
                others = {party: notice for party, notice in self._suspenders.items() if party != about}
                self._suspenders = {**others, about: body} if kind == SUSPENDED else others

    def _take(self, kind: str, read: Agreement, *, is_newest: bool) -> None:
        if kind == ADOPTED:
            self._ever[read.hash] = read
        if is_newest:
            self._adopted, self._waiting = (read, None) if kind == ADOPTED else (self._adopted, read)

    def _write(self, batch: Batch, kind: str, body: dict[str, Any]) -> None:
        entry = batch.append(kind, msgspec.json.encode(body))
        batch.after_commit(lambda: self._apply(entry.index, kind, body))

    def receive(self, batch: Batch, name: str, data: bytes) -> None:
        """Keeps an agreement file that waits for its signatures."""
        self._write(batch, RECEIVED, {"name": name, "bytes": b64encode(data).decode()})

    def adopt(self, batch: Batch, name: str, data: bytes, signatures: list[str]) -> None:
        """Puts an agreement in force; the caller has checked its signatures."""
        body = {"name": name, "bytes": b64encode(data).decode(), "signatures": signatures}
        self._write(batch, ADOPTED, body)

    def suspend(self, batch: Batch, party: str, reason: str, at: str) -> None:
        """Notes that a party suspends the agreement."""
        self._write(batch, SUSPENDED, {"party": party, "reason": reason, "at": at})

    def resume(self, batch: Batch, party: str, reason: str, at: str) -> None:
        """Takes the suspension of one party back."""
        self._write(batch, RESUMED, {"party": party, "reason": reason, "at": at})

    def known(self) -> Agreement | None:
        """The adopted agreement, else the one that waits for signatures."""
        return self._adopted or self._waiting

    def current(self) -> Agreement | None:
        """The adopted agreement, suspended or not; None before adoption."""
        return self._adopted

    def find(self, digest: str) -> Agreement | None:
        """An agreement that this node has adopted at any time, by the SHA-256 of its exact bytes."""
        return self._ever.get(digest)

    def in_hand(self) -> Agreement:
        """The adopted agreement; `Fault("agreement_not_adopted")` before adoption."""
        if self._adopted is None:
            raise Fault("agreement_not_adopted", "agreement")
        return self._adopted

    def refusal(self, at: datetime) -> Reason | None:
        """Why nothing may leave now; None while the agreement is in force."""
        if self._adopted is None:
            return Reason("agreement_waiting")
        for party, notice in self._suspenders.items():
            return Reason("agreement_suspended", {"party": party, "since": notice["at"], "reason": notice["reason"]})
        if at < self._adopted.effective or (self._adopted.expires is not None and at >= self._adopted.expires):
            return Reason("agreement_not_in_force")
        return None

    def status(self, at: datetime) -> dict[str, Any]:
        """Id, version, hash and state of the agreement, as `haemaru status` prints it."""
        known = self.known()
        if known is None:
            return {"state": "none"}
        refusal = self.refusal(at)
        state = "in_force" if refusal is None else refusal.code.removeprefix("agreement_")
        return {
            "id": known.id,
            "version": known.version,
            "hash": known.hash,
            "state": state,
            "suspended_by": sorted(self._suspenders),
        }
