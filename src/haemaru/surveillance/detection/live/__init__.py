"""Live detection: the same automaton and rules as over history, fed as rows come in, surviving a kill at any moment."""

from haemaru.surveillance.detection.live.host import LiveHost
from haemaru.surveillance.detection.live.pacing import SNAPSHOT_S, SOONEST_S, pause_after
from haemaru.surveillance.detection.live.revising import Published, Revision, revise

__all__ = ["SNAPSHOT_S", "SOONEST_S", "LiveHost", "Published", "Revision", "pause_after", "revise"]
