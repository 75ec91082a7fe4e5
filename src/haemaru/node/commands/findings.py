"""Commands on what was found: the alerts of this node now."""

from typing import TYPE_CHECKING, Any

from haemaru.clock import format_time
from haemaru.node.answer import Answer
from haemaru.node.desk.findings import ranked, records_of
from haemaru.node.found import LISTED_HOURS, lately
from haemaru.surveillance.detection.alerts import told

if TYPE_CHECKING:
    from haemaru.node.node import Node


def alerts(node: "Node", params: dict[str, Any]) -> Answer:
    """The few of the last day's findings, own and partners', that somebody is called for, with their records."""
    found, unread = lately(node)
    named = records_of(found)
    ranking = told(ranked(node, found))
    for alert in ranking["alerts"]:
        records = [each.held for name in dict.fromkeys(alert["findings"]) for each in named[name]]
        alert["rids"] = [held.rid for held in records]
        alert["origins"] = sorted({held.origin for held in records})
    at = format_time(node.clock.now())
    return Answer({"at": at, "hours": LISTED_HOURS, "findings": len(found), "unread": unread, **ranking})
