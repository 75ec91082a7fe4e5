"""The sea tonight: who covers what, and what nobody does."""

import msgspec


class CoverHour(msgspec.Struct, frozen=True):
    """How many cells are covered in one hour, only by a patrol, and by nobody."""

    at: str
    covered: int
    patrol_only: int
    blind: int


class CoverSpot(msgspec.Struct, frozen=True):
    """One cell, the hours in which it is blind or covered by a patrol alone, and the patrols."""

    lat: float
    lon: float
    hours: list[str]
    by: list[str] = []
    cell: int = -1


class CoverSensor(msgspec.Struct, frozen=True):
    """A sensor or patrol as its party declared it."""

    party: str
    name: str
    kind: str
    lat: float
    lon: float
    range_nm: float
    since: str | None = None
    until: str | None = None
    basis: str = ""


class Cover(msgspec.Struct, frozen=True):
    """The watch of both agencies over some hours."""

    since: str
    hours: int
    cells: int
    by_hour: list[CoverHour]
    by_party: dict[str, int]
    blind: list[CoverSpot]
    patrol_only: list[CoverSpot]
    sensors: list[CoverSensor] = []
    heard_cells: dict[str, int] = {}
