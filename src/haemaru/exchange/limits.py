"""How large anything from outside may be; each limit is checked before the work that it protects."""

from dataclasses import dataclass
from typing import Annotated

import msgspec

Whole = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
"""A number that somebody else wrote: one that every reader of JSON and every database holds as it is."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The sizes a node accepts; both sides ship the same defaults (PROTOCOL.md, section 9)."""

    header_bytes: int = 4_096
    """The clear header of a frame."""
    frame_bytes: int = 8 * 1024 * 1024
    """A frame as it travels, header included."""
    plain_bytes: int = 32 * 1024 * 1024
    """The lines of a frame after decompression."""
    rows: int = 1_000
    """Items in one frame."""
    item_bytes: int = 6 * 1024 * 1024
    """One line of a frame."""
    position_rows: int = 50_000
    """Rows in one batch of positions."""
    receipt_bytes: int = 512 * 1024
    """A receipt or a refusal."""
    courier_bytes: int = 2 * 1024 * 1024 * 1024
    """A courier file."""


LIMITS = Limits()
