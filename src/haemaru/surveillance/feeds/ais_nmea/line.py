"""What one line of an AIS log says: the one definition that both paths of the decoder go by.

The compiled path reads lines of the usual forms itself and asks here about every other.
"""

from typing import NamedTuple

from haemaru.surveillance.feeds.ais_nmea.sentence import Sentence, read_sentence
from haemaru.surveillance.feeds.ais_nmea.tags import NO_TAGS, Receipt, Tags, read_gps_time, read_receipt, read_tags
from haemaru.surveillance.reading import LONGEST

_STRIPPED = b"\r\n \t\x00"


class Line(NamedTuple):
    """Tag blocks, and what stands behind them.

    `what` is a sentence, the code of a refusal, the receipt of a sentence to come, a GPS time in UTC ms, tag blocks on
    a line of their own, or None for a line that is none of ours.
    """

    tags: Tags
    what: Sentence | str | Receipt | int | Tags | None


def read_line(line: bytes) -> Line | None:
    """What a line says, or None where it is blank: such a line says nothing and stands between nothing."""
    line = line[:LONGEST].rstrip(_STRIPPED)
    if not line.strip():
        return None
    tags, text = read_tags(line) if line.startswith(b"\\") else (NO_TAGS, line)
    found = read_sentence(text)
    if found is not None:
        return Line(tags, found)
    if tags is not NO_TAGS and not text:
        return Line(tags, tags)
    if not text.startswith(b"$"):
        return Line(tags, None)
    return Line(tags, read_receipt(text) or read_gps_time(text))
