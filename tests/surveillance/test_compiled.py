"""Compiled code: nothing loads it before it is needed, and it works where nothing can be written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import haemaru.surveillance.detection as detection
from haemaru.surveillance.compiled import cache_folder

KERNEL = Path(detection.__file__).parent / "kernel"
HEAVY = ("numba", "duckdb", "scipy", "sqlglot")


def python(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **environment}, capture_output=True, text=True, timeout=100,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_numba_and_duckdb_are_loaded_at_first_use_only() -> None:
    code = (
        "import sys, haemaru.cli.main, haemaru.surveillance.detection.command; "
        "print([m for m in %r if m in sys.modules])"
    )

    assert python(code % (HEAVY,)) == "[]"


def test_compiled_code_is_kept_below_the_digest_of_its_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "named"))
    cache_folder.cache_clear()
    named = cache_folder(KERNEL, "1")
    cache_folder.cache_clear()
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    usual = cache_folder(KERNEL, "1")
    cache_folder.cache_clear()

    assert named is not None
    assert usual is not None
    assert (named.parent, usual.parent) == (tmp_path / "named", tmp_path / "cache" / "haemaru" / "kernel")
    assert named.name == usual.name
    assert usual.stat().st_mode & 0o077 == 0


def test_where_nothing_can_be_written_the_kernel_is_compiled_in_the_process(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    code = (
        "from pathlib import Path; from haemaru.surveillance.compiled import cache_folder; "
        "from haemaru.surveillance.detection.kernel import measure; "
        "print(cache_folder(Path(measure.__file__).parent, '1'), measure.root(99), measure.distance(0, 0, 3, 4))"
    )

    assert python(code, NUMBA_CACHE_DIR=str(tmp_path / "file" / "below")) == "None 9 5"
