"""Article 3: dogs with their handlers, asked for, offered, committed, deployed and returned.

The life of a support is told by messages with the names of EDXL-RM 1.0, and folded from them: no state is stored
anywhere. The borrower asks, the owner offers, the borrower requisitions, and only the owner commits, so that two
commitments of one team cannot exist. Whether a team may go is computed from its certificates each time, with reasons.
"""

from haemaru.resources.build import (
    answer_return,
    ask_return,
    commit,
    decline,
    make_message,
    offer,
    offer_unasked,
    release,
    report_status,
    request_resource,
    requisition,
)
from haemaru.resources.eligibility import Commitment, Eligibility, commitments, eligibility
from haemaru.resources.lifecycle import STEPS, State, Step
from haemaru.resources.messages import FIELDS, Message, read_message
from haemaru.resources.recalled import on_recall
from haemaru.resources.supports import Refused, Support, fold, why_refused
from haemaru.resources.teams import DogTeam, Need, read_need, read_team, team_json

__all__ = [
    "FIELDS",
    "STEPS",
    "Commitment",
    "DogTeam",
    "Eligibility",
    "Message",
    "Need",
    "Refused",
    "State",
    "Step",
    "Support",
    "answer_return",
    "ask_return",
    "commit",
    "commitments",
    "decline",
    "eligibility",
    "fold",
    "make_message",
    "offer",
    "offer_unasked",
    "on_recall",
    "read_message",
    "read_need",
    "read_team",
    "release",
    "report_status",
    "request_resource",
    "requisition",
    "team_json",
    "why_refused",
]
