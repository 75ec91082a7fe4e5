"""The ships of the Okgye story: the one that the tip means, and five that could be taken for it. All invented."""

import random
from datetime import datetime, timedelta

from haemaru.clock import to_ms
from haemaru.scenarios.fleet import DESTINATIONS, Yard
from haemaru.scenarios.motion import Voyage
from haemaru.scenarios.sea import Path, lane
from haemaru.scenarios.ships import CLASS_OF_TYPE, Ship, invented_imo, invented_mmsi

COAST_GUARD, CUSTOMS = "kcg", "kcs"

TARGET = "HALVARD MERIDIAN"
MISSPELT = ("HALVARD MERIDAN", "HALWARD MERIDIAN", "HALVARD MERIDIEN", "HALVAR MERIDIAN")
"""How the caller may have understood the name over the telephone."""

_DECOYS: tuple[tuple[str, str, str, str, float], ...] = (
    # name, class, flag, lane, hours after the time named in the tip
    ("HALVARD MARINER", "cargo", "MH", "yangtze_pohang", 1.0),
    ("HALVARD MERIDIAN 2", "cargo", "MH", "yangtze_ulsan", -3.0),
    ("HARVEST MERIDIAN", "cargo", "LR", "zhapu_donghae", 2.5),
    ("NORDHAV GLORY", "cargo", "PA", "zhapu_okgye", 26.0),
    ("HALMAR MERIDIO", "tanker", "SG", "zhapu_donghae", 0.5),
)


def cast(yard: Yard, eta: datetime) -> tuple[Ship, list[Ship]]:
    """The ship that the tip means, a bulk carrier due at Okgye at `eta`, and the five to be told apart from it."""
    roles = [(TARGET, "cargo", "MH", "zhapu_okgye", 0.0), *_DECOYS]
    yard.source.shuffle(roles)  # so that no serial number gives the answer away
    ships = {}
    for name, kind, flag, way, after in roles:
        size = (185, 32, 11.8) if name == TARGET else (178, 30, 10.4)
        ships[name] = _bound(yard, name, kind, flag, way, eta + timedelta(hours=after), size)
    return ships[TARGET], [ships[name] for name, *_rest in _DECOYS]


def _bound(yard: Yard, name: str, kind: str, flag: str, way: str, eta: datetime, size: tuple[int, int, float]) -> Ship:
    serial = yard.number()
    drawn = lane(way)
    path = Path((*(yard.near(point, 0.8) for point in drawn[:-1]), yard.near(drawn[-1], 0.3)))
    arrives = eta + timedelta(minutes=yard.source.uniform(-20, 40))
    to = DESTINATIONS[_last(way)]
    length, beam, draught = size
    return Ship(
        mmsi=invented_mmsi(flag, serial),
        imo=invented_imo(serial),
        name=name,
        call_sign=f"ZQ{flag[0]}{serial:03d}",
        vessel_class=kind,
        ship_type=CLASS_OF_TYPE[kind],
        flag=flag,
        length_m=length,
        beam_m=beam,
        draught_m=draught,
        outbound=to,
        inbound=to,
        motion=Voyage(path, yard.source.uniform(11.0, 12.5), to_ms(arrives), yard.source.random()),
        eta=(eta.month, eta.day, eta.hour, eta.minute),
    )


def _last(way: str) -> str:
    return way.partition("_")[2]


def yard(seed: int) -> Yard:
    """The yard from which all ships of a seed come."""
    return Yard(random.Random(f"okgye:{seed}"))  # noqa: S311 - an invented world, no secret
