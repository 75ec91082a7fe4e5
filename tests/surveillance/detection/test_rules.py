"""The numbers of the rules: complete, explained, and refused when they are not."""

import tomllib
from importlib.resources import files

import pytest

from haemaru.surveillance.detection.rules import LAYER_ONE, RULES, SHARED, house_rules, read_rules
from haemaru.wording import Fault

OURS = files("haemaru.surveillance.detection").joinpath("rules.toml").read_bytes()


def test_the_house_rules_name_every_rule_once_and_read_as_any_file() -> None:
    assert set(house_rules().numbers) == {*LAYER_ONE, *SHARED, *RULES}
    assert read_rules(OURS) == house_rules()
    assert len(house_rules().parameters()) == sum(len(held) for held in house_rules().numbers.values())


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (b"silence_ms = { value = 7200000", b"silence_ms = { value = 7200000.0", "gap.silence_ms: a whole number"),
        (b"silence_ms = { value", b"silense_ms = { value", "gap.silence_ms: missing"),
        (b"[port_call]\nversion", b"[port_cal]\nversion", "[port_call] is missing"),
        (b"[port_call]", b"[port_calls]\nversion = 1\n[port_call]", "[port_calls] is no rule"),
        (b"format = 1", b"format = 2", "format = 1 expected"),
        (b'origin = "contracts.md 6: 20 min"', b'origin = " "', "where does the number come from?"),
        (b"format = 1", b"format = ", "Invalid value"),
    ],
)
def test_a_rule_file_that_forgets_invents_or_blurs_a_number_is_refused(old: bytes, new: bytes, problem: str) -> None:
    assert old in OURS

    with pytest.raises(Fault) as caught:
        read_rules(OURS.replace(old, new), "ours.toml")

    assert caught.value.code == "bad_rules"
    assert problem in str(caught.value.params["problem"])


def test_every_number_has_its_unit_in_its_name() -> None:
    table = tomllib.loads(OURS.decode())
    counted = {
        "heard_rows",
        "crowd_parts",
        "ships",
        "served_ships_a_day",
        "alternations",
        "meetings",
        "passages",
        "most_alerts",
    }
    names = {name for held in table.values() if isinstance(held, dict) for name in held} - {"version"}

    assert {
        name
        for name in names - counted
        if not name.endswith(("_ms", "_m", "_min", "_dkn", "_percent", "_others", "_ships"))
    } == set()
