"""Where everything stands in the memory that the kernel and its caller share.

All state is whole numbers. What has a fixed size lies in one long array, `mem`, at the addresses below: compiled code
that hands around many arrays, or views of them, spends its time on counting references. So a line, a part or a
transmission is an address in `mem`, and its fields stand at fixed distances behind that. LINE fields are what
one line says (made by `scan`, or by Python for a rare line); PART fields are one sentence of a message of several;
HEARD fields one transmission that may be heard again.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from haemaru.surveillance.feeds.ais_nmea import duplicates, fragments

Numbers = npt.NDArray[np.int64]
Octets = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int32]
Speeds = npt.NDArray[np.int16]

NONE: Final = -(1 << 62)
"""No time, no number: further back than any time can be."""

# --- lines
KIND: Final = 0
START: Final = 1  # the line in the block, without what is stripped from its end
END: Final = 2
TAGGED: Final = 3  # it begins with a tag block, whatever that is worth
TAG_AT: Final = 4
TAG_STATION: Final = 5  # names are numbers here, see `hashing`; 0 is none
TAG_GROUP: Final = 6
TAG_PLACE: Final = 7  # which sentence of the group, of how many: 1000 times the one plus the other
TAGS_REFUSED: Final = 8
NUMBER: Final = 9
TOTAL: Final = 10
KEY: Final = 11  # talker, channel, sequence number and part count as one number
OFFSET: Final = 12  # the payload in the block
LENGTH: Final = 13
FILL: Final = 14
SUM: Final = 15  # the checksum; of a receipt: that of its sentence, -1 for none; of a refused line: its code
AT: Final = 16  # time behind the checksum; of a receipt or a GPS time: that time
STATION: Final = 17
PACKED: Final = 18  # how many words the payload gave; 0 where it has not been packed
LINE_FIELDS: Final = 19

RARE: Final = 0  # the scalar reader must say what it is
OTHER: Final = 1
TAGS: Final = 2
RECEIPT: Final = 3
GPS: Final = 4
REFUSED: Final = 5
SENTENCE: Final = 6
BLANK: Final = 7  # only white space after all

ALONE: Final = 1_001  # place 1 of 1

# --- the clock of the stream, and other single numbers that outlive a block
ESTIMATE: Final = 0
SECOND: Final = 1
LAST_GPS: Final = 2
LINE: Final = 3
KEPT: Final = 4  # tag blocks on a line of their own: 1 where there are some
KEPT_AT: Final = 5
KEPT_STATION: Final = 6
KEPT_GROUP: Final = 7
KEPT_PLACE: Final = 8
BLOCK_LINE: Final = 9  # the last line of a message behind its receipt, and the origin they share
BLOCK_AT: Final = 10
BLOCK_QUALITY: Final = 11
BLOCK_STATION: Final = 12
BLOCK_GROUP: Final = 13
BLOCK_TOGETHER: Final = 14
RECEIVED: Final = 15
ORDER: Final = 16
BATCH: Final = 17
RECEIPTS: Final = 18
OPEN: Final = 19  # messages that wait, that were completed a moment ago, and keys nobody can tell apart
DONE: Final = 20
CONTESTED: Final = 21
KEY_STAMP: Final = 22
ARENA_USED: Final = 23
NEWER: Final = 24  # which half of the duplicates is the newer one
HEARD_NEWER: Final = 40
SHIP_LIMIT: Final = 41  # as many ships as the table takes
STATIONS: Final = 27  # one number a half
SHIPS: Final = 29
# the origin of the sentence at hand
NOW_AT: Final = 30
NOW_QUALITY: Final = 31
NOW_STATION: Final = 32
NOW_GROUP: Final = 33
NOW_TOGETHER: Final = 34
# what this block has given
ROWS: Final = 35
STATICS: Final = 36
TEXT_USED: Final = 37
NEW_SHIPS: Final = 38
NOW_SHIP: Final = 25
NOW_VOUCHED: Final = 26
CAPACITY: Final = 39  # most sentences in this block
CLOCK_FIELDS: Final = 48
SECRET: Final = 48  # four numbers
WORDS: Final = 52  # scratch: a message in words of 60 bits
MOST_WORDS: Final = 1_024

# --- receipts ($PGHP)
RECEIPT_LIMIT: Final = 13
RECEIPT_LINE: Final = 0
RECEIPT_AT: Final = 1
RECEIPT_STATION: Final = 2
RECEIPT_SUM: Final = 3

# --- parts of messages
PART_KEY: Final = 0
PART_NUMBER: Final = 1
PART_TOTAL: Final = 2
PART_HASH: Final = 3
PART_LENGTH: Final = 4
PART_OFFSET: Final = 5  # its payload in the arena
PART_FILL: Final = 6
PART_STATION: Final = 7
PART_GROUP: Final = 8  # below zero: our own name for what follows a receipt
PART_AT: Final = 9
PART_EXACT: Final = 10
PART_ORDER: Final = 11
PART_SUM: Final = 12
PART_TOGETHER: Final = 13
PART_FIELDS: Final = 14
MOST_PARTS: Final = 9
HELD: Final = 0  # how many parts an open or completed message has
STAMP: Final = 1  # since when its key has been open without a break

# --- transmissions
FIRST_WORDS: Final = 0  # three words hold the 168 bits of a report
WORDS_HASH: Final = 3
QUARTETS: Final = 4
HEARD_AT: Final = 5
HEARD_ORDER: Final = 6
HEARD_QUALITY: Final = 7
HEARD_BATCH: Final = 8
HEARD_ROW: Final = 9
HEARD_COUNT: Final = 10  # named stations
HEARD_UNNAMED: Final = 11
HEARD_STATION: Final = 12  # the first named one; further ones in the chain
HEARD_CHAIN: Final = 13
HEARD_FIELDS: Final = 14
BUCKETS: Final = 65_536
MOST_STATIONS: Final = 255

# --- ships
SHIP_MMSI: Final = 0
SHIP_LAST: Final = 1
SHIP_CLASS: Final = 2
SHIP_SEEN: Final = 3
SHIP_FIELDS: Final = 4

# --- what a block gives, in one array: CAPACITY rows of each sort
# positions
ROW_MMSI: Final = 0
ROW_T: Final = 1
ROW_LAT: Final = 2
ROW_LON: Final = 3
ROW_SOG: Final = 4
ROW_COG: Final = 5
ROW_HEARD: Final = 6
ROW_QUALITY: Final = 7
ROW_CLASS: Final = 8
ROW_FIELDS: Final = 9

# static reports, still packed
STATIC_KIND: Final = 0
STATIC_MMSI: Final = 1
STATIC_AT: Final = 2
STATIC_VOUCHED: Final = 3
STATIC_OFFSET: Final = 4
STATIC_LENGTH: Final = 5
STATIC_FIELDS: Final = 6
# then the ships not heard before, one number each, and the times of the positions once more
OUT_FIELDS: Final = ROW_FIELDS + STATIC_FIELDS + 1

# --- counts
COUNTS: Final = WORDS + MOST_WORDS
SENTENCES: Final = COUNTS
MESSAGES: Final = COUNTS + 1
IN_MESSAGES: Final = COUNTS + 2
DUPLICATES: Final = COUNTS + 3
UNTIMED: Final = COUNTS + 4
OTHER_LINES: Final = COUNTS + 5
BAD_TAGS: Final = COUNTS + 6
REPEATED: Final = COUNTS + 7
REFUSED_SENTENCES: Final = COUNTS + 8
WAITING: Final = COUNTS + 9
BY_CODE: Final = COUNTS + 16  # one for each of CODES
BY_TYPE: Final = COUNTS + 32
COUNT_FIELDS: Final = 96
CODES: Final = (
    "merged",
    "truncated",
    "bad_checksum",
    "no_start",
    "too_long",
    "bad_header",
    "bad_payload",
    "empty_payload",
    "fragment_lost",
    "fragment_orphan",
    "fragment_contested",
    "unknown_type",
    "short_payload",
)
BAD_HEADER: Final = 5
LOST: Final = 8
ORPHAN: Final = 9
CONTEST: Final = 10
UNKNOWN_TYPE: Final = 11
SHORT: Final = 12

# --- addresses of the lists
OPEN_LIMIT: Final = fragments.OPEN_LIMIT
DONE_LIMIT: Final = fragments.DONE_LIMIT
GENERATION: Final = duplicates.GENERATION
LEAST_BITS: Final = COUNTS + COUNT_FIELDS  # of each message type
CLASS_OF: Final = LEAST_BITS + 64  # of each ship type
RECEIPT_LIST: Final = CLASS_OF + 256
ROW: Final = RECEIPT_LIST + 4 * RECEIPT_LIMIT  # the line at hand
PART: Final = ROW + LINE_FIELDS  # the part at hand
CONTESTED_LIST: Final = PART + PART_FIELDS
MESSAGE_FIELDS: Final = 2 + MOST_PARTS * PART_FIELDS  # HELD, STAMP, then the parts
OPEN_LIST: Final = CONTESTED_LIST + DONE_LIMIT * PART_FIELDS
DONE_LIST: Final = OPEN_LIST + (OPEN_LIMIT + 1) * MESSAGE_FIELDS
HEARD_LIST: Final = DONE_LIST + DONE_LIMIT * MESSAGE_FIELDS  # two halves
# the keys of both lists once more, side by side: most searches end here
OPEN_KEYS: Final = HEARD_LIST + 2 * GENERATION * HEARD_FIELDS
DONE_KEYS: Final = OPEN_KEYS + OPEN_LIMIT + 1
MEMORY: Final = DONE_KEYS + DONE_LIMIT

# --- a short array of octets
SIX: Final = 0  # the value of each six-bit character, 255 for others
MARKS: Final = 256  # 1 for !, 2 for V, 4 for $
CHARS: Final = 512  # scratch: a message of several parts in one piece
OCTETS: Final = CHARS + 10_000
