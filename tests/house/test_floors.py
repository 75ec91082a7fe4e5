"""A room imports only rooms on lower floors, and `agreement` stays pure: the contracts of pyproject.toml, as a test."""

import subprocess
import sys
from pathlib import Path


def test_the_floors_hold(root: Path) -> None:
    lint = Path(sys.executable).parent / "lint-imports"

    done = subprocess.run([lint, "--no-cache"], cwd=root, capture_output=True, text=True, timeout=120, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Contracts: 2 kept, 0 broken." in done.stdout
