"""Frames without a cable: a courier file holds every frame that waits for a partner, and receipts for what came."""

from collections.abc import Iterator
from typing import IO, Any

from haemaru.exchange.courier import read_courier, write_courier, write_parts
from haemaru.exchange.errors import FrameRefused, ReceiptRefused
from haemaru.exchange.frame import MAGIC, Stream, read_outer
from haemaru.exchange.house import House
from haemaru.exchange.inbox import Inbox
from haemaru.exchange.introducing import keys_towards
from haemaru.exchange.outbox import Outbox
from haemaru.exchange.peers import PeerBook
from haemaru.exchange.receipt import Receipt, Refusal, is_refusal, read_answer, write_receipt
from haemaru.exchange.sending import Sending
from haemaru.records import CHANNELS
from haemaru.wording import Fault


class Carrying:
    """Courier files of one node."""

    def __init__(self, house: House, peers: PeerBook, outbox: Outbox, sending: Sending, inbox: Inbox) -> None:
        self._house = house
        self._peers = peers
        self._outbox = outbox
        self._sending = sending
        self._inbox = inbox

    def export(self, peer: str) -> bytes:
        """The courier file for a partner."""
        return write_courier(self._parts(peer))

    def export_to(self, peer: str, out: IO[bytes]) -> int:
        """Writes the courier file for a partner, one frame in memory at a time; tells its size."""
        return write_parts(out, self._parts(peer))

    def take(self, source: bytes | IO[bytes], where: str, peer: str | None = None) -> dict[str, Any]:
        """Takes in a courier file, of `peer` only where one is named; what is already known is only counted."""
        report: dict[str, Any] = {"frames": 0, "stored": 0, "repeated": 0, "receipts": 0, "refused": {}}
        for part in read_courier(source, where, self._house.limits):
            if peer is not None and _sender(part) not in (peer, ""):
                report["refused"][_OTHER] = report["refused"].get(_OTHER, 0) + 1
            elif part.startswith(MAGIC):
                self._take_frame(part, report)
            else:
                self._take_receipt(part, report)
        return report

    def _parts(self, peer: str) -> Iterator[bytes]:
        """Receipts first, then the queue of each channel, the most urgent first."""
        yield from self._receipts(peer)
        for channel in CHANNELS:
            after: int | None = None
            while (frame := self._sending.next_frame(peer, channel, after=after, is_courier=True)) is not None:
                yield frame
                after = read_outer(frame).header.last

    def _receipts(self, peer: str) -> list[bytes]:
        house = self._house
        with house.ledger.read() as tx:
            self._peers.get(tx, peer)
            keys = keys_towards(house, tx, peer)
            rows = tx.all(
                "SELECT channel, epoch, last FROM exchange_streams WHERE direction = 'in' AND peer = :peer"
                " ORDER BY channel, epoch",
                peer=peer,
            )
        newest = {channel: (epoch, last) for channel, epoch, last in rows}
        return [
            write_receipt(
                keys,
                Receipt(
                    by=house.party,
                    stream=Stream(peer, house.party, house.realm, channel, epoch),
                    upto=last,
                    first=last + 1,
                    last=last,
                    root="",
                    frame="",
                    code="courier",
                    at=house.now(),
                ),
            )
            for channel, (epoch, last) in newest.items()
        ]

    def _take_frame(self, frame: bytes, report: dict[str, Any]) -> None:
        report["frames"] += 1
        answer = read_answer(self._inbox.accept(frame), None)
        if isinstance(answer, Refusal):
            report["refused"][answer.code] = report["refused"].get(answer.code, 0) + 1
        else:
            report[answer.code] = report.get(answer.code, 0) + 1

    def _take_receipt(self, part: bytes, report: dict[str, Any]) -> None:
        try:
            claimed = read_answer(part, None, self._house.limits)
            self._sending.take_receipt(claimed.by, part)
            report["receipts"] += not is_refusal(part)
        except ReceiptRefused as refused:
            report["refused"][refused.code] = report["refused"].get(refused.code, 0) + 1
        except Fault as fault:
            report["refused"][fault.code] = report["refused"].get(fault.code, 0) + 1


_OTHER = "courier_other_party"


def _sender(part: bytes) -> str:
    """Whose part it claims to be; empty where it cannot be read, which is refused later with a better reason."""
    try:
        return read_outer(part).header.from_ if part.startswith(MAGIC) else read_answer(part, None).by
    except (FrameRefused, ReceiptRefused):
        return ""
