"""Frames without a cable: a courier file holds every frame that waits for a partner, and receipts for what came."""

from typing import Any

from haemaru.exchange.courier import read_courier, write_courier
from haemaru.exchange.errors import ReceiptRefused
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
        """The courier file for a partner: receipts first, then the queue of each channel, the most urgent first."""
        parts = self._receipts(peer)
        for channel in CHANNELS:
            after: int | None = None
            while (frame := self._sending.next_frame(peer, channel, after=after, is_courier=True)) is not None:
                parts.append(frame)
                after = read_outer(frame).header.last
        return write_courier(parts)

    def take(self, data: bytes, where: str) -> dict[str, Any]:
        """Takes in a courier file; what is already known is only counted."""
        report: dict[str, Any] = {"frames": 0, "stored": 0, "repeated": 0, "receipts": 0, "refused": {}}
        for part in read_courier(data, where, self._house.limits):
            if part.startswith(MAGIC):
                self._take_frame(part, report)
            else:
                self._take_receipt(part, report)
        return report

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
