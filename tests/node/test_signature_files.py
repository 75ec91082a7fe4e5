"""The file of signatures beside an agreement: carried by hand, so it may be damaged or cut."""

import json
import shutil
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

from haemaru.cli.main import haemaru
from haemaru.node import Node
from haemaru.node.init import init_home
from haemaru.surveillance.detection.rule_signatures import read_signed_rules
from haemaru.wording import Fault

MODEL = Path(__file__).parents[2] / "agreements" / "kcg-kcs-narcotics.toml"


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """A home of kcg, and the agreement as it goes from hand to hand."""
    init_home(tmp_path / "kcg", "kcg", MODEL, "demo", None, None)
    return Path(shutil.copy(MODEL, tmp_path / "draft.toml"))


def test_bytes_that_are_no_signatures_leave_every_party_missing(draft: Path) -> None:
    draft.with_name("draft.toml.signatures").write_bytes(b"\xff\xfe\x00junk\n")

    with Node.open(draft.parent / "kcg") as node:
        answer = node.do("agreement.adopt", {"file": str(draft)})

    assert answer.exit_code == 1
    assert isinstance(answer.body, dict)
    assert answer.body["missing"] == ["kcg", "kcs"]


def test_a_signature_is_never_glued_to_a_line_without_end(draft: Path) -> None:
    beside = draft.with_name("draft.toml.signatures")
    beside.write_text("{}")

    with Node.open(draft.parent / "kcg") as node:
        node.do("agreement.sign", {"file": str(draft)})
        node.do("agreement.sign", {"file": str(draft)})
        answer = node.do("agreement.adopt", {"file": str(draft)})

    assert len(beside.read_text().splitlines()) == 2
    assert isinstance(answer.body, dict)
    assert answer.body["missing"] == ["kcs"]


def test_a_rule_file_that_a_home_signed_is_taken_by_detect_under_its_statement_and_a_broken_one_is_not_signed(
    draft: Path,
) -> None:
    home, mine = draft.parent / "kcg", draft.with_name("mine.toml")
    mine.write_bytes(files("haemaru.surveillance.detection").joinpath("rules.toml").read_bytes() + b"# ours\n")

    done = CliRunner().invoke(haemaru, ["rules", "sign", str(mine), "--home", str(home), "--json"])

    assert json.loads(done.stdout)["sha256"] == sha256(mine.read_bytes()).hexdigest()
    assert read_signed_rules(mine, [home / "statement.json"]).sha256 == sha256(mine.read_bytes()).hexdigest()
    mine.write_bytes(b"format = 1\n")
    with pytest.raises(Fault, match="bad_rules"), Node.open(home) as node:
        node.do("rules.sign", {"file": str(mine)})
