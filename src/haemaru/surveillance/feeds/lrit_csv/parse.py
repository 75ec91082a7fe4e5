"""Long-range identification and tracking (LRIT): a few reports a day of each ship, far from any shore station.

One row a report: `MMSI,IMO,Ship,CallSign,Timestamp,Latitude,Longitude`, times RFC 3339, degrees. LRIT tells no speed,
no course. It is handed out for safety, security and search and rescue (SOLAS V/19-1): whoever uses it against drug
trafficking must state on which basis, or it is kept here and withheld from every partner.
"""

from collections.abc import Mapping
from datetime import datetime

from haemaru.clock import to_ms
from haemaru.surveillance.feeds.table import Row, RowRefused, TableDecoder, read_mmsi, read_place
from haemaru.surveillance.fixes import MISSING
from haemaru.surveillance.statics import Static
from haemaru.values.instant import parse_time
from haemaru.wording import Fault

NEEDED = frozenset(("MMSI", "IMO", "Timestamp", "Latitude", "Longitude"))
_KIND = 27  # AIS counts its own long-range report under this number


def read_row(cells: Mapping[str, str]) -> Row:
    """One report; raises `RowRefused` with the quarantine code."""
    mmsi, imo = read_mmsi(cells["MMSI"]), cells["IMO"].strip()
    try:
        t = to_ms(parse_time(cells["Timestamp"].strip()))
    except Fault:
        raise RowRefused("bad_time") from None
    static = Static(
        mmsi,
        t,
        name=cells.get("Ship", "").strip() or None,
        imo=int(imo) if imo.isascii() and imo.isdigit() and 0 < int(imo) < 10_000_000 else None,
        call_sign=cells.get("CallSign", "").strip() or None,
    )
    told = static if next(static.told(), None) else None
    return Row(t, mmsi, read_place(cells["Latitude"], cells["Longitude"]), MISSING, MISSING, None, told, _KIND)


class LritCsv:
    """The feed `lrit_csv`."""

    name = "lrit_csv"

    def recognises(self, first_line: bytes) -> bool:
        """Whether the header names the columns of this table."""
        return {name.encode() for name in NEEDED} <= {cell.strip() for cell in first_line.split(b",")}

    def decoder(self, start: datetime | None, classes: Mapping[int, int]) -> TableDecoder:
        """A decoder for one table; rows carry their time, and tell no type."""
        return TableDecoder(read_row, NEEDED)


__all__ = ["NEEDED", "LritCsv", "read_row"]
