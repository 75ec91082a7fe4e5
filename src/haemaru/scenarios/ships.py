"""Invented ships: what they are, how they move, and names and numbers that nobody bears.

Names are put together from invented words. An invented MMSI is a real country code followed by `99` and a serial, an
invented IMO number is `29` and a serial with a correct check digit, in a series that no register is known to have
given out: both have the right form, and any likeness to a real ship is chance.
"""

from dataclasses import dataclass

from haemaru.scenarios.motion import Motion

CLASS_OF_TYPE = {
    "fishing": 30,
    "tug": 52,
    "military": 35,
    "pleasure": 37,
    "sar": 51,
    "law_enforcement": 55,
    "passenger": 60,
    "cargo": 70,
    "tanker": 80,
}
"""The vessel classes of this world, with the AIS ship type that each sends."""

MID = {"KR": 440, "PA": 351, "LR": 636, "MH": 538, "HK": 477, "CN": 412, "JP": 431, "RU": 273, "SG": 563, "NO": 257}
"""The maritime country code of the flags used here."""


@dataclass(frozen=True, slots=True)
class Ship:
    """One invented ship: identity, size and motion."""

    mmsi: int
    imo: int | None
    name: str
    call_sign: str
    vessel_class: str
    ship_type: int
    flag: str
    length_m: int
    beam_m: int
    draught_m: float
    outbound: str  # AIS destination towards the last point of its lane
    inbound: str  # and on the way back
    motion: Motion
    eta: tuple[int, int, int, int] = (0, 0, 24, 60)  # month, day, hour, minute as AIS says "not available"
    class_b: bool = False

    def subject(self) -> dict[str, object]:
        """The ship as the subject of a record."""
        subject: dict[str, object] = {"type": "vessel", "mmsi": self.mmsi, "name": self.name}
        if self.imo is not None:
            subject["imo"] = self.imo
        return subject

    def destination(self, at_ms: int) -> str:
        """The destination that the ship sends at this moment."""
        return self.inbound if self.motion.returning(at_ms) else self.outbound


def invented_mmsi(flag: str, serial: int) -> int:
    """The MMSI of an invented ship: country code, `99`, four digits of serial."""
    return MID[flag] * 1_000_000 + 990_000 + serial


def invented_imo(serial: int) -> int:
    """The IMO number of an invented ship: `29`, four digits of serial, check digit."""
    digits = f"29{serial:04d}"
    check = sum(int(digit) * weight for digit, weight in zip(digits, range(7, 1, -1), strict=True)) % 10
    return int(f"{digits}{check}")
