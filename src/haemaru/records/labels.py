"""How something must be handled that was made from records: as strictly as the strictest of them.

A ranking, a request, an answer may tell what a locked paper says without quoting it: "berth 5 at 06:00" is the
manifest. So whatever is derived carries the labels of its sources and is decided like any record before it leaves.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from haemaru.values.handling import Handling
from haemaru.wording import Fault


def labels_of(sources: Iterable[Mapping[str, Any]], levels: Sequence[str], own: Handling) -> Handling:
    """The handling of what is made from `sources`: the highest level, every caveat, and never less than `own`.

    `levels` is the agreement's ladder, lowest first. A level that is not on it ranks above all of it; a source that
    does not say how it is handled counts as the highest level there is.
    """
    found = own
    for source in sources:
        found = found.joined(_handling(source, levels, own), levels)
    return found


def _handling(source: Mapping[str, Any], levels: Sequence[str], own: Handling) -> Handling:
    try:
        return Handling.from_json(source.get("handling"))
    except Fault:
        return Handling(levels[-1]) if levels else own
