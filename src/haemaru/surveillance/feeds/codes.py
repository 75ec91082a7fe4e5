"""Every code under which a feed quarantines; the catalogues explain each in both languages.

They are counted and not said, so no house test finds them; `tests/surveillance` holds them to the catalogues.
"""

LINE_CODES = (
    "merged",
    "truncated",
    "bad_checksum",
    "no_start",
    "too_long",
    "bad_header",
    "bad_payload",
    "empty_payload",
)
FRAGMENT_CODES = ("fragment_lost", "fragment_orphan", "fragment_contested")
MESSAGE_CODES = ("unknown_type", "short_payload")
ROW_CODES = ("bad_row", "bad_mmsi", "bad_time", "bad_position")
CONTACT_CODES = ("bad_event", "bad_track", "not_surface")
ARCHIVE_DAMAGED = "archive_damaged"
QUARANTINE_CODES = (*LINE_CODES, *FRAGMENT_CODES, *MESSAGE_CODES, *ROW_CODES, *CONTACT_CODES, ARCHIVE_DAMAGED)
