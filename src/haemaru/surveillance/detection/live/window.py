"""The facts of the last days, as live detection holds them: added to, cut, and made anew for single ships."""

from collections.abc import Collection
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from haemaru.surveillance.detection.facts import TABLES, Facts, schema

_ENDS: Final = {
    "drops": "t1", "runs": "t1", "bins": "t", "jumps": "t1", "tracks": "t1", "visits": "t1", "zone_stays": "t1",
}  # fmt: skip


class Window:
    """Facts by table; what ended before the window is dropped when asked."""

    def __init__(self, facts: Facts | None = None) -> None:
        self._tables: dict[str, list[pa.Table]] = {name: [] for name in TABLES}
        if facts is not None:
            self.add(facts)

    def add(self, facts: Facts) -> None:
        """Adds facts that ended."""
        for name, table in facts.items():
            if len(table):
                self._tables[name].append(table)

    def drop(self, before_ms: int) -> None:
        """Forgets facts that ended before."""
        for name in TABLES:
            table = self._whole(name)
            if len(table) and pc.min(table[_ENDS[name]]).as_py() < before_ms:
                self._tables[name] = [table.filter(pc.greater_equal(table[_ENDS[name]], before_ms))]

    def drop_ships(self, ships: Collection[int]) -> None:
        """Forgets the facts of these ships."""
        gone = pa.array(list(ships), pa.int64())
        for name in TABLES:
            table = self._whole(name)
            self._tables[name] = [table.filter(pc.invert(pc.is_in(table["mmsi"], value_set=gone)))]

    def facts(self, more: Facts | None = None) -> Facts:
        """All facts, `more` behind them."""
        both = {name: self._whole(name) for name in TABLES}
        if more is None:
            return both
        return {name: pa.concat_tables([both[name], more[name]]) for name in TABLES}

    def to_bytes(self) -> dict[str, bytes]:
        """Each table as an Arrow stream."""
        packed = {}
        for name in TABLES:
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, schema(name)) as writer:
                writer.write_table(self._whole(name))
            packed[name] = sink.getvalue().to_pybytes()
        return packed

    @classmethod
    def from_bytes(cls, packed: dict[str, bytes]) -> "Window":
        """The window that `to_bytes` packed."""
        return cls({name: pa.ipc.open_stream(packed[name]).read_all() for name in TABLES})

    def _whole(self, name: str) -> pa.Table:
        tables = self._tables[name]
        if len(tables) != 1:
            whole = pa.concat_tables([schema(name).empty_table(), *tables]).combine_chunks()
            self._tables[name] = tables = [whole]
        return tables[0]


def rows_bytes(columns: dict[str, "np.ndarray[tuple[int], np.dtype[np.generic]]"]) -> bytes:
    """Columns of one length as an Arrow stream."""
    table = pa.table({name: pa.array(column) for name, column in columns.items()})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed
