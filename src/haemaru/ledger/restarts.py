"""A ledger that was put back to an older state says so, once, signed; nobody takes it silently.

The owner declares from which size and root its ledger goes on. A partner, and a witness, who countersigned more than
that keep the notes they have, remember that everything in between is lost by the owner's own word, and raise an alarm
that stays until an officer acknowledges it with a reason. Then they accept what continues from there. A thief of the
key can so rewrite nothing quietly: the alarm names what was lost, and a second restart is refused until a person has
looked at the first.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from haemaru.clock import Clock, format_time, from_ms
from haemaru.ledger.batch import Batch
from haemaru.ledger.marks import (
    ACKNOWLEDGED,
    OWN_RESTART,
    RESTART,
    RESTART_ANSWERED,
    Acknowledged,
    OwnRestart,
    RestartAnswered,
    RestartTaken,
)
from haemaru.ledger.merkle import EMPTY_ROOT
from haemaru.ledger.notes import (
    Checkpoint,
    Restart,
    is_signed_by,
    origin_of,
    read_checkpoint,
    read_restart,
    write_restart,
)
from haemaru.ledger.partners import Case, Partners, base_of, claims_of_size, era_of
from haemaru.signing import Keys, PublicKeys
from haemaru.storage import Tx
from haemaru.wording import Fault

_Body = TypeVar("_Body")


class Restarts:
    """Declares our own restarts, and takes those of others; `body` reads an entry of the ledger."""

    def __init__(
        self, keys: Keys, clock: Clock, party: str, realm: str, partners: Partners, body: Callable[[Tx, int], bytes]
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._origin = origin_of(realm, party)
        self._realm = realm
        self._partners = partners
        self._read = body

    def declare(self, batch: Batch, party: str, name: str, reason: str) -> Restart:
        """Our signed word to `party` that this ledger goes on from the newest size it countersigned.

        One that was not answered yet is given again, so that asking twice does not look like two restarts.
        """
        size, root = self._common(batch.tx, party)
        told = self.waiting(batch.tx, party)
        if told is not None and (told.size, told.root) == (size, root):
            return told
        made = write_restart(self._keys, self._origin, size, root, format_time(self._clock.now()), name, reason)
        batch.append_own(OWN_RESTART, msgspec.json.encode(OwnRestart(party, name, size, made.note.decode())))
        return made

    def waiting(self, tx: Tx, party: str) -> Restart | None:
        """The restart that was declared to `party` and has no answer yet."""
        row = tx.one(
            "SELECT entry FROM own_restart WHERE party = :party AND answered < 0 ORDER BY entry DESC LIMIT 1",
            party=party,
        )
        return None if row is None else read_restart(self._body(tx, row[0], OwnRestart).restart.encode())

    def answered(self, batch: Batch, party: str, name: str, code: str) -> None:
        """Keeps what `party` said to a restart of ours; an empty code is a yes."""
        sql = "SELECT 1 FROM own_restart WHERE party = :party AND id = :id AND answered < 0"
        if batch.tx.one(sql, party=party, id=name) is not None:
            batch.append_own(RESTART_ANSWERED, msgspec.json.encode(RestartAnswered(party, name, code)))

    def take(self, batch: Batch, party: str, public: PublicKeys, note: bytes, *, hearsay: bool = False) -> bool:
        """Takes a partner's restart; True where something may be lost by it, and an alarm was raised.

        A second one, before an officer has acknowledged the first, and one that contradicts what the party signed
        before are a `Fault`, and kept as disputes.
        """
        told = read_restart(note)
        if told.origin != origin_of(self._realm, party):
            raise Fault("restart_other_origin", party, origin=told.origin[:200])
        if not is_signed_by(told, public):
            raise Fault("restart_signature_wrong", party, size=told.size)
        case = Case(batch, party, public, hearsay)
        last = self._partners.held(batch.tx, party)
        if self._is_known(case, told):
            return False
        if last is None:
            return self._take_first(case, told)
        if told.size > last.size or told.root == last.root:
            return False  # nothing that we hold is lost by it
        base = base_of(batch.tx, party, told)
        if base is None and (told.size, told.root) != (0, EMPTY_ROOT):
            self._refuse_unknown(case, told)
        if batch.tx.one("SELECT 1 FROM restart WHERE party = :party AND acknowledged < 0", party=party) is not None:
            self._partners.dispute(case, "restart_again", last, told)
            raise Fault("restart_again", party, size=told.size)
        self._write(case, told, base, last)
        return True

    def _take_first(self, case: Case, told: Restart) -> bool:
        """A restart of a ledger of which no checkpoint was seen since the last one: only the first is news."""
        if era_of(case.batch.tx, case.party):
            return False
        self._write(case, told, None, None)
        return True

    def _write(self, case: Case, told: Restart, base: Checkpoint | None, last: Checkpoint | None) -> None:
        taken = RestartTaken(
            party=case.party,
            id=told.id,
            era=era_of(case.batch.tx, case.party) + 1,
            size=told.size,
            restart=told.note.decode(),
            base="" if base is None else base.note.decode(),
            held="" if last is None else last.note.decode(),
            held_size=0 if last is None else last.size,
        )
        case.batch.append_own(RESTART, msgspec.json.encode(taken))

    def acknowledge(self, batch: Batch, name: str, reason: str, by: str) -> None:
        """An officer has looked into a restart; raises a `Fault` where there is none of that name to look into."""
        row = batch.tx.one("SELECT party FROM restart WHERE id = :id AND acknowledged < 0", id=name)
        if row is None:
            raise Fault("restart_unknown", "restart", id=name[:100])
        if not reason.strip():
            raise Fault("restart_without_reason", "reason")
        batch.append_own(ACKNOWLEDGED, msgspec.json.encode(Acknowledged(row[0], name, reason.strip(), by)))

    def listed(self, tx: Tx) -> list[dict[str, Any]]:
        """Every restart that partners declared, the newest first: from, to, when, why, and who looked into it."""
        rows = tx.all("SELECT entry, at_ms, acknowledged FROM restart ORDER BY entry DESC")
        found = []
        for entry, at_ms, acknowledged in rows:
            taken = self._body(tx, entry, RestartTaken)
            told = read_restart(taken.restart.encode())
            done = None if acknowledged < 0 else self._body(tx, acknowledged, Acknowledged)
            found.append(
                {
                    "id": taken.id,
                    "party": taken.party,
                    "from": taken.held_size,
                    "to": taken.size,
                    "declared": told.at,
                    "at": format_time(from_ms(at_ms)),
                    "reason": told.reason,
                    "entry": entry,
                    "acknowledged": None if done is None else {"reason": done.reason, "by": done.by},
                }
            )
        return found

    def declared(self, tx: Tx) -> list[dict[str, Any]]:
        """Every restart of our own, the newest first: to whom, from which size, and what was answered."""
        found = []
        for entry, at_ms in tx.all("SELECT entry, at_ms FROM own_restart ORDER BY entry DESC"):
            told = self._body(tx, entry, OwnRestart)
            found.append(
                {
                    "id": told.id,
                    "party": told.party,
                    "to": told.size,
                    "at": format_time(from_ms(at_ms)),
                    "reason": read_restart(told.restart.encode()).reason,
                    "answer": self._answer(tx, told),
                }
            )
        return found

    def _answer(self, tx: Tx, told: OwnRestart) -> str | None:
        row = tx.one(
            "SELECT answered FROM own_restart WHERE party = :party AND id = :id AND answered >= 0",
            party=told.party,
            id=told.id,
        )
        return None if row is None else self._body(tx, row[0], RestartAnswered).code or "taken"

    def _common(self, tx: Tx, party: str) -> tuple[int, bytes]:
        row = tx.one(
            "SELECT note FROM checkpoint WHERE size = (SELECT max(size) FROM countersignature WHERE party = :party)",
            party=party,
        )
        if row is None:
            return 0, EMPTY_ROOT
        newest = read_checkpoint(row[0])
        return newest.size, newest.root

    def _is_known(self, case: Case, told: Restart) -> bool:
        """Whether this very restart was taken before; two different ones of one name are a dispute."""
        tx = case.batch.tx
        row = tx.one("SELECT entry FROM restart WHERE party = :party AND id = :id", party=case.party, id=told.id)
        if row is None:
            return False
        before = read_restart(self._body(tx, row[0], RestartTaken).restart.encode())
        if before.text != told.text:
            self._partners.dispute(case, "restart_forked", before, told)
            raise Fault("restart_forked", case.party, size=told.size)
        return True

    def _refuse_unknown(self, case: Case, told: Restart) -> None:
        for other in claims_of_size(case.batch.tx, case.party, told.size):
            self._partners.dispute(case, "restart_forked", other, told)
            raise Fault("restart_forked", case.party, size=told.size)
        raise Fault("restart_unknown_size", case.party, size=told.size)

    def _body(self, tx: Tx, entry: int, kind: type[_Body]) -> _Body:
        return msgspec.json.decode(self._read(tx, entry), type=kind)
