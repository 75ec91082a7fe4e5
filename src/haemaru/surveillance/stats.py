"""The count of a feed: nothing that comes in is lost silently, everything ends in exactly one place.

`sentences` counts AIS sentences whose checksum is right (rows, for CSV). Each of them ends as part of a message, as a
repeated fragment, as a waiting fragment, or in quarantine; `accounts` shows the four and they add up. Lines refused
before (wrong checksum, truncated, merged ...) stand in `quarantined` only, lines that are no AIS at all in
`other_lines`. A duplicate reception is a message too: `messages` counts what was received, `duplicates` how many of
these had been received before.
"""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Stats:
    """Counts since the start of a feed; several feeds add up with `add`."""

    sentences: int = 0
    messages: int = 0
    vessels: set[int] = field(default_factory=set)
    fragments_waiting: int = 0
    by_type: Counter[int] = field(default_factory=Counter)
    duplicates: int = 0
    untimed: int = 0
    quarantined: Counter[str] = field(default_factory=Counter)
    positions: int = 0
    other_lines: int = 0
    notes: Counter[str] = field(default_factory=Counter)
    in_messages: int = 0
    repeated_fragments: int = 0
    quarantined_sentences: int = 0

    def add(self, other: "Stats") -> None:
        """Adds what another feed counted."""
        self.vessels |= other.vessels
        for name in ("by_type", "quarantined", "notes"):
            getattr(self, name).update(getattr(other, name))
        for name in _NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def as_json(self) -> dict[str, object]:
        """The counts as `haemaru ais decode` and `haemaru feed ais` print them."""
        return {
            "sentences": self.sentences,
            "messages": self.messages,
            "vessels": len(self.vessels),
            "fragments_waiting": self.fragments_waiting,
            "by_type": {str(kind): count for kind, count in sorted(self.by_type.items())},
            "duplicates": self.duplicates,
            "untimed": self.untimed,
            "quarantined": dict(sorted(self.quarantined.items())),
            "positions": self.positions,
            "other_lines": self.other_lines,
            "notes": dict(sorted(self.notes.items())),
            "accounts": {
                "messages": self.in_messages,
                "repeated_fragments": self.repeated_fragments,
                "waiting": self.fragments_waiting,
                "quarantined": self.quarantined_sentences,
            },
        }


_NUMBERS = (
    "sentences",
    "messages",
    "fragments_waiting",
    "duplicates",
    "untimed",
    "positions",
    "other_lines",
    "in_messages",
    "repeated_fragments",
    "quarantined_sentences",
)


def quarantine_key(code: str) -> str:
    """The catalogue key of the sentence that explains a quarantine code."""
    return f"surveillance.quarantine.{code}"
