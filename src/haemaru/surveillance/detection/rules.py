"""The numbers of the rules: read from a TOML file, each with its origin, under the digest that findings carry.

The file that ships with the house is `rules.toml` beside this one. An agency may bring its own; it names every rule and
number that ours names and no other, so that a number that is forgotten or misspelt is refused and never defaulted.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from haemaru.wording import Fault

FORMAT = 1
LAYER_ONE = ("split", "facts", "places")
SHARED = ("stops", "alerts")  # by several rules, and by what is made of their findings
RULES = (
    "gap", "unexplained_stop", "loitering", "rendezvous", "one_sided_rendezvous", "drop_and_retrieve",
    "small_craft_visit", "night_approach", "identity_change", "identity_conflict", "impossible_jump", "lane_deviation",
    "leg_time_residual", "port_call",
)  # fmt: skip
_LARGEST = 2**53  # what every JSON, TOML and SQL reader keeps exactly


@dataclass(frozen=True, slots=True)
class Rules:
    """Numbers and their origins by section and name, each section's version, and the SHA-256 of the file's bytes."""

    numbers: Mapping[str, Mapping[str, int]]
    origins: Mapping[str, Mapping[str, str]]
    versions: Mapping[str, int]
    sha256: str

    def number(self, section: str, name: str) -> int:
        """One number; a name that is not there is a mistake of ours and raises KeyError."""
        return self.numbers[section][name]

    def parameters(self) -> dict[str, int]:
        """Every number under `<section>_<name>`, as the SQL files name them."""
        return {f"{section}_{name}": value for section, held in self.numbers.items() for name, value in held.items()}


@cache
def house_rules() -> Rules:
    """The rules that ship with the house."""
    return _read(files("haemaru.surveillance.detection").joinpath("rules.toml").read_bytes(), "rules.toml")


def read_rules(data: bytes, where: str = "rules") -> Rules:
    """The rules in the bytes of a file; raises `Fault("bad_rules")` naming the first thing that is wrong."""
    rules, ours = _read(data, where), house_rules()
    for section, numbers in ours.numbers.items():
        theirs = rules.numbers.get(section)
        if theirs is None:
            raise Fault("bad_rules", where, problem=f"[{section}] is missing")
        for name in sorted(set(numbers) ^ set(theirs)):
            raise Fault("bad_rules", where, problem=f"{section}.{name}: {'missing' if name in numbers else 'unknown'}")
    for section in sorted(set(rules.numbers) - set(ours.numbers)):
        raise Fault("bad_rules", where, problem=f"[{section}] is no rule")
    return rules


def _read(data: bytes, where: str) -> Rules:
    try:
        table = tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as problem:
        raise Fault("bad_rules", where, problem=str(problem)[:200]) from None
    if table.pop("format", None) != FORMAT:
        raise Fault("bad_rules", where, problem=f"format = {FORMAT} expected")
    numbers: dict[str, dict[str, int]] = {}
    origins: dict[str, dict[str, str]] = {}
    versions: dict[str, int] = {}
    for section, held in table.items():
        if not isinstance(held, dict):
            raise Fault("bad_rules", where, problem=f"{section[:60]} is no section")
        versions[section] = _whole(held.pop("version", None), f"{section}.version", where)
        numbers[section] = {name: _number(entry, f"{section}.{name}", where) for name, entry in held.items()}
        origins[section] = {name: entry["origin"].strip() for name, entry in held.items()}
    return Rules(numbers, origins, versions, sha256(data).hexdigest())


def _number(entry: Any, name: str, where: str) -> int:
    if not isinstance(entry, dict) or set(entry) != {"value", "origin"}:
        raise Fault("bad_rules", where, problem=f"{name[:100]}: value and origin expected")
    if not isinstance(entry["origin"], str) or not entry["origin"].strip():
        raise Fault("bad_rules", where, problem=f"{name[:100]}: where does the number come from?")
    return _whole(entry["value"], name, where)


def _whole(value: Any, name: str, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LARGEST:
        raise Fault("bad_rules", where, problem=f"{name[:100]}: a whole number from 0 to {_LARGEST} expected")
    return value
