"""Cursor on Target: the XML events that radars, patrol tablets and aircraft speak, read and written.

Read are surface tracks: an `event` whose `type` is an atom at sea (`a-?-S...`), with `uid`, `time`, a `point` and,
where told, `detail/track` (course in degrees, speed in metres a second). Everything else is counted under its code and
quarantined. Entities and document types are refused before they are looked at: no event needs them and hostile ones do.

The shape is that of the public schema "Event.xsd" (MITRE, 2.0): version, uid, type, how, time, start, stale, point
(lat, lon, hae, ce, le); 9999999 means unknown there.
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from haemaru.clock import format_time, from_ms, to_ms
from haemaru.surveillance.contacts.contact import UNKNOWN_ERROR, Contact
from haemaru.surveillance.feeds.table import RowRefused, read_number, read_place, read_tenths
from haemaru.surveillance.fixes import MISSING, UNITS_PER_DEGREE
from haemaru.values.instant import parse_time
from haemaru.wording import Fault

LONGEST_EVENT = 65_536
KNOTS_PER_MPS = 1.943_844  # 3600 s / 1852 m
_UNKNOWN = 9_999_999.0
_EVENT_END = b"</event>"
_START = re.compile(rb"<event[\s>]")
_HOW = {"m-r": "radar", "h-e": "patrol", "m-v": "camera", "m-p": "aircraft"}
_FASTEST_KN = 102.3
_STALE_AFTER = timedelta(minutes=5)


class CotDecoder:
    """Decodes a stream of events however it is cut into pieces; counts each as a contact or under a code."""

    def __init__(self) -> None:
        self._rest = b""
        self.rows = 0
        self.quarantined: Counter[str] = Counter()

    def feed(self, lines: Iterable[bytes]) -> list[Contact]:
        """The contacts in these lines; an event may span several."""
        *events, self._rest = (self._rest + b"\n".join(lines) + b"\n").split(_EVENT_END)
        contacts = [self._event(event) for event in events]
        if len(self._rest) > LONGEST_EVENT:
            self._refuse("too_long")
            self._rest = b""
        return [contact for contact in contacts if contact is not None]

    def end(self) -> None:
        """Tells that no more comes: what stands there without its end is quarantined as cut off."""
        if _START.search(self._rest):
            self._refuse("truncated")
        self._rest = b""

    def _refuse(self, code: str) -> None:
        self.rows += 1
        self.quarantined[code] += 1

    def _event(self, text: bytes) -> Contact | None:
        starts = [found.start() for found in _START.finditer(text)]
        if not starts:
            self._refuse("bad_event")
            return None
        for _ in starts[:-1]:  # an event that began and never ended before this one began
            self._refuse("truncated")
        try:
            contact = read_event(text[starts[-1] :] + _EVENT_END)
        except RowRefused as refused:
            self._refuse(str(refused))
            return None
        self.rows += 1
        return contact


def read_event(text: bytes) -> Contact:
    """The contact in one event; raises `RowRefused` with the quarantine code."""
    if len(text) > LONGEST_EVENT:
        raise RowRefused("too_long")
    try:
        event = fromstring(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise RowRefused("bad_event") from None
    kind, uid, point = event.get("type", ""), event.get("uid", "").strip(), event.find("point")
    if not kind.startswith("a-") or kind.split("-")[2:3] != ["S"]:
        raise RowRefused("not_surface")
    if not 0 < len(uid) <= 120:
        raise RowRefused("bad_track")
    place = None if point is None else read_place(point.get("lat", ""), point.get("lon", ""))
    if point is None or place is None:
        raise RowRefused("bad_position")
    sog, cog = _motion(event.find("detail/track"))
    return Contact(
        track=uid,
        t=_time(event.get("time", "")),
        lat=place[0],
        lon=place[1],
        sog=sog,
        cog=cog,
        sensor=_HOW.get(event.get("how", "")[:3], "other"),
        station=_station(event),
        error_m=_error(point.get("ce", "")),
    )


def _motion(track: Element | None) -> tuple[int, int]:
    if track is None:
        return MISSING, MISSING
    speed = read_number(track.get("speed", ""))
    sog = MISSING if speed is None else read_tenths(str(speed * KNOTS_PER_MPS), _FASTEST_KN)
    return sog, read_tenths(track.get("course", ""), 360.0)


def _station(event: Element) -> str:
    source = event.find("detail/contact")
    return "" if source is None else source.get("callsign", "")[:120]


def _error(text: str) -> int:
    value = read_number(text)
    return UNKNOWN_ERROR if value is None or not 0 <= value < _UNKNOWN else round(value)


def _time(text: str) -> int:
    try:
        return to_ms(parse_time(text))
    except Fault:
        raise RowRefused("bad_time") from None


def vessel_event(mmsi: int, name: str, at: tuple[int, int, int], sog: int, cog: int) -> bytes:
    """One ship as an event for a device in the field; `at` is (UTC ms, lat, lon), sog 0.1 knot, cog 0.1 degree.

    >>> b'type="a-u-S-X"' in vessel_event(440000001, "", (0, 21_000_000, 77_400_000), 32767, 32767)
    True
    """
    moment = from_ms(at[0])
    told = {"version": "2.0", "uid": f"MMSI-{mmsi}", "type": "a-u-S-X", "how": "m-g", "time": format_time(moment)}
    event = Element("event", {**told, "start": format_time(moment), "stale": format_time(moment + _STALE_AFTER)})
    lat, lon = f"{at[1] / UNITS_PER_DEGREE:.6f}", f"{at[2] / UNITS_PER_DEGREE:.6f}"
    SubElement(event, "point", {"lat": lat, "lon": lon, "hae": "0", "ce": "9999999", "le": "9999999"})
    detail = SubElement(event, "detail")
    SubElement(detail, "contact", {"callsign": name or str(mmsi)})
    if MISSING not in (sog, cog):
        SubElement(detail, "track", {"speed": f"{sog / 10 / KNOTS_PER_MPS:.3f}", "course": f"{cog / 10:.1f}"})
    return bytes(tostring(event, encoding="utf-8", xml_declaration=True)) + b"\n"
