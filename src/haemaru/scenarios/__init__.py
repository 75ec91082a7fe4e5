"""Invented worlds with a hidden truth: ships, papers, a tip, and the answer that no node is told.

`build(seed, now)` gives the Okgye story of 2025 with invented ships and people; the same seed and moment give the
same world to the byte. Nothing here is real: names, numbers, crews, letters and officers are made up and marked so.
"""

from haemaru.scenarios.okgye import build
from haemaru.scenarios.ships import Ship
from haemaru.scenarios.traffic import Heard, Traffic
from haemaru.scenarios.world import Correction, Step, Truth, World

__all__ = ["Correction", "Heard", "Ship", "Step", "Traffic", "Truth", "World", "build"]
