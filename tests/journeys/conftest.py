"""Two nodes in one process, for the journeys that need no processes."""

from tests.node.conftest import pair as pair
from tests.node.conftest import waiting as waiting
