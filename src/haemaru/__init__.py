"""Haemaru lets border agencies act as one at sea without handing over their data.

Each agency runs a node. A signed agreement decides, field by field, what may leave it. The floors of the house, from
the ground up, are listed in docs/map.md and held by import-linter.
"""

__version__ = "0.1.0"
