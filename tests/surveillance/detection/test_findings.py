"""Findings: one order, one shape, equal findings are equal bytes."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from haemaru.surveillance.detection.findings import SCHEMA, counts, sorted_findings, write_findings
from haemaru.surveillance.detection.rules import house_rules


def _row(rule: str, t: int, a: int) -> dict[str, object]:
    return {
        "rule": rule, "version": 1, "mmsi_a": a, "mmsi_b": 0, "t_start": t, "t_end": t + 1, "lat": 1, "lon": 2,
        "value": 3, "evidence": [t, t + 1],
    }  # fmt: skip


def test_findings_of_any_order_and_width_are_written_as_the_same_bytes(tmp_path: Path) -> None:
    rows = [_row("gap", 5, 9), _row("gap", 5, 2), _row("gap", 4, 7), _row("loitering", 1, 1)]
    wide = pa.schema(
        [field if field.name in ("rule", "evidence") else pa.field(field.name, "int64") for field in SCHEMA]
    )
    one = sorted_findings([pa.Table.from_pylist(rows[:2], SCHEMA), pa.Table.from_pylist(rows[2:], SCHEMA)])
    other = sorted_findings([pa.Table.from_pylist([*rows[::-1], rows[0]], wide)])

    for name, table in (("one", one), ("other", other)):
        write_findings(table, tmp_path / name, house_rules())

    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()
    read = pq.read_table(tmp_path / "one")
    assert [(row["rule"], row["t_start"], row["mmsi_a"]) for row in read.to_pylist()] == [
        ("gap", 4, 7), ("gap", 5, 2), ("gap", 5, 9), ("loitering", 1, 1),
    ]  # fmt: skip
    assert read.schema.metadata[b"haemaru.rules.sha256"].decode() == house_rules().sha256
    assert {rule: n for rule, n in counts(read).items() if n} == {"gap": 3, "loitering": 1}


def test_no_findings_are_a_table_without_rows(tmp_path: Path) -> None:
    write_findings(sorted_findings([]), tmp_path / "none", house_rules())

    assert pq.read_table(tmp_path / "none").num_rows == 0
