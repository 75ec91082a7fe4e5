"""What becomes of reports and feedback when a record behind them is taken back."""

from collections.abc import Mapping
from typing import Any

from haemaru.records import Change, Recalled, marked, withdrawn


def on_recall(recalled: Recalled, record: Mapping[str, Any]) -> Change | None:
    """A report written from it stays, marked, for its author to look at; feedback about it goes with it."""
    if record["kind"] == "intelligence.feedback":
        return withdrawn(recalled)
    return marked(recalled, record) if record["kind"] == "intelligence.report" else None
