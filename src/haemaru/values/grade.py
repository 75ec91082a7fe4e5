"""How good a source is and how good its word, in the scheme of the officer who wrote it.

Four schemes are in use; a grade is kept as written and never rewritten. Where two must be compared, each is mapped to
the Admiralty scheme: one way only, losing detail, and never upwards ("accuracy not in doubt" becomes "confirmed" only
when the corroboration itself is on record). The mapping is ours and conservative; the author's code stays beside it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from haemaru.values.shown import shown
from haemaru.wording import Fault

SCHEMES: dict[str, str] = {
    "europol_4x4": r"([ABCX])([1-4])()",
    "uk_3x5x2": r"([1-3])([A-E])([PC])?",
    "admiralty": r"([A-F])([1-6])()",
    "uk_5x5x5": r"([A-E])([1-5])([1-5])?",
}
"""The schemes, each with the shape of its codes: source, information, and a handling code where the scheme has one."""

_SOURCE_TO_ADMIRALTY: dict[str, dict[str, str]] = {
    "europol_4x4": {"A": "A", "B": "B", "C": "D", "X": "F"},
    # "Reliable" says less than "in all instances"; "untested" cannot be judged.
    "uk_3x5x2": {"1": "B", "2": "F", "3": "E"},
    "uk_5x5x5": {"A": "A", "B": "B", "C": "D", "D": "E", "E": "F"},
}
_INFORMATION_TO_ADMIRALTY: dict[str, dict[str, str]] = {
    "europol_4x4": {"1": "2", "2": "3", "3": "2", "4": "6"},
    "uk_3x5x2": {"A": "3", "B": "2", "C": "6", "D": "6", "E": "5"},
    "uk_5x5x5": {"1": "2", "2": "3", "3": "2", "4": "6", "5": "5"},
}
_NOT_IN_DOUBT = {"europol_4x4": "1", "uk_5x5x5": "1"}


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade as written: scheme, source code, information code, and a handling code where the scheme has one."""

    scheme: str
    source: str
    information: str
    handling: str = ""
    mapped_from: str = ""

    @classmethod
    def parse(cls, value: object, scheme: str, where: str = "grade") -> Self:
        """Reads a code such as `B2` in its scheme; raises `Fault("bad_grade")` or `Fault("unknown_grade_scheme")`."""
        if scheme not in SCHEMES:
            raise Fault("unknown_grade_scheme", where, scheme=shown(scheme), schemes=", ".join(SCHEMES))
        text = re.sub(r"[\s/-]", "", value).upper() if isinstance(value, str) else ""
        found = re.fullmatch(SCHEMES[scheme], text)
        if not found:
            raise Fault("bad_grade", where, text=shown(value), scheme=scheme)
        return cls(scheme, found[1], found[2], found[3] or "")

    @classmethod
    def from_json(cls, value: object, where: str = "grade") -> Self:
        """Reads `{"scheme", "code"}` as it stands in records."""
        if not isinstance(value, Mapping):
            raise Fault("bad_grade", where, text=shown(value), scheme="?")
        scheme = value.get("scheme")
        return cls.parse(value.get("code"), scheme if isinstance(scheme, str) else "", where)

    def as_json(self) -> dict[str, str]:
        """`{"scheme", "code"}`, with `mapped_from` where it is not the author's own."""
        plain = {"scheme": self.scheme, "code": self.code}
        return {**plain, "mapped_from": self.mapped_from} if self.mapped_from else plain

    @property
    def code(self) -> str:
        """The code as its scheme writes it."""
        return f"{self.source}{self.information}{self.handling}"

    def to_admiralty(self, *, corroborated: bool = False) -> "Grade":
        """The same grade in the Admiralty scheme, never better than written; the way back does not exist."""
        if self.scheme == "admiralty":
            return self
        information = _INFORMATION_TO_ADMIRALTY[self.scheme][self.information]
        if corroborated and _NOT_IN_DOUBT.get(self.scheme) == self.information:
            information = "1"
        source = _SOURCE_TO_ADMIRALTY[self.scheme][self.source]
        return Grade("admiralty", source, information, mapped_from=str(self))

    def __str__(self) -> str:
        return f"{self.scheme}:{self.code}"
