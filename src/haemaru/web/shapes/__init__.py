"""Everything a page shows, as plain frozen shapes. Times are RFC 3339 text, reasons are codes with their facts.

A default stands wherever a young node has nothing to tell yet; what has no default must be told.
"""

from haemaru.web.shapes.cases import Candidate, Case, CaseRow, Demand, Event, Held, Referred, Support, Team, TipRow
from haemaru.web.shapes.duties import ClauseDeeds, Duties
from haemaru.web.shapes.findings import Alert, Finding, FindingRow, Findings
from haemaru.web.shapes.histories import Histories
from haemaru.web.shapes.mou import Agreement, Article, Clause, Signatory
from haemaru.web.shapes.papers import Answered, Change, Field, Leaving, Record, RecordRow, Withheld
from haemaru.web.shapes.sea import Cover, CoverHour, CoverSensor, CoverSpot
from haemaru.web.shapes.ships import Claim, Spot, Vessel, VesselRow
from haemaru.web.shapes.state import Channel, EntryRow, Feed, Health, LedgerState, Peer, Positions, Status, Step
from haemaru.web.shapes.training import Enrolment, Session

__all__ = [
    "Agreement",
    "Alert",
    "Answered",
    "Article",
    "Candidate",
    "Case",
    "CaseRow",
    "Change",
    "Channel",
    "Claim",
    "Clause",
    "ClauseDeeds",
    "Cover",
    "CoverHour",
    "CoverSensor",
    "CoverSpot",
    "Demand",
    "Duties",
    "Enrolment",
    "EntryRow",
    "Event",
    "Feed",
    "Field",
    "Finding",
    "FindingRow",
    "Findings",
    "Health",
    "Held",
    "Histories",
    "Leaving",
    "LedgerState",
    "Peer",
    "Positions",
    "Record",
    "RecordRow",
    "Referred",
    "Session",
    "Signatory",
    "Spot",
    "Status",
    "Step",
    "Support",
    "Team",
    "TipRow",
    "Vessel",
    "VesselRow",
    "Withheld",
]
