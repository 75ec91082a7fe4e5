"""The way in: a frame is checked, opened, and taken into the ledger in one transaction; then it is acknowledged.

Order of the checks: size, shape, who it is for, who signed it, whether it opens, where in the stream it belongs. Up
to there a fault refuses the frame and stores nothing. From there on nothing blocks: an item that cannot be a record is
kept in quarantine and acknowledged with its code, a number that is already held is compared and acknowledged again.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field

from haemaru.exchange import entries
from haemaru.exchange.arrivals import Arrivals, Arrived
from haemaru.exchange.comparison import FORKED, PUT_BACK, ForkedFacts, PutBackFacts
from haemaru.exchange.entries import FrameFacts, ReceivedFacts, entry_bytes, read_entry
from haemaru.exchange.errors import FrameRefused
from haemaru.exchange.frame import Outer, Stream, open_frame, read_outer, verify_outer
from haemaru.exchange.house import House
from haemaru.exchange.introducing import keys_towards
from haemaru.exchange.items import Item, read_item
from haemaru.exchange.messages import Epoch, Void
from haemaru.exchange.peers import Peer, PeerBook
from haemaru.exchange.receipt import ItemException, Receipt, Refusal, frame_digest, write_receipt, write_refusal
from haemaru.ledger import Batch
from haemaru.ledger.merkle import leaf_hash
from haemaru.records import CHANNELS
from haemaru.signing import PublicKeys
from haemaru.storage import Tx


@dataclass(slots=True)
class Accepted:
    """What accepting one frame brought about."""

    peer: str
    receipt: Receipt
    arrived: list[Arrived] = field(default_factory=list)
    repeated: int = 0


class EpochForked(FrameRefused):
    """A partner stated the same epoch twice, differently."""

    def __init__(self, epoch: int, held: bytes, offered: bytes) -> None:
        super().__init__("epoch_forked", epoch=epoch)
        self.epoch = epoch
        self.held = held
        self.offered = offered


class Inbox:
    """Accepts frames for one node."""

    def __init__(self, house: House, peers: PeerBook, arrivals: Arrivals) -> None:
        self._house = house
        self._peers = peers
        self._arrivals = arrivals
        self.on_accepted: list[Callable[[Accepted], None]] = []

    def accept(self, data: bytes) -> bytes:
        """The signed receipt for a frame, after the commit; or the signed refusal, and nothing stored."""
        try:
            accepted = self._accept(data)
        except FrameRefused as refused:
            if isinstance(refused, EpochForked):
                self._keep_fork(data, refused)
            return self._refuse(data, refused)
        for listener in self.on_accepted:
            listener(accepted)
        with self._house.ledger.read() as tx:
            return write_receipt(keys_towards(self._house, tx, accepted.peer), accepted.receipt)

    def _accept(self, data: bytes) -> Accepted:
        house = self._house
        outer = read_outer(data, house.limits)
        header = outer.header
        if header.to != house.party:
            raise FrameRefused("frame_other_recipient", to=header.to[:100])
        if header.realm != house.realm:
            raise FrameRefused("frame_other_realm", realm=header.realm[:100])
        if header.channel not in CHANNELS:
            raise FrameRefused("frame_other_channel", channel=header.channel[:100])
        with house.ledger.read() as tx:
            peer = self._peers.find(tx, header.from_)
        if peer is None:
            raise FrameRefused("frame_unknown_peer", peer=header.from_[:100])
        verify_outer(outer, self._signer(peer, header.keyid))
        lines = open_frame(outer, house.keys, house.limits)
        with house.ledger.read() as tx:
            begin = max(header.first, self._cursor(tx, header.stream, header.last) + 1)
        # Signatures are checked before the one writer is taken; numbers already held need no second look.
        items = {
            seq: read_item(house, peer, header.stream, seq, line)
            for seq, line in enumerate(lines, header.first)
            if seq >= begin
        }
        with house.ledger.write() as batch:
            # The key may have been revoked while the frame was read.
            peer = self._peers.get(batch.tx, peer.party)
            self._signer(peer, header.keyid)
            return self._take(batch, outer, peer, lines, items)

    def _signer(self, peer: Peer, keyid: str) -> PublicKeys:
        """The partner's keys of that name if they may sign frames now; raises `FrameRefused`."""
        for public in self._peers.signing(peer):
            if public.keyid == keyid:
                return public
        known = peer.named(keyid)
        if known is None:
            # The partner still holds the key that is known here, and can begin with it (PROTOCOL.md, section 1).
            raise FrameRefused("frame_other_key", keyid=keyid[:100], known=peer.public.keyid)
        code = "frame_key_revoked" if known.is_revoked else "frame_key_over"
        raise FrameRefused(code, keyid=keyid, known=peer.public.keyid)

    def _take(self, batch: Batch, outer: Outer, peer: Peer, lines: list[bytes], items: dict[int, Item]) -> Accepted:
        header, stream = outer.header, outer.header.stream
        upto = self._cursor(batch.tx, stream, header.last)
        if header.first > upto + 1:
            return Accepted(peer.party, self._receipt(outer, upto, "gap", ()))
        self._check_epoch(batch.tx, stream, items)
        exceptions: list[ItemException] = []
        held = max(min(upto, header.last) - header.first + 1, 0)
        lacking: list[int] = []
        others: list[tuple[int, str]] = []
        if held:
            found, lacking, others = self._compare(batch.tx, stream, header.first, lines[:held], peer)
            exceptions += found
        # Below the cursor there is nothing new, unless a comparison found that a number is not there.
        new = [*lacking, *range(upto + 1, header.last + 1)]
        if not new:
            return Accepted(peer.party, self._receipt(outer, upto, "repeated", exceptions), repeated=held)
        for seq in new:
            if seq not in items:
                items[seq] = read_item(self._house, peer, stream, seq, lines[seq - header.first])
        self._check_agreement(header.channel, [items[seq] for seq in new])
        facts = FrameFacts(
            peer=peer.party,
            channel=header.channel,
            epoch=header.epoch,
            first=new[0],
            last=header.last,
            signature=outer.signature.hex(),
            others=tuple(others),
        )
        batch.append(entries.FRAME, entry_bytes(facts, outer.header_bytes))
        arrived = []
        for seq in new:
            came = self._arrivals.take(batch, peer, stream, items[seq])
            arrived.append(came)
            if came.exception:
                exceptions.append(ItemException(seq, came.exception))
        receipt = self._receipt(outer, max(upto, header.last), "stored", exceptions)
        return Accepted(peer.party, receipt, arrived, repeated=held - len(lacking))

    def _cursor(self, tx: Tx, stream: Stream, upto: int) -> int:
        """The highest number held of this stream; raises `FrameRefused` for what is new in an epoch that is over."""
        rows = tx.all(
            "SELECT epoch, last FROM exchange_streams WHERE direction = 'in' AND peer = :peer AND channel = :channel"
            " ORDER BY epoch DESC",
            peer=stream.from_,
            channel=stream.channel,
        )
        if not rows or stream.epoch > rows[0][0]:
            return 0
        last = int(dict(rows).get(stream.epoch, 0))
        if stream.epoch < rows[0][0] and upto > last and not self._was_put_back(tx, stream.from_):
            raise FrameRefused("epoch_over", epoch=rows[0][0])
        return last

    def _was_put_back(self, tx: Tx, peer: str) -> bool:
        """Whether this home forgot a part of a partner's streams: the end of an older epoch may be missing here."""
        notes = self._house.ledger.entries(tx, kinds=(PUT_BACK,))
        return any(peer in read_entry(body, PutBackFacts)[0].peers for _, body in notes)

    def _check_epoch(self, tx: Tx, stream: Stream, items: dict[int, Item]) -> None:
        """A new epoch begins on control, with its signed statement; the other channels follow it."""
        row = tx.one(
            "SELECT max(epoch) FROM exchange_streams WHERE direction = 'in' AND peer = :peer AND channel = 'control'",
            peer=stream.from_,
        )
        if stream.epoch <= max(row[0] or 1 if row else 1, 1):
            return
        message = items[1].message if stream.channel == "control" and 1 in items else None
        if not isinstance(message, Epoch) or message.epoch != stream.epoch:
            raise FrameRefused("epoch_not_stated")

    def _keep_fork(self, data: bytes, fork: "EpochForked") -> None:
        outer = read_outer(data, self._house.limits)
        peer = outer.header.from_
        with self._house.ledger.write() as batch:
            if batch.tx.one(
                "SELECT 1 FROM exchange_differences WHERE peer = :peer AND channel = 'control' AND epoch = :epoch"
                " AND seq = 1 AND code = 'forked'",
                peer=peer,
                epoch=fork.epoch,
            ):
                return
            facts = ForkedFacts(
                peer=peer,
                epoch=fork.epoch,
                header=base64.b64encode(outer.header_bytes).decode(),
                signature=base64.b64encode(outer.signature).decode(),
            )
            batch.append(FORKED, entry_bytes(facts, fork.held + b"\n" + fork.offered))

    def _check_agreement(self, channel: str, items: list[Item]) -> None:
        if channel == "control":
            return
        # The partner has adopted what this node has not yet: its queue waits, or every record would be in quarantine.
        if any(item.code == "agreement_unknown" for item in items):
            raise FrameRefused("agreement_unknown")
        # What may not leave at all is not taken in; each item asks for its own agreement alone.
        at = self._house.clock.now()
        for digest in {item.header.agreement.hash for item in items if item.header is not None}:
            agreement = self._house.in_force(digest)
            refusal = None if agreement is None else self._house.turned_away(agreement, at)
            if refusal is not None:
                raise FrameRefused(refusal.code)

    def _compare(
        self, tx: Tx, stream: Stream, first: int, lines: list[bytes], peer: Peer
    ) -> tuple[list[ItemException], list[int], list[tuple[int, str]]]:
        """What is held otherwise than it came now, numbers that the cursor covers but no row holds, other leaves."""
        rows = tx.all(
            "SELECT seq, leaf, state, digest, rid, rev, entry FROM exchange_in WHERE peer = :peer"
            " AND channel = :channel AND epoch = :epoch AND seq >= :first AND seq <= :last",
            peer=stream.from_,
            channel=stream.channel,
            epoch=stream.epoch,
            first=first,
            last=first + len(lines) - 1,
        )
        found = []
        others = []
        for seq, leaf, state, digest, rid, rev, entry in rows:
            line = lines[seq - first]
            came = leaf_hash(line)
            if came == bytes(leaf):
                continue
            others.append((seq, came.hex()))
            item = read_item(self._house, peer, stream, seq, line)
            if item.digest == bytes(digest).hex() and not item.code:
                continue  # the same payload, signed anew after its key was revoked
            if isinstance(item.message, Epoch) and seq == 1 and stream.epoch > 1:
                raise EpochForked(stream.epoch, read_entry(self._house.ledger.body(tx, entry), ReceivedFacts)[1], line)
            is_void = isinstance(item.void, Void) and state != "void"
            header = item.header
            # The answer to the first sending was lost, and the record was sealed anew in between.
            is_anew = header is not None and (self._house.vault.blind(header.rid), header.rev) == (bytes(rid), rev)
            found.append(ItemException(seq, "already_received" if is_void or is_anew else "number_taken"))
        there = {row[0] for row in rows}
        return found, [seq for seq in range(first, first + len(lines)) if seq not in there], others

    def _receipt(
        self, outer: Outer, upto: int, code: str, exceptions: list[ItemException] | tuple[ItemException, ...]
    ) -> Receipt:
        header = outer.header
        return Receipt(
            by=self._house.party,
            stream=header.stream,
            upto=upto,
            first=header.first,
            last=header.last,
            root=header.root,
            frame=outer.digest,
            code=code,
            exceptions=tuple(exceptions),
            at=self._house.now(),
        )

    def _refuse(self, data: bytes, refused: FrameRefused) -> bytes:
        house = self._house
        sender, channel, keys = "", "", house.keys
        digest = frame_digest(data)
        try:
            outer = read_outer(data, house.limits)
            digest, channel = outer.digest, outer.header.channel
            with house.ledger.read() as tx:
                known = self._peers.find(tx, outer.header.from_)
                if known is not None:
                    sender, keys = known.party, keys_towards(house, tx, known.party)
        except FrameRefused:
            pass
        # A sender or channel that nobody knows must not grow the table of counts.
        house.tally.refused[sender, channel if channel in CHANNELS else "", refused.code] += 1
        if sender and refused.code == "frame_other_key":
            house.tally.other_key[sender] = house.clock.now()
        epoch = refused.params.get("epoch")
        refusal = Refusal(
            by=house.party,
            realm=house.realm,
            frame=digest,
            code=refused.code,
            params=refused.params,
            epoch=epoch if isinstance(epoch, int) else None,
            at=house.now(),
        )
        return write_refusal(keys, refusal)
