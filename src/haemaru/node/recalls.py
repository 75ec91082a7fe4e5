"""What partners were asked to correct or give up, what each signed in answer, and which answers are overdue."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from haemaru.clock import to_ms
from haemaru.values import parse_time

if TYPE_CHECKING:
    from haemaru.node.node import Node


def recalls(node: "Node", rid: str | None = None, limit: int = 100) -> list[dict[str, Any]]:
    """The newest question to each partner about one record, or those about all: unanswered first, then the newest."""
    late_ms = to_ms(node.clock.now()) - int(node.exchange.house.settings.answer_due.total_seconds() * 1000)
    traffic = node.exchange.traffic
    found = traffic.recalls(limit) if rid is None else [(rid, told) for told in traffic.answers(rid)]
    return [
        {
            **asdict(told),
            "rid": name,
            "answer": told.answer if told.at else "pending",
            "overdue": told.at is None and to_ms(parse_time(told.asked_at)) < late_ms,
        }
        for name, told in found
    ]
