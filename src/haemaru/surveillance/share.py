"""What of a batch of fixes may leave, cut out under the agreement and packed for the exchange; and the way back.

`share` asks the agreement about all rows at once. Rows that leave alike become one Arrow batch that holds only the
released columns, with the header parts that the exchange seals it under; the rows that stay are counted by the clause
that keeps them. Every row is in exactly one of both. `read_shared` trusts nothing that arrives.

A ship whose number a clause pseudonymises travels as `ship`, a number made from the pseudonym; in the receiver's
columns she has a negative one, always the same for the same ship.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from haemaru.agreement import Agreement, Coded, Columns, Decision, decide_batch, treated_column
from haemaru.clock import format_time, from_ms, to_ms
from haemaru.exchange.arrow import COLUMNS, check_positions
from haemaru.exchange.errors import EnvelopeRefused
from haemaru.surveillance import times
from haemaru.surveillance.fixes import MISSING, UNITS_PER_DEGREE, Fixes
from haemaru.surveillance.vessel_class import CLASSES, class_code
from haemaru.values.instant import parse_time
from haemaru.wording import Fault

KIND = "surveillance.position"
BATCH_ROWS = 50_000
# Without who, when and where a row is no position; the clause that keeps one of these keeps the row.
_NEEDED = ("subject.mmsi", "event_time", "body.lat", "body.lon")
_HEADER_LEAVES = frozenset(("rid", "kind", "origin", "handling.level", "handling.caveats", "refs"))
_EARLIEST_MS, _LATEST_MS = 631_152_000_000, 4_102_444_800_000  # 1990 to 2100
_PSEUDONYM_BITS = 30

Group = tuple[dict[str, Any], bytes, int]
Numbers = npt.NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class Handling:
    """How the positions must be handled: a level and its caveats."""

    level: str
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shared:
    """What leaves, as `Exchange.put_positions` takes it: (header parts, Arrow bytes, rows), and what stays."""

    groups: list[Group]
    withheld: dict[str, int]
    kept: npt.NDArray[np.int64]
    """The places of the rows that stay."""

    @property
    def rows(self) -> int:
        """How many rows leave."""
        return sum(rows for _, _, rows in self.groups)


@dataclass(frozen=True, slots=True, eq=False)
class _Bundle:
    rows: npt.NDArray[np.int64]
    paths: dict[str, tuple[str, str]]
    decision: Decision

    def fits(self, other: "_Bundle", missing: Mapping[str, npt.NDArray[np.bool_]]) -> bool:
        """Whether the rows of `other` may travel with these: alike but for values they do not have at all."""
        absent = self.paths.keys() - other.paths.keys()
        return (
            self.decision.clause_ids == other.decision.clause_ids
            and self.decision.open_redactions() == other.decision.open_redactions()
            and all(self.paths.get(path) == kept for path, kept in other.paths.items())
            and all(path in missing and bool(missing[path][other.rows].all()) for path in absent)
        )


def share(
    agreement: Agreement,
    fixes: Fixes,
    way: tuple[str, str],
    purpose: str,
    at: datetime,
    *,
    handling: Handling | None = None,
    pseudonym_key: bytes | None = None,
    demanded: Container[str] = (),
    approved: Container[str] = (),
) -> Shared:
    """What of these fixes may leave, for a purpose at a moment; `way` is (own party, receiver).

    Without `handling` the positions carry the lowest level of the agreement.
    """
    marking = handling or Handling(agreement.handling_levels[0])
    columns = as_columns(fixes, way[0], marking)
    decided = decide_batch(agreement, columns, *way, purpose, at, demanded=demanded, approved=approved)
    withheld = dict(decided.withheld)
    bundles: list[_Bundle] = []
    found = [
        _Bundle(np.flatnonzero(mask), paths, decision)
        for (mask, paths), decision in zip(decided.groups, decided.decisions, strict=True)
    ]
    for bundle in sorted(found, key=lambda one: -len(one.paths)):
        keeper = _keeper(bundle)
        if keeper is not None:
            withheld[keeper] = withheld.get(keeper, 0) + len(bundle.rows)
            continue
        for place, other in enumerate(bundles):
            if other.fits(bundle, columns.missing):
                bundles[place] = _Bundle(np.append(other.rows, bundle.rows), other.paths, other.decision)
                break
        else:
            bundles.append(bundle)
    groups = [group for bundle in bundles for group in _groups(fixes, columns, bundle, marking, pseudonym_key)]
    kept = np.ones(len(fixes), dtype=np.bool_)
    for bundle in bundles:
        kept[bundle.rows] = False
    return Shared(groups, withheld, np.flatnonzero(kept))


def as_columns(fixes: Fixes, origin: str, handling: Handling) -> Columns:
    """The fixes as records of kind `surveillance.position`, one a row."""
    return Columns(
        kind=KIND,
        size=len(fixes),
        constant={
            "origin": origin,
            "handling.level": handling.level,
            "handling.caveats": list(handling.caveats),
            "subject.type": "vessel",
        },
        arrays={
            "subject.mmsi": fixes.mmsi,
            "body.lat": fixes.lat / UNITS_PER_DEGREE,
            "body.lon": fixes.lon / UNITS_PER_DEGREE,
            "body.sog": fixes.sog / 10,
            "body.cog": fixes.cog / 10,
            "body.vessel_class": Coded(fixes.vessel_class.astype(np.int64), CLASSES),
        },
        missing={
            "subject.mmsi": ~fixes.named(),
            "body.sog": fixes.sog == MISSING,
            "body.cog": fixes.cog == MISSING,
            "body.vessel_class": fixes.vessel_class == 0,
        },
        event_time_ms=fixes.t,
    )


def _keeper(bundle: _Bundle) -> str | None:
    """The clause that keeps a field without which there is no position, "none" if none names it; None if all leave."""
    lacking = [path for path in _NEEDED if path not in bundle.paths]
    if not lacking:
        return None
    return next((clause for path, clause, _ in bundle.decision.withheld if path in lacking), "none")


def _groups(fixes: Fixes, columns: Columns, bundle: _Bundle, handling: Handling, key: bytes | None) -> Iterator[Group]:
    rows = np.sort(bundle.rows)
    for start in range(0, len(rows), BATCH_ROWS):
        chosen = rows[start : start + BATCH_ROWS]
        made = _treated(fixes.take(chosen), columns, chosen, bundle, key)
        latest = int(np.asarray(made["t"]).max())
        yield _parts(bundle, handling, latest), _arrow(made), len(chosen)


def _treated(
    fixes: Fixes, columns: Columns, rows: npt.NDArray[np.int64], bundle: _Bundle, key: bytes | None
) -> dict[str, Numbers]:
    """The released columns in their wire units, treated as the clauses say."""
    made: dict[str, Numbers] = {}
    for name, path in _PATHS.items():
        if path not in bundle.paths:
            continue
        plain = getattr(fixes, name)
        if bundle.paths[path][1] == "keep":
            made[name] = plain
        elif path == "event_time":
            texts = np.array([format_time(from_ms(ms)) for ms in fixes.t.tolist()], dtype=object)
            treated = treated_column(bundle.decision, path, texts, key).tolist()
            made[name] = np.array([to_ms(parse_time(text)) for text in treated], dtype=np.int64)
        elif path == "subject.mmsi":
            made.update(_identity(treated_column(bundle.decision, path, plain, key)))
        elif path == "body.vessel_class":
            words = np.array(CLASSES, dtype=object)[plain]
            treated = treated_column(bundle.decision, path, words, key).tolist()
            made[name] = np.array([class_code(word) if word in CLASSES else 0 for word in treated], dtype=np.uint8)
        else:
            source = columns.arrays[path]
            scale = UNITS_PER_DEGREE if name in ("lat", "lon") else 10
            values = treated_column(bundle.decision, path, np.asarray(source)[rows], key)
            if values.dtype.kind == "f":  # a pseudonymised number is text and has no column: it stays
                made[name] = np.where(plain == MISSING, MISSING, np.round(values * scale)).astype(plain.dtype)
    return made


_PATHS = {
    "mmsi": "subject.mmsi",
    "t": "event_time",
    "lat": "body.lat",
    "lon": "body.lon",
    "sog": "body.sog",
    "cog": "body.cog",
    "vessel_class": "body.vessel_class",
}


def _identity(treated: npt.NDArray[Any]) -> dict[str, Numbers]:
    if treated.dtype.kind in "iuf":
        return {"mmsi": treated.astype(np.int32)}
    numbers = [int.from_bytes(bytes.fromhex(str(text)[2:18]), "big", signed=True) for text in treated.tolist()]
    return {"ship": np.array(numbers, dtype=np.int64)}


def _parts(bundle: _Bundle, handling: Handling, latest: int) -> dict[str, Any]:
    """The header parts the batch is sealed under."""
    owed = {duty["obligation"]: duty for duty in bundle.decision.obligations}
    onward = owed.get("onward", {}).get("rule", "none")
    listed = isinstance(onward, list)
    return {
        "paths": [(path, *kept) for path, kept in bundle.paths.items() if path not in _HEADER_LEAVES],
        "clauses": list(bundle.decision.clause_ids),
        "event_time": format_time(from_ms(latest)),
        "handling": {"level": handling.level, "caveats": list(handling.caveats)},
        "redacted": bundle.decision.open_redactions(),
        "retain_until": owed.get("retain_until", {}).get("until"),
        "onward": "list" if listed else onward,
        "onward_to": list(onward) if listed else [],
    }


def _arrow(made: Mapping[str, Numbers]) -> bytes:
    schema = pa.schema([(name, kind) for name, kind in COLUMNS.items() if name in made])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_table(pa.table([pa.array(made[name]) for name in schema.names], schema=schema))
    return bytes(sink.getvalue().to_pybytes())


def outlived(agreement: Agreement, header: Mapping[str, Any], data: bytes, at: datetime) -> str | None:
    """Why a queued batch may no longer leave, decided again at this moment; None while it may.

    Of all conditions only those that read the event time alone can change while a batch waits. They are asked of its
    oldest row: one row that has grown too old keeps the batch.
    """
    times_ms = check_positions(data)["t"]
    oldest = {"event_time": format_time(from_ms(min(times_ms.to_pylist())))}
    for name in header.get("clauses", ()):
        clause = agreement.find_clause(str(name))
        for condition in clause.when if clause else ():
            outcome = condition.verify(oldest, at) if condition.reads == ("event_time",) else None
            if outcome is not None and outcome.reason is not None:
                return outcome.reason.code
    return None


def still_young(agreement: Agreement, header: Mapping[str, Any], data: bytes, at: datetime) -> tuple[bytes, int] | None:
    """The rows of a batch that `outlived` keeps which may still leave, as a batch of their own; None without any."""
    table = check_positions(data)
    columns = Columns(
        kind=KIND, size=table.num_rows, constant={}, arrays={}, missing={}, event_time_ms=table["t"].to_numpy()
    )
    keep = np.ones(table.num_rows, dtype=bool)
    for name in header.get("clauses", ()):
        clause = agreement.find_clause(str(name))
        for condition in clause.when if clause else ():
            if condition.reads == ("event_time",):
                met = [each.reason is None for each in condition.outcomes]
                keep &= np.array(met, dtype=bool)[np.asarray(condition.verify_batch(columns, at))]
    return (_rows_of(table, keep), int(keep.sum())) if keep.any() and not keep.all() else None


def conflated(batches: Sequence[bytes], span_s: int) -> tuple[bytes, int, int]:
    """Of each ship the newest row in each span, over batches of like columns: (Arrow, rows, rows left out)."""
    table = pa.concat_tables([check_positions(data) for data in batches]).combine_chunks()
    who = table["mmsi" if "mmsi" in table.column_names else "ship"].to_numpy()
    t = table["t"].to_numpy()
    order = np.lexsort((t, t // (span_s * 1000), who))
    is_last = np.append((who[order][1:] != who[order][:-1]) | np.diff(t[order] // (span_s * 1000)).astype(bool), True)
    keep = np.zeros(len(t), dtype=bool)
    keep[order[is_last]] = True
    return _rows_of(table, keep), int(keep.sum()), int(len(t) - keep.sum())


def _rows_of(table: pa.Table, keep: npt.NDArray[np.bool_]) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.filter(pa.array(keep)).combine_chunks())
    return bytes(sink.getvalue().to_pybytes())


def read_shared(data: bytes) -> Fixes:
    """The fixes in a batch that a partner sealed; raises `Fault("shared_positions_refused")` naming what is wrong."""
    try:
        table = check_positions(data)
    except EnvelopeRefused as refused:
        raise Fault("shared_positions_refused", "positions", problem=refused.code) from refused
    return _fixes_of(table)


def refusal_of_rows(table: pa.Table) -> str:
    """Why `read_shared` would refuse a batch whose bytes are in order, as a receipt says it, or nothing."""
    try:
        _fixes_of(table)
    except Fault:
        return "positions_impossible"
    return ""


def _fixes_of(table: pa.Table) -> Fixes:
    names = set(table.column_names)
    lacking = sorted({"t", "lat", "lon"} - names) or ([] if names & {"mmsi", "ship"} else ["mmsi"])
    if lacking:
        raise Fault("shared_positions_refused", "positions", problem=f"no column {lacking[0]}")
    if any(column.null_count for column in table.columns):
        raise Fault("shared_positions_refused", "positions", problem="null")
    columns = {name: table[name].to_numpy() for name in table.column_names}
    ship = columns.pop("ship", None)
    if "mmsi" not in columns and ship is not None:
        columns["mmsi"] = -1 - (ship & ((1 << _PSEUDONYM_BITS) - 1))
    elif bool((columns["mmsi"] < 0).any()):
        raise Fault("shared_positions_refused", "positions", problem="mmsi below zero")
    fixes = Fixes.of(**columns, quality=np.full(table.num_rows, times.SHARED))
    _check_ranges(fixes)
    return fixes


def _check_ranges(fixes: Fixes) -> None:
    ranges = {
        "lat": np.abs(fixes.lat.astype(np.int64)) <= 90 * UNITS_PER_DEGREE,
        "lon": np.abs(fixes.lon.astype(np.int64)) <= 180 * UNITS_PER_DEGREE,
        "t": (fixes.t >= _EARLIEST_MS) & (fixes.t < _LATEST_MS),
        "vessel_class": fixes.vessel_class < len(CLASSES),
        "sog": fixes.sog >= 0,
        "cog": (fixes.cog == MISSING) | ((fixes.cog >= 0) & (fixes.cog < 3600)),
    }
    for name, fine in ranges.items():
        if not bool(fine.all()):
            raise Fault("shared_positions_refused", "positions", problem=f"{name} out of range")
