"""Do two ship names mean one ship? The answer comes with its reasons, and a number that differs ends the matter.

`same` is said only of names that differ in spelling alone; `alike` asks a person; `different` is final where numbers
differ, because HAI FENG 8 and HAI FENG 18 look 98 % alike and are two ships.
"""

from difflib import SequenceMatcher
from typing import Literal

import msgspec

from haemaru.intelligence.hangul import skeleton
from haemaru.records import VesselName, read_vessel_name
from haemaru.wording import Reason

NameVerdict = Literal["same", "alike", "different"]

# Below this, names of six to twelve letters differ in more than one syllable.
_ALIKE = 0.8
_SHORTEST_PART = 3


class NameComparison(msgspec.Struct, frozen=True):
    """A verdict on two names, how alike their words are (0 to 1), and why."""

    verdict: NameVerdict
    score: float
    reasons: tuple[Reason, ...]


def compare_names(one: str, other: str) -> NameComparison:
    """Whether two ship names are the same, alike or different, with the reasons; the order of the two is no matter."""
    first, second = read_vessel_name(one), read_vessel_name(other)
    if not first.key or not second.key:
        return NameComparison("different", 0.0, (Reason("name_missing"),))
    verdict, score, reason = _words(first, second)
    if first.numbers == second.numbers:
        numbers = (Reason("name_numbers_equal", {"numbers": _listed(first)}),) if first.numbers else ()
        return NameComparison(verdict, score, (reason, *numbers))
    if first.numbers and second.numbers:
        params: dict[str, str | int | float] = {"one": _listed(first), "other": _listed(second)}
        return NameComparison("different", score, (Reason("name_numbers_differ", params), reason))
    missing = Reason("name_number_missing", {"numbers": _listed(first) or _listed(second)})
    return NameComparison("different" if verdict == "different" else "alike", score, (reason, missing))


def _listed(name: VesselName) -> str:
    return ", ".join(map(str, name.numbers))


def _words(first: VesselName, second: VesselName) -> tuple[NameVerdict, float, Reason]:
    one, other = "".join(first.words), "".join(second.words)
    if one == other:
        return "same", 1.0, Reason("name_words_equal")
    if not one or not other:
        return "different", 0.0, Reason("name_words_differ", {"percent": 0})
    if one.isascii() != other.isascii() and skeleton(one) and skeleton(one) == skeleton(other):
        return "same", 0.98, Reason("name_spoken_equal")
    bones = sorted((skeleton(one) or one, skeleton(other) or other))
    # The order of the two must not matter, and SequenceMatcher is not symmetric: both ways, the better one.
    score = max(SequenceMatcher(a=pair[0], b=pair[1], autojunk=False).ratio() for pair in (bones, bones[::-1]))
    percent = int(score * 100)
    if bones[0] == bones[1]:
        return "alike", 0.95, Reason("name_spoken_equal")
    if _is_part(first, second) or _is_part(second, first):
        return "alike", max(score, _ALIKE), Reason("name_part_of_other")
    if score >= _ALIKE:
        return "alike", score, Reason("name_words_alike", {"percent": percent})
    return "different", score, Reason("name_words_differ", {"percent": percent})


def _is_part(part: VesselName, whole: VesselName) -> bool:
    heard = "".join(part.words)
    return len(heard) >= _SHORTEST_PART and set(part.words) <= set(whole.words)
