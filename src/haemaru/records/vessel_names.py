"""Ship names brought to one spelling, so that a name on the telephone finds the name in a register.

`M/V HAI FENG No. 8`, `HAIFENG VIII` and `HAI FENG 08` are one name; `HAI FENG 18` is another ship, however alike it
looks: words may be spelt in many ways, numbers compare exactly. In Korean 제17삼보호, 삼보 17호 and 삼보호 17 are one.
Only the spelling is folded here; whether two names mean one ship is judged in `intelligence`, with reasons.
"""

import re
import unicodedata
from dataclasses import dataclass

_PREFIX = re.compile(r"(?:[MSFR][/.] ?[VTSB]\b\.?|(?:MV|MT|SS|FV|FB|RV)\b)[ .:]*")
# 제17호, 第17号: the signs that only say "number" or "ship", beside the digits they belong to.
_NUMBER_MARK = re.compile(r"(?:\bN[Oo°º]?\.? ?|\bNR\.? ?|[#제第] ?)(?=[0-9])")
_SHIP_MARK = re.compile(r"(?<=[0-9]) ?(?:HO\b|호|号|號)")
_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+")
_ROMAN = re.compile(r"X{0,3}(?:IX|IV|V?I{0,3})")
_ROMAN_WORTH = {"I": 1, "V": 5, "X": 10}
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class VesselName:
    """A ship's name without prefixes and marks: its words and its numbers, each in the order they stand."""

    words: tuple[str, ...]
    numbers: tuple[int, ...]

    @property
    def key(self) -> str:
        """What two spellings of one name share: the words run together, then the numbers."""
        return " ".join(["".join(self.words), *map(str, self.numbers)]).strip()


def read_vessel_name(text: str) -> VesselName:
    """The words and numbers of a ship's name in any of its spellings; empty where the text holds neither."""
    plain = _folded(text[:_LONGEST_NAME])
    plain = _SHIP_MARK.sub(" ", _NUMBER_MARK.sub(" ", _PREFIX.sub("", plain, count=1)))
    tokens = _TOKEN.findall(plain)
    words: list[str] = []
    numbers: list[int] = []
    for place, token in enumerate(tokens):
        value = int(token) if token.isdecimal() else _roman(token) if place else None
        if value is None:
            words.append(token)
        else:
            numbers.append(value)
    return VesselName(_without_ship_mark(words), tuple(numbers))


def _folded(text: str) -> str:
    # Compatibility forms and accents go (Hangul comes back whole); AIS fills names with @.
    apart = unicodedata.normalize("NFKD", text.replace("@", " "))
    kept = "".join(sign for sign in apart if unicodedata.category(sign) != "Mn")
    return unicodedata.normalize("NFC", kept).upper().replace("丸", " MARU ").strip()


def _roman(token: str) -> int | None:
    # A first word is never read so (XI FENG is a name), and L, C, D, M would make numbers of too many words.
    if not _ROMAN.fullmatch(token):
        return None
    worth = [_ROMAN_WORTH[sign] for sign in token]
    after = [*worth[1:], 0]
    return sum(-one if one < following else one for one, following in zip(worth, after, strict=True))


def _without_ship_mark(words: list[str]) -> tuple[str, ...]:
    # A closing HO or 호 means "ship", as long as a name is left without it.
    if len(words) > 1 and words[-1] in ("HO", "호", "号", "號"):
        return tuple(words[:-1])
    return tuple(word[:-1] if len(word) > 1 and word[-1] in "호号號" else word for word in words)
