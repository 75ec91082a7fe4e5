"""AIS sentences in, fixes and static reports out, and every line accounted for.

A line is split into tag blocks and sentence; what is no good is quarantined by code. Parts are put together, repeated
receptions of one transmission are merged, and the time comes from the best source in the stream. Two paths do this
with equal results: `scalar`, line by line, which needs nothing and starts at once; and `block`, compiled, for whoever
brings much at a time.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from haemaru.surveillance.compiled import cache_folder
from haemaru.surveillance.feeds.ais_nmea.scalar import ScalarDecoder
from haemaru.surveillance.fixes import Fixes
from haemaru.surveillance.statics import Static
from haemaru.surveillance.stats import Stats

if TYPE_CHECKING:
    from haemaru.surveillance.feeds.ais_nmea.block import BlockDecoder

# Loading compiled code takes a second or so, which fewer bytes are not worth.
_MUCH = 1 << 19


def _is_at_hand() -> bool:
    """Whether this machine has compiled the kernel before: compiling takes longer than a live stream should wait."""
    try:
        folder = cache_folder(Path(__file__).parent / "kernel", version("numba"))
    except PackageNotFoundError:
        return False
    return folder is not None and any(folder.rglob("follow.follow-*.nbc"))


class AisDecoder:
    """Decodes one stream of AIS lines, however it is cut into calls."""

    def __init__(
        self, start: datetime | None = None, classes: Mapping[int, int] | None = None, lasting: bool = False
    ) -> None:
        """`start` is used where the stream tells no time; `classes` are vessel classes known from before.

        A `lasting` stream, such as a live one, takes the compiled path from the beginning where its code is at hand.
        """
        self._start, self._classes = start, classes
        self._path: ScalarDecoder | BlockDecoder = ScalarDecoder(start, classes)
        self._begun = False
        self._lasting = lasting

    @property
    def stats(self) -> Stats:
        """The counts so far."""
        return self._path.stats

    def take_statics(self) -> list[Static]:
        """The static reports since the last call, duplicates left out."""
        return self._path.take_statics()

    def forget_statics(self) -> None:
        """Spares whoever wants positions only to have the static reports made."""
        self._path.forget_statics()

    def feed(self, lines: Iterable[bytes], received: int | None = None) -> Fixes:
        """Decodes lines; the fixes of this batch in the order of time. `received` is now, where a live stream is read.

        >>> decoder = AisDecoder()
        >>> len(decoder.feed([b"!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A"], received=1_700_000_000_000))
        1
        """
        return self.feed_block(b"\n".join(lines), received)

    def feed_block(self, data: bytes, received: int | None = None) -> Fixes:
        """Decodes whole lines that stand in one piece."""
        if not self._begun and (len(data) >= _MUCH or (self._lasting and _is_at_hand())) and find_spec("numba"):
            from haemaru.surveillance.feeds.ais_nmea.block import BlockDecoder

            self._path = BlockDecoder(self._start, self._classes)
        self._begun = True
        return self._path.feed_block(data, received)


class AisNmea:
    """The feed `ais_nmea`."""

    name = "ais_nmea"

    def recognises(self, first_line: bytes) -> bool:
        """Any file may hold AIS sentences somewhere, so this feed refuses none."""
        return True

    def decoder(self, start: datetime | None, classes: Mapping[int, int]) -> AisDecoder:
        """A decoder for one stream."""
        return AisDecoder(start, classes)
