"""Commands on what people saw at sea: a patrol, a beach watch, a caller."""

from typing import TYPE_CHECKING, Any

from haemaru.node.answer import Answer
from haemaru.node.hands import hand, share
from haemaru.records import Stamp
from haemaru.surveillance import Sighting, build_paper
from haemaru.values.instant import parse_time
from haemaru.wording import Fault

if TYPE_CHECKING:
    from haemaru.node.node import Node

_NUMBERS = ("lat", "lon", "distance_m", "photos")


def sight(node: "Node", params: dict[str, Any]) -> Answer:
    """Keeps what somebody saw as a record and shares it as the clauses let it."""
    told = {name: value for name in Sighting.__struct_fields__ if (value := params.get(name)) not in (None, "")}
    for name in _NUMBERS:
        if name in told:
            told[name] = _number(told[name], name)
    if "photos" in told:
        told["photos"] = int(told["photos"])
    for name in ("platform", "what"):
        if name not in told:
            raise Fault("sighting_needs", name, field=name)
    seen = parse_time(str(told["at"]), "at") if "at" in told else node.clock.now()
    by = hand(node, str(params.get("by", "")))
    stamp = Stamp(by.rid, by.party, seen, by.handling, by.levels)
    record = build_paper(Sighting(**told), _subject(params), stamp)
    with node.ledger.write() as batch:
        results = share(node, batch, record)
    node.workers.wake()
    return Answer({"rid": record["rid"], "sealed": sum(result.outcome == "sealed" for result in results)})


def _subject(params: dict[str, Any]) -> dict[str, Any]:
    subject: dict[str, Any] = {"type": "vessel"}
    if params.get("vessel_name"):
        subject["name"] = str(params["vessel_name"])
    if params.get("mmsi"):
        subject["mmsi"] = int(_number(params["mmsi"], "mmsi"))
    return subject


def _number(value: Any, field: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise Fault("bad_number", field, text=str(value)[:60]) from None
