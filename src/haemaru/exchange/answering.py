"""Answers about copies: what became of them, who else has them, what was made of them; signed, on `control`.

Whatever a partner asks of a record it sent is answered in the transaction that does it. The answer tells everything the
node knows of the copy: how many there were, every file and printout that was made of it, to whom the originator gave it
at this node's asking, and how many older backups could still open it. What was exported is told, never claimed back.
"""

from collections.abc import Sequence

import msgspec

from haemaru.clock import format_time, from_ms
from haemaru.exchange import keeping
from haemaru.exchange.entries import entry_bytes, read_entry
from haemaru.exchange.house import House
from haemaru.exchange.keeping import ExportFacts, GivenFacts
from haemaru.exchange.messages import Answer, Disposition, Exported
from haemaru.exchange.outbox import Outbox
from haemaru.ledger import Batch
from haemaru.storage import Tx
from haemaru.wording import Fault


class Answering:
    """Writes dispositions for one node."""

    def __init__(self, house: House, outbox: Outbox) -> None:
        self._house = house
        self._outbox = outbox

    def answer(
        self,
        batch: Batch,
        about: tuple[str, str, int, str],
        answer: Answer,
        basis: str | None = None,
        *,
        copies: int = 0,
        erasure: int = -1,
        derived: Sequence[str] = (),
        is_apart: bool = False,
    ) -> None:
        """Answers a partner `about` (partner, rid, revision, operation); `erasure` is the entry that erased.

        Of what lies apart nothing is told that was made of the record whose rid it bears. Where a backup could still
        open what was erased, the answer waits until the backups were tried (`backups_tried`): so it is one answer.
        """
        peer, rid, rev, op = about
        given = GivenFacts(
            peer=peer,
            rid=rid,
            rev=rev,
            op=op,
            answer=answer,
            copies=copies,
            derived=tuple(derived),
            erasure=erasure,
            is_apart=is_apart,
        )
        if erasure >= 0 and self._house.backups(batch.tx, erasure):
            batch.append(keeping.GIVEN, entry_bytes(msgspec.structs.replace(given, backups=keeping.NOT_TRIED)))
            return
        self._tell(batch, given, 0, basis)

    def backups_tried(self) -> int:
        """Gives the answers that waited for backups, and again those that told of more than there are now."""
        with self._house.ledger.read() as tx:
            changed = self._changed(tx)
        if changed:
            with self._house.ledger.write() as batch:
                for given, backups in self._changed(batch.tx):
                    self._tell(batch, given, backups)
        return len(changed)

    def _changed(self, tx: Tx) -> list[tuple[GivenFacts, int]]:
        rows = tx.all("SELECT entry, backups FROM exchange_given WHERE backups <> 0 ORDER BY entry")
        found = []
        for entry, told in rows:
            given = read_entry(self._house.ledger.body(tx, entry), GivenFacts)[0]
            backups = self._house.backups(tx, given.erasure)
            if told == keeping.NOT_TRIED or backups < told:
                found.append((given, backups))
        return found

    def _tell(self, batch: Batch, given: GivenFacts, backups: int, basis: str | None = None) -> None:
        house = self._house
        has_copy, made_of = given.answer in ("erased", "held"), "" if given.is_apart else given.rid
        message = Disposition(
            id=house.ids.new(),
            realm=house.realm,
            from_=house.party,
            to=given.peer,
            created=house.now(),
            rid=given.rid,
            rev=given.rev,
            op=given.op,
            answer=given.answer,
            basis=basis,
            copies=given.copies,
            exported=self.exported(batch.tx, made_of) if has_copy else (),
            forwarded_to=self.forwarded_to(batch.tx, made_of) if has_copy else (),
            derived=self._known(batch.tx, given.peer, given.derived),
            backups=backups,
        )
        batch.append(keeping.GIVEN, entry_bytes(msgspec.structs.replace(given, backups=backups)))
        self._outbox.send_message(batch, given.peer, message)

    def note_export(self, batch: Batch, rid: str, what: str, to: str = "") -> None:
        """Notes a file or a printout of a record that is held here; raises `Fault("rid_unknown")` for any other."""
        blind = self._house.vault.blind(rid)
        row = batch.tx.one(
            "SELECT max(rev) FROM (SELECT rev FROM exchange_own WHERE rid = :rid AND state IN ('held', 'recovered')"
            " UNION ALL SELECT rev FROM exchange_in WHERE rid = :rid AND state IN ('held', 'kept')) AS there",
            rid=blind,
        )
        if row is None or row[0] is None:
            raise Fault("rid_unknown", "rid", rid=rid)
        batch.append(keeping.EXPORTED, entry_bytes(ExportFacts(rid=rid, rev=row[0], what=what, to=to)))

    def exported(self, tx: Tx, rid: str) -> tuple[Exported, ...]:
        """Every file and printout that was made of a record here, the oldest first."""
        rows = tx.all(
            "SELECT entry, at_ms FROM exchange_exports WHERE rid = :rid ORDER BY entry",
            rid=self._house.vault.blind(rid),
        )
        found = [(read_entry(self._house.ledger.body(tx, entry), ExportFacts)[0], at_ms) for entry, at_ms in rows]
        return tuple(Exported(facts.what, format_time(from_ms(at_ms)), facts.to) for facts, at_ms in found)

    def forwarded_to(self, tx: Tx, rid: str) -> tuple[str, ...]:
        """The parties to whom the originator gave a record because this node asked."""
        rows = tx.all(
            "SELECT DISTINCT receiver FROM exchange_onward WHERE rid = :rid AND side = 'asks' AND state = 'given'"
            " ORDER BY receiver",
            rid=self._house.vault.blind(rid),
        )
        return tuple(row[0] for row in rows)

    def _known(self, tx: Tx, peer: str, derived: Sequence[str]) -> tuple[str, ...]:
        """Those of the derived records that the partner was sent: of others it must not even learn the names."""
        return tuple(
            rid
            for rid in dict.fromkeys(derived)
            if tx.one(
                "SELECT 1 FROM exchange_out WHERE rid = :rid AND peer = :peer AND state IN ('sealed', 'delivered')"
                " LIMIT 1",
                rid=self._house.vault.blind(rid),
                peer=peer,
            )
        )


def derived_from(house: House, batch: Batch, rid: str) -> list[str]:
    """Tells whoever derives records that this one changed or went; gives the derived records concerned."""
    return [found for listener in house.on_recall for found in listener(batch, rid)]
