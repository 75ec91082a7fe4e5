"""Live detection: the same automaton and rules as over history, fed as rows come in, surviving a kill at any moment."""

from haemaru.surveillance.detection.live.host import LiveHost
from haemaru.surveillance.detection.live.revising import Published, Revision, revise

__all__ = ["LiveHost", "Published", "Revision", "revise"]
