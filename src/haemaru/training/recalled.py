"""What becomes of applications and answers when their session is taken back."""

from collections.abc import Mapping
from typing import Any

from haemaru.records import Change, Recalled, withdrawn


def on_recall(recalled: Recalled, record: Mapping[str, Any]) -> Change | None:
    """Who wanted a seat in a session that is gone need not stand in anybody's books: the application goes with it."""
    return withdrawn(recalled) if record["kind"] in ("training.application", "training.enrolment") else None
