"""What changed between two looks: findings that are new, that ended, that turned out different, that are taken back.

A finding keeps its id for life: one of the same rule and ships whose time overlaps an earlier one is that one, in its
next version. It is told when it begins and when it has ended, not each time it grows; and when more or late rows take
it away it is withdrawn, with the reason, never silently gone. What lies too far back for the facts that are still held
is left as it was told last.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

import msgspec
import pyarrow as pa

from haemaru.surveillance.detection.findings import finding_id

NEW, CHANGED, ENDED, WITHDRAWN = "new", "changed", "ended", "withdrawn"
ONGOING: Final = "ongoing"
QUIET_MS: Final = 15 * 60_000
"""A finding whose end lies so far behind the newest row has ended."""
REVISED_MS: Final = 24 * 3_600_000
"""Findings that ended longer ago are left as they are: not all facts of their time are held any more."""
_ABOUT: Final = ("t_start", "lat", "lon")
_LATE, _MORE = "late_data", "more_data"


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """A finding as it was told last."""

    id: str
    version: int
    state: str
    rule: str
    mmsi_a: int
    mmsi_b: int
    t_start: int
    t_end: int
    lat: int
    lon: int
    value: int
    evidence: list[int]

    @property
    def about(self) -> tuple[str, int, int]:
        """Rule and ships."""
        return self.rule, self.mmsi_a, self.mmsi_b

    def overlaps(self, other: "Published") -> bool:
        """Whether both cover a moment."""
        return self.t_start <= other.t_end and other.t_start <= self.t_end


class Revision(msgspec.Struct, frozen=True):
    """One thing to tell: `new`, `changed`, `ended` or `withdrawn`, the finding as it stands now, and why."""

    kind: str
    finding: Published
    reason: str = ""


def revise(known: Mapping[str, Published], found: pa.Table, mark_ms: int, late: Collection[int]) -> list[Revision]:
    """What to tell, given what was told (`known`), what is found now, and which ships late rows made anew."""
    now = [_read(row, mark_ms) for row in found.to_pylist()]
    left = {each.id: each for each in known.values() if each.state != WITHDRAWN}
    changes = []
    for finding in now:
        before = _same(finding, left)
        if before is not None:
            del left[before.id]
        change = _change(finding, before, late)
        changes += [change] if change is not None else []
    gone = [each for each in left.values() if each.t_end >= mark_ms - REVISED_MS]
    return changes + [_withdrawn(each, now, late) for each in sorted(gone, key=lambda each: (each.t_start, each.id))]


def _read(row: Mapping[str, Any], mark_ms: int) -> Published:
    named = finding_id(row["rule"], row["mmsi_a"], row["mmsi_b"], row["t_start"])
    state = ENDED if row["t_end"] < mark_ms - QUIET_MS else ONGOING
    return Published(id=named, state=state, **row)


def _same(finding: Published, left: Mapping[str, Published]) -> Published | None:
    exact = left.get(finding.id)
    if exact is not None:
        return exact
    alike = [each for each in left.values() if each.about == finding.about and each.overlaps(finding)]
    return min(alike, key=lambda each: (each.t_start, each.id), default=None)


def _change(finding: Published, before: Published | None, late: Collection[int]) -> Revision | None:
    if before is None:
        return Revision(NEW, finding)
    next_one = msgspec.structs.replace(finding, id=before.id, version=before.version + 1)
    has_moved = any(getattr(finding, name) != getattr(before, name) for name in _ABOUT)
    has_changed = has_moved or before.t_end != finding.t_end or before.value != finding.value
    if before.state == ONGOING and finding.state == ENDED:
        return Revision(ENDED, next_one)
    if has_moved or (before.state == ENDED and has_changed):
        return Revision(CHANGED, next_one, _LATE if _is_late(finding, late) else _MORE)
    return None


def _withdrawn(finding: Published, now: list[Published], late: Collection[int]) -> Revision:
    ships = {finding.mmsi_a, finding.mmsi_b} - {0}
    others = [each for each in now if each.rule != finding.rule and ships & {each.mmsi_a, each.mmsi_b}]
    by = next((each.rule for each in others if each.overlaps(finding)), "")
    reason = f"explained_by_{by}" if by else _LATE if _is_late(finding, late) else _MORE
    return Revision(WITHDRAWN, msgspec.structs.replace(finding, version=finding.version + 1, state=WITHDRAWN), reason)


def _is_late(finding: Published, late: Collection[int]) -> bool:
    return finding.mmsi_a in late or finding.mmsi_b in late
