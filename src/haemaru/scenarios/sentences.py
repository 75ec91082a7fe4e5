"""AIS sentences as a shore station writes them: `!AIVDM` lines behind a tag block with station and receive time.

Position reports (types 1 and 18) are packed here because a world sends hundreds of thousands of them; the rare
static reports (types 5 and 24) are packed by pyais. A test decodes both with pyais.
"""

from functools import reduce
from operator import xor

from pyais import encode_dict

_ARMOUR = bytes(value + (48 if value < 40 else 56) for value in range(64))  # ITU-R M.1371 six-bit alphabet
_NO_HEADING = 511
_SHIFTS = range(162, -6, -6)


def checksum(text: bytes) -> int:
    """The NMEA checksum: all bytes between the start mark and the star, xored."""
    return reduce(xor, text, 0)


def _line(channel: bytes, bits: int) -> bytes:
    payload = bytes(_ARMOUR[bits >> shift & 63] for shift in _SHIFTS)
    text = b"AIVDM,1,1,," + channel + b"," + payload + b",0"
    return b"!%b*%02X" % (text, checksum(text))


def _spot(lon: float, lat: float) -> int:
    return (round(lon * 600_000) & 0xFFFFFFF) << 27 | round(lat * 600_000) & 0x7FFFFFF


def position_a(mmsi: int, where: tuple[float, float], knots: float, course: float, status: int, second: int) -> bytes:
    """A class A position report, type 1: 168 bits, rate of turn not available."""
    bits = 1 << 2
    bits = bits << 30 | mmsi
    bits = bits << 4 | status
    bits = bits << 8 | 0x80
    bits = bits << 10 | round(knots * 10)
    bits = bits << 1
    bits = bits << 55 | _spot(*where)
    bits = bits << 12 | round(course * 10) % 3600
    bits = bits << 9 | round(course) % 360
    bits = bits << 6 | second
    return _line(b"A" if mmsi & 1 else b"B", bits << 25)


def position_b(mmsi: int, where: tuple[float, float], knots: float, course: float, second: int) -> bytes:
    """A class B position report, type 18: 168 bits, carrier-sense unit, no heading."""
    bits = 18 << 2
    bits = bits << 30 | mmsi
    bits = bits << 8
    bits = bits << 10 | round(knots * 10)
    bits = bits << 1
    bits = bits << 55 | _spot(*where)
    bits = bits << 12 | round(course * 10) % 3600
    bits = bits << 9 | _NO_HEADING
    bits = bits << 6 | second
    bits = bits << 3 | 0b001
    return _line(b"B" if mmsi & 1 else b"A", bits << 26)


def packed(message: dict[str, str | int | float | bytes | bool], sequence: int) -> tuple[bytes, ...]:
    """Any other message, packed by pyais into one or more sentences."""
    channel = "A" if int(message["mmsi"]) & 1 else "B"
    lines = encode_dict(message, sentence_type="VDM", radio_channel=channel, seq_id=sequence % 10)
    return tuple(line.encode("ascii") for line in lines)


def tagged(lines: tuple[bytes, ...], station: str, at_s: int, group: int) -> tuple[bytes, ...]:
    """The sentences behind their tag blocks: group where there are several, source station, receive time."""
    out = []
    for number, line in enumerate(lines, 1):
        tag = f"g:{number}-{len(lines)}-{group}," if len(lines) > 1 else ""
        tag += f"s:{station},c:{at_s}"
        block = tag.encode("ascii")
        out.append(b"\\%b*%02X\\%b\r\n" % (block, checksum(block), line))
    return tuple(out)
