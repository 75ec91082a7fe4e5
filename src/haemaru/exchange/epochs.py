"""Streams that begin anew: after a restored backup or a lost key, or when numbers were given twice.

`reopen` opens the next epoch of all streams towards a partner. Its first item is its signed statement, on control; what
has no receipt is numbered again from 1, under its old signature. The receiver takes other channels of an epoch
only after its statement, and refuses a second, different statement of the same epoch; both are kept as evidence.

A home that was put back to an older state would give numbers a second time. It says nothing more on its streams until
they are opened anew: when it knows that it was restored (`put_back`), or as soon as a partner's answer shows it.
"""

import msgspec

from haemaru.exchange import entries
from haemaru.exchange.comparison import PUT_BACK, PutBackFacts
from haemaru.exchange.entries import ReopenedFacts, SealedFacts, entry_bytes, read_entry
from haemaru.exchange.house import Heard, House
from haemaru.exchange.introducing import keys_towards
from haemaru.exchange.messages import Epoch, Message
from haemaru.exchange.outbox import Outbox
from haemaru.exchange.peers import Peer, PeerBook
from haemaru.ledger import Batch
from haemaru.ledger.notes import read_checkpoint
from haemaru.records import CHANNELS
from haemaru.storage import Tx


class Epochs:
    """Opens epochs, and knows which of a partner's are stated."""

    def __init__(self, house: House, peers: PeerBook, outbox: Outbox) -> None:
        self._house = house
        self._peers = peers
        self._outbox = outbox
        self._seen: dict[str, int] = {}
        house.hears[Epoch] = self._stated
        with house.ledger.read() as tx:
            for (peer,) in tx.all("SELECT peer FROM exchange_put_back"):
                self._stop(peer, "home_restored")

    def reopen(self, peer: str, reason: str = "restored") -> int:
        """Opens the next epoch: its statement first, then everything that has no receipt, numbered again."""
        house = self._house
        with house.ledger.write() as batch:
            tx = batch.tx
            self._peers.get(tx, peer)
            row = tx.one("SELECT max(epoch) FROM exchange_streams WHERE direction = 'out' AND peer = :peer", peer=peer)
            newest = row[0] if row else 1
            epoch = max(newest, self._seen.get(peer, 0)) + 1
            # In an epoch before the newest nothing waits: what stands there beyond a gap came back from the partner.
            waiting = tx.all(
                "SELECT o.entry, o.channel FROM exchange_out o JOIN exchange_streams s ON s.direction = 'out'"
                " AND s.peer = o.peer AND s.channel = o.channel AND s.epoch = o.epoch"
                " WHERE o.peer = :peer AND o.epoch = :newest AND o.seq > s.acked"
                " AND (o.state = 'sealed' OR (o.state = 'delivered' AND o.void_entry < 0)) ORDER BY o.epoch, o.seq",
                peer=peer,
                newest=newest,
            )
            # A partner that has not taken in the newest keys yet must be able to believe the statement.
            keys = keys_towards(house, tx, peer)
            batch.append(entries.REOPENED, entry_bytes(ReopenedFacts(peer=peer, epoch=epoch)))
            size, root = self._agreed(tx, peer)
            message = Epoch(**house.head(peer), epoch=epoch, size=size, root=root, reason=reason)
            self._outbox.send_message(batch, peer, message, keys=keys)
            for entry, _ in waiting:
                facts, envelope = read_entry(house.ledger.body(tx, entry), SealedFacts)
                self._outbox.append(batch, msgspec.structs.replace(facts, epoch=0, seq=0), envelope)
            batch.after_commit(lambda: self._go_on(peer))
        return epoch

    def put_back(self) -> None:
        """Notes that this home was put back: nothing leaves towards any partner before its streams are reopened."""
        with self._house.ledger.write() as batch:
            peers = tuple(row[0] for row in batch.tx.all("SELECT party FROM exchange_peers ORDER BY party"))
            if peers:
                batch.append(PUT_BACK, entry_bytes(PutBackFacts(peers=peers)))
        for peer in peers:
            self._stop(peer, "home_restored")

    def remember(self, peer: str, epoch: int | None, code: str = "") -> None:
        """Notes an epoch that a partner is already in, so that `reopen` goes beyond it; a forked one stops all."""
        if epoch is not None:
            self._seen[peer] = max(epoch, self._seen.get(peer, 0))
        if code == "epoch_forked":
            self._stop(peer, code)

    def _stop(self, peer: str, code: str) -> None:
        for channel in CHANNELS:
            self._house.tally.alarms[peer, channel] = code

    def _go_on(self, peer: str) -> None:
        for channel in CHANNELS:
            self._house.tally.alarms.pop((peer, channel), None)

    def _agreed(self, tx: Tx, peer: str) -> tuple[int, str]:
        """Size and root of the last own checkpoint under which the partner's signature is still held."""
        size = self._house.ledger.countersigned(tx, peer)
        row = tx.one("SELECT note FROM checkpoint WHERE size = :size", size=size) if size else None
        return (0, "") if row is None else (size, read_checkpoint(bytes(row[0])).root.hex())

    def _stated(self, batch: Batch, peer: Peer, message: Message) -> Heard:
        # What a statement changes is which frames are taken in (`Inbox`); it stands in the ledger like every item.
        for channel in CHANNELS:
            self._house.tally.behind.pop((peer.party, channel), None)
        return Heard()
