"""How Spark is reached: a session on the master that is named, or on two threads of this machine.

Everything else is Spark's own configuration (`spark-defaults.conf`, `SPARK_CONF_DIR`), which stays the operator's: how
much memory, how many cores, secrets and encryption between the machines.
"""

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final

from haemaru.wording import Fault

HERE: Final = "local[2]"
_WORKER_S: Final = 60


@contextmanager
def session(master: str | None, *, progress: bool) -> Iterator[Any]:
    """A Spark session; closed at the end. `Fault`: Spark or Java is not installed, or what Spark says went wrong."""
    _installed()
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    spark = None
    try:
        spark = _opened(master or HERE, progress)
        yield spark
    except (Py4JError, PySparkException) as problem:
        raise Fault("spark_failed", master or HERE, problem=_said(str(problem))) from None
    finally:
        if spark is not None:
            spark.stop()


def _installed() -> None:
    home = os.environ.get("JAVA_HOME")
    if importlib.util.find_spec("pyspark") is None:
        raise Fault("engine_missing", "spark", problem="pyspark")
    if shutil.which("java", path=str(Path(home) / "bin") if home else None) is None:
        raise Fault("engine_missing", "spark", problem="Java")


def _opened(master: str, progress: bool) -> Any:
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # else workers take any python3
    builder = SparkSession.builder.master(master).appName("haemaru detect")
    settings = {
        "spark.log.level": "ERROR",
        "spark.ui.enabled": False,
        "spark.ui.showConsoleProgress": progress,
        "spark.sql.ansi.enabled": True,  # what does not fit 64 bits is an error, as it is in DuckDB
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.arrow.maxRecordsPerBatch": 65_536,
    }
    if master.startswith("local") or "://127.0.0.1" in master or "://localhost" in master:
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    try:
        if master.startswith("spark://"):
            _wait_for_a_worker(spark, master)
    except Fault:
        spark.stop()
        raise
    return spark


def _wait_for_a_worker(spark: Any, master: str) -> None:
    """Spark itself would wait for ever where no worker has room."""
    until = monotonic() + _WORKER_S
    while spark.sparkContext._jsc.sc().getExecutorMemoryStatus().size() < 2:  # the driver counts as one
        if monotonic() > until:
            raise Fault("spark_failed", master, problem=f"no worker took the work within {_WORKER_S} s")
        sleep(0.1)


def _said(problem: str) -> str:
    """What was said last in Python, else first in Java."""
    lines = [line.strip() for line in problem.splitlines() if line.strip()]
    raised = [line for line in lines if line.split(":")[0].endswith(("Error", "Fault"))]
    return ([*raised, *lines] or ["?"])[0][:300]
