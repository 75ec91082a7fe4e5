"""The house as the house tests read it: files, not imports, so that a broken room cannot hide from its own rules."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def package(root: Path) -> Path:
    return root / "src" / "haemaru"


@pytest.fixture(scope="session")
def modules(root: Path, package: Path) -> list[Path]:
    return sorted([*package.rglob("*.py"), *(root / "tools").glob("*.py")])
