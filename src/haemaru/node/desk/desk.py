"""`NodeDesk`: the answers of all pages behind one object."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

import haemaru.node.desk.cases as case_pages
from haemaru.clock import format_time, from_ms
from haemaru.exchange import Pulled
from haemaru.node.accounts import Accounts
from haemaru.node.commands.operations import MERGED
from haemaru.node.commands.story import TOLD, steps
from haemaru.node.desk import demands, duties, findings, mou, papers, ships, support
from haemaru.node.desk.features import COLLECTIONS
from haemaru.node.desk.notes import Notes
from haemaru.node.histories import disputes, restarts
from haemaru.node.node import Node
from haemaru.node.reports import node_status
from haemaru.surveillance.features import Feature
from haemaru.wording import Fault

Raw = Mapping[str, Any]
ORDERED = "node.ordered"
# What an order was about, by name only: what was written in it may have to be erased, the note of it stays.
_ABOUT = ("case", "id", "rid", "session", "to", "kind", "clause", "mmsi", "release", "step", "approve", "refuse")


class NodeDesk:
    """A node, read for its console; safe to call from any thread."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._merged = Notes(node.ledger, MERGED)
        self._told = Notes(node.ledger, TOLD)

    def _took(self) -> dict[str, float]:
        return {note["case"]: note["took_s"] for note in self._merged.all()}

    @property
    def party(self) -> str:
        """The id of the agency whose node this is."""
        return self._node.party

    @property
    def realm(self) -> str:
        """`live` or `demo`."""
        return self._node.realm

    @property
    def accounts(self) -> Accounts:
        """Who may sign in."""
        return self._node.accounts

    def do(self, command: str, params: Raw, /) -> Any:
        """Carries out one command of the registry; an officer's order is noted first, whatever becomes of it."""
        account = None
        if params.get("by"):
            account = self._node.accounts.find(params["by"])
            if account is not None and account.state != "open":
                raise Fault("account_locked", "account", name=account.name)
            about = {name: params[name] for name in _ABOUT if name in params}
            note = {"officer": params["by"], "command": command, "about": about}
            with self._node.ledger.write() as batch:
                batch.append(ORDERED, msgspec.json.encode(note))
        return self._node.do(command, {**params, "officer": account}).body

    def status(self) -> Raw:
        """How the node is."""
        return node_status(self._node)

    def picture(self) -> Any:
        """The picture as columns."""
        return self._node.surveillance.columns()

    def coverage(self) -> Raw:
        """Who covers what in the next twelve hours."""
        return self._node.coverage.report(None, 12)

    def findings(self) -> Raw:
        """What detection found in the last day, here and at partners."""
        return findings.page(self._node)

    def finding(self, rid: str) -> Raw | None:
        """One finding explained."""
        return findings.one(self._node, rid)

    def features(self, collection: str) -> Sequence[Feature]:
        """What chart programs read, by collection."""
        return COLLECTIONS[collection](self._node)

    def vessels(self, limit: int, text: str = "") -> Sequence[Raw]:
        """Vessels of the picture, newest fix first."""
        return ships.vessels(self._node, limit, text)

    def vessel(self, mmsi: int) -> Raw | None:
        """A ship card."""
        return ships.vessel(self._node, mmsi)

    def records(self, filters: Raw) -> Sequence[Raw]:
        """Records held, newest first."""
        return papers.rows(self._node, filters)

    def record(self, rid: str) -> Raw | None:
        """A record page with the clause behind every field."""
        return papers.page(self._node, rid)

    def tips(self, limit: int = 100) -> Sequence[Raw]:
        """Tips, newest first."""
        return case_pages.tips(self._node, self._took(), limit)

    def cases(self) -> Sequence[Raw]:
        """Cases, newest first."""
        return case_pages.rows(self._node, self._took())

    def case(self, rid: str) -> Raw | None:
        """The merged picture of one case."""
        return case_pages.page(self._node, self._took(), rid)

    def agreements(self) -> Sequence[Raw]:
        """Each agreement, clause by clause."""
        return mou.pages(self._node)

    def clause(self, name: str, of: str = "") -> Raw | None:
        """One clause and what it did here."""
        return duties.clause(self._node, name, of)

    def duties(self) -> Raw:
        """What each side owes the other, and how it stands with each partner."""
        return duties.page(self._node)

    def referred(self) -> Sequence[Raw]:
        """Releases that wait for a person here."""
        return papers.referred(self._node)

    def demands(self) -> Sequence[Raw]:
        """Demands in both directions, newest first."""
        return demands.rows(self._node)

    def supports(self) -> Sequence[Raw]:
        """Support asked for or lent."""
        return support.supports(self._node)

    def sessions(self) -> Sequence[Raw]:
        """Training sessions."""
        return support.sessions(self._node)

    def entries(self, limit: int) -> Sequence[Raw]:
        """Ledger entries, newest first."""
        size = self._node.ledger.size
        with self._node.ledger.read() as tx:
            rows = tx.all(
                "SELECT idx, at_ms, kind, leaf FROM entry WHERE idx >= :since ORDER BY idx DESC", since=size - limit
            )
        return [
            {"index": index, "at": format_time(from_ms(at_ms)), "kind": kind, "leaf": bytes(leaf).hex()}
            for index, at_ms, kind, leaf in rows
        ]

    def histories(self) -> Raw:
        """What partners signed that cannot be true together, and ledgers that were put back."""
        found: dict[str, Any] = {}
        for answer in (disputes(self._node, {}), restarts(self._node, {})):
            found |= answer.body if isinstance(answer.body, dict) else {}
        return found

    def story(self) -> Sequence[Raw]:
        """The steps of the demonstration; empty outside realm demo."""
        return steps(self._told.all())

    def exchange_accept(self, data: bytes, /) -> bytes:
        """Takes a frame and answers with the signed receipt."""
        return self._node.exchange.accept(data)

    def exchange_pull(self, data: bytes, /) -> Pulled:
        """Takes in a partner's request for a frame; nobody waits for a node that is stopping."""
        pulled = self._node.exchange.pulls.take(data)
        asked = pulled.is_current
        pulled.is_current = lambda: asked() and not self._node.stopping.is_set()
        return pulled

    def exchange_next(self, pulled: Pulled, /) -> bytes | None:
        """What waits by now for a request that was taken in."""
        return self._node.exchange.pulls.next(pulled)

    def exchange_receipt(self, data: bytes, /) -> bytes:
        """Takes the answer to a frame that was pulled; empty, or a signed refusal."""
        return self._node.exchange.take_pulled_receipt(data)

    def statement(self) -> bytes:
        """This node's statement, the exact bytes."""
        return self._node.home.statement.read_bytes()
