"""The partners of a node: added by statement and by a fingerprint that was read aloud, kept in the ledger."""

import msgspec

from haemaru.exchange import entries
from haemaru.exchange.house import House
from haemaru.ledger import Batch
from haemaru.ledger.ledger import read_entries
from haemaru.signing import Keys, PublicKeys, Statement, StatementRefused, Vault, read_statement
from haemaru.storage import Tx
from haemaru.wording import Fault


class Peer(msgspec.Struct, frozen=True):
    """The other party's node: its name, where it answers, and the statement of its keys."""

    party: str
    url: str
    statement: Statement
    public: PublicKeys


class PeerBook:
    """Finds partners; the ledger is asked each time and only the reading of a statement is remembered."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._read: dict[tuple[int, str], Peer] = {}

    def add(self, batch: Batch, statement: bytes, url: str, fingerprint: str) -> Peer:
        """Trusts the keys in `statement`; raises `Fault` where the fingerprint differs from the one read aloud."""
        try:
            found = read_statement(statement)
        except StatementRefused as refused:
            raise Fault("peer_statement_refused", "statement", problem=str(refused)) from None
        heard = "".join(mark for mark in fingerprint.lower() if mark not in " :-\n")
        if heard != found.fingerprint:
            # The fault does not say which fingerprint it wanted: nobody shall copy it from there.
            raise Fault("peer_fingerprint_differs", "fingerprint", given=heard[:100])
        if found.realm != self._house.realm:
            raise Fault("peer_other_realm", "statement", realm=found.realm, own=self._house.realm)
        if found.party == self._house.party:
            raise Fault("peer_is_self", "statement", party=found.party)
        known = batch.tx.one("SELECT fingerprint FROM exchange_peers WHERE party = :party", party=found.party)
        if known is not None and known[0] != found.fingerprint:
            raise Fault("peer_other_keys", "statement", party=found.party)
        facts = entries.PeerFacts(party=found.party, fingerprint=found.fingerprint, url=url)
        batch.append(entries.PEER, entries.entry_bytes(facts, statement))
        return Peer(found.party, url, found, found.public)

    def find(self, tx: Tx, party: str) -> Peer | None:
        """The partner of that name, if it was added."""
        row = tx.one("SELECT entry, fingerprint FROM exchange_peers WHERE party = :party", party=party)
        return None if row is None else self._at(tx, *row)

    def get(self, tx: Tx, party: str) -> Peer:
        """The partner of that name; raises `Fault("peer_unknown")`."""
        peer = self.find(tx, party)
        if peer is None:
            raise Fault("peer_unknown", "to", party=party)
        return peer

    def all(self, tx: Tx) -> list[Peer]:
        """Every partner, by name."""
        rows = tx.all("SELECT entry, fingerprint FROM exchange_peers ORDER BY party")
        return [self._at(tx, *row) for row in rows]

    def _at(self, tx: Tx, entry: int, fingerprint: str) -> Peer:
        # An entry that was rolled back leaves its index to another one, hence the fingerprint in the key.
        peer = self._read.get((entry, fingerprint))
        if peer is None:
            facts, statement = entries.read_entry(self._house.ledger.body(tx, entry), entries.PeerFacts)
            found = read_statement(statement)
            peer = self._read[entry, fingerprint] = Peer(found.party, facts.url, found, found.public)
        return peer


def partner_keys(tx: Tx, keys: Keys) -> dict[str, PublicKeys]:
    """The public keys of every partner that the ledger tells of, without a node; for verifying a damaged home."""
    found: dict[str, PublicKeys] = {}
    for _, body in read_entries(tx, Vault(keys.vault), kinds=(entries.PEER,)):
        statement = read_statement(entries.read_entry(body, entries.PeerFacts)[1])
        found[statement.party] = statement.public
    return found
