"""Tells the time of every sentence in a stream, from the best source there is (see `times.QUALITIES`)."""

from typing import NamedTuple

from haemaru.surveillance import times
from haemaru.surveillance.feeds.ais_nmea.fragments import RECEIPT
from haemaru.surveillance.feeds.ais_nmea.sentence import Sentence
from haemaru.surveillance.feeds.ais_nmea.tags import NO_TAGS, Receipt, Tags, read_tail

# $PGHP lines wait for their sentence this many lines: in merged streams a few others come first.
_RECEIPT_LINES = 12
_MINUTE_MS = 60_000


class Origin(NamedTuple):
    """When and by whom a sentence was heard; `group` joins the parts of one message where something names it."""

    at: int | None
    quality: int
    station: bytes = b""
    group: bytes = b""
    together: int | None = None  # the xor of the checksums of all parts

    @property
    def exact(self) -> bool:
        """The time is that of this very sentence."""
        return self.quality in (times.STATION, times.TAG_BLOCK, times.TRAILING, times.RECEIVED)


class Clockwork:
    """Follows the times in one stream; `start` and `received` are used where the stream tells none."""

    def __init__(self, start: int | None) -> None:
        self._estimate = start
        self._second: int | None = None
        self._gps: int | None = None
        self._receipts: list[tuple[int, Receipt]] = []
        self._line = 0
        self._tags = NO_TAGS
        self._block: tuple[int, Origin] | None = None
        self.received: int | None = None

    def hear(self, what: Receipt | int | Tags | None) -> None:
        """Takes in a line that is no AIS sentence: the receipt of one to come, a GPS time, or tag blocks alone."""
        self._line += 1
        if isinstance(what, Receipt):
            self._receipts = [*self._receipts[-_RECEIPT_LINES:], (self._line, what)]
        elif isinstance(what, Tags):
            self._tags = what  # they belong to the next sentence
        elif what is not None:
            self._gps = what

    def origin(self, sentence: Sentence, tags: Tags) -> Origin:
        """When and by whom this sentence was heard."""
        self._line += 1
        if self._tags is not NO_TAGS:
            tags, self._tags = (tags if tags is not NO_TAGS else self._tags), NO_TAGS
        if sentence.number > 1 and self._block is not None and self._block[0] + 1 == self._line:
            # The parts of a message follow its receipt without anything in between.
            self._block = (self._line, self._block[1])
            return self._block[1]
        epoch, heard_by = read_tail(sentence.tail) if sentence.tail else (None, b"")
        station = tags.station or heard_by
        # A group whose places are not those of the parts joins something else.
        named = tags.group if tags.place == (sentence.number, sentence.total) else b""
        receipt = self._claim(sentence) if self._receipts else None
        if receipt is not None:
            group = named or b"%b%d" % (RECEIPT, self._line)
            told = receipt.checksum not in (b"", b"00")
            together = int(receipt.checksum, 16) if told else None
            origin = Origin(receipt.at, times.STATION, station or receipt.station, group, together)
            self._block = (self._line, origin)
            return origin
        if tags.at is not None:
            return Origin(tags.at, times.TAG_BLOCK, station, named)
        if epoch is not None:
            return Origin(epoch, times.TRAILING, station, named)
        if self._gps is not None:
            return Origin(self._gps, times.STREAM, station, named)
        if self._estimate is not None:
            return Origin(self._estimate, times.START, station, named)
        quality = times.UNTIMED if self.received is None else times.RECEIVED
        return Origin(self.received, quality, station, named)

    def _claim(self, sentence: Sentence) -> Receipt | None:
        """The receipt that belongs to this sentence, by its checksum or by standing right before it."""
        for place in range(len(self._receipts) - 1, -1, -1):
            line, receipt = self._receipts[place]
            if line + _RECEIPT_LINES < self._line:
                del self._receipts[: place + 1]
                return None
            next_line = line + 1 == self._line
            if receipt.checksum == sentence.checksum or (next_line and _may_own(receipt, sentence)):
                del self._receipts[place]
                return receipt
        return None

    def tick(self, second: int) -> int | None:
        """Moves an estimated time on by the second in a position report; the time of that report.

        The first report stands at the start. A second that lies up to half a minute back is a late report.
        """
        if self._estimate is None or second > 59:
            return self._estimate
        if self._second is None:
            self._second = second
        ahead = (second - self._second) % 60 * 1000
        if ahead > _MINUTE_MS // 2:
            return self._estimate + ahead - _MINUTE_MS
        self._second = second
        self._estimate += ahead
        return self._estimate


def _may_own(receipt: Receipt, sentence: Sentence) -> bool:
    """Own-ship sentences have the number 00, and messages of several parts the xor of all their checksums."""
    return receipt.checksum in (b"", b"00") or (sentence.total > 1 and sentence.number == 1)
