"""Korean ports, harbours and anchorages: our own table, each row with the precision and source of its position.

A place within a larger port (Busan New Port) has no code of its own here and names the port it belongs to. Codes that
could not be confirmed are left out, never guessed; anchorages are approximate by nature.
"""

import csv
import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from haemaru.geography.distances import Metres, Units, distances_m
from haemaru.values import Position
from haemaru.wording import Bilingual, Fault

PortKind = Literal["port", "harbour", "anchorage"]
_SUFFIXES = ("PORT", "HARBOUR", "HARBOR", "HANG", "항구", "항")


class Port(msgspec.Struct, frozen=True, kw_only=True):
    """One place where ships lie: its names, its code (or that of the port it is part of), where, and how exactly."""

    id: str
    locode: str
    part_of: str
    kind: PortKind
    name: Bilingual
    also: tuple[str, ...]
    position: Position
    precision_m: int
    source: str

    @property
    def is_approximate(self) -> bool:
        """True when the position is our own estimate and not taken from a published list."""
        return "estimate" in self.source


@cache
def ports() -> tuple[Port, ...]:
    """All places of the table, in its order (read when first asked for)."""
    text = files("haemaru.geography").joinpath("data/ports.csv").read_text(encoding="utf-8")
    return tuple(_port(row) for row in csv.DictReader(text.splitlines()))


def _port(row: dict[str, str]) -> Port:
    return Port(
        id=row["id"],
        locode=row["locode"],
        part_of=row["part_of"],
        kind=msgspec.convert(row["kind"], PortKind),
        name=Bilingual(ko=row["ko"], en=row["en"]),
        also=tuple(name for name in row["also"].split(";") if name),
        position=Position.from_degrees(float(row["lat"]), float(row["lon"]), f"ports.csv {row['id']}"),
        precision_m=int(row["precision_m"]),
        source=row["source"],
    )


def port(key: str) -> Port:
    """The place with this id or UN/LOCODE; raises `Fault("unknown_port")` when the table has none."""
    code = key.replace(" ", "").upper()
    for place in ports():
        if place.id == key or (place.locode and place.locode == code):
            return place
    raise Fault("unknown_port", "port", key=key[:60])


def find_ports(text: str) -> list[Port]:
    """The places that a name or code in Korean or English may mean, the surest first; empty when there is none."""
    wanted = _plain(text)
    if not wanted:
        return []
    exact = [place for place in ports() if wanted in _keys(place)]
    begun = [place for place in ports() if place not in exact and any(key.startswith(wanted) for key in _keys(place))]
    return exact + (begun if len(wanted) > 1 else [])


@cache
def _keys(place: Port) -> frozenset[str]:
    names = (place.name.ko, place.name.en, *place.also)
    return frozenset({_plain(name) for name in names} | {place.id.upper(), place.locode} - {""})


def _plain(text: str) -> str:
    folded = re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text[:100])).upper()
    for suffix in _SUFFIXES:
        if folded.endswith(suffix) and len(folded) > len(suffix) + 1:
            return folded.removesuffix(suffix)
    return folded


@cache
def _columns(with_anchorages: bool) -> tuple[tuple[Port, ...], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    chosen = tuple(place for place in ports() if with_anchorages or place.kind != "anchorage")
    lat = np.array([place.position.lat for place in chosen], dtype=np.int64)
    return chosen, lat, np.array([place.position.lon for place in chosen], dtype=np.int64)


def nearest_port(at: Position, *, with_anchorages: bool = False) -> tuple[Port, float]:
    """The nearest port or harbour and how many metres it is away."""
    chosen, lat, lon = _columns(with_anchorages)
    metres = distances_m(lat, lon, at)
    best = int(np.argmin(metres))
    return chosen[best], float(metres[best])


def nearest_port_m(lat: Units, lon: Units) -> Metres:
    """For each position of two columns (1/600000 degree), the metres to the nearest port or harbour."""
    nearest = np.full(len(lat), np.inf)
    for place in _columns(False)[0]:
        np.minimum(nearest, distances_m(lat, lon, place.position), out=nearest)
    return nearest
