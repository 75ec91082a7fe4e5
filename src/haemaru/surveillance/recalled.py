"""What becomes of a sighting or a paper when a record behind it is taken back."""

from collections.abc import Mapping
from typing import Any

from haemaru.records import Change, Recalled, marked
from haemaru.surveillance.papers import PAPERS


def on_recall(recalled: Recalled, record: Mapping[str, Any]) -> Change | None:
    """What somebody saw or filed because of it was seen and filed all the same: it stays, marked.

    Positions refer to no record. A partner's are not taken back one by one, they end with their time (PROTOCOL.md, 5).
    """
    return marked(recalled, record) if record["kind"] in PAPERS else None
