"""Findings: what the rules report, in one fixed shape, sorted and written so that equal findings are equal bytes.

A finding is one row: which rule, which ships (`mmsi_b` is 0 where there is one ship; a pair stands with the smaller
number first), from when to when, where, the rule's own measure (`value`, its unit is the rule's), and the times of the
rows on which it rests. Its id is made of what it is about, so a later version of the same finding has the same id.
"""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from haemaru.surveillance.detection.rules import RULES, Rules
from haemaru.wording import Fault

MOST_EVIDENCE: Final = 32
SCHEMA: Final = pa.schema(
    [
        pa.field("rule", pa.string(), nullable=False),
        pa.field("version", pa.int32(), nullable=False),
        pa.field("mmsi_a", pa.int32(), nullable=False),
        pa.field("mmsi_b", pa.int32(), nullable=False),
        pa.field("t_start", pa.int64(), nullable=False),
        pa.field("t_end", pa.int64(), nullable=False),
        pa.field("lat", pa.int32(), nullable=False),
        pa.field("lon", pa.int32(), nullable=False),
        pa.field("value", pa.int64(), nullable=False),
        pa.field("evidence", pa.list_(pa.field("element", pa.int64(), nullable=False)), nullable=False),
    ]
)
_ORDER = ("rule", "t_start", "mmsi_a", "mmsi_b", "t_end", "lat", "lon", "value", "version")


def finding_id(rule: str, mmsi_a: int, mmsi_b: int, t_start: int) -> str:
    """The id of a finding, the same in every version of it: 32 hex digits."""
    return sha256(f"{rule}\n{mmsi_a}\n{mmsi_b}\n{t_start}".encode()).hexdigest()[:32]


def sorted_findings(parts: Sequence[pa.Table]) -> pa.Table:
    """All findings of several tables, in the one order of contracts.md 6; a row that stands twice stays once.

    A table has the columns of `SCHEMA` in any order and any integer width; evidence is ascending and distinct.
    """
    if not parts:
        return SCHEMA.empty_table()
    table = pa.concat_tables([part.select(SCHEMA.names).cast(_nullable(SCHEMA)) for part in parts])
    rows = table.to_pylist()
    order = sorted(range(len(rows)), key=lambda at: (*(rows[at][name] for name in _ORDER), rows[at]["evidence"]))
    kept = [at for place, at in enumerate(order) if place == 0 or rows[at] != rows[order[place - 1]]]
    return pa.Table.from_batches(table.take(pa.array(kept, pa.int64())).to_batches(), schema=_nullable(SCHEMA)).cast(
        SCHEMA
    )


def counts(findings: pa.Table) -> dict[str, int]:
    """How many findings each rule has, every rule named."""
    found = {row["values"]: row["counts"] for row in findings["rule"].value_counts().to_pylist()}
    return {rule: int(found.get(rule, 0)) for rule in RULES}


def write_findings(findings: pa.Table, path: Path, rules: Rules) -> None:
    """Writes the findings; the file's metadata names the rules by their SHA-256. It is whole or absent."""
    marked = findings.replace_schema_metadata({"haemaru.rules.sha256": rules.sha256})
    beside = path.with_name(path.name + ".tmp")
    try:
        pq.write_table(marked, beside, compression="zstd")
        beside.replace(path)
    except OSError as problem:
        raise Fault("feed_output", str(path), problem=str(problem)[:200]) from problem


def read_findings(path: Path) -> list[dict[str, Any]]:
    """The findings of a file, one dictionary a row; raises `Fault("bad_findings")` where it holds anything else."""
    try:
        rows: list[dict[str, Any]] = pq.read_table(path, columns=SCHEMA.names).cast(SCHEMA).to_pylist()
    except (OSError, ValueError, KeyError, pa.ArrowException) as problem:
        raise Fault("bad_findings", str(path), problem=str(problem)[:200]) from problem
    for rule in {row["rule"] for row in rows} - set(RULES):
        raise Fault("bad_findings", str(path), problem=f"no rule is called {rule[:60]}")
    return rows


def _nullable(schema: pa.Schema) -> pa.Schema:
    return pa.schema([field.with_nullable(True) for field in schema])
