"""The agreement that everything is measured under; each measurement adds the clauses it is about."""

from haemaru.agreement import Agreement, load_agreement

_TEXT = """
[agreement]
id = "bench"
version = "1"
effective = 2020-01-01T00:00:00Z
handling_levels = ["open", "restricted"]
title = { ko = "측정용 협약", en = "Agreement for measuring" }
notice = { ko = "측정용 문안", en = "text for measuring" }
[[party]]
id = "north"
name = { ko = "북쪽", en = "North" }
[[party]]
id = "south"
name = { ko = "남쪽", en = "South" }
[[article]]
number = 1
title = { ko = "측정", en = "Measuring" }
"""


def bench_agreement(clauses: str) -> Agreement:
    """An agreement between `north` and `south` with these clauses of article 1, as TOML."""
    return load_agreement((_TEXT + clauses).encode(), "bench")
