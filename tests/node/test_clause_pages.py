"""`haemaru agreement explain --home`: every clause of the model text with what it did, on paper and as data."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.node.conftest import Pair, asked, written

from haemaru.cli.agreement import explain
from haemaru.node.reactions import WEIGHED
from haemaru.surveillance import Fixes
from haemaru.wording import LANGUAGES, Fault

TIP = {"text": "a bulk carrier off Okgye", "wait_s": 0}


def secret(rid: str) -> dict[str, object]:
    """An invented record at the level that stays, silently."""
    return {
        "rid": rid,
        "kind": "intelligence.report",
        "subject": {"type": "vessel", "mmsi": 900000001},
        "event_time": "2026-03-01T00:00:00Z",
        "handling": {"level": "secret", "caveats": []},
        "origin": "kcg",
        "body": {"summary": "invented"},
    }


def test_a_tip_is_counted_by_its_clause(pair: Pair) -> None:
    asked(pair.kcg, "operations.tip", **TIP)
    pair.carry()

    found = asked(pair.kcg, "agreement.explain", file=str(pair.agreement), clause="1.8")
    [clause] = found["clauses"]
    assert found["adopted"] is True
    assert clause["did"]["released"]["records"] == 1
    assert clause["did"]["promise"]["measured"] == 1


def test_own_silent_withholds_are_told_to_own_officers(pair: Pair, tmp_path: Path) -> None:
    file = written(tmp_path / "r.jsonl", secret("s-1"), secret("s-2"))
    asked(pair.kcg, "records.put", file=file, to="kcs", purpose="narcotics_investigation")

    def withheld(node: str) -> int:
        body = asked(getattr(pair, node), "agreement.explain", file=str(pair.agreement), clause="1.1")
        return int(body["clauses"][0]["did"]["withheld"])

    pair.carry()
    assert (withheld("kcg"), withheld("kcs")) == (2, 0)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_of_a_clause_is_in_the_readers_language(pair: Pair, lang: str) -> None:
    asked(pair.kcg, "operations.tip", **TIP)
    pair.carry()
    home = str(pair.kcg.home.folder)
    pair.kcg.close()

    result = CliRunner().invoke(
        explain, [str(pair.agreement), "--home", home, "--clause", "1.8"], env={"HAEMARU_LANG": lang}
    )

    assert result.exception is None
    assert "clause." not in result.stdout
    assert ("1 records" if lang == "en" else "기록 1건") in result.stdout
    assert "1.9" not in result.stdout


def test_without_a_home_the_facts_stand_alone(pair: Pair) -> None:
    result = CliRunner().invoke(explain, [str(pair.agreement), "--json"])

    clauses = json.loads(result.stdout)["clauses"]
    assert "did" not in clauses[0]
    assert {"1.1", "1.8"} <= {clause["id"] for clause in clauses}


def test_an_unknown_clause_is_named(pair: Pair) -> None:
    with pytest.raises(Fault, match="clause_unknown"):
        pair.kcg.do("agreement.explain", {"file": str(pair.agreement), "clause": "9.9"})


def test_a_draft_is_compared_with_what_passed_positions_included(pair: Pair, tmp_path: Path) -> None:
    asked(pair.kcg, "operations.tip", **TIP)
    file = written(tmp_path / "r.jsonl", secret("s-1"))
    asked(pair.kcg, "records.put", file=file, to="kcs", purpose="narcotics_investigation")
    fixes = Fixes.of(
        mmsi=[900000001, 900000002],
        t=[1_772_442_000_000, 1_772_442_000_000],
        lat=[35 * 600_000, 35 * 600_000],
        lon=[129 * 600_000, 129 * 600_000],
        sog=[10, 10],
        cog=[0, 0],
        vessel_class=[1, 1],
    )
    pair.kcg.surveillance.take(fixes, [], "invented")
    text = pair.agreement.read_text("utf-8")
    draft = tmp_path / "draft.toml"
    draft.write_text(text.replace('kinds = ["surveillance.position"]', 'kinds = ["surveillance.nothing"]'), "utf-8")
    assert draft.read_text("utf-8") != text

    same = pair.kcg.do("agreement.diff", {"old": str(pair.agreement), "new": str(pair.agreement)})
    changed = pair.kcg.do("agreement.diff", {"old": str(pair.agreement), "new": str(draft)})

    assert (same.exit_code, changed.exit_code) == (0, 1)
    assert isinstance(same.body, dict)
    assert isinstance(changed.body, dict)
    assert same.body["positions"]["examined"] == 2
    assert same.body["examined"] >= 2
    assert sum(row.rows for row in changed.body["positions"]["newly_withheld"]) == 2
    assert changed.body["newly_released"] == []


def test_a_draft_that_lets_secrets_go_names_them_silently_weighed_ones_too(pair: Pair, tmp_path: Path) -> None:
    ship = {"type": "vessel", "mmsi": 900000001, "name": "SAMPLE"}
    file = written(tmp_path / "r.jsonl", {**secret("s-1"), "subject": ship})
    asked(pair.kcg, "records.put", file=file)
    about = {
        "case": "c-1",
        "to": "kcs",
        "records": [{"rid": "s-1", "verdict": "withhold", "clause": "1.1", "silent": True}],
    }
    with pair.kcg.ledger.write() as batch:
        batch.append(WEIGHED, json.dumps(about).encode())
    draft = tmp_path / "draft.toml"
    text = pair.agreement.read_text("utf-8")
    draft.write_text(
        text.replace('path = "handling.level", value = "secret"', 'path = "handling.level", value = "never"').replace(
            'level = "confidential"', 'level = "secret"'
        ),
        "utf-8",
    )

    changed = pair.kcg.do("agreement.diff", {"old": str(pair.agreement), "new": str(draft)})

    assert isinstance(changed.body, dict)
    assert {row.rid for row in changed.body["newly_released"]} == {"s-1"}
    [clause] = asked(pair.kcg, "agreement.explain", file=str(pair.agreement), clause="1.1")["clauses"]
    assert clause["did"]["withheld"] == 1
