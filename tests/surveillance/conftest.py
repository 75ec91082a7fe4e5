from pathlib import Path

import pytest

# Real logs lie beside the repository, never in it.
REAL_LOGS = Path(__file__).parents[3] / "shared" / "data" / "ais"


@pytest.fixture(scope="session")
def real_logs() -> Path:
    """The folder of real logs; a test that needs them is skipped where they are absent."""
    if not REAL_LOGS.is_dir():
        pytest.skip(f"the real logs are not at {REAL_LOGS}")
    return REAL_LOGS
