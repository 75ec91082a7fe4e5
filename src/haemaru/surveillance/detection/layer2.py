"""Layer 2: the rules, one SQL file each, over the facts of Layer 1; the same text runs in DuckDB and in Spark.

`STATEMENTS` names the files in their order. A rule may read what the rules before it found (`found_<rule>`): so a stop
that is a rendezvous is reported once, as a rendezvous. Some files are steps that several rules share. The numbers of
`rules.toml` stand in the text as `$<section>_<name>`; distances (`_m`) also as `$..._units` of latitude. Nothing is
decided by a float: a square root only words a distance, of whole numbers small enough that it is exact.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

import pyarrow as pa

from haemaru.surveillance.detection.facts import TABLES, Facts, schema
from haemaru.surveillance.detection.findings import MOST_EVIDENCE, SCHEMA, sorted_findings
from haemaru.surveillance.detection.geometry import units_of_m
from haemaru.surveillance.detection.rules import RULES, Rules

STATEMENTS: Final = (
    "stops",
    "identity_conflict",
    "impossible_jump",
    "identity_change",
    "port_call",
    "lane_deviation",
    "night_approach",
    "small_craft_visit",
    "rendezvous",
    "drop_pairs",
    "drop_and_retrieve",
    "loitering",
    "one_sided_rendezvous",
    "stops_told",
    "unexplained_stop",
    "gap",
    "leg_time_residual",
)
"""Every file of `sql/`, in the order in which they run."""

OTHER_TABLES: Final[dict[str, tuple[str, ...]]] = {
    "contacts": ("contact", "t", "lat", "lon"),
    "claims": ("mmsi", "field", "value", "t0", "t1"),
}
"""What rules read beside the facts; a table that is not given is empty. `contacts`: radar and patrol tracks by number.
`claims`: what a ship said of itself, `field` and `value` as numbers that are equal where the words are."""

COSINE_OF_W: Final = "32768 - w * (40425 - w * (8311 - w * (682 - w * 28 // 32768) // 32768) // 32768) // 32768"
_NAME = re.compile(r"\$([a-z_0-9]+)")


def other_schema(table: str) -> pa.Schema:
    """The Arrow schema of a table of `OTHER_TABLES`."""
    return pa.schema([pa.field(name, pa.int64(), nullable=False) for name in OTHER_TABLES[table]])


def statements(rules: Rules, dialect: str = "duckdb") -> Iterator[tuple[str, str]]:
    """Each view to make, in order: its name and its query with the numbers in place, in DuckDB's words or Spark's."""
    numbers = rules.parameters()
    numbers |= {f"{name[:-2]}_units": units_of_m(value) for name, value in numbers.items() if name.endswith("_m")}
    # A bare number would be 32 bits wide, and its square too much for it.
    words = {name: f"CAST({value} AS BIGINT)" for name, value in numbers.items()} | {"cosine_of_w": COSINE_OF_W}
    for name in STATEMENTS:
        query = _NAME.sub(lambda found: words[found[1]], _text(name))
        yield (f"found_{name}" if name in RULES else name), _translated(query, dialect)


def find(facts: Facts, rules: Rules, others: Mapping[str, pa.Table] | None = None) -> pa.Table:
    """The findings of all rules over these facts, in the shape and order of `findings.SCHEMA`."""
    import duckdb  # 28 MB: loaded when first needed

    given = {**facts, **(others or {})}
    connection = duckdb.connect()
    try:
        connection.execute("SET threads = 1")  # rows come in the same order, and the node keeps the other cores
        for name in (*TABLES, *OTHER_TABLES):
            empty = (schema(name) if name in TABLES else other_schema(name)).empty_table()
            connection.register(name, given.get(name, empty))
        for view, query in statements(rules):
            connection.execute(f"CREATE TEMP TABLE {view} AS {query}")
        found = [
            as_findings(rule, rules, connection.sql(f"SELECT * FROM found_{rule}").to_arrow_table()) for rule in RULES
        ]
    finally:
        connection.close()
    return sorted_findings(found)


def as_findings(rule: str, rules: Rules, rows: pa.Table) -> pa.Table:
    """What a rule's query returned, in the shape of findings: version 1, at most 32 times of evidence."""
    told = rows.to_pylist()
    evidence = [shortened(row["evidence_a"] + row["evidence_b"]) for row in told]
    columns: dict[str, Any] = {
        "rule": pa.array([rule] * len(told), pa.string()),
        "version": pa.array([1] * len(told), pa.int32()),
        "evidence": pa.array(evidence, SCHEMA.field("evidence").type),
    }
    for name in SCHEMA.names:
        if name not in columns:
            columns[name] = pa.array([row[name] for row in told], SCHEMA.field(name).type)
    return pa.table({name: columns[name] for name in SCHEMA.names})


def shortened(times: list[int]) -> list[int]:
    """The times ascending and distinct; of more than 32, the first, the last and others evenly between."""
    distinct = sorted(set(times))
    if len(distinct) <= MOST_EVIDENCE:
        return distinct
    last = len(distinct) - 1
    return [distinct[place * last // (MOST_EVIDENCE - 1)] for place in range(MOST_EVIDENCE)]


@cache
def _text(name: str) -> str:
    return files("haemaru.surveillance.detection").joinpath(f"sql/{name}.sql").read_text("utf-8")


@cache
def _translated(query: str, dialect: str) -> str:
    if dialect == "duckdb":
        return query
    import sqlglot  # 16 MB

    return sqlglot.transpile(query, read="duckdb", write=dialect)[0]
