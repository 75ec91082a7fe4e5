"""The purpose of it all: from a tip to a ship, a case, one picture of what both agencies hold, and an outcome.

Pure: forms become records, lists of records become state; the node stores and sends. `read_tip` takes what was phoned
in, `candidates` ranks the ships that may be meant, `open_case` and `picture` join what the articles brought, `answer`
tells a partner what is openly held back, `read_demand` asks for it in the way the statute wants, and `read_outcome`
ends the case, "nothing found" included.
"""

from haemaru.operations.answer import Weighed, answer, held_notes, weigh
from haemaru.operations.authority import Authority, authority
from haemaru.operations.candidates import Candidate, Ranking, candidates
from haemaru.operations.case import CaseFile, choose, fold, move, open_case, rank_of, turn_criminal
from haemaru.operations.demand import DemandState, draft_demand, follow, given_already, matching, read_demand, refuse
from haemaru.operations.evidence import KnownVessel, Part
from haemaru.operations.hand import Hand
from haemaru.operations.outcome import read_outcome
from haemaru.operations.picture import Dispute, Fact, Picture, concerns, picture, summary
from haemaru.operations.recalled import RANKING, on_recall, reweighed
from haemaru.operations.support import Possible, ask, needs_of, possible
from haemaru.operations.tip import read_tip

__all__ = [
    "RANKING",
    "Authority",
    "Candidate",
    "CaseFile",
    "DemandState",
    "Dispute",
    "Fact",
    "Hand",
    "KnownVessel",
    "Part",
    "Picture",
    "Possible",
    "Ranking",
    "Weighed",
    "answer",
    "ask",
    "authority",
    "candidates",
    "choose",
    "concerns",
    "draft_demand",
    "fold",
    "follow",
    "given_already",
    "held_notes",
    "matching",
    "move",
    "needs_of",
    "on_recall",
    "open_case",
    "picture",
    "possible",
    "rank_of",
    "read_demand",
    "read_outcome",
    "read_tip",
    "refuse",
    "reweighed",
    "summary",
    "turn_criminal",
    "weigh",
]
