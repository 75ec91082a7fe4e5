"""How many decisions a second, against Cedar on the same records in the same run.

The peer is `cedarpy.is_authorized` with policies parsed beforehand and entities handed over per record, as a node that
used Cedar would have to call it. Cedar answers one question (may this record leave at all?); ours answers it field by
field, with clause, obligations and redactions, and keeps the trace unwritten until somebody asks. Areas are decided for
Cedar beforehand and the time for that is not counted against it.
"""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from haemaru.agreement import Agreement, Coded, Columns, decide, decide_batch, load_agreement
from haemaru.agreement.cedar import cedar_entity, cedar_policies, cedar_request
from haemaru.clock import format_time, to_ms

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WAY = ("kcg", "kcs")
PURPOSE = "narcotics_interdiction"
CLASSES = ("cargo", "tanker", "passenger", "fishing", "tug", "pleasure", "sar", "military", "law_enforcement", "other")
_AGREEMENT = "agreements/kcg-kcs-narcotics.toml"


def measure(*, records: int = 2_000, rows: int = 500_000, seconds: float = 1.0) -> dict[str, Any]:
    """Decisions a second scalar and in batch, and Cedar's, with the ratio; a few seconds in all."""
    import cedarpy

    agreement = _model_agreement()
    sample = sample_records(records)
    policies = cedarpy.PolicySet.from_str(cedar_policies(agreement))
    asked = [(cedar_request(r, WAY, PURPOSE, "body.lat"), [cedar_entity(agreement, r, AT)]) for r in sample]

    def ours(place: int) -> None:
        _ = decide(agreement, sample[place], *WAY, PURPOSE, AT).released

    def theirs(place: int) -> None:
        request, entities = asked[place]
        cedarpy.is_authorized(request, policies, entities)

    columns = sample_columns(rows)
    started = perf_counter()
    decide_batch(agreement, columns, *WAY, PURPOSE, AT)
    batch_s = perf_counter() - started
    # Twice in turn, the better of each: whatever else the machine does falls on both alike.
    scalar = max(_rate(ours, len(sample), seconds / 2) for _ in range(2))
    peer = max(_rate(theirs, len(sample), seconds / 2) for _ in range(2))
    return {
        "clauses": len(agreement.clauses),
        "record_fields": 15,
        "decisions_per_second": round(scalar),
        "decision_us": round(1e6 / scalar, 2),
        "cedarpy_per_second": round(peer),
        "cedarpy_us": round(1e6 / peer, 2),
        "ratio": round(scalar / peer, 1),
        "batch_rows": rows,
        "batch_rows_per_second": round(rows / batch_s),
        "agree": _agreeing(agreement, sample, policies, asked),
    }


def _agreeing(agreement: Agreement, sample: list[dict[str, Any]], policies: Any, asked: list[Any]) -> bool:
    """Whether both judges said the same of every record: figures of two different questions prove nothing."""
    import cedarpy

    mine = [bool(decide(agreement, record, *WAY, PURPOSE, AT).released) for record in sample]
    return mine == [cedarpy.is_authorized(request, policies, entities).allowed for request, entities in asked]


def _rate(call: Callable[[int], None], size: int, seconds: float) -> float:
    call(0)
    done = 0
    started = perf_counter()
    while (spent := perf_counter() - started) < seconds:
        for place in range(0, size, 7):  # one look at the clock for many calls
            call(place)
            done += 1
    return done / spent


def _model_agreement() -> Agreement:
    package = Path(str(files("haemaru")))
    places = (package / _AGREEMENT, package.parents[1] / _AGREEMENT)  # as installed, as in a clone
    return load_agreement(next(place for place in places if place.exists()).read_bytes(), _AGREEMENT)


def sample_records(count: int) -> list[dict[str, Any]]:
    """Invented position records of 15 fields, some of each class of vessel, some in the exercise water, some old."""
    luck = random.Random(1)  # noqa: S311 - invented data, no secret
    return [
        {
            "rid": f"bench-{number}",
            "kind": "surveillance.position",
            "subject": {"type": "vessel", "mmsi": str(440_000_000 + number), "name": f"INVENTED {number}"},
            "event_time": format_time(AT - timedelta(seconds=luck.randrange(100_000))),
            "handling": {"level": "restricted", "caveats": []},
            "origin": "kcg",
            "body": {
                "lat": round(luck.uniform(33.0, 38.5), 5),
                "lon": round(luck.uniform(124.0, 131.0), 5),
                "sog": round(luck.uniform(0, 20), 1),
                "cog": round(luck.uniform(0, 359.9), 1),
                "vessel_class": luck.choice(CLASSES),
                "heard_by": luck.randrange(1, 5),
            },
        }
        for number in range(count)
    ]


def sample_columns(size: int) -> Columns:
    """The same kind of positions as columns."""
    luck = np.random.default_rng(1)
    return Columns(
        kind="surveillance.position",
        size=size,
        constant={"subject.type": "vessel", "handling.level": "restricted", "handling.caveats": [], "origin": "kcg"},
        arrays={
            "subject.mmsi": 440_000_000 + luck.integers(0, 5_000, size),
            "body.lat": luck.uniform(33.0, 38.5, size),
            "body.lon": luck.uniform(124.0, 131.0, size),
            "body.sog": luck.uniform(0, 20, size),
            "body.cog": luck.uniform(0, 359.9, size),
            "body.vessel_class": Coded(luck.integers(0, len(CLASSES), size), CLASSES),
        },
        event_time_ms=to_ms(AT) - luck.integers(0, 100_000_000, size),
    )
