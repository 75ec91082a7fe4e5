"""Detection on a cluster: workers read and follow the ships, the rules run as Spark SQL, findings come together here.

Rows are dealt out by MMSI, so that each ship is whole in one partition, and sorted by ship and time there. Row groups
are read by the workers under the path that the driver has: the files must lie where all of them see them.
"""

from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from haemaru.surveillance.detection.blocks import Group, Reading
from haemaru.surveillance.detection.engine import Progress
from haemaru.surveillance.detection.facts import TABLES
from haemaru.surveillance.detection.findings import sorted_findings
from haemaru.surveillance.detection.layer2 import OTHER_TABLES, as_findings, other_schema, statements
from haemaru.surveillance.detection.places import places
from haemaru.surveillance.detection.rules import RULES, Rules
from haemaru.surveillance.detection.spark import work
from haemaru.surveillance.detection.zones import Zone, Zones

_SPAN_ROWS: Final = 1_000_000
_PARTITION_ROWS: Final = 2_000_000
_POSITIONS: Final = "mmsi int, t bigint, lat int, lon int, sog smallint"
_TOLD: Final = "told string, " + ", ".join(f"c{at} bigint" for at in range(work.WIDTH))


class Cluster:
    """The host of one run: the positions of a reading in a Spark session."""

    def __init__(self, reading: Reading, spark: Any) -> None:
        """Plans the reading; nothing is read yet."""
        self._spark = spark
        parts = max(2 * spark.sparkContext.defaultParallelism, reading.stored_rows // _PARTITION_ROWS + 1)
        spark.conf.set("spark.sql.shuffle.partitions", parts)
        spans = spark.createDataFrame(_spans(reading.groups), "path string, first bigint, end bigint").repartition(
            parts
        )
        rows = spans.mapInArrow(partial(work.read, made_by=work.version()), _POSITIONS)
        self._positions = rows.repartition(parts, "mmsi").sortWithinPartitions("mmsi", "t")

    def places(self, rules: Rules) -> list[Zone]:
        """The ports and anchorages in the positions, as `places.find_places` finds them."""
        self._positions.persist()  # they are read once more
        told = self._positions.mapInArrow(partial(work.stays, rules=rules), _TOLD).drop("told").toArrow()
        stays = np.column_stack([told[f"c{at}"].to_numpy() for at in range(6)])
        return places(stays, rules)

    def detect(
        self, rules: Rules, zones: Zones, contacts: pa.Table | None, progress: Progress | None = None
    ) -> tuple[pa.Table, dict[str, Any]]:
        """The findings and counts, as `engine.detect` has them; Spark shows its own progress."""
        told = self._positions.mapInArrow(partial(work.facts, rules=rules, zones=zones), _TOLD).persist()
        counts = _counts(told)
        self._positions.unpersist()
        for name, columns in TABLES.items():
            chosen = [f"c{at} AS {column}" for at, column in enumerate(columns)]
            told.where(told.told == name).selectExpr(*chosen).createOrReplaceTempView(name)
        for name in OTHER_TABLES:
            given = contacts if name == "contacts" and contacts is not None else other_schema(name).empty_table()
            self._spark.createDataFrame(given).createOrReplaceTempView(name)
        return self._find(rules), counts

    def _find(self, rules: Rules) -> pa.Table:
        found = []
        for view, query in statements(rules, "spark"):
            frame, rule = self._spark.sql(query), view.removeprefix("found_")
            if rule in RULES:
                table = frame.toArrow()
                found.append(as_findings(rule, rules, table))
                frame = self._spark.createDataFrame(table)
            else:
                frame = frame.persist()
            frame.createOrReplaceTempView(view)
        return sorted_findings(found)


def _spans(groups: list[Group]) -> list[tuple[str, int, int]]:
    """Neighbouring row groups of one file, together about a million rows: what a worker reads at once."""
    spans: list[tuple[str, int, int]] = []
    room = 0
    for group in sorted(groups, key=lambda each: (each.path, each.number)):
        path = str(Path(group.path).absolute())
        if room >= group.rows and spans and (spans[-1][0], spans[-1][2]) == (path, group.number):
            spans[-1] = (path, spans[-1][1], group.number + 1)
            room -= group.rows
        else:
            spans.append((path, group.number, group.number + 1))
            room = _SPAN_ROWS - group.rows
    return spans


def _counts(told: Any) -> dict[str, Any]:
    """What was read, dropped and told, by name."""
    summed = told.groupBy("told").agg({"c0": "sum", "*": "count"}).toArrow().to_pylist()
    numbers = {row["told"]: row["sum(c0)"] for row in summed}
    lengths = {row["told"]: row["count(1)"] for row in summed}
    named = {
        word: {name.partition(".")[2]: numbers[name] for name in sorted(numbers) if name.startswith(f"{word}.")}
        for word in ("dropped", "missed")
    }
    return {
        "rows": numbers.get("rows", 0),
        "vessels": numbers.get("vessels", 0),
        "dropped": named["dropped"],
        "missed": {name: count for name, count in named["missed"].items() if count},
        "facts": {name: lengths.get(name, 0) for name in TABLES},
    }
