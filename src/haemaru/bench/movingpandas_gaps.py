"""The peer: movingpandas cuts tracks where two positions are far apart in time. Imported nowhere else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyarrow as pa

from haemaru.values import UNITS_PER_DEGREE

_GAP = timedelta(hours=2)


def split_gaps(table: pa.Table, clock: Callable[[], float]) -> dict[str, Any]:
    """CPU a row of building the trajectories and of splitting them at gaps of 2 h; raises ImportError without it."""
    import geopandas
    import movingpandas
    import pandas

    frame = table.to_pandas()
    points = geopandas.points_from_xy(frame["lon"] / UNITS_PER_DEGREE, frame["lat"] / UNITS_PER_DEGREE)
    times = pandas.to_datetime(frame["t"], unit="ms")
    rows = geopandas.GeoDataFrame({"mmsi": frame["mmsi"]}, geometry=points, crs=4326).set_index(times)
    started = clock()
    tracks = movingpandas.TrajectoryCollection(rows, "mmsi")
    built = clock()
    pieces = movingpandas.ObservationGapSplitter(tracks).split(gap=_GAP)
    ended = clock()
    return {
        "version": movingpandas.__version__,
        "rows": len(frame),
        "pieces": len(pieces),
        "build_ns_per_row": round((built - started) / len(frame) * 1e9),
        "ns_per_row": round((ended - built) / len(frame) * 1e9),
    }
