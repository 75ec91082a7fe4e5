"""What every feed brings: a folder with `feed.toml`, `parse.py` and a sample, and a decoder that keeps these promises.

A new source (radar, a port's system) is one new folder and one line in `FEEDS`. Its decoder takes lines, however they
are cut into calls, gives fixes and static reports, and counts everything: what it cannot read is quarantined by a code
and never stops it.
"""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import msgspec

from haemaru.surveillance.fixes import Fixes
from haemaru.surveillance.statics import Static
from haemaru.surveillance.stats import Stats
from haemaru.wording import Bilingual


class Decoder(Protocol):
    """Decodes one stream of one feed."""

    @property
    def stats(self) -> Stats:
        """The counts so far."""
        ...

    def feed(self, lines: Iterable[bytes], received: int | None = None) -> Fixes:
        """The fixes in these lines; `received` is now in UTC ms, where the stream is live."""
        ...

    def feed_block(self, data: bytes, received: int | None = None) -> Fixes:
        """The same for lines that stand in one piece."""
        ...

    def take_statics(self) -> list[Static]:
        """The static reports since the last call."""
        ...

    def forget_statics(self) -> None:
        """Spares whoever wants positions only to have the static reports made."""
        ...


class Feed(Protocol):
    """Makes decoders for one sort of source and recognises its files."""

    name: str

    def recognises(self, first_line: bytes) -> bool:
        """Whether a file that begins so is of this feed."""
        ...

    def decoder(self, start: datetime | None, classes: Mapping[int, int]) -> Decoder:
        """A decoder for one stream."""
        ...


class Sample(msgspec.Struct, frozen=True):
    """The sample of a feed and what must come out of it."""

    file: str
    start: datetime | None = None
    positions: int = 0
    vessels: int = 0
    quarantined: dict[str, int] = {}


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `feed.toml` says about a feed: its name, what it reads, its legal basis and its sample."""

    id: str
    title: Bilingual
    reads: Bilingual
    legal_basis: Bilingual
    times: list[str]
    sample: Sample
    needs_basis: bool = False
    """Whether rows leave only where the officer states on which legal basis they may be used."""


def manifest(feed: str) -> Manifest:
    """The manifest of the feed in the folder of this name."""
    data: dict[str, Any] = tomllib.loads((Path(__file__).parent / feed / "feed.toml").read_text("utf-8"))
    return msgspec.convert(data, Manifest)
