"""Commands on the watch of both agencies: who covers what, sensors declared, what is heard told to partners."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haemaru.node.answer import Answer
from haemaru.surveillance.watch_coverage import MOST_HOURS
from haemaru.values.instant import parse_time
from haemaru.wording import Fault

if TYPE_CHECKING:
    from haemaru.node.node import Node

_MOST_BYTES = 4_000_000


def report(node: "Node", params: dict[str, Any]) -> Answer:
    """Who covers what, and the blind spots; declares sensors and tells what is heard first where asked."""
    hours = int(params.get("hours") or 12)
    if not 0 < hours <= MOST_HOURS:
        raise Fault("coverage_hours", "hours", hours=hours, most=MOST_HOURS)
    since = parse_time(str(params["since"]), "--since") if params.get("since") else None
    done: dict[str, Any] = {}
    if params.get("declare"):
        done["declared"] = node.coverage.declare(_read(Path(str(params["declare"]))))
    if params.get("tell"):
        done["told_cells"] = node.coverage.tell()
    return Answer({**done, **node.coverage.report(since, hours)})


def _read(path: Path) -> list[Any]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise Fault("bad_sensor", str(path), problem=f"> {_MOST_BYTES}")
        read = json.loads(path.read_bytes())
    except OSError as problem:
        raise Fault("cannot_read", str(path), detail=problem.strerror or str(problem)) from None
    except (ValueError, RecursionError) as problem:
        raise Fault("bad_sensor", str(path), problem=str(problem)[:200]) from None
    sensors = read.get("sensors") if isinstance(read, dict) else read
    if not isinstance(sensors, list):
        raise Fault("bad_sensor", str(path), problem="sensors: [...]")
    return sensors
