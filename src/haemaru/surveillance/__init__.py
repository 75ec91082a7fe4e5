"""Surveillance: what each agency's sensors see at sea, read, kept, shown and shared.

An observation comes in through a feed (`feeds/`), which decodes it, counts everything and quarantines what it cannot
read. Positions become `Fixes`, columns of whole numbers; what ships say about themselves becomes claims
(`StaticHistory`). Fixes are kept encrypted by UTC day (`PositionStore`), the newest of each ship stands in the
`Picture`, and `share` cuts from a batch what the agreement releases to a partner. Nothing here asks the time or sends.
"""

from haemaru.surveillance.day_index import DAY_MS
from haemaru.surveillance.feeds.ais_nmea.parse import AisDecoder
from haemaru.surveillance.fixes import FOREVER, MISSING, UNITS_PER_DEGREE, Fixes, joined
from haemaru.surveillance.listening import feed_url
from haemaru.surveillance.papers import (
    PAPERS,
    Change,
    CrewChange,
    Inspection,
    Paper,
    PortCall,
    Sighting,
    build_paper,
    check_paper,
)
from haemaru.surveillance.picture import Picture, PictureColumns
from haemaru.surveillance.picture import load as load_picture
from haemaru.surveillance.picture import save as save_picture
from haemaru.surveillance.recalled import on_recall
from haemaru.surveillance.replay import Batch, decode_files, feed_file
from haemaru.surveillance.share import Handling, Shared, read_shared, share
from haemaru.surveillance.static_store import load_history, save_history
from haemaru.surveillance.statics import Claim, Static, StaticHistory
from haemaru.surveillance.stats import Stats, quarantine_key
from haemaru.surveillance.store import PositionStore
from haemaru.surveillance.times import QUALITIES, quality_key
from haemaru.surveillance.vessel_class import CLASSES, class_code, class_of_ship_type

__all__ = [
    "CLASSES",
    "DAY_MS",
    "FOREVER",
    "MISSING",
    "PAPERS",
    "QUALITIES",
    "UNITS_PER_DEGREE",
    "AisDecoder",
    "Batch",
    "Change",
    "Claim",
    "CrewChange",
    "Fixes",
    "Handling",
    "Inspection",
    "Paper",
    "Picture",
    "PictureColumns",
    "PortCall",
    "PositionStore",
    "Shared",
    "Sighting",
    "Static",
    "StaticHistory",
    "Stats",
    "build_paper",
    "check_paper",
    "class_code",
    "class_of_ship_type",
    "decode_files",
    "feed_file",
    "feed_url",
    "joined",
    "load_history",
    "load_picture",
    "on_recall",
    "quality_key",
    "quarantine_key",
    "read_shared",
    "save_history",
    "save_picture",
    "share",
]
