"""The background traffic of a world: about 115 invented ships of all classes on plausible lanes and grounds."""

import random
from dataclasses import dataclass, field

from haemaru.scenarios.motion import FISHING, UNDER_WAY, Mooring, Motion, Round, Shuttle
from haemaru.scenarios.sea import GROUNDS, LANES, POINTS, Path, Point, lane, moved
from haemaru.scenarios.ships import CLASS_OF_TYPE, Ship, invented_imo, invented_mmsi

_ROOTS = (
    "ORVANE", "TALVEN", "BRISMARK", "SOLENDRA", "KORVALE", "MIRELLA", "DUNSMERE", "VANTORA", "ELSPARR", "HAEMORI",
    "SEORIN", "NURIMAR", "TAEMORU", "ISTRAVA", "POLWEND", "QUILLAN", "RAVENSOE", "LINGMAO", "FENGYUE", "ASHIGAWA",
)  # fmt: skip
_SECONDS = ("STAR", "PIONEER", "GLORY", "HARMONY", "SPIRIT", "TRADER", "BREEZE", "DAWN", "FORTUNE", "VOYAGER")
_BOATS = ("DAERIM", "HAEORUM", "MANSEON", "PUREUN", "SEONGJIN", "GALMAE", "BADARO", "YEONGSIN")
_YACHTS = (
    "WHITE PLUME",
    "LAZY TERN",
    "MOON JELLY",
    "SALT LETTER",
    "SEA PEBBLE",
    "NORTH KITE",
    "PAPER SAIL",
    "HAPPY GULL",
)

_CARGO_LANES = (
    "zhapu_donghae", "yangtze_pohang", "yangtze_ulsan", "taiwan_busan", "taiwan_incheon", "taiwan_yeosu",
    "qingdao_incheon", "qingdao_busan", "bohai_daesan", "bohai_gunsan", "bohai_pohang", "busan_kanmon",
    "busan_tsugaru", "busan_osumi", "donghae_vladivostok", "ulsan_vladivostok",
)  # fmt: skip
_TANKER_LANES = (
    "yangtze_ulsan",
    "taiwan_yeosu",
    "bohai_daesan",
    "ulsan_vladivostok",
    "qingdao_busan",
    "taiwan_incheon",
)
_FERRY_LANES = ("busan_hakata", "pohang_ulleung", "donghae_ulleung", "incheon_jeju", "jeju_yeosu", "jeju_busan")
_COAST_LANES = ("sokcho_donghae", "pohang_busan", "jeju_yeosu")
_ANCHORAGES = ("busan", "ulsan", "yeosu", "incheon", "daesan", "pohang", "donghae", "gunsan")
_FISHING_GROUNDS = (
    "squid_east", "hupo", "okgye_coast", "pohang_east", "strait", "south_sea", "jeju_south", "jeju_west", "heuksan",
    "chilsan", "west_mid", "incheon_sea",
)  # fmt: skip
_PATROLS = ("hupo", "strait", "jeju_south", "west_mid", "incheon_sea", "squid_east")

# What ships put into the destination field: the code of the place, spelt the several ways that crews spell it.
DESTINATIONS = {
    "okgye": "KR OKK", "donghae": "KRTGH", "pohang": "KR KPO", "ulsan": "KR USN", "busan": "KRPUS",
    "busan_new": "KR PUS",
    "yeosu": "KR KAN", "incheon": "KRINC", "daesan": "KR TSN", "gunsan": "KR KUV", "jeju": "KR CHA", "sokcho": "KR SHO",
    "zhapu": "CN ZAP", "yangtze": "CN SHA", "taiwan_n": "SG SIN", "qingdao": "CN TAO", "bohai": "CN TXG",
    "kanmon": "JP SHS", "hakata": "JP HKT", "tsugaru_w": "US SEA", "osumi_w": "US LAX", "vladivostok": "RU VVO",
    "ulleung": "ULLEUNG",
}  # fmt: skip


@dataclass(slots=True)
class Yard:
    """Builds invented ships one after the other; the same source gives the same ships."""

    source: random.Random
    serial: int = 0
    names: set[str] = field(default_factory=set)

    def number(self) -> int:
        """The next serial, from which name, MMSI and IMO number follow."""
        self.serial += 1
        return self.serial

    def build(self, name: str, kind: str, flag: str, motion: Motion, ends: tuple[str, str] = ("", "")) -> Ship:
        """A ship of a vessel class; `ends` are the points at the start and the end of its lane."""
        serial = self.number()
        if name in self.names:
            name = f"{name} {serial}"  # two ships of one name would make the story's puzzle unfair
        self.names.add(name)
        length, beam, draught, large = _SIZES[kind]
        grown = self.source.uniform(0.8, 1.25)
        return Ship(
            mmsi=invented_mmsi(flag, serial),
            imo=invented_imo(serial) if large else None,
            name=name,
            call_sign=f"ZQ{flag[0]}{serial:03d}",
            vessel_class=kind,
            ship_type=CLASS_OF_TYPE[kind],
            flag=flag,
            length_m=round(length * grown),
            beam_m=round(beam * grown),
            draught_m=round(draught * grown, 1),
            outbound=DESTINATIONS.get(ends[1], ""),
            inbound=DESTINATIONS.get(ends[0], ""),
            motion=motion,
            class_b=kind == "pleasure" or (kind == "fishing" and serial % 2 == 0),
        )

    def near(self, point: Point, room_miles: float) -> Point:
        """A point at most `room_miles` away, so that ships on one lane do not run through each other."""
        return moved(point, self.source.uniform(0, 360), self.source.uniform(0, room_miles))

    def shuttle(self, name: str, knots: float, stay_hours: float) -> Shuttle:
        """A motion to and fro on a lane, a little beside the drawn line; the ends are roomier at sea than in port."""
        drawn = lane(name)
        shifted = (
            self.near(drawn[0], 0.6),
            *(self.near(point, 1.2) for point in drawn[1:-1]),
            self.near(drawn[-1], 0.6),
        )
        return Shuttle(Path(shifted), knots, stay_hours, self.source.random())


_SIZES: dict[str, tuple[int, int, float, bool]] = {  # length and beam in metres, draught, carries an IMO number
    "cargo": (180, 29, 9.5, True),
    "tanker": (170, 28, 9.0, True),
    "passenger": (120, 20, 5.5, True),
    "fishing": (24, 6, 2.4, False),
    "tug": (32, 10, 3.8, False),
    "pleasure": (11, 4, 1.6, False),
    "law_enforcement": (90, 14, 4.5, False),
    "military": (110, 14, 5.0, False),
    "sar": (30, 7, 2.0, False),
}


def background(yard: Yard) -> list[Ship]:
    """Every ship that has nothing to do with the story."""
    return [*_merchants(yard), *_small_craft(yard), *_state_ships(yard)]


def _merchant_name(yard: Yard, number: int) -> str:
    root = _ROOTS[number % len(_ROOTS)]
    if number % 7 == 3:
        return f"{root} {yard.source.randint(2, 29)}"
    return f"{root} {_SECONDS[(number * 3 + number // len(_ROOTS)) % len(_SECONDS)]}"


def _merchants(yard: Yard) -> list[Ship]:
    flags = ("PA", "LR", "MH", "HK", "KR", "KR", "CN", "JP", "SG", "RU")
    ships = []
    for number in range(36):
        name = _CARGO_LANES[number % len(_CARGO_LANES)]
        motion = yard.shuttle(name, yard.source.uniform(9.5, 15.5), yard.source.uniform(8, 30))
        flag = yard.source.choice(flags)
        ships.append(yard.build(_merchant_name(yard, number), "cargo", flag, motion, _ends(name)))
    for number in range(12):
        name = _TANKER_LANES[number % len(_TANKER_LANES)]
        motion = yard.shuttle(name, yard.source.uniform(9, 13.5), yard.source.uniform(10, 36))
        flag = yard.source.choice(flags)
        ships.append(yard.build(_merchant_name(yard, number + 40), "tanker", flag, motion, _ends(name)))
    for number, name in enumerate(_ANCHORAGES):
        mooring = Mooring(yard.near(POINTS[name], 0.8), 0.12, yard.source.uniform(0, 360))
        kind = "tanker" if number % 3 == 0 else "cargo"
        ships.append(
            yard.build(_merchant_name(yard, number + 53), kind, yard.source.choice(flags), mooring, (name, name))
        )
    for number, name in enumerate(_FERRY_LANES):
        motion = yard.shuttle(name, yard.source.uniform(17, 24), yard.source.uniform(1.5, 4))
        ships.append(yard.build(f"{_ROOTS[number + 9]} FERRY", "passenger", "KR", motion, _ends(name)))
    return ships


def _small_craft(yard: Yard) -> list[Ship]:
    ships = []
    for number in range(28):
        centre, room = GROUNDS[_FISHING_GROUNDS[number % len(_FISHING_GROUNDS)]]
        radius = yard.source.uniform(0.3, 0.6) * room
        motion = Round(
            yard.near(centre, room - radius),
            radius,
            yard.source.uniform(1.8, 4.5),
            yard.source.uniform(0, 360),
            FISHING,
        )
        name = f"{_BOATS[number % len(_BOATS)]} {yard.source.randint(3, 108)}"
        ships.append(yard.build(name, "fishing", "CN" if number % 9 == 8 else "KR", motion))
    for number, yacht in enumerate(_YACHTS):
        if number % 2:
            sail = yard.shuttle(_COAST_LANES[number % len(_COAST_LANES)], yard.source.uniform(5, 8), 20)
            ships.append(yard.build(yacht, "pleasure", "KR", sail))
        else:
            centre, room = GROUNDS["busan_bay" if number % 4 else "okgye_coast"]
            turn = Round(
                centre, room * yard.source.uniform(0.4, 0.9), yard.source.uniform(4, 7), 45.0 * number, UNDER_WAY
            )
            ships.append(yard.build(yacht, "pleasure", "KR", turn))
    for name in ("busan", "ulsan", "yeosu", "incheon", "pohang", "donghae"):
        mooring = Mooring(yard.near(POINTS[name], 0.5), 0.05, yard.source.uniform(0, 360))
        ships.append(
            yard.build(
                f"{yard.source.choice(_BOATS)} TUG {yard.source.randint(2, 40)}", "tug", "KR", mooring, (name, name)
            )
        )
    return ships


def _state_ships(yard: Yard) -> list[Ship]:
    ships = []
    for number, name in enumerate(_PATROLS):
        centre, room = GROUNDS[name]
        patrol = Round(centre, room * 0.9, yard.source.uniform(8, 14), 60.0 * number, UNDER_WAY)
        ships.append(yard.build(f"HAEMARU PATROL {101 + number}", "law_enforcement", "KR", patrol))
    for number, name in enumerate(("squid_east", "west_mid", "strait")):
        centre, room = GROUNDS[name]
        sweep = Round(centre, room * 0.7, yard.source.uniform(10, 15), 120.0 * number, UNDER_WAY)
        ships.append(yard.build(f"INVENTED NAVY {number + 1}", "military", "KR", sweep))
    for name in ("donghae", "jeju"):
        mooring = Mooring(yard.near(POINTS[name], 0.3), 0.03, yard.source.uniform(0, 360))
        ships.append(yard.build(f"RESCUE {name.upper()}", "sar", "KR", mooring))
    return ships


def _ends(name: str) -> tuple[str, str]:
    return LANES[name][0], LANES[name][-1]
