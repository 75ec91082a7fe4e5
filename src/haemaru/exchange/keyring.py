"""Whose keys counted when: statements, rotations and revocations are entries of the ledger, the node's own ones too.

A statement counts from the entry it came in with. A later one of the same party makes it an earlier one: it signs no
new frame, but what it signed stays believed. A revocation ends that: from its entry on nothing the key signed is taken
in. What was taken in before stays as it is, and is verified with the keys of its own time.
"""

from collections.abc import Mapping

from sqlalchemy import BigInteger, Column, MetaData, Table, Text

from haemaru.exchange import entries
from haemaru.exchange.entries import Facts, PeerFacts, read_entry
from haemaru.exchange.oversight_view import TRUSTED, TrustedFacts
from haemaru.ledger import Entry, KeyTime
from haemaru.ledger.ledger import unlock
from haemaru.signing import Keys, SigningError, Vault, keyid_of, read_statement
from haemaru.storage import StorageError, Tx
from haemaru.wording import Fault

OWN_KEYS = "exchange.own_keys"
PEER_KEYS = "exchange.peer_keys"
KEY_REVOKED = "exchange.key_revoked"

METADATA = MetaData()
_STATEMENTS = Table(
    "exchange_statements",
    METADATA,
    *(Column(name, Text, primary_key=True) for name in ("party", "keyid")),
    *(Column(name, Text, nullable=False) for name in ("box_keyid", "suite", "fingerprint", "how")),
    *(
        Column(name, BigInteger, nullable=False)
        for name in ("entry", "at_ms", "over_entry", "over_ms", "revoked_entry", "revoked_ms")
    ),
)


class KeysFacts(Facts, frozen=True, kw_only=True):
    """A statement of keys counts from here on; the bytes are the statement. `how` says why it is believed.

    `handover` is what a witness is shown of an own rotation: the statement, signed with the keys before.
    """

    party: str
    keyid: str
    how: str
    reason: str = ""
    handover: str = ""


class RevokedFacts(Facts, frozen=True, kw_only=True):
    """A key counts no longer: it is known, or must be feared, to be in other hands."""

    party: str
    keyid: str
    reason: str


class KeyringView:
    """The projection of every key that counts or counted, own and partners'."""

    name = "exchange_keys"
    metadata = METADATA
    tables = (_STATEMENTS.name,)
    kinds = frozenset({entries.PEER, OWN_KEYS, PEER_KEYS, KEY_REVOKED})

    def apply(self, tx: Tx, entry: Entry, body: bytes) -> None:
        """Takes a statement or a revocation in."""
        if entry.kind == KEY_REVOKED:
            facts, _ = read_entry(body, RevokedFacts)
            tx.run(
                "UPDATE exchange_statements SET revoked_entry = :entry, revoked_ms = :at_ms"
                " WHERE party = :party AND keyid = :keyid AND revoked_entry = -1",
                entry=entry.index,
                at_ms=entry.at_ms,
                party=facts.party,
                keyid=facts.keyid,
            )
        elif entry.kind == entries.PEER:
            _, statement = read_entry(body, PeerFacts)
            _count(tx, entry, "first", statement)
        else:
            known, statement = read_entry(body, KeysFacts)
            _count(tx, entry, known.how, statement)


def _count(tx: Tx, entry: Entry, how: str, content: bytes) -> None:
    statement = read_statement(content)
    public = statement.public
    there = tx.one(
        "SELECT 1 FROM exchange_statements WHERE party = :party AND keyid = :keyid",
        party=statement.party,
        keyid=public.keyid,
    )
    if there is not None:
        return  # the same partner at another address
    tx.run(
        "UPDATE exchange_statements SET over_entry = :entry, over_ms = :at_ms WHERE party = :party AND over_entry = -1",
        entry=entry.index,
        at_ms=entry.at_ms,
        party=statement.party,
    )
    tx.run(
        "INSERT INTO exchange_statements (party, keyid, box_keyid, suite, fingerprint, how, entry, at_ms, over_entry,"
        " over_ms, revoked_entry, revoked_ms) VALUES (:party, :keyid, :box_keyid, :suite, :fingerprint, :how, :entry,"
        " :at_ms, -1, -1, -1, -1)",
        party=statement.party,
        keyid=public.keyid,
        box_keyid=keyid_of(public.box),
        suite=public.suite,
        fingerprint=public.fingerprint,
        how=how,
        entry=entry.index,
        at_ms=entry.at_ms,
    )


_FACTS: Mapping[str, type[Facts]] = {
    entries.PEER: PeerFacts,
    TRUSTED: TrustedFacts,
    OWN_KEYS: KeysFacts,
    PEER_KEYS: KeysFacts,
}


class KeyHistory:
    """The keys of a node and of its partners, each with its time, for whoever verifies a ledger."""

    def __init__(self) -> None:
        self.own: list[KeyTime] = []
        self.partners: dict[str, list[KeyTime]] = {}

    def take(self, kind: str, index: int, body: bytes) -> None:
        """Takes one entry in, in order."""
        if kind == KEY_REVOKED:
            facts, _ = read_entry(body, RevokedFacts)
            times = self.partners.get(facts.party, [])
            for at, time in enumerate(times):
                if time.public.keyid == facts.keyid and time.until is None:
                    times[at] = KeyTime(time.public, time.since, index)
            return
        content = read_entry(body, _FACTS[kind])[1]
        statement = read_statement(content)
        if kind == OWN_KEYS:
            # Own signatures are made with the newest pair only; the first one was there before its entry.
            if self.own:
                self.own[-1] = KeyTime(self.own[-1].public, self.own[-1].since, index)
            self.own.append(KeyTime(statement.public, index if self.own else 0))
            return
        known = self.partners.setdefault(statement.party, [])
        if all(time.public != statement.public for time in known):
            known.append(KeyTime(statement.public, index))


def read_history(tx: Tx, keys: Keys) -> KeyHistory:
    """What the ledger tells of keys, without a node. An entry that cannot be read is left out: `verify` names it."""
    vault, found = Vault(keys.vault), KeyHistory()
    rows = tx.all(
        "SELECT entry.idx, kind, wrapped_key, cipher FROM entry JOIN body ON body.idx = entry.idx"
        " WHERE kind IN (:peer, :own, :new, :revoked, :witness) ORDER BY entry.idx",
        peer=entries.PEER,
        witness=TRUSTED,
        own=OWN_KEYS,
        new=PEER_KEYS,
        revoked=KEY_REVOKED,
    )
    for index, kind, wrapped_key, cipher in rows:
        try:
            found.take(kind, index, unlock(vault, index, wrapped_key, cipher).body)
        except (Fault, SigningError, StorageError, ValueError, TypeError, KeyError):
            continue
    return found
