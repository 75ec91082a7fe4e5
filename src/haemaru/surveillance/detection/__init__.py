"""Detection: from positions to findings that say why.

Layer 1, an automaton, follows each ship row by row and writes facts (`facts.py`). Layer 2, one SQL file a rule, reads
facts and reports findings (`findings.py`). All numbers stand in `rules.toml`. Nothing here decides by a float, by the
digits of an MMSI, by the UTC day or by the hemisphere.
"""
