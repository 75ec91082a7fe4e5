"""The bits inside AIS messages (ITU-R M.1371-5): packing, positions in columns, static reports one by one.

Position reports of classes A and B are nearly everything a coast hears; they are collected as packed bytes and cut into
columns with numpy, all at once. The rare ones (SAR aircraft, extended class B, long range) and the static reports are
read one by one from one large integer. pyais decodes the same bits in the tests and must agree.
"""

import binascii
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from haemaru.surveillance.fixes import MISSING
from haemaru.surveillance.statics import Static

# The least number of bits, counted in whole characters, a message of each type needs to be whole.
LEAST_BITS = {
    **dict.fromkeys((1, 2, 3, 4, 9, 11, 18, 22), 168),
    **dict.fromkeys((15, 16), 88),
    **dict.fromkeys((6, 7, 10, 12, 13, 20), 72),
    **dict.fromkeys((8, 14, 25, 26), 40),
    5: 420,
    17: 80,
    19: 312,
    21: 272,
    23: 160,
    24: 160,
    27: 96,
}
CLASS_A, CLASS_B = frozenset((1, 2, 3)), 18
RARE_POSITIONS = frozenset((9, 19, 27))
STATICS = frozenset((5, 19, 24))
PACKED_BYTES = 21  # 168 bits, one slot

_NO_LON, _NO_LAT = 181 * 600_000, 91 * 600_000
_FURTHEST_LON, _FURTHEST_LAT = 180 * 600_000, 90 * 600_000
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_ARMOUR = bytes(value + (48 if value < 40 else 56) for value in range(64))
_TO_BASE64 = bytes.maketrans(_ARMOUR, _BASE64)
_SIX_BIT = "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_ !\"#$%&'()*+,-./0123456789:;<=>?"


def pack(payload: bytes) -> bytes:
    """The six-bit characters of a payload as plain bytes, filled up with zero bits.

    >>> pack(b"15RTgt0PAso;90TKcjM8h6g208CQ").hex()[:10]
    '045629770'
    """
    return binascii.a2b_base64(payload.translate(_TO_BASE64) + b"AAA"[: -len(payload) % 4])


class Fields(NamedTuple):
    """Where the columns of a position report stand: first bit and length of each."""

    sog: int
    lon: int
    lat: int
    cog: int


_A = Fields(50, 61, 89, 116)
_B = Fields(46, 57, 85, 112)


def _column(rows: npt.NDArray[np.uint8], start: int, length: int) -> npt.NDArray[np.int64]:
    """The `length` bits from `start` of each packed row, unsigned."""
    first, last = start // 8, (start + length - 1) // 8
    value = np.zeros(len(rows), dtype=np.int64)
    for byte in range(first, last + 1):
        value = (value << 8) | rows[:, byte]
    return (value >> (8 * (last + 1) - start - length)) & ((1 << length) - 1)


def _signed(value: npt.NDArray[np.int64], length: int) -> npt.NDArray[np.int64]:
    return value - ((value >> (length - 1)) << length)


def columns(packed: bytes, class_b: bool) -> dict[str, npt.NDArray[np.int64]]:
    """mmsi, lat, lon, sog and cog of packed reports of one class, as they were sent, missing values marked."""
    rows = np.frombuffer(packed, dtype=np.uint8).reshape(-1, PACKED_BYTES)
    at = _B if class_b else _A
    sog, cog = _column(rows, at.sog, 10), _column(rows, at.cog, 12)
    return {
        "mmsi": _column(rows, 8, 30),
        "lat": _signed(_column(rows, at.lat, 27), 27),
        "lon": _signed(_column(rows, at.lon, 28), 28),
        "sog": np.where(sog == 1023, MISSING, sog),
        "cog": np.where(cog >= 3600, MISSING, cog),
    }


def usable(lat: npt.NDArray[np.int64], lon: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Which positions are on the globe: 91 and 181 degrees mean "not available", anything else beyond is nonsense."""
    on_globe: npt.NDArray[np.bool_] = (np.abs(lat) <= _FURTHEST_LAT) & (np.abs(lon) <= _FURTHEST_LON)
    return on_globe


class Bits:
    """One message as a row of bits, read by position."""

    def __init__(self, packed: bytes) -> None:
        self._value = int.from_bytes(packed, "big")
        self._size = 8 * len(packed)

    def number(self, start: int, length: int) -> int:
        """An unsigned number; bits beyond the end are zero."""
        shift = self._size - start - length
        value = self._value >> shift if shift >= 0 else self._value << -shift
        return value & ((1 << length) - 1)

    def signed(self, start: int, length: int) -> int:
        """A two's complement number."""
        value = self.number(start, length)
        return value - (1 << length) if value >> (length - 1) else value

    def text(self, start: int, characters: int) -> str | None:
        """Six-bit text up to the first "@", without blanks around it; None where nothing is left."""
        whole = "".join(_SIX_BIT[self.number(start + 6 * at, 6)] for at in range(characters))
        return whole.split("@", 1)[0].strip() or None


def rare_position(kind: int, bits: Bits) -> tuple[int, int, int, int] | None:
    """lat, lon, sog and cog of a type 9, 19 or 27, in the units of fixes; None where it has no position."""
    if kind == 27:  # whole knots and degrees, position in tenths of a minute
        lat, lon = bits.signed(62, 17) * 1000, bits.signed(44, 18) * 1000
        knots, degrees = bits.number(79, 6), bits.number(85, 9)
        sog = MISSING if knots == 63 else knots * 10
        cog = MISSING if degrees >= 360 else degrees * 10
    else:
        at = _B if kind == 19 else Fields(50, 61, 89, 116)
        lat, lon = bits.signed(at.lat, 27), bits.signed(at.lon, 28)
        sog, cog = bits.number(at.sog, 10), bits.number(at.cog, 12)
        sog = MISSING if sog == 1023 else sog * 10 if kind == 9 else sog  # an aircraft tells whole knots
        cog = MISSING if cog >= 3600 else cog
    if abs(lat) > _FURTHEST_LAT or abs(lon) > _FURTHEST_LON:
        return None
    return lat, lon, sog, cog


def static(kind: int, mmsi: int, bits: Bits, at: int | None, doubtful: tuple[str, ...] = ()) -> Static | None:
    """The static report in a type 5, 19 or 24; None where a type 24 has an unknown part."""
    if kind == 5:
        length, beam = _size(bits, 240)
        return Static(
            mmsi,
            at,
            name=bits.text(112, 20),
            imo=bits.number(40, 30) or None,
            call_sign=bits.text(70, 7),
            ship_type=bits.number(232, 8) or None,
            destination=bits.text(302, 20),
            draught_dm=bits.number(294, 8) or None,
            doubtful=doubtful,
            length_m=length,
            beam_m=beam,
        )
    if kind == 19:
        length, beam = _size(bits, 271)
        return Static(
            mmsi, at, name=bits.text(143, 20), ship_type=bits.number(263, 8) or None, length_m=length, beam_m=beam
        )
    part = bits.number(38, 2)
    if part == 0:
        return Static(mmsi, at, name=bits.text(40, 20))
    if part != 1:
        return None
    # A craft (98...) tells her mother ship where others tell their size.
    length, beam = (None, None) if mmsi // 10_000_000 == 98 else _size(bits, 132)
    ship_type = bits.number(40, 8) or None
    return Static(mmsi, at, call_sign=bits.text(90, 7), ship_type=ship_type, length_m=length, beam_m=beam)


def _size(bits: Bits, start: int) -> tuple[int | None, int | None]:
    length = bits.number(start, 9) + bits.number(start + 9, 9)
    beam = bits.number(start + 18, 6) + bits.number(start + 24, 6)
    return length or None, beam or None
