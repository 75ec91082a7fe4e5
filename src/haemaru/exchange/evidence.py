"""What proves who sent what: a portable pack of every number on which two nodes do not agree.

For an item that arrived: its line, its leaf, the path to the root, and the frame header that its sender signed. For an
item that was sent: its line and the receipt by which the partner signed for it. Beside them the signed control messages
in which the partner told its digests. The pack is one envelope, signed by the node that made it, and holds the
contents in clear: it is for the two parties and whoever they show it to.
"""

import base64
from typing import Any

import msgspec

from haemaru.exchange import entries
from haemaru.exchange.comparison import ForkedFacts
from haemaru.exchange.entries import FrameFacts, ReceiptFacts, ReceivedFacts, SealedFacts, VoidFacts, read_entry
from haemaru.exchange.envelope import number, write_envelope
from haemaru.exchange.frame import FrameHeader
from haemaru.exchange.house import House
from haemaru.exchange.messages import Line
from haemaru.exchange.peers import PeerBook
from haemaru.ledger.merkle import inclusion_proof, leaf_hash, root_of
from haemaru.storage import Tx
from haemaru.wording import Fault

EVIDENCE_TYPE = "application/vnd.haemaru.evidence.v1+json"
_MESSAGES = 20


class Evidence:
    """Gathers proofs from one node's ledger."""

    def __init__(self, house: House, peers: PeerBook) -> None:
        self._house = house
        self._peers = peers

    def pack(self, peer: str) -> bytes:
        """The signed pack about a partner; raises `Fault("nothing_differs")` where there is nothing to show."""
        house = self._house
        with house.ledger.read() as tx:
            known = self._peers.get(tx, peer)
            rows = tx.all(
                "SELECT asker, channel, epoch, seq, code, entry FROM exchange_differences WHERE peer = :peer"
                " AND code IN ('altered', 'forked') ORDER BY asker, channel, epoch, seq",
                peer=peer,
            )
            if not rows:
                raise Fault("nothing_differs", peer, party=peer)
            content = {
                "v": 1,
                "by": house.party,
                "about": peer,
                "realm": house.realm,
                "made": house.now(),
                "keys": {house.party: house.keys.keyid, peer: known.public.keyid},
                "items": [self._item(tx, peer, *row) for row in rows],
                "messages": self._messages(tx, peer),
            }
        return write_envelope(house.keys, EVIDENCE_TYPE, msgspec.json.encode(content))

    def frames(self, tx: Tx, peer: str) -> list[tuple[FrameFacts, bytes]]:
        """The frames of a partner: where each belongs, and its header."""
        found = (read_entry(body, FrameFacts) for _, body in self._house.ledger.entries(tx, kinds=(entries.FRAME,)))
        return [(facts, header) for facts, header in found if facts.peer == peer]

    def arrived(
        self, tx: Tx, peer: str, channel: str, epoch: int, seq: int, frames: list[tuple[FrameFacts, bytes]]
    ) -> Line | None:
        """An item of a partner's stream with what proves that it sent it; None where the number is not held."""
        row = tx.one(
            "SELECT entry, state, digest, leaf, kind FROM exchange_in WHERE peer = :peer AND channel = :channel"
            " AND epoch = :epoch AND seq = :seq",
            peer=peer,
            channel=channel,
            epoch=epoch,
            seq=seq,
        )
        if row is None:
            return None
        entry, state, digest, leaf, _ = row
        line: bytes | None = None
        if state != "erased":
            facts, content = read_entry(self._house.ledger.body(tx, entry), ReceivedFacts)
            line = content if not facts.spool and leaf_hash(content) == bytes(leaf) else None
        header, signature, path = self._proof(tx, frames, (peer, channel, epoch, seq), bytes(leaf))
        return Line(
            channel=channel,
            epoch=epoch,
            seq=seq,
            line=None if line is None else line.decode(),
            digest=bytes(digest).hex(),
            leaf=bytes(leaf).hex(),
            header=header,
            signature=signature,
            path=path,
        )

    def _item(self, tx: Tx, peer: str, asker: str, channel: str, epoch: int, seq: int, code: str, entry: int) -> Any:
        item: dict[str, Any] = {"code": code, "channel": channel, "epoch": epoch, "seq": seq}
        if code == "forked":
            facts, content = read_entry(self._house.ledger.body(tx, entry), ForkedFacts)
            lines = content.decode().split("\n")
            return item | {"lines": lines, "header": facts.header, "signature": facts.signature}
        if asker == "peer":
            found = self.arrived(tx, peer, channel, epoch, seq, self.frames(tx, peer))
            return item | {"direction": "in", "arrived": msgspec.to_builtins(found)}
        return item | {"direction": "out", **self.sent(tx, peer, channel, epoch, seq)}

    def sent(self, tx: Tx, peer: str, channel: str, epoch: int, seq: int) -> dict[str, Any]:
        """An item of an own stream, and the receipt with which the partner signed for it."""
        place = {"peer": peer, "channel": channel, "epoch": epoch, "seq": seq}
        row = tx.one(
            "SELECT entry, void_entry, digest, state FROM exchange_out WHERE peer = :peer AND channel = :channel"
            " AND epoch = :epoch AND seq = :seq",
            **place,
        )
        if row is None:
            return {"line": None, "leaf": None, "digest": None, "receipt": None}
        ledger = self._house.ledger
        envelope, is_whole = b"", False
        if row[3] == "erased":
            pass  # what is left are the number, the digest and the receipt for it
        elif row[1] >= 0:
            envelope, is_whole = read_entry(ledger.body(tx, row[1]), VoidFacts)[1], True
        else:
            facts, envelope = read_entry(ledger.body(tx, row[0]), SealedFacts)
            is_whole = not facts.spool
        receipt = None
        for _, body in ledger.entries(tx, kinds=(entries.RECEIPT,)):
            moved, content = read_entry(body, ReceiptFacts)
            if (moved.peer, moved.channel, moved.epoch) == (peer, channel, epoch) and moved.upto >= seq:
                receipt = content.decode()
                break
        line = number(envelope, seq) if is_whole else None
        return {
            "line": None if line is None else line.decode(),
            "leaf": None if line is None else leaf_hash(line).hex(),
            "digest": bytes(row[2]).hex(),
            "receipt": receipt,
        }

    def _proof(
        self, tx: Tx, frames: list[tuple[FrameFacts, bytes]], place: tuple[str, str, int, int], leaf: bytes
    ) -> tuple[str, str, tuple[str, ...]]:
        """The signed header of the frame that brought an item, and the path from its leaf to the root there."""
        peer, channel, epoch, seq = place
        for facts, header in frames:
            if (facts.channel, facts.epoch) != (channel, epoch) or not facts.first <= seq <= facts.last:
                continue
            named = msgspec.json.decode(header, type=FrameHeader)
            others = {number: bytes.fromhex(other) for number, other in facts.others}
            leaves = [
                others.get(row[0], bytes(row[1]))
                for row in tx.all(
                    "SELECT seq, leaf FROM exchange_in WHERE peer = :peer AND channel = :channel AND epoch = :epoch"
                    " AND seq >= :first AND seq <= :last ORDER BY seq",
                    peer=peer,
                    channel=channel,
                    epoch=epoch,
                    first=named.first,
                    last=named.last,
                )
            ]
            at = seq - named.first
            is_whole = len(leaves) == named.count and leaves[at] == leaf and root_of(leaves).hex() == named.root
            path = (
                inclusion_proof(at, len(leaves), lambda start, end: root_of(leaves[start:end])) if is_whole else []  # noqa: B023 - called at once
            )
            return (
                base64.b64encode(header).decode(),
                base64.b64encode(bytes.fromhex(facts.signature)).decode(),
                tuple(step.hex() for step in path),
            )
        return "", "", ()

    def _messages(self, tx: Tx, peer: str) -> list[str]:
        rows = tx.all(
            "SELECT entry FROM exchange_in WHERE peer = :peer AND channel = 'control'"
            " AND kind IN ('control.digest_answer', 'control.digest_found', 'control.epoch')"
            f" ORDER BY entry DESC LIMIT {_MESSAGES}",
            peer=peer,
        )
        return [read_entry(self._house.ledger.body(tx, row[0]), ReceivedFacts)[1].decode() for row in rows]
