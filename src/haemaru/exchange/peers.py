"""The partners of a node: added by statement and by a fingerprint that was read aloud, kept in the ledger."""

import msgspec

from haemaru.clock import to_ms
from haemaru.exchange import entries
from haemaru.exchange.entries import entry_bytes, read_entry
from haemaru.exchange.house import House
from haemaru.exchange.keyring import PEER_KEYS, KeysFacts
from haemaru.ledger import Batch
from haemaru.signing import PublicKeys, Statement, StatementRefused, read_statement
from haemaru.storage import Tx
from haemaru.wording import Fault

_KEYS = (
    "SELECT party, entry, at_ms, over_ms, revoked_entry, revoked_ms, fingerprint, how FROM exchange_statements"
    " WHERE party IN (SELECT party FROM exchange_peers)"
)


class KnownKeys(msgspec.Struct, frozen=True):
    """One statement of a partner and its time, in entries of this node's ledger; -1 is not yet."""

    statement: Statement
    public: PublicKeys
    how: str
    entry: int
    at_ms: int
    over_ms: int
    revoked_entry: int
    revoked_ms: int

    @property
    def is_revoked(self) -> bool:
        """Whether nothing the key signs is taken in any more."""
        return self.revoked_entry >= 0


class Peer(msgspec.Struct, frozen=True):
    """The other party's node: its name, where it answers, the newest statement of its keys, and the earlier ones."""

    party: str
    url: str
    statement: Statement
    public: PublicKeys
    known: tuple[KnownKeys, ...] = ()
    """Every statement of it that was ever believed, the newest first."""

    @property
    def is_revoked(self) -> bool:
        """Whether its newest key was revoked and no other has been confirmed: nothing goes to it."""
        return bool(self.known) and self.known[0].is_revoked

    @property
    def keys(self) -> tuple[PublicKeys, ...]:
        """The keys whose signatures are believed, the newest first."""
        return tuple(known.public for known in self.known if not known.is_revoked)

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements of those keys."""
        return tuple(known.statement for known in self.known if not known.is_revoked)

    def named(self, keyid: str) -> KnownKeys | None:
        """The statement with this signing key, revoked or not."""
        return next((known for known in self.known if known.public.keyid == keyid), None)

    def signing(self, at_ms: int, overlap_ms: int) -> tuple[PublicKeys, ...]:
        """The keys that may sign frames and receipts now: the newest, and for a while the one before it."""
        return tuple(
            known.public
            for known in self.known
            if not known.is_revoked and (known.over_ms < 0 or at_ms < known.over_ms + overlap_ms)
        )


class PeerBook:
    """Finds partners; the ledger is asked each time and only the reading of a statement is remembered."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._read: dict[tuple[int, str], tuple[Statement, str]] = {}

    def add(self, batch: Batch, statement: bytes, url: str, fingerprint: str) -> Peer:
        """Trusts the keys in `statement`; raises `Fault` where the fingerprint differs from the one read aloud."""
        found = self.heard(statement, fingerprint)
        known = self.find(batch.tx, found.party)
        if known is not None and known.statement.fingerprint != found.fingerprint:
            raise Fault("peer_other_keys", "statement", party=found.party)
        facts = entries.PeerFacts(party=found.party, fingerprint=found.fingerprint, url=url)
        batch.append(entries.PEER, entry_bytes(facts, statement))
        return self.get(batch.tx, found.party)

    def heard(self, statement: bytes, fingerprint: str) -> Statement:
        """The partner's statement whose fingerprint was read aloud; raises `Fault`."""
        found = self.read(statement)
        heard = "".join(mark for mark in fingerprint.lower() if mark not in " :-\n")
        if heard != found.fingerprint:
            # The fault does not say which fingerprint it wanted: nobody shall copy it from there.
            raise Fault("peer_fingerprint_differs", "fingerprint", given=heard[:100])
        return found

    def read(self, statement: bytes) -> Statement:
        """A statement of another party of this realm, signed by its own key; raises `Fault`."""
        try:
            found = read_statement(statement)
        except StatementRefused as refused:
            raise Fault("peer_statement_refused", "statement", problem=str(refused)) from None
        if found.realm != self._house.realm:
            raise Fault("peer_other_realm", "statement", realm=found.realm, own=self._house.realm)
        if found.party == self._house.party:
            raise Fault("peer_is_self", "statement", party=found.party)
        return found

    def believe(self, batch: Batch, peer: Peer, statement: bytes, how: str, reason: str = "") -> Peer:
        """Puts a statement in the place of the partner's newest one; whether that is right the caller has found out."""
        found = self.read(statement)
        facts = KeysFacts(party=peer.party, keyid=found.keyid, how=how, reason=reason)
        batch.append(PEER_KEYS, entry_bytes(facts, statement))
        return self.get(batch.tx, peer.party)

    def find(self, tx: Tx, party: str) -> Peer | None:
        """The partner of that name, if it was added."""
        row = tx.one("SELECT party, entry, fingerprint FROM exchange_peers WHERE party = :party", party=party)
        if row is None:
            return None
        keys = tx.all(f"{_KEYS} AND party = :party ORDER BY entry DESC", party=party)
        return self._peer(tx, row, keys)

    def get(self, tx: Tx, party: str) -> Peer:
        """The partner of that name; raises `Fault("peer_unknown")`."""
        peer = self.find(tx, party)
        if peer is None:
            raise Fault("peer_unknown", "to", party=party)
        return peer

    def all(self, tx: Tx) -> list[Peer]:
        """Every partner, by name."""
        keys = tx.all(f"{_KEYS} ORDER BY entry DESC")
        rows = tx.all("SELECT party, entry, fingerprint FROM exchange_peers ORDER BY party")
        return [self._peer(tx, row, [each for each in keys if each[0] == row[0]]) for row in rows]

    def keys_at(self, tx: Tx, party: str, keyid: str, entry: int | None = None) -> PublicKeys | None:
        """The partner's keys of that name if they counted at a ledger entry, or count now."""
        peer = self.find(tx, party)
        known = None if peer is None else peer.named(keyid)
        if known is None or (entry is not None and entry < known.entry):
            return None
        is_over = known.is_revoked and (entry is None or entry >= known.revoked_entry)
        return None if is_over else known.public

    def signing(self, peer: Peer) -> tuple[PublicKeys, ...]:
        """The keys with which this partner may sign frames and receipts now."""
        house = self._house
        return peer.signing(to_ms(house.clock.now()), int(house.settings.key_overlap.total_seconds() * 1000))

    def _peer(self, tx: Tx, row: tuple[str, int, str], keys: list[tuple]) -> Peer:  # type: ignore[type-arg]
        party, entry, fingerprint = row
        url = self._statement(tx, entry, fingerprint)[1]
        known = tuple(
            KnownKeys(
                statement := self._statement(tx, at, print_)[0],
                statement.public,
                how,
                at,
                at_ms,
                over_ms,
                revoked_entry,
                revoked_ms,
            )
            for _, at, at_ms, over_ms, revoked_entry, revoked_ms, print_, how in keys
        )
        return Peer(party, url, known[0].statement, known[0].public, known)

    def _statement(self, tx: Tx, entry: int, fingerprint: str) -> tuple[Statement, str]:
        # An entry that was rolled back leaves its index to another one, hence the fingerprint in the key.
        found = self._read.get((entry, fingerprint))
        if found is None:
            body = self._house.ledger.body(tx, entry)
            # Facts of both kinds carry the party; only those of a partner that was added carry its address.
            line = msgspec.json.decode(body.partition(b"\n")[0])
            statement = read_statement(read_entry(body, entries.Facts)[1])
            found = self._read[entry, fingerprint] = (statement, str(line.get("url", "")))
        return found
