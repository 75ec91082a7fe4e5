"""The yearly AIS tables of the US coast (MarineCadastre layout), both column orders that were published.

Oddities of the source: one order spells the last column `TranscieverClass`; the IMO number has a prefix; a course above
204.7 degrees has wrapped round in one byte pair and comes out negative (-60.6 means 349.0: add 409.6).
"""

from collections.abc import Mapping
from datetime import datetime

from haemaru.surveillance.feeds.table import (
    Row,
    TableDecoder,
    read_count,
    read_mmsi,
    read_number,
    read_place,
    read_tenths,
    read_time,
)
from haemaru.surveillance.fixes import MISSING
from haemaru.surveillance.statics import Static
from haemaru.surveillance.vessel_class import class_code, class_of_ship_type

NEEDED = frozenset(("MMSI", "BaseDateTime", "LAT", "LON", "SOG", "COG"))
_WRAP = 409.6
# The older tables use US numbers above 1000 in place of AIS ship types.
_US_TYPES = {
    **dict.fromkeys((1001, 1002), "fishing"),
    **dict.fromkeys((1003, 1004, 1016), "cargo"),
    **dict.fromkeys((1012, 1013, 1014, 1015), "passenger"),
    **dict.fromkeys((1017, 1024), "tanker"),
    1019: "pleasure",
    1025: "tug",
}


def read_row(cells: Mapping[str, str]) -> Row:
    """One row of the table; raises `RowRefused` with the quarantine code."""
    mmsi = read_mmsi(cells["MMSI"])
    t = read_time(cells["BaseDateTime"], "%Y-%m-%dT%H:%M:%S")
    ship_type = read_count(cells.get("VesselType", ""))
    if ship_type is not None and ship_type > 255:
        vessel_class, ship_type = class_code(_US_TYPES.get(ship_type, "other")), None
    else:
        vessel_class = class_of_ship_type(ship_type)
    draught = read_number(cells.get("Draft", ""))
    static = Static(
        mmsi,
        t,
        name=cells.get("VesselName", "").strip() or None,
        imo=_imo(cells.get("IMO", "")),
        call_sign=cells.get("CallSign", "").strip() or None,
        ship_type=ship_type,
        length_m=read_count(cells.get("Length", "")),
        beam_m=read_count(cells.get("Width", "")),
        draught_dm=round(draught * 10) if draught and 0 < draught < 30 else None,
    )
    sender = cells.get("TransceiverClass", cells.get("TranscieverClass", ""))
    return Row(
        t,
        mmsi,
        read_place(cells["LAT"], cells["LON"]),
        read_tenths(cells["SOG"], 102.3),
        _course(cells["COG"]),
        vessel_class,
        static if next(static.told(), None) else None,
        18 if sender.strip() == "B" else 1,
    )


def _course(text: str) -> int:
    value = read_number(text)
    if value is None:
        return MISSING
    if value < 0:
        value += _WRAP
    return round(value * 10) if 0 <= value < 360 else MISSING


def _imo(text: str) -> int | None:
    digits = text.strip().upper().removeprefix("IMO").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and 0 < int(digits) < 10_000_000 else None


class NoaaCsv:
    """The feed `ais_noaa_csv`."""

    name = "ais_noaa_csv"

    def recognises(self, first_line: bytes) -> bool:
        """Whether the header names the columns of this table."""
        return {name.strip().encode() for name in NEEDED} <= {cell.strip() for cell in first_line.split(b",")}

    def decoder(self, start: datetime | None, classes: Mapping[int, int]) -> TableDecoder:
        """A decoder for one table; rows carry their time and type, so both arguments are not needed."""
        return TableDecoder(read_row, NEEDED)


__all__ = ["NEEDED", "NoaaCsv", "read_row"]
