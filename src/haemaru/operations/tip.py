"""A tip as it was phoned in: whatever the caller knew, in the words that were used, and nothing that was not said.

Sixty seconds are enough to fill the form in. No field is required, but a tip that names no ship, no place and no words
says nothing and is refused. Numbers are read, not judged: a wrong check digit is shown beside the candidates later.
"""

from collections.abc import Mapping
from typing import Any

from haemaru.clock import format_time
from haemaru.geography import Port, find_ports
from haemaru.operations.form import Form, one_of, text, time
from haemaru.operations.hand import Hand
from haemaru.records import Record
from haemaru.values.grade import Grade
from haemaru.values.imo import Imo
from haemaru.values.instant import parse_time
from haemaru.values.mmsi import Mmsi
from haemaru.wording import Fault

CHANNELS = ("phone", "mail", "message", "radio", "person", "partner")
_DAY_S = 86_400


def _grade(value: object, where: str) -> dict[str, str]:
    # A bare code such as "B2" is of the Admiralty scheme, the one that duty rooms speak.
    grade = Grade.parse(value, "admiralty", where) if isinstance(value, str) else Grade.from_json(value, where)
    return grade.as_json()


FORM = Form(
    {
        "vessel_name": text(100),
        "imo": lambda value, where: Imo.parse(value, where).number,
        "mmsi": lambda value, where: Mmsi.parse(value, where).number,
        "call_sign": text(20),
        "flag": text(40),
        "ship_type": text(60),
        "port": text(100),
        "last_port": text(100),
        "area": text(200),
        "eta": time,
        "cargo": text(200),
        "text": text(),
        "caller": text(200),
        "received_at": time,
        "heard_at": time,
        "channel": one_of(*CHANNELS),
        "grade": _grade,
    }
)
"""The fields of a tip, as they stand in FILE.json and in the console's form."""

_SAYING = ("vessel_name", "imo", "mmsi", "call_sign", "port", "area", "text")


def read_tip(data: object, hand: Hand, where: str = "tip") -> Record:
    """An `operations.tip` record from a filled-in form; raises `Fault` naming the field that is wrong."""
    body = FORM.read(data, where)
    if not any(body.get(name) not in (None, "") for name in _SAYING):
        raise Fault("tip_says_nothing", where, fields=", ".join(_SAYING))
    heard = body.pop("heard_at", None)
    received = body.setdefault("received_at", heard or format_time(hand.at))
    if (parse_time(received, f"{where}.received_at") - hand.at).total_seconds() > _DAY_S:
        raise Fault("tip_from_future", f"{where}.received_at", received_at=received, now=format_time(hand.at))
    body.setdefault("channel", "phone")
    if "port" in body:
        place = tip_port(body)
        body["port_code"] = (place.locode or place.part_of) if place else None
    return hand.write("operations.tip", _subject(body), body, event_time=received)


def tip_port(body: Mapping[str, Any]) -> Port | None:
    """The port that the tip names, where the table knows it; an anchorage only if the tip says so."""
    found = find_ports(str(body.get("port") or ""))
    return next((place for place in found if place.kind != "anchorage"), found[0] if found else None)


def _subject(body: Mapping[str, Any]) -> dict[str, Any]:
    subject: dict[str, Any] = {"type": "vessel"}
    for key, name in (("mmsi", "mmsi"), ("imo", "imo"), ("vessel_name", "name"), ("call_sign", "call_sign")):
        if body.get(key):
            subject[name] = body[key]
    return subject
