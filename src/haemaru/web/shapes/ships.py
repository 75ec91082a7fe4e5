"""Vessels: in the list that is the map's equal, and on their card."""

from typing import Any

import msgspec

from haemaru.web.shapes.papers import RecordRow


class VesselRow(msgspec.Struct, frozen=True):
    """A vessel in the list that is the map's equal. `source` is the party whose sensors saw it."""

    mmsi: int
    at: str
    lat: float
    lon: float
    name: str = ""
    vessel_class: str = "unknown"
    sog: float | None = None
    cog: float | None = None
    age_s: float = 0.0
    source: str = ""
    clause: str | None = None


class Claim(msgspec.Struct, frozen=True):
    """One fact about a subject: who says so, in which record, since when, and by which clause we may know."""

    field: str
    value: Any
    origin: str
    kind: str = ""
    rid: str | None = None
    at: str | None = None
    clause: str | None = None
    treatment: str | None = None
    disputed: bool = False


class Spot(msgspec.Struct, frozen=True):
    """One fix of a path."""

    at: str
    lat: float
    lon: float
    sog: float | None = None


class Vessel(VesselRow, frozen=True):
    """A ship card."""

    imo: int | None = None
    call_sign: str = ""
    ship_type: str = ""
    destination: str = ""
    observed_original: str | None = None
    claims: list[Claim] = []
    path: list[Spot] = []
    records: list[RecordRow] = []
    cases: list[str] = []
