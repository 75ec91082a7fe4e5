"""Commands on histories: what partners signed that cannot be true together, and restarts after a restore.

They ask nothing but a ledger, so a witness's home takes them as well as a node's.
"""

from pathlib import Path
from typing import Any, Protocol

import msgspec

from haemaru.ledger import Evidence, Ledger, evidence_bytes
from haemaru.node.answer import Answer


class HasLedger(Protocol):
    """A home that is open: a node, or a witness."""

    @property
    def ledger(self) -> Ledger:
        """Its ledger."""
        ...


def disputes(node: HasLedger, params: dict[str, Any]) -> Answer:
    """Lists what partners signed that cannot be true together; with `write`, each portable proof as a file."""
    with node.ledger.read() as tx:
        found = node.ledger.disputes(tx)
    body: dict[str, Any] = {"disputes": found}
    if params.get("write"):
        folder = Path(params["write"])
        folder.mkdir(parents=True, exist_ok=True)
        body["written"] = []
        for each in found:
            if each["proof"] is not None:
                file = folder / f"proof-{each['party']}-{each['id']}.json"
                file.write_bytes(evidence_bytes(msgspec.convert(each["proof"], Evidence)))
                body["written"].append(str(file))
    return Answer(body)


def restarts(node: HasLedger, _params: dict[str, Any]) -> Answer:
    """Lists restarts of partners' ledgers, and those of our own that were declared to others."""
    with node.ledger.read() as tx:
        body = {"restarts": node.ledger.restarts.listed(tx), "declared": node.ledger.restarts.declared(tx)}
    return Answer(body)


def acknowledge(node: HasLedger, params: dict[str, Any]) -> Answer:
    """An officer has looked into a partner's restart: the alarm ends, the record of it stays."""
    with node.ledger.write() as batch:
        node.ledger.restarts.acknowledge(batch, params["id"], params["reason"], params["by"])
    return restarts(node, {})
