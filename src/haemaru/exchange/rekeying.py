"""New keys for old: how a node changes its keys, takes a stolen one back, and believes its partners' new ones.

A rotation needs no telephone: the new statement arrives signed with the key it follows, so only the holder of that key
can have sent it. A revocation does: the thief has that key too. The owner makes new keys and signs what waits anew;
each partner's officer revokes the stolen key and confirms the new fingerprint, and until then its queue waits.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from haemaru.clock import format_time, from_ms, to_ms
from haemaru.exchange import entries
from haemaru.exchange.entries import FrameFacts, SealedFacts, VoidFacts, entry_bytes, read_entry
from haemaru.exchange.envelope import CONTROL_TYPE, digest_of, read_envelope, write_envelope
from haemaru.exchange.frame import FrameHeader
from haemaru.exchange.house import Heard, House
from haemaru.exchange.introducing import news_ahead
from haemaru.exchange.keyring import KEY_REVOKED, OWN_KEYS, KeysFacts, RevokedFacts
from haemaru.exchange.messages import KeyNews, Message, message_bytes
from haemaru.exchange.outbox import Outbox
from haemaru.exchange.peers import Peer, PeerBook
from haemaru.exchange.receipt import Refusal
from haemaru.ledger import Batch
from haemaru.signing import KeyChain, Keys, Statement, make_handover, read_statement
from haemaru.storage import Tx
from haemaru.wording import Fault

_OWN = (
    "SELECT keyid, suite, fingerprint, how, entry, at_ms, over_entry, over_ms, revoked_entry, revoked_ms"
    " FROM exchange_statements WHERE party = :party ORDER BY entry DESC"
)
_COLUMNS = (
    "keyid", "suite", "fingerprint", "how", "entry", "at_ms",
    "over_entry", "over_ms", "revoked_entry", "revoked_ms",
)  # fmt: skip


class Rekeying:
    """Everything that changes keys, for one node."""

    def __init__(self, house: House, peers: PeerBook, outbox: Outbox) -> None:
        self._house = house
        self._peers = peers
        self._outbox = outbox
        self.on_unneeded: Callable[[str], None] | None = None
        """Told of an own earlier pair that nothing needs any more."""
        house.hears[KeyNews] = self._hear

    # Own keys

    def newest(self, tx: Tx) -> tuple[str, bytes] | None:
        """Name and statement of the own keys that count, or None before the first statement."""
        row = tx.one(
            "SELECT keyid, entry FROM exchange_statements WHERE party = :party AND over_entry = -1",
            party=self._house.party,
        )
        return None if row is None else (row[0], read_entry(self._house.ledger.body(tx, row[1]), KeysFacts)[1])

    def own_statements(self) -> tuple[Statement, ...]:
        """Every own statement whose key was not revoked, the newest first."""
        with self._house.ledger.read() as tx:
            entries_ = [row["entry"] for row in self._own(tx) if row["revoked_entry"] < 0]
            bodies = [self._house.ledger.body(tx, entry) for entry in entries_]
        return tuple(read_statement(read_entry(body, KeysFacts)[1]) for body in bodies)

    def handovers(self) -> tuple[bytes, ...]:
        """From each keys of this node to those that followed by rotation, the oldest first."""
        with self._house.ledger.read() as tx:
            bodies = [body for _, body in self._house.ledger.entries(tx, kinds=(OWN_KEYS,))]
        told = (read_entry(body, KeysFacts)[0].handover for body in bodies)
        return tuple(handover.encode() for handover in told if handover)

    def begin(self, statement: bytes) -> None:
        """Writes the first statement down."""
        with self._house.ledger.write() as batch:
            self._count(batch, statement, "first", "")

    def rotate(self, chain: KeyChain, new: Keys, statement: bytes, reason: str = "") -> list[str]:
        """Makes `new` the keys of this node, and tells every partner with a message signed by the present ones."""

        def change(batch: Batch) -> list[str]:
            told = [peer.party for peer in self._peers.all(batch.tx)]
            for peer in told:
                self._tell(batch, peer, statement, reason=reason)
            self._count(batch, statement, "rotation", reason, make_handover(chain, statement).decode())
            chain.switch(new.keyid)
            return told

        return self._changed(chain, new, change)

    def revoke(self, chain: KeyChain, keyid: str, new: Keys, statement: bytes, reason: str) -> list[str]:
        """Takes the present keys back: `new` ones sign from now on, also everything that waits unacknowledged."""

        def change(batch: Batch) -> list[str]:
            told = [peer.party for peer in self._peers.all(batch.tx)]
            self._count(batch, statement, "revocation", reason)
            batch.append(KEY_REVOKED, _revoked(self._house.party, keyid, reason))
            chain.switch(new.keyid)
            for peer in told:
                self._sign_anew(batch, peer, statement, keyid, reason)
                self._tell(batch, peer, statement, revoked=keyid, reason=reason)
            return told

        return self._changed(chain, new, change)

    def revoke_earlier(self, keyid: str, reason: str) -> list[str]:
        """Takes an earlier key back that no frame is signed with any more; partners believe the present one."""
        with self._house.ledger.write() as batch:
            newest = self.newest(batch.tx)
            if newest is None:
                raise Fault("key_unknown", "keyid", keyid=keyid)
            batch.append(KEY_REVOKED, _revoked(self._house.party, keyid, reason))
            told = [peer.party for peer in self._peers.all(batch.tx)]
            for peer in told:
                self._sign_anew(batch, peer, newest[1], keyid, reason)
                self._tell(batch, peer, newest[1], revoked=keyid, reason=reason)
        return told

    def refused(self, peer: str, refusal: Refusal) -> None:
        """Learns which key a partner knows: later after a lost receipt, earlier after a restore."""
        known = self._house.keys.held(str(refusal.params.get("known", "")))
        if known is None or refusal.code not in ("frame_other_key", "frame_key_over"):
            return
        if refusal.code == "frame_key_over":
            self._house.tally.introduced[peer] = known.keyid
            return
        with self._house.ledger.write() as batch:
            newest = self.newest(batch.tx)
            row = next((each for each in self._own(batch.tx) if each["keyid"] == known.keyid), None)
            if newest is None or row is None or row["revoked_entry"] >= 0 or known.keyid == self._house.keys.keyid:
                return
            if news_ahead(batch.tx, peer) is None:
                self._tell(batch, peer, newest[1], signer=known)

    def tick(self) -> None:
        """Gives earlier pairs up: every partner knows a later one, and nothing sealed to them is on its way."""
        forget = self.on_unneeded
        if forget is None:
            return
        with self._house.ledger.read() as tx:
            waiting = {news_ahead(tx, peer.party) is not None for peer in self._peers.all(tx)}
            until = to_ms(self._house.clock.now()) - int(self._house.settings.keys_kept.total_seconds() * 1000)
            over = [row["keyid"] for row in self._own(tx) if 0 <= row["over_ms"] < until]
        if True not in waiting:
            for keyid in over:
                if self._house.keys.held(keyid) is not None:
                    forget(keyid)

    # Partners' keys

    def revoke_peer(self, batch: Batch, party: str, keyid: str, reason: str) -> None:
        """From here on nothing signed with this key of a partner is taken in, and nothing is encrypted to its pair."""
        peer = self._peers.get(batch.tx, party)
        known = peer.named(keyid)
        if known is None:
            raise Fault("key_unknown", "keyid", keyid=keyid[:100])
        if known.is_revoked:
            raise Fault("key_revoked_before", "keyid", keyid=keyid)
        batch.append(KEY_REVOKED, _revoked(party, keyid, reason))

    def confirm(self, batch: Batch, statement: bytes, fingerprint: str, reason: str) -> Peer:
        """Puts the statement whose fingerprint was read aloud in the place of the partner's keys, which are revoked."""
        found = self._peers.heard(statement, fingerprint)
        peer = self._peers.get(batch.tx, found.party)
        if peer.named(found.keyid) is not None:
            raise Fault("peer_keys_used_before", "statement", party=found.party, keyid=found.keyid)
        if not peer.is_revoked:
            batch.append(KEY_REVOKED, _revoked(peer.party, peer.public.keyid, reason))
        believed = self._peers.believe(batch, peer, statement, "officer", reason)
        batch.after_commit(lambda: self._house.woken(peer.party))
        return believed

    def received_under(self, tx: Tx, party: str, keyid: str, since_ms: int = 0) -> list[dict[str, Any]]:
        """What came in frames signed with this key of a partner since that time: valid then, and to be looked at."""
        found = []
        for entry, body in self._house.ledger.entries(tx, kinds=(entries.FRAME,)):
            facts, header = read_entry(body, FrameFacts)
            if facts.peer != party or entry.at_ms < since_ms:
                continue
            if msgspec.json.decode(header, type=FrameHeader).keyid == keyid:
                found += [
                    {"channel": facts.channel, "epoch": facts.epoch, "seq": seq, "entry": index, "kind": kind,
                     "state": state, "received": format_time(from_ms(at_ms))}
                    for seq, index, kind, state, at_ms in tx.all(
                        "SELECT seq, entry, kind, state, at_ms FROM exchange_in WHERE peer = :peer"
                        " AND channel = :channel AND epoch = :epoch AND seq >= :first AND seq <= :last ORDER BY seq",
                        peer=party, channel=facts.channel, epoch=facts.epoch, first=facts.first, last=facts.last,
                    )
                    if state != "message"
                ]  # fmt: skip
        return found

    def every(self) -> list[dict[str, Any]]:
        """Every key, own ones first: its name, suite, fingerprint, validity in time and entries, and state."""
        with self._house.ledger.read() as tx:
            own = [self._told(tx, self._house.party, row) for row in self._own(tx)]
            for each in own:
                each["held"] = self._house.keys.held(each["keyid"]) is not None
            peers = [
                self._told(tx, peer.party, row) for peer in self._peers.all(tx) for row in self._rows(tx, peer.party)
            ]
        return own + peers

    def _told(self, tx: Tx, party: str, row: dict[str, Any]) -> dict[str, Any]:
        # Behind the facts of either kind stand the exact bytes of the statement, which an outsider verifies with.
        statement = self._house.ledger.body(tx, row["entry"]).partition(b"\n")[2]
        return _told(party, row) | {"statement": statement.decode()}

    def _own(self, tx: Tx) -> list[dict[str, Any]]:
        return self._rows(tx, self._house.party)

    def _rows(self, tx: Tx, party: str) -> list[dict[str, Any]]:
        return [dict(zip(_COLUMNS, row, strict=True)) for row in tx.all(_OWN, party=party)]

    def _changed(self, chain: KeyChain, new: Keys, change: Callable[[Batch], list[str]]) -> list[str]:
        """Carries a change of keys out; where it is not committed the earlier keys go on."""
        before = chain.keyid
        chain.add(new)
        try:
            with self._house.ledger.write() as batch:
                told = change(batch)
        except BaseException:
            chain.switch(before)
            raise
        for peer in told:
            self._house.woken(peer)
        return told

    def _count(self, batch: Batch, statement: bytes, how: str, reason: str, handover: str = "") -> None:
        keyid = read_statement(statement).keyid
        facts = KeysFacts(party=self._house.party, keyid=keyid, how=how, reason=reason, handover=handover)
        batch.append(OWN_KEYS, entry_bytes(facts, statement))

    def _news(self, peer: str, statement: bytes, revoked: str, reason: str) -> KeyNews:
        house = self._house
        return KeyNews(
            id=house.ids.new(),
            realm=house.realm,
            from_=house.party,
            to=peer,
            created=house.now(),
            statement=statement.decode(),
            revoked=revoked,
            reason=reason,
        )

    def _tell(
        self, batch: Batch, peer: str, statement: bytes, revoked: str = "", reason: str = "", signer: Keys | None = None
    ) -> None:
        content = message_bytes(self._news(peer, statement, revoked, reason))
        facts = SealedFacts(
            peer=peer, channel="control", epoch=0, seq=0, op="message", kind=KeyNews.kind, digest=digest_of(content)
        )
        self._outbox.append(batch, facts, write_envelope(signer or self._house.keys, CONTROL_TYPE, content))

    def _sign_anew(self, batch: Batch, peer: str, statement: bytes, revoked: str, reason: str) -> None:
        """What an earlier key signed and no receipt covers is signed with the present key, under the same numbers."""
        rows = batch.tx.all(
            "SELECT o.state, o.entry, o.void_entry FROM exchange_out o JOIN exchange_streams s"
            " ON s.direction = 'out' AND s.peer = o.peer AND s.channel = o.channel AND s.epoch = o.epoch"
            " WHERE o.peer = :peer AND o.state IN ('sealed', 'void') AND o.seq > s.acked ORDER BY o.channel, o.seq",
            peer=peer,
        )
        for state, entry, void_entry in rows:
            kind = VoidFacts if state == "void" else SealedFacts
            facts, line = read_entry(self._house.ledger.body(batch.tx, void_entry if state == "void" else entry), kind)
            if isinstance(facts, SealedFacts) and facts.spool:
                continue
            envelope = read_envelope(line)
            # A partner that confirms new keys gives up all that it knew, so nothing may wait under another key.
            if not {signature.keyid for signature in envelope.signatures} - {self._house.keys.keyid}:
                continue
            content = envelope.content
            if isinstance(facts, SealedFacts) and facts.kind == KeyNews.kind:
                # An earlier statement must not be believed any more: the message carries the present one.
                content = message_bytes(self._news(peer, statement, revoked, reason))
                facts = msgspec.structs.replace(facts, digest=digest_of(content))
            anew = write_envelope(self._house.keys, envelope.payloadType, content)
            batch.append(entries.VOIDED if state == "void" else entries.RESEALED, entry_bytes(facts, anew))

    def _hear(self, batch: Batch, peer: Peer, message: Message) -> Heard:
        assert isinstance(message, KeyNews)  # noqa: S101 - registered for this type
        statement = message.statement.encode()
        try:
            found = self._peers.read(statement)
        except Fault as fault:
            return Heard(fault.code)
        if found.party != peer.party:
            return Heard("keys_of_other_party")
        if peer.named(found.keyid) is None:
            self._peers.believe(batch, peer, statement, "message", message.reason[:1000])
        earlier = peer.named(message.revoked)
        if earlier is not None and not earlier.is_revoked and message.revoked != found.keyid:
            batch.append(KEY_REVOKED, _revoked(peer.party, message.revoked, message.reason[:1000]))
        return Heard()


def _revoked(party: str, keyid: str, reason: str) -> bytes:
    return entry_bytes(RevokedFacts(party=party, keyid=keyid, reason=reason))


def _told(party: str, row: dict[str, Any]) -> dict[str, Any]:
    ends = [(row[f"{name}_entry"], row[f"{name}_ms"]) for name in ("over", "revoked") if row[f"{name}_entry"] >= 0]
    end = min(ends, default=None)
    state = "revoked" if row["revoked_entry"] >= 0 else "earlier" if row["over_entry"] >= 0 else "newest"
    return {
        "party": party,
        "keyid": row["keyid"],
        "suite": row["suite"],
        "fingerprint": row["fingerprint"],
        "how": row["how"],
        "state": state,
        "from": format_time(from_ms(row["at_ms"])),
        "from_entry": row["entry"],
        "to": None if end is None else format_time(from_ms(end[1])),
        "to_entry": None if end is None else end[0],
        "revoked": None if row["revoked_entry"] < 0 else format_time(from_ms(row["revoked_ms"])),
        "revoked_entry": None if row["revoked_entry"] < 0 else row["revoked_entry"],
    }
