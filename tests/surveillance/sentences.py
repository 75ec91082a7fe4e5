"""Builds AIS lines for tests: invented ships, right checksums unless asked otherwise."""

from typing import Any

from pyais import encode_dict

# Two invented ships whose destinations would make a third one if their parts were mixed.
SHIP_A: dict[str, Any] = {
    "mmsi": 440999101,
    "shipname": "INVENTED ALPHA",
    "destination": "ROSTOCK HARBOUR",
    "ship_type": 71,
}
SHIP_B: dict[str, Any] = {
    "mmsi": 440999102,
    "shipname": "INVENTED BRAVO",
    "destination": "WISMAR ANCHORAGE",
    "ship_type": 30,
}
HOUR = 1_743_552_000  # 2025-04-02T00:00:00Z


def checksum(text: str) -> str:
    value = 0
    for byte in text.encode("latin-1"):
        value ^= byte
    return f"{value:02X}"


def nmea(text: str, start: str = "!") -> bytes:
    """`text` between start mark and checksum."""
    return f"{start}{text}*{checksum(text)}".encode("latin-1")


def tagged(tags: str, line: bytes, wrong: bool = False) -> bytes:
    """The line behind a tag block."""
    return f"\\{tags}*{'00' if wrong else checksum(tags)}\\".encode() + line


def position(mmsi: int = 440999101, lat: float = 37.5, lon: float = 129.25, **more: Any) -> bytes:
    """A class A position report in one sentence."""
    fields = {"msg_type": 1, "mmsi": mmsi, "lat": lat, "lon": lon, "speed": 12.3, "course": 45.6, "second": 10}
    return str(encode_dict({**fields, **more}, talker_id="AI", sentence_type="VDM", radio_channel="A")[0]).encode()


def static(ship: dict[str, Any], sequence: int = 3, channel: str = "A") -> tuple[bytes, bytes]:
    """The two sentences of a type 5."""
    fields = {"msg_type": 5, "callsign": "DSZZ", "imo": 9999993, **ship}
    first, second = encode_dict(fields, talker_id="AI", sentence_type="VDM", radio_channel=channel, seq_id=sequence)
    return str(first).encode(), str(second).encode()


def payload(line: bytes) -> str:
    """What a sentence carries."""
    return line.split(b",")[5].decode()


def single(body: str, fill: int = 0, channel: str = "A") -> bytes:
    """A sentence with this payload."""
    return nmea(f"AIVDM,1,1,,{channel},{body},{fill}")
