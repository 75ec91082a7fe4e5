"""Where a report's time came from, best first, as the number that stands in the column `quality`.

AIS position reports carry a second, no date. The receiving station, the tag block or a GPS in the same stream tells
the rest; each is worth something else, so the source is kept with every fix. Numbers are only ever added at the end.
"""

QUALITIES = (
    "untimed",  # nothing told the time: counted, never stored as a position
    "station",  # $PGHP of the receiving station, bound to its sentence
    "tag_block",  # c: of a tag block whose own checksum is right
    "trailing",  # seconds since 1970 behind the checksum, as US stations write them
    "stream",  # the last ZDA or RMC sentence in the same stream
    "start",  # estimated: the start given by the officer, moved on by the seconds in the reports
    "received",  # the moment this node received it
    "file",  # a column of the file
    "shared",  # as a partner told it
)
UNTIMED, STATION, TAG_BLOCK, TRAILING, STREAM, START, RECEIVED, FILE, SHARED = range(len(QUALITIES))


def quality_key(quality: int) -> str:
    """The catalogue key of the words for a time's source."""
    return f"surveillance.quality.{QUALITIES[quality]}"
