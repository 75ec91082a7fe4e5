"""What patrols, traffic services and officials write down: sightings, port calls, crew changes, inspections.

Each kind of record has a body of known fields; optional ones may be left out, and fields that nobody here knows are
kept untouched. `check_paper` is asked before a record is stored as our own. What a partner sent may lack any
field, because a clause kept it, and is not asked.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from haemaru.records import Record, Stamp, read_record
from haemaru.values.instant import parse_time
from haemaru.values.locode import Locode
from haemaru.wording import Fault

Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]
Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Metres = Annotated[float, msgspec.Meta(ge=0)]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]


class Sighting(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody or something saw: from where, what, when, and how well."""

    platform: Words
    what: Words
    at: str | None = None
    place: str = ""
    lat: Latitude | None = None
    lon: Longitude | None = None
    distance_m: Metres | None = None
    night: bool | None = None
    photos: Count | None = None
    sensor: str = ""
    station: str = ""
    range_m: Metres | None = None


class PortCall(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A ship in a port, as she declared it or as it was observed."""

    port: Words
    source: Literal["declared", "observed"]
    arrived: str | None = None
    departed: str | None = None
    port_name: str = ""
    berth: str = ""
    previous_port: str = ""
    next_port: str = ""
    purpose: str = ""
    agent: str = ""


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One person who joined or left."""

    change: Literal["sign_on", "sign_off"]
    rank: str = ""
    name: str = ""
    nationality: str = ""
    born: str = ""
    document: str = ""
    at: str | None = None


class CrewChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who joined and who left a ship in a port."""

    port: Words
    changes: Annotated[list[Change], msgspec.Meta(min_length=1, max_length=500)]
    aboard: Count | None = None
    at: str | None = None


class Inspection(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A search of a ship: where, of what nature, how, and what came of it; nothing found counts."""

    nature: Literal["administrative", "criminal"]
    result: Words
    port: str = ""
    place: str = ""
    spaces: list[Words] = []
    method: list[Words] = []
    officers: Count | None = None
    warrant: str = ""


Paper = Sighting | PortCall | CrewChange | Inspection

PAPERS: dict[str, type[Sighting] | type[PortCall] | type[CrewChange] | type[Inspection]] = {
    "surveillance.sighting": Sighting,
    "surveillance.port_call": PortCall,
    "surveillance.crew_change": CrewChange,
    "surveillance.inspection": Inspection,
}
_TIMES = ("at", "arrived", "departed")
_PORTS = ("port", "previous_port", "next_port")


def check_paper(record: Mapping[str, Any], where: str = "record") -> Paper:
    """The body of a record of these kinds; raises `Fault` naming the field that is wrong."""
    checked = read_record(dict(record), where)
    shape = PAPERS.get(checked["kind"])
    if shape is None:
        raise Fault("paper_of_other_kind", f"{where}.kind", kind=checked["kind"])
    place = f"{where}.body"
    try:
        paper: Paper = msgspec.convert(checked["body"], shape)
    except msgspec.ValidationError as problem:
        raise Fault("bad_paper", place, problem=str(problem)[:200]) from None
    _check_times(paper, place)
    for field in _PORTS:
        port = getattr(paper, field, "")
        if port:
            Locode.parse(port, f"{place}.{field}")
    if isinstance(paper, Sighting) and (paper.lat is None) != (paper.lon is None):
        raise Fault("bad_paper", f"{place}.lat", problem="lat, lon")
    return paper


def _check_times(paper: Paper, place: str) -> None:
    told: dict[str, datetime] = {}
    for field in _TIMES:
        text = getattr(paper, field, None)
        if text is not None:
            told[field] = parse_time(text, f"{place}.{field}")
    for number, change in enumerate(getattr(paper, "changes", ())):
        if change.at is not None:
            parse_time(change.at, f"{place}.changes[{number}].at")
    if "arrived" in told and "departed" in told and told["departed"] < told["arrived"]:
        raise Fault("bad_paper", f"{place}.departed", problem="departed < arrived")


def build_paper(paper: Paper, subject: Mapping[str, Any], stamp: Stamp) -> Record:
    """The record of a paper about a subject, checked."""
    kind = next(kind for kind, shape in PAPERS.items() if isinstance(paper, shape))
    record = stamp.record(kind, subject, msgspec.to_builtins(paper))
    check_paper(record)
    return record
