"""The third witness: an oversight body whose node countersigns the checkpoints of this one and of its partners.

This node offers it each checkpoint before partners see it, and puts its line under the note. What it signed for a
partner is fetched from it now and then: a partner that shows each of its partners a history of its own is found out,
because the witness signs only one of them, keeps the proof against the other, and hands it to everybody who asks.
Nothing here speaks HTTP: `node` carries the bytes.
"""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from haemaru.clock import format_time, from_ms
from haemaru.exchange.entries import entry_bytes, read_entry
from haemaru.exchange.house import House
from haemaru.exchange.oversight_view import ANSWERED, TRUSTED, AnsweredFacts, TrustedFacts
from haemaru.exchange.peers import Peer, PeerBook
from haemaru.ledger import Batch, Checkpoint, Evidence, Link, read_checkpoint
from haemaru.ledger.merkle import EMPTY_ROOT
from haemaru.ledger.notes import is_countersigned_by, is_signed_by, origin_of
from haemaru.ledger.offers import write_offer
from haemaru.signing import PublicKeys, Statement, StatementRefused, read_statement
from haemaru.storage import Tx
from haemaru.wording import Fault

OTHER_START = "checkpoint_other_start"
"""A refusal that is no reproach: the proof has to begin at another size."""


@dataclass(frozen=True, slots=True)
class Overseer:
    """A witness as this node trusts it; `code` is why it signs no more, `start` the size at which it wants a proof."""

    party: str
    url: str
    statement: Statement
    code: str
    start: int
    since: int

    @property
    def public(self) -> PublicKeys:
        """Its public keys."""
        return self.statement.public


class Oversight:
    """Whom this node trusts as a witness, what it is offered, and what it told of partners."""

    def __init__(self, house: House, peers: PeerBook) -> None:
        self._house = house
        self._peers = peers
        self.seen: dict[str, Checkpoint] = {}
        """The newest note of each partner that a witness has shown."""

    def trust(self, batch: Batch, statement: bytes, url: str, fingerprint: str) -> Overseer:
        """Trusts a witness by the fingerprint read aloud; raises `Fault` where it differs."""
        try:
            found = read_statement(statement)
        except StatementRefused as refused:
            raise Fault("witness_statement_refused", "statement", problem=str(refused)) from None
        heard = "".join(mark for mark in fingerprint.lower() if mark not in " :-\n")
        if heard != found.fingerprint:
            raise Fault("witness_fingerprint_differs", "fingerprint", given=heard[:100])
        if found.realm != self._house.realm:
            raise Fault("witness_other_realm", "statement", realm=found.realm, own=self._house.realm)
        if found.party == self._house.party or self._peers.find(batch.tx, found.party) is not None:
            # A witness is a third: what a partner signs is its countersignature already.
            raise Fault("witness_no_third", "statement", party=found.party)
        known = {each.party: each for each in self.all(batch.tx)}.get(found.party)
        if known is not None and known.statement.fingerprint != found.fingerprint:
            raise Fault("witness_other_keys", "statement", party=found.party)
        facts = TrustedFacts(witness=found.party, fingerprint=found.fingerprint, url=url)
        batch.append(TRUSTED, entry_bytes(facts, statement))
        return Overseer(found.party, url, found, "", -1, batch.size - 1)

    def all(self, tx: Tx) -> list[Overseer]:
        """Every witness that is trusted, by name."""
        rows = tx.all("SELECT entry, code, start, since FROM exchange_oversight ORDER BY witness")
        found = []
        for entry, code, start, since in rows:
            facts, statement = read_entry(self._house.ledger.body(tx, entry), TrustedFacts)
            found.append(Overseer(facts.witness, facts.url, read_statement(statement), code, start, since))
        return found

    def lines(self, tx: Tx, size: int) -> dict[str, bytes]:
        """The lines of trusted witnesses under our checkpoint of that size, by name."""
        rows = tx.all(
            "SELECT party, line FROM countersignature WHERE size = :size"
            " AND party IN (SELECT witness FROM exchange_oversight) ORDER BY party",
            size=size,
        )
        return {party: bytes(line) for party, line in rows}

    def signed(self, tx: Tx, witness: str) -> int:
        """The size of our newest checkpoint that this witness signed."""
        return self._house.ledger.countersigned(tx, witness)

    # What a witness is offered, and what it answers

    def offer(self, witness: Overseer) -> tuple[int, bytes] | None:
        """The size and the bytes of the offer that is due to a witness; None where there is none."""
        ledger = self._house.ledger
        with ledger.read() as tx:
            newest = ledger.latest_checkpoint(tx)
            signed = self.signed(tx, witness.party)
            if newest is None or newest.size <= signed or (witness.code and witness.code != OTHER_START):
                return None
            old = witness.start if 0 <= witness.start <= newest.size else signed
            root = ledger.root_at(old) if old else EMPTY_ROOT
            link = Link(old, root, tuple(ledger.consistency(old, newest.size)))
            return newest.size, write_offer(link, newest.note)

    def take_line(self, witness: Overseer, size: int, line: bytes) -> None:
        """Keeps a witness's line under our checkpoint of that size; raises a `Fault` for one that does not hold."""
        ledger = self._house.ledger
        with ledger.write() as batch:
            row = batch.tx.one("SELECT note FROM checkpoint WHERE size = :size", size=size)
            if row is not None:
                ledger.store_countersignature(batch, witness.party, witness.public, size, row[0] + line)
            if witness.code or witness.start >= 0:
                batch.append(ANSWERED, entry_bytes(AnsweredFacts(witness=witness.party, code="")))

    def take_refusal(self, witness: Overseer, code: str, held: str) -> None:
        """Notes why a witness does not sign. It asked for another start: that is given where our ledger has it."""
        house, start = self._house, -1
        with house.ledger.write() as batch:
            note = self.own(held)
            if code == OTHER_START:
                start, code = self.common(note)
            if (code, start) != (witness.code, witness.start):
                facts = AnsweredFacts(witness=witness.party, code=code, start=start)
                batch.append(ANSWERED, entry_bytes(facts, b"" if note is None else note.note))

    def restart(self, witness: Overseer) -> tuple[str, bytes] | None:
        """The name and the bytes of the restart that this witness has not answered yet."""
        with self._house.ledger.read() as tx:
            told = self._house.ledger.restarts.waiting(tx, witness.party)
        return None if told is None else (told.id, told.note)

    def take_restart_answer(self, witness: Overseer, name: str, code: str) -> None:
        """Keeps what a witness said to a restart; after a yes it is offered checkpoints again."""
        with self._house.ledger.write() as batch:
            self._house.ledger.restarts.answered(batch, witness.party, name, code)
            batch.append(ANSWERED, entry_bytes(AnsweredFacts(witness=witness.party, code=code)))

    def take_watched(self, witness: Overseer, party: str, note: bytes, proofs: tuple[Evidence, ...]) -> None:
        """Takes in what a witness tells of a partner; what is not signed by both is nothing."""
        house = self._house
        with house.ledger.read() as tx:
            peer = self._peers.find(tx, party)
        if peer is None:
            return
        for evidence in proofs:
            self._believe(peer, evidence, witness.party)
        try:
            found = read_checkpoint(note)
        except Fault:
            return
        before = self.seen.get(party)
        if before is not None and before.size >= found.size:
            return
        name = origin_of(house.realm, witness.party)
        # Signed before a rotation, or after it: either key is the partner's.
        is_signed = any(is_signed_by(found, public) for public in peer.keys)
        is_theirs = found.origin == origin_of(house.realm, party) and is_signed
        if is_theirs and is_countersigned_by(found, name, witness.public):
            self.seen[party] = found

    def own(self, note: str) -> Checkpoint | None:
        """The note, where it is of this node's ledger; only its size is used, so who signed it is not asked."""
        try:
            found = read_checkpoint(note.encode())
        except Fault:
            return None
        return found if found.origin == origin_of(self._house.realm, self._house.party) else None

    def common(self, held: Checkpoint | None) -> tuple[int, str]:
        """Where the proof shall start that was asked for: the size, and no reproach; or -1, and why it cannot.

        Whether our root there is still the one that was signed is not asked: the proof tells, to whom it may concern.
        """
        if held is None:
            return -1, "checkpoint_unreadable"
        return (-1, "checkpoint_rolled_back") if held.size > self._house.ledger.size else (held.size, OTHER_START)

    def told(self, tx: Tx) -> list[dict[str, Any]]:
        """How it stands with each witness: the newest size it signed, when, and why it signs no more."""
        found = []
        for each in self.all(tx):
            size = self.signed(tx, each.party)
            row = tx.one(
                "SELECT entry.at_ms FROM countersignature c JOIN entry ON entry.idx = c.entry"
                " WHERE c.party = :party AND c.size = :size",
                party=each.party,
                size=size,
            )
            late = tx.one(
                "SELECT count(*), min(entry.at_ms) FROM checkpoint c JOIN entry ON entry.idx = c.entry"
                " WHERE c.size > :size AND c.entry > :since",
                size=size,
                since=each.since,
            )
            count, since = (0, None) if late is None else late
            found.append(
                {
                    "party": each.party,
                    "keyid": each.statement.keyid,
                    "fingerprint": each.statement.fingerprint,
                    "url": each.url,
                    "countersigned_size": size,
                    "at": None if row is None else format_time(from_ms(row[0])),
                    "code": None if each.code in ("", OTHER_START) else each.code,
                    "unwitnessed": {"count": count, "since": format_time(from_ms(since)) if count else None},
                }
            )
        return found

    def _believe(self, peer: Peer, evidence: Evidence, told_by: str) -> None:
        ledger = self._house.ledger
        with ledger.read() as tx:
            sql = "SELECT 1 FROM dispute WHERE party = :party AND digest = :digest"
            if tx.one(sql, party=peer.party, digest=evidence.digest) is not None:
                return
        named = next(
            (public for public in peer.keys if b64encode(public.sign).decode() == evidence.key.sign), peer.public
        )
        with ledger.write() as batch:
            ledger.believe(batch, peer.party, named, evidence, told_by)
