"""Numbers of rules and of findings with their units, and the sign by which a rule is drawn on map and list."""

from typing import Final

from haemaru.web.render import age
from haemaru.wording import say

# One sign a rule, the same on the map, in its legend and in every list; the word always stands beside it.
SIGNS: Final = {
    "gap": "?",
    "unexplained_stop": "■",
    "loitering": "○",
    "rendezvous": "×",
    "one_sided_rendezvous": "*",
    "drop_and_retrieve": "▼",
    "small_craft_visit": "▲",
    "night_approach": "→",
    "identity_change": "≠",
    "identity_conflict": "=",
    "impossible_jump": "!",
    "lane_deviation": "~",
    "leg_time_residual": "+",
    "port_call": "□",
}
_METRES = ("gap", "rendezvous", "one_sided_rendezvous", "small_craft_visit", "lane_deviation")
_SECONDS = ("unexplained_stop", "loitering", "drop_and_retrieve", "night_approach", "leg_time_residual")
_KST_MIN = 9 * 60


def sign(rule: str) -> str:
    """The sign of a rule; a dot for one that this house does not know."""
    return SIGNS.get(rule, "·")


def worth(rule: str, value: int, lang: str) -> str:
    """What a rule measured (`value` of a finding), with its unit; empty where it is no measure."""
    if rule in _METRES:
        return f"{value:,} m"
    if rule in _SECONDS:
        return age(float(value), lang)
    if rule == "impossible_jump":
        return f"{value / 10:,.0f} kn"
    return say("web.times", lang, n=f"{value:,}") if rule == "identity_conflict" else ""


def measure(name: str, value: int, lang: str) -> str:
    """A number of a rule with the unit that ends its name."""
    if name.endswith("_ms"):
        return age(value / 1000, lang)
    if name.endswith("_dkn"):
        return f"{value / 10:g} kn"
    if name.endswith("_m"):
        return f"{value:,} m"
    if name.endswith("_percent"):
        return f"{value} %"
    if name.endswith("_min"):
        minute = (value + _KST_MIN) % 1_440
        return f"{minute // 60:02d}:{minute % 60:02d} KST"
    return f"{value:,}"
