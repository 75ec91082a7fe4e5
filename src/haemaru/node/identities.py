"""What ships say of themselves, told to partners beside their positions: one record a ship, corrected when it changes.

A position without a name is a dot. The record is decided like any other: a warship's stays as silently as its
positions do.
"""

from collections.abc import Callable
from typing import Any

from haemaru.agreement import Agreement, standing_purpose
from haemaru.clock import Clock, format_time, from_ms
from haemaru.exchange import Exchange, Held
from haemaru.ledger import Batch
from haemaru.surveillance import CLASSES, Static, class_of_ship_type

KIND = "surveillance.identity"
Between = Callable[[str], tuple[Agreement, ...]]
"""The agreements with a partner, in the order in which they are asked."""

_TOLD = ("call_sign", "destination", "length_m", "beam_m")


def rid_of(party: str, mmsi: int) -> str:
    """The name of the one record in which a party tells a ship's identity."""
    return f"ais-{party}-{mmsi:09d}"


def tell(exchange: Exchange, batch: Batch, static: Static, between: Between, clock: Clock, level: str) -> None:
    """Tells every partner a ship's identity, or corrects what they were told; quiet where nothing is new."""
    subject = {"type": "vessel", "mmsi": static.mmsi}
    subject |= {key: value for key in ("imo", "name") if (value := getattr(static, key))}
    body: dict[str, Any] = {key: value for key in _TOLD if (value := getattr(static, key)) not in (None, "")}
    body["vessel_class"] = CLASSES[class_of_ship_type(static.ship_type)]
    if body["vessel_class"] == "unknown":
        return
    rid = rid_of(exchange.party, static.mmsi)
    known = exchange.holdings.find(rid)
    if known is not None and known.record["body"] == body and known.record["subject"] == subject:
        return
    if known is not None:
        exchange.correct(batch, rid, body, subject=subject)
        return
    record = {
        "rid": rid,
        "kind": KIND,
        "subject": subject,
        "event_time": format_time(clock.now() if static.at is None else from_ms(static.at)),
        "handling": {"level": level, "caveats": []},
        "origin": exchange.party,
        "body": body,
    }
    exchange.store(batch, record)
    for peer in exchange.peers():
        for agreement in between(peer.party):
            purpose = standing_purpose(agreement, KIND, exchange.party, peer.party)
            if purpose is not None:
                exchange.put(batch, record, peer.party, purpose, agreement=agreement.id)


def heard(held: Held) -> Static | None:
    """The ship that a partner's identity record speaks of; None where the clauses left no number."""
    subject, body = held.record.get("subject") or {}, held.record.get("body") or {}
    mmsi = subject.get("mmsi")
    if not isinstance(mmsi, int):
        return None
    return Static(
        mmsi,
        name=_text(subject.get("name")),
        imo=subject["imo"] if isinstance(subject.get("imo"), int) else None,
        call_sign=_text(body.get("call_sign")),
        destination=_text(body.get("destination")),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
