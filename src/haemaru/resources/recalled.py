"""What becomes of the messages of a support when a record behind them is taken back."""

from collections.abc import Mapping
from typing import Any

from haemaru.records import Change, Recalled, marked
from haemaru.resources.messages import BEGIN, PREFIX


def on_recall(recalled: Recalled, record: Mapping[str, Any]) -> Change | None:
    """A request or offer made from it stays, marked: a team may be on its way, and only a person calls it back.

    The messages after it are about the support, and stand as they are.
    """
    began = record["kind"] in {PREFIX + name for name in BEGIN}
    return marked(recalled, record) if began else None
