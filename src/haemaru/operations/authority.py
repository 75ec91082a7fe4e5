"""What the law may allow against a ship in a place: shown beside a case, never an order, always ending with counsel.

First cut, from the zone (approximate until an agency loads its official lines), whose flag the ship's number tells of,
and the nature of the measure. The table is general knowledge of the law of the sea (domain note 4), each entry to be
confirmed by counsel; agencies will put their own in its place.
"""

from collections.abc import Container
from dataclasses import dataclass

from haemaru.geography import Whereabouts, nearest_port, zone_at
from haemaru.operations.case import check_nature
from haemaru.values import Position
from haemaru.values.mmsi import Mmsi
from haemaru.wording import Reason

ZONES = ("port", "internal", "territorial", "contiguous", "eez", "high_seas")
"""The zones from the quay outwards, as `geography` names them; `port` and `high_seas` are told by position alone."""

_FOREIGN = {
    "port": "authority_port",
    "internal": "authority_port",
    "territorial": "authority_territorial_sea",
    "contiguous": "authority_contiguous_zone",
    "eez": "authority_eez",
    "high_seas": "authority_high_seas",
}
_PORT_MILES = 3.0  # about as far as port limits and roads reach


@dataclass(frozen=True, slots=True)
class Authority:
    """Where the ship is and what may be done there: lines in reading order, the last is always to ask counsel."""

    zone: str
    approximate: bool
    lines: tuple[Reason, ...]


def authority(position: Position, mmsi: int | None, own_mids: Container[int], measure_nature: str) -> Authority:
    """What may be done about a ship at a position; `own_mids` are the country codes of the own flag's numbers."""
    check_nature(measure_nature, "authority.measure_nature")
    where = zone_at(position)
    zone = _zone(position, where)
    mid = Mmsi(mmsi).mid if mmsi else None
    lines = [Reason("authority_zone_approximate")] if where.approximate else []
    if mid is None:
        lines.append(Reason("authority_flag_unknown"))
    lines.append(Reason("authority_own_flag") if mid in own_mids and mid is not None else Reason(_FOREIGN[zone]))
    criminal = measure_nature == "criminal"
    lines.append(Reason("authority_warrant_needed" if criminal else "authority_administrative_only"))
    lines.append(Reason("authority_ask_counsel"))
    return Authority(zone, where.approximate, tuple(lines))


def _zone(position: Position, where: Whereabouts) -> str:
    _, metres = nearest_port(position)
    inside = where.zone.id if where.zone is not None else "high_seas"
    near = metres <= _PORT_MILES * 1852 and inside in ("internal", "territorial")
    return "port" if near else inside
