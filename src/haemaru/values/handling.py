"""How a record must be treated: a level from the agreement's own ladder, and caveats that only ever add up.

Which levels exist, and their order, is written in each agreement; a level that is not on the ladder ranks above all
of it, because what is not known must not be handled as if it were open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from haemaru.values.shown import shown
from haemaru.wording import Fault

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Handling:
    """A level and the set of caveats that go with it."""

    level: str
    caveats: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, value: object, where: str = "handling") -> Self:
        """Reads `restricted` or `restricted // no_onward, court_ask`; raises `Fault("bad_handling")` otherwise."""
        level, _, rest = value.partition("//") if isinstance(value, str) else ("", "", "")
        return cls._checked(level.strip(), [word.strip() for word in rest.split(",") if word.strip()], where)

    @classmethod
    def from_json(cls, value: object, where: str = "handling") -> Self:
        """Reads `{"level", "caveats"}` as it stands in records."""
        if not isinstance(value, Mapping) or not isinstance(value.get("caveats", []), Sequence):
            raise Fault("bad_handling", where, text=shown(value, 60))
        return cls._checked(value.get("level"), list(value.get("caveats", [])), where)

    @classmethod
    def _checked(cls, level: object, caveats: list[object], where: str) -> Self:
        words = [level, *caveats]
        if not all(isinstance(word, str) and 0 < len(word) <= _LONGEST and word.isprintable() for word in words):
            raise Fault("bad_handling", where, text=shown(level, 60))
        return cls(str(level), frozenset(str(word) for word in caveats))

    def as_json(self) -> dict[str, object]:
        """`{"level", "caveats"}`, the caveats sorted."""
        return {"level": self.level, "caveats": sorted(self.caveats)}

    def rank(self, levels: Sequence[str]) -> int:
        """The place of the level on the ladder, lowest first; above all of them when it is not on it."""
        return levels.index(self.level) if self.level in levels else len(levels)

    def joined(self, other: "Handling", levels: Sequence[str]) -> "Handling":
        """What is derived from both must be handled so: the higher level and the caveats of both."""
        # Two levels off the ladder cannot be compared: the greater word, so that the order does not matter.
        higher = max(self, other, key=lambda one: (one.rank(levels), one.level))
        return Handling(higher.level, self.caveats | other.caveats)

    def __str__(self) -> str:
        return self.level + (f" // {', '.join(sorted(self.caveats))}" if self.caveats else "")
