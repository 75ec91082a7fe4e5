"""The coverage-led fuzzer runs on every target; `make fuzz` lets it run for longer."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not installed: pip install -e '.[fuzz]'")
@pytest.mark.parametrize("name", ["envelope", "control_signed"])
def test_a_few_seconds_of_coverage_led_fuzzing_find_nothing(name: str, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "tests.fuzz", "--seconds", "4", "--target", name]

    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)

    assert done.returncode == 0, done.stdout[-4000:]
    assert "runs, exit 0" in done.stdout
