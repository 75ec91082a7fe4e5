"""Each side keeps the other's ledger honest: a checkpoint, a proof that it only grew, and a signature in return.

A node offers its checkpoint after so many records or so much time, on the control channel, and waits for the answer
before it offers the next. The partner checks the proof against what it countersigned last. A fork is refused, the
contradicting notes are kept as a portable proof, and both consoles show it.
"""

from haemaru.clock import to_ms
from haemaru.exchange import entries
from haemaru.exchange.entries import OfferedFacts, entry_bytes
from haemaru.exchange.house import Heard, House
from haemaru.exchange.messages import Checkpoint, Countersignature, Message
from haemaru.exchange.outbox import Outbox
from haemaru.exchange.peers import Peer, PeerBook
from haemaru.ledger import Batch, read_checkpoint
from haemaru.ledger.notes import is_countersigned_by, is_signed_by, origin_of
from haemaru.signing import PublicKeys
from haemaru.storage import Tx
from haemaru.wording import Fault


class Witness:
    """Offers checkpoints, and answers those of partners."""

    def __init__(self, house: House, peers: PeerBook, outbox: Outbox) -> None:
        self._house = house
        self._peers = peers
        self._outbox = outbox
        house.hears[Checkpoint] = self._countersign
        house.hears[Countersignature] = self._keep

    def offer(self, *, force: bool = False) -> list[str]:
        """Offers a checkpoint to every partner to whom one is due, and names them; `force` asks for all."""
        with self._house.ledger.read() as tx:
            due = [peer.party for peer in self._peers.all(tx) if self._is_due(tx, peer.party, force)]
        if not due:
            return []
        with self._house.ledger.write() as batch:
            checkpoint = self._house.ledger.checkpoint(batch)
            for peer in due:
                self._offer(batch, peer, checkpoint.note, checkpoint.size)
        return due

    def _is_due(self, tx: Tx, peer: str, force: bool) -> bool:
        settings = self._house.settings
        row = tx.one("SELECT offered, countersigned, code, at_ms FROM exchange_witness WHERE peer = :peer", peer=peer)
        if row is None:
            return False
        offered, countersigned, code, at_ms = row
        if code or offered > countersigned:
            return False
        if force:
            return True
        # Only what this partner sent, or gets a number for, is a reason: the rhythm of the offers must not tell of
        # records that were withheld from it. Control messages are none: each checkpoint would be one for the next.
        new = 0
        for table in ("exchange_in", "exchange_out"):
            found = tx.one(
                f"SELECT count(*) FROM {table} WHERE peer = :peer AND entry >= :size AND channel <> 'control'",
                peer=peer,
                size=offered,
            )
            new += found[0] if found else 0
        waited = to_ms(self._house.clock.now()) - at_ms
        return new >= settings.checkpoint_entries or (
            new > 0 and waited >= settings.checkpoint_after.total_seconds() * 1000
        )

    def _offer(self, batch: Batch, peer: str, note: bytes, size: int) -> None:
        house = self._house
        row = batch.tx.one("SELECT countersigned FROM exchange_witness WHERE peer = :peer", peer=peer)
        old = row[0] if row else 0
        message = Checkpoint(
            id=house.ids.new(),
            realm=house.realm,
            from_=house.party,
            to=peer,
            created=house.now(),
            checkpoint=note.decode(),
            old_size=old,
            proof=tuple(step.hex() for step in house.ledger.consistency(old, size)),
        )
        batch.append(entries.OFFERED, entry_bytes(OfferedFacts(peer=peer, size=size)))
        self._outbox.send_message(batch, peer, message)

    def _countersign(self, batch: Batch, peer: Peer, message: Message) -> Heard:
        assert isinstance(message, Checkpoint)  # noqa: S101 - registered for this type
        house = self._house
        note, code, size = "", "", 0
        try:
            proof = [bytes.fromhex(step) for step in message.proof]
            offered = message.checkpoint.encode()
            public = _signer(peer, offered)
            note = house.ledger.accept_partner_checkpoint(batch, peer.party, public, offered, proof).decode()
            size = int(note.split("\n", 2)[1])
        except Fault as fault:
            code = fault.code
        except ValueError:
            code = "checkpoint_unreadable"
        answer = Countersignature(
            id=house.ids.new(),
            realm=house.realm,
            from_=house.party,
            to=peer.party,
            created=house.now(),
            size=size,
            checkpoint=note or None,
            refused=code or None,
        )
        self._outbox.send_message(batch, peer.party, answer)
        return Heard(code, size)

    def _keep(self, batch: Batch, peer: Peer, message: Message) -> Heard:
        assert isinstance(message, Countersignature)  # noqa: S101 - registered for this type
        house = self._house
        code = message.refused or "countersignature_missing"
        if message.checkpoint is not None:
            try:
                note = message.checkpoint.encode()
                public = _countersigner(peer, house.realm, note)
                house.ledger.store_countersignature(batch, peer.party, public, message.size, note)
                return Heard("", message.size)
            except Fault as fault:
                code = fault.code
        return Heard(code)


def _signer(peer: Peer, note: bytes) -> PublicKeys:
    """The key of the partner that signed the note: one sealed before a rotation arrives under the earlier key."""
    checkpoint = read_checkpoint(note)
    return next((public for public in peer.keys if is_signed_by(checkpoint, public)), peer.public)


def _countersigner(peer: Peer, realm: str, note: bytes) -> PublicKeys:
    checkpoint, name = read_checkpoint(note), origin_of(realm, peer.party)
    return next((public for public in peer.keys if is_countersigned_by(checkpoint, name, public)), peer.public)
