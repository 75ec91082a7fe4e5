"""What holds of keys holds in both suites."""

import pytest

from haemaru.signing import SUITE_NAMES, NodeKeys


@pytest.fixture(params=SUITE_NAMES, scope="session")
def suite(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def alice(suite: str) -> NodeKeys:
    return NodeKeys.generate(suite)


@pytest.fixture(scope="session")
def bob(suite: str) -> NodeKeys:
    return NodeKeys.generate(suite)
