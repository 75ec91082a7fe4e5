"""The daily AIS tables of the Danish waters: times as DD/MM/YYYY HH:MM:SS in UTC, stations and buoys among ships."""

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
from haemaru.surveillance.statics import Static
from haemaru.surveillance.vessel_class import class_code

NEEDED = frozenset(("# Timestamp", "Type of mobile", "MMSI", "Latitude", "Longitude", "SOG", "COG"))
# What sends, as the AIS message type that `by_type` counts; only these three are ships or their like.
_SENDERS = {"Class A": 1, "Class B": 18, "SAR Airborne": 9}
_STATIONS = {"Base Station": 4, "AtoN": 21}
_TYPES = {
    "Cargo": "cargo",
    "Tanker": "tanker",
    "Passenger": "passenger",
    "Fishing": "fishing",
    "Tug": "tug",
    "Towing": "tug",
    "Towing long/wide": "tug",
    "HSC": "high_speed",
    "Pleasure": "pleasure",
    "Sailing": "pleasure",
    "SAR": "sar",
    "Law enforcement": "law_enforcement",
    "Military": "military",
    "Undefined": "unknown",
    "": "unknown",
}
_UNKNOWN = frozenset(("", "Unknown", "Undefined"))


def read_row(cells: Mapping[str, str]) -> Row:
    """One row of the table; raises `RowRefused` with the quarantine code."""
    mmsi = read_mmsi(cells["MMSI"].strip())
    t = read_time(cells["# Timestamp"].strip(), "%d/%m/%Y %H:%M:%S")
    sender = cells["Type of mobile"].strip()
    kind = _SENDERS.get(sender)
    if kind is None:
        return Row(t, mmsi, None, 0, 0, None, None, _STATIONS.get(sender, 0))
    draught = read_number(cells.get("Draught", ""))
    static = Static(
        mmsi,
        t,
        name=_told(cells, "Name"),
        imo=read_count(cells.get("IMO", "")),
        call_sign=_told(cells, "Callsign"),
        destination=_told(cells, "Destination"),
        length_m=read_count(cells.get("Length", "")),
        beam_m=read_count(cells.get("Width", "")),
        draught_dm=round(draught * 10) if draught and 0 < draught < 30 else None,
    )
    return Row(
        t,
        mmsi,
        read_place(cells["Latitude"], cells["Longitude"]),
        read_tenths(cells["SOG"], 102.3),
        read_tenths(cells["COG"], 360),
        class_code(_TYPES.get(cells.get("Ship type", "").strip(), "other")),
        static if next(static.told(), None) else None,
        kind,
    )


def _told(cells: Mapping[str, str], column: str) -> str | None:
    text = cells.get(column, "").strip()
    return None if text in _UNKNOWN else text


class DanishCsv:
    """The feed `ais_danish_csv`."""

    name = "ais_danish_csv"

    def recognises(self, first_line: bytes) -> bool:
        """Whether the header names the columns of this table."""
        return {name.encode() for name in NEEDED} <= {cell.strip() for cell in first_line.split(b",")}

    def decoder(self, start: datetime | None, classes: Mapping[int, int]) -> TableDecoder:
        """A decoder for one table; rows carry their time and type, so both arguments are not needed."""
        return TableDecoder(read_row, NEEDED)


__all__ = ["NEEDED", "DanishCsv", "read_row"]
