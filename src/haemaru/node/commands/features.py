"""Commands that hand the picture to other programs of the own agency, as files."""

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from haemaru.node.answer import Answer
from haemaru.node.desk.features import COLLECTIONS
from haemaru.node.printing import write_new
from haemaru.surveillance.contacts import vessel_event
from haemaru.surveillance.features import Feature, collection, write_geoparquet
from haemaru.wording import Fault

if TYPE_CHECKING:
    from haemaru.node.node import Node

EXPORTED = "features.exported"
FORMATS = (".geojson", ".parquet", ".cot")


def export(node: "Node", params: dict[str, Any]) -> Answer:
    """Writes a collection to a new file: GeoJSON, GeoParquet, or (ships only) Cursor on Target; noted in the ledger."""
    name, out = str(params["collection"]), Path(str(params["out"]))
    if name not in COLLECTIONS:
        raise Fault("unknown_collection", name[:60], known=", ".join(COLLECTIONS))
    if out.suffix not in FORMATS or (out.suffix == ".cot" and name != "vessels"):
        raise Fault("unknown_feature_format", str(out), known=", ".join(FORMATS))
    if out.exists():
        raise Fault("export_exists", str(out))
    features = COLLECTIONS[name](node)
    data = _cot(node) if out.suffix == ".cot" else _written(features, out.suffix)
    clauses = sorted({str(each.properties["clause"]) for each in features if each.properties.get("clause")})
    told = {"collection": name, "features": len(features), "clauses": clauses}
    with node.ledger.write() as batch:
        batch.append(EXPORTED, msgspec.json.encode({**told, "file": out.name}))
    write_new(out, data)
    return Answer({**told, "file": str(out), "bytes": len(data)})


def _written(features: list[Feature], suffix: str) -> bytes:
    if suffix == ".geojson":
        return msgspec.json.encode(collection(features))
    buffer = io.BytesIO()
    write_geoparquet(features, buffer)
    return buffer.getvalue()


def _cot(node: "Node") -> bytes:
    columns = node.surveillance.columns()
    events = []
    for row in range(len(columns)):
        mmsi = int(columns.mmsi[row])
        static = node.surveillance.static(mmsi)
        at = (int(columns.t[row]), int(columns.lat[row]), int(columns.lon[row]))
        name = (static.name if static else None) or ""
        events.append(vessel_event(mmsi, name, at, int(columns.sog[row]), int(columns.cog[row])))
    return b"".join(events)
