"""One line of an AIS log: a sentence, a refusal with its code, or nothing of ours.

Real logs hold GPS sentences, station reports, comments, lines cut by a restart and two sentences run together. A line
that holds an AIS sentence ends as exactly one of: a `Sentence` whose checksum is right, or one of these codes:

merged        a second sentence stands inside the line
truncated     the line ends before its two checksum digits
bad_checksum  the digits are there and wrong
no_start      the start mark "!" is missing
too_long      longer than any sentence with its tag blocks can be
bad_header    checksum right, but part numbers, fill bits or the number of fields make no sense
bad_payload   checksum right, but a character outside the six-bit alphabet
empty_payload checksum right, but nothing inside
"""

import re
from typing import NamedTuple

# NMEA 0183 allows 82 characters; type 5 in one line, tag blocks and trailing fields make 300. Beyond is no sentence.
LONGEST = 1024
_LOW_512 = (1 << 512) - 1

_USUAL = re.compile(
    rb"!([^,*!$\\]{2}VD[MO],([1-9]),([1-9]),(\d?),([^,*!$]*),([0-W`-w]+),([0-5]))\*([0-9A-Fa-f]{2})(.*)", re.DOTALL
)
_HEADER = re.compile(rb"[^,*!$\\]{2}VD[MO](?:,|$)")
_SECOND = re.compile(rb"[!$]|VD[MO],\d*,\d*,")
_CHECKSUM = re.compile(rb"\*([0-9A-Fa-f]{2})")
_FIELDS = re.compile(rb"[^,]*,[1-9],[1-9],\d?,[^,]*,([^,]*),[0-5]")


class Sentence(NamedTuple):
    """An AIS sentence whose checksum is right."""

    head: bytes  # talker and VDM or VDO
    total: int
    number: int
    sequence: bytes
    channel: bytes
    payload: bytes
    fill: int
    checksum: bytes  # two digits, upper case
    tail: bytes  # what stands behind the checksum


def checksum(text: bytes) -> int:
    """All bytes xored, as between start mark and star of an NMEA sentence.

    >>> f"{checksum(b'AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0'):02X}"
    '4A'
    """
    # Folding one large number is several times quicker than a loop over bytes; only its last byte counts in the end.
    folded = int.from_bytes(text, "big")
    while folded >> 512:
        folded = (folded >> 512) ^ (folded & _LOW_512)
    folded ^= folded >> 256
    folded ^= folded >> 128
    folded ^= folded >> 64
    folded ^= folded >> 32
    folded ^= folded >> 16
    return (folded ^ (folded >> 8)) & 0xFF


def read_sentence(text: bytes) -> Sentence | str | None:
    """The sentence in a line without its tag blocks, the code of its refusal, or None where no AIS is inside."""
    usual = _USUAL.match(text)
    if usual is None or len(text) > LONGEST:
        return _explain(text)
    covered, total, number, sequence, channel, payload, fill, digits, tail = usual.groups()
    if tail and _SECOND.search(tail):
        return "merged"
    if checksum(covered) != int(digits, 16):
        return "bad_checksum"
    if number > total:
        return "bad_header"
    return Sentence(covered[:5], int(total), int(number), sequence, channel, payload, int(fill), digits.upper(), tail)


def _explain(text: bytes) -> Sentence | str | None:
    if text.startswith(b"#") or not _HEADER.search(text):
        return None
    if len(text) > LONGEST:
        return "too_long"
    start = text.find(b"!")
    if start < 0:
        return "no_start"
    if start > 0:
        # Text before the start mark, such as a time put there by a logger, is not ours.
        return "merged" if _HEADER.search(text, 0, start) else read_sentence(text[start:])
    return _name_refusal(text[1:])


def _name_refusal(body: bytes) -> str:
    first = _HEADER.match(body)
    if first is None:
        # "!" opens something else; an AIS sentence further on has run into it.
        return "merged"
    if _SECOND.search(body, first.end()):
        return "merged"
    star = _CHECKSUM.search(body)
    if star is None:
        return "truncated"
    if checksum(body[: star.start()]) != int(star[1], 16):
        return "bad_checksum"
    inside = _FIELDS.fullmatch(body[: star.start()])
    if inside is None:
        return "bad_header"
    return "bad_payload" if inside[1] else "empty_payload"
