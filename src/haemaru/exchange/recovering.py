"""What a node once sent and forgot: after a restore its partner still holds it, and gives it back.

Only numbers of an epoch that is over are asked for. The node believes what its own key signed: the envelope, or the
frame whose root the line leads to. A record it gets back counts as its own again, as far as it was released, so that it
can be corrected and taken back; when the same record is put again from its source, that takes its place. The lines
travel beside the ledger (like batches of positions), so that erasing a record later leaves no copy of it behind.
Its own keys it knows from its ledger: an earlier pair is deleted in time, and what it signed stays its own.
"""

import base64
import binascii
import hashlib

import msgspec

from haemaru.exchange import entries
from haemaru.exchange.comparison import MOST_LINES, Number, numbers
from haemaru.exchange.entries import SealedFacts, StoredFacts, entry_bytes, read_entry
from haemaru.exchange.envelope import (
    CONTROL_TYPE,
    RECORD_TYPE,
    VOID_TYPE,
    Envelope,
    digest_of,
    read_envelope,
    split,
    write_envelope,
)
from haemaru.exchange.errors import EnvelopeRefused
from haemaru.exchange.evidence import Evidence
from haemaru.exchange.frame import FRAME_TYPE, FrameHeader
from haemaru.exchange.house import Heard, House
from haemaru.exchange.items import TAKING_BACK
from haemaru.exchange.keyring import KeysFacts
from haemaru.exchange.keys import keys_of
from haemaru.exchange.messages import Line, Message, Part, Returned, message_bytes, read_message, read_void
from haemaru.exchange.outbox import Outbox
from haemaru.exchange.peers import Peer
from haemaru.exchange.recall import Recall
from haemaru.exchange.spool import Spool
from haemaru.ledger import Batch
from haemaru.ledger.merkle import leaf_hash, verify_inclusion
from haemaru.records import Header, read_header
from haemaru.signing import PublicKeys, pae, read_statement
from haemaru.storage import Tx
from haemaru.wording import Fault

_MOST_BYTES = 1024 * 1024
_MOST_MESSAGES = 64
"""So much is given back at once; what is beyond is asked for after the next comparison."""
_FORGOTTEN = (
    "SELECT o.channel, o.epoch, o.seq FROM exchange_out o WHERE o.peer = :peer AND o.state = 'erased' AND NOT EXISTS"
    " (SELECT 1 FROM exchange_out t WHERE t.peer = o.peer AND t.rid = o.rid AND t.op IN ('retract', 'expire')"
    " AND t.state <> 'void') AND NOT EXISTS (SELECT 1 FROM exchange_differences d WHERE d.asker = 'own'"
    " AND d.peer = o.peer AND d.channel = o.channel AND d.epoch = o.epoch AND d.seq = o.seq AND d.code <> 'unknown'"
    " AND d.state <> 'done') ORDER BY o.channel, o.epoch, o.seq"
)


class Recovering:
    """Gives forgotten items back, and takes own ones in."""

    def __init__(self, house: House, outbox: Outbox, spool: Spool, evidence: Evidence, recall: Recall) -> None:
        self._house = house
        self._outbox = outbox
        self._spool = spool
        self._evidence = evidence
        self._recall = recall
        house.hears[Returned] = self._take

    def forgotten(self, tx: Tx, peer: str) -> list[Number]:
        """The numbers of what the key file of a backup erased here and this node never asked back of that partner.

        Only its own words, given back, tell the name by which it can be taken back there too.
        """
        return [(channel, epoch, seq) for channel, epoch, seq in tx.all(_FORGOTTEN, peer=peer)]

    def give_back(self, batch: Batch, peer: str, session: str, wanted: tuple[Part, ...]) -> None:
        """Sends a partner the items it asks for in messages of bounded size and number; none before it has the last."""
        if self._outbox.unacknowledged(batch.tx, peer, Returned.kind):
            return
        sent = 0
        lines: list[Line] = []
        size = 0
        frames = self._evidence.frames(batch.tx, peer)
        for channel, epoch, seq in numbers(wanted)[:MOST_LINES]:
            found = self._evidence.arrived(batch.tx, peer, channel, epoch, seq, frames)
            if found is None:
                continue
            lines.append(found)
            size += len(found.line or "") + 1_000
            if size > _MOST_BYTES:
                self._send(batch, peer, session, lines)
                lines, size, sent = [], 0, sent + 1
                if sent == _MOST_MESSAGES:
                    return
        # Also where nothing was found: each asking costs the asker a receipt.
        if lines or not sent:
            self._send(batch, peer, session, lines)

    def _send(self, batch: Batch, peer: str, session: str, lines: list[Line]) -> None:
        message = Returned(**self._house.head(peer), session=session, lines=tuple(lines))
        content = message_bytes(message)
        digest = digest_of(content)
        self._spool.keep(batch.tx, digest, write_envelope(self._house.keys, CONTROL_TYPE, content))
        facts = SealedFacts(
            peer=peer, channel="control", epoch=0, seq=0, op="message", kind=message.kind, digest=digest, spool=digest
        )
        self._outbox.append(batch, facts, b"")

    def _take(self, batch: Batch, peer: Peer, message: Message) -> Heard:
        assert isinstance(message, Returned)  # noqa: S101 - registered for this type
        refused = ""
        for line in message.lines:
            wanted = batch.tx.one(
                "SELECT 1 FROM exchange_differences WHERE asker = 'own' AND peer = :peer AND channel = :channel"
                " AND epoch = :epoch AND seq = :seq AND code = 'unknown' AND state = 'open'",
                peer=peer.party,
                channel=line.channel,
                epoch=line.epoch,
                seq=line.seq,
            )
            if wanted is None:
                continue
            try:
                self._recover(batch, peer.party, line)
            except (EnvelopeRefused, Fault, ValueError, binascii.Error, msgspec.MsgspecError):
                refused = "returned_not_ours"
        return Heard(refused)

    def _recover(self, batch: Batch, peer: str, line: Line) -> None:
        digest, envelope, facts = (
            line.digest,
            b"",
            SealedFacts(
                peer=peer, channel=line.channel, epoch=line.epoch, seq=line.seq, op="put", kind="", digest=line.digest
            ),
        )
        header: Header | None = None
        copy = b""
        state = "sealed"
        if line.line is not None:
            data = line.line.encode()
            found = read_envelope(data)
            content = found.content
            digest = digest_of(content)
            if found.seq != line.seq or not (
                self._is_own(batch.tx, found, content) or self._framed(batch.tx, peer, line, data)
            ):
                raise EnvelopeRefused("returned_not_ours")
            envelope = b"{" + data.partition(b",")[2]
            if found.payloadType == RECORD_TYPE:
                head, copy = split(content)
                header = read_header(head)
                self._was_for(peer, header.origin, header.audience, header.realm)
            elif found.payloadType == VOID_TYPE:
                void = read_void(content)
                self._was_for(peer, void.from_, (void.to,), void.realm)
                state, facts = "void", msgspec.structs.replace(facts, op="void", rid=void.rid)
            elif found.payloadType == CONTROL_TYPE:
                message = read_message(content)
                self._was_for(peer, message.from_, (message.to,), message.realm)
                facts = msgspec.structs.replace(facts, op="message", kind=message.kind)
        elif not self._framed(batch.tx, peer, line, None):
            raise EnvelopeRefused("returned_not_ours")
        if header is not None:
            facts = msgspec.structs.replace(
                facts, rid=header.rid, rev=header.rev, op=header.op, kind=header.kind, purpose=header.purpose,
                refs=header.refs, agreement=header.agreement.hash, retain=header.retain_until or "",
            )  # fmt: skip
            source = self._store(batch, header, copy)
            facts = msgspec.structs.replace(facts, source=source)
        facts = msgspec.structs.replace(facts, digest=digest, release=state)
        batch.append(entries.RECOVERED, entry_bytes(facts, envelope))
        if header is not None:
            self._recall.came_back(batch, facts)

    def _was_for(self, peer: str, from_: str, to: tuple[str, ...], realm: str) -> None:
        """Refuses what this node signed for somebody else: a partner gives back only what it was sent itself."""
        house = self._house
        if (from_, realm) != (house.party, house.realm) or peer not in to:
            raise EnvelopeRefused("returned_not_ours")

    def _store(self, batch: Batch, header: Header, copy: bytes) -> int:
        """Keeps the released copy as an own record where nothing newer of it is known; tells the entry it stands in."""
        own = self._outbox.latest(batch.tx, header.rid)
        is_back = header.op in TAKING_BACK
        if own is not None and own.is_erased and not is_back:
            return self._recall.bury(batch, header.rid, own, header.rev).entry
        is_gone = own is not None and own.state in ("retracted", "expired") and not own.is_erased
        if own is not None and (is_gone or own.rev >= header.rev):
            return own.entry
        # What was taken back comes back as a tombstone: it says nothing of what it was.
        record = {} if is_back else msgspec.json.decode(copy)
        facts = StoredFacts(
            rid=header.rid,
            rev=header.rev,
            op=header.op if is_back else "put",
            kind=header.kind,
            keys=keys_of(record) if record else (),
            reason="recovered" if is_back else "",
            recovered=True,
        )
        content = b"" if is_back else msgspec.json.encode(record)
        return batch.append(entries.STORED, entry_bytes(facts, content)).index

    def _own_key(self, tx: Tx, keyid: str) -> PublicKeys | None:
        """The public half of an own key, the present one or an earlier one; none where it was revoked."""
        row = tx.one(
            "SELECT entry, revoked_entry FROM exchange_statements WHERE party = :party AND keyid = :keyid",
            party=self._house.party,
            keyid=keyid,
        )
        if row is None:
            held = self._house.keys.held(keyid)
            return None if held is None else held.public
        if row[1] >= 0:
            return None
        return read_statement(read_entry(self._house.ledger.body(tx, row[0]), KeysFacts)[1]).public

    def _is_own(self, tx: Tx, envelope: Envelope, content: bytes) -> bool:
        known = (self._own_key(tx, signature.keyid) for signature in envelope.signatures)
        return any(public is not None and envelope.is_signed_by(public, content) for public in known)

    def _framed(self, tx: Tx, peer: str, line: Line, data: bytes | None) -> bool:
        """Whether a frame that this node signed holds the line at this number."""
        if not line.header:
            return False
        house = self._house
        clear = base64.b64decode(line.header, validate=True)
        header = msgspec.json.decode(clear, type=FrameHeader)
        public = self._own_key(tx, header.keyid)
        signature = base64.b64decode(line.signature, validate=True)
        if public is None or not public.verify(pae(FRAME_TYPE, clear), signature):
            return False
        stream = header.stream
        if (stream.from_, stream.to, stream.realm, stream.channel, stream.epoch) != (
            house.party, peer, house.realm, line.channel, line.epoch,
        ):  # fmt: skip
            return False
        leaf = bytes.fromhex(line.leaf) if data is None else leaf_hash(data)
        path = [bytes.fromhex(step) for step in line.path]
        return verify_inclusion(leaf, line.seq - header.first, header.count, path, bytes.fromhex(header.root))


def released_alike(one: bytes, other: bytes) -> bool:
    """Whether two payloads release the same: revision, operation, handling, purpose, onward rule, and every field."""
    try:
        heads, bodies = zip(*(split(payload) for payload in (one, other)), strict=True)
        first, second = (read_header(head) for head in heads)
        contents = [hashlib.sha256(_canonical(body)).digest() for body in bodies]
    except (EnvelopeRefused, Fault, msgspec.MsgspecError):
        return False
    names = ("rid", "rev", "op", "kind", "schema", "handling", "purpose", "onward", "onward_to", "refs")
    return contents[0] == contents[1] and all(getattr(first, name) == getattr(second, name) for name in names)


def _canonical(body: bytes) -> bytes:
    return msgspec.json.encode(msgspec.json.decode(body), order="deterministic")
