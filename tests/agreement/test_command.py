"""`haemaru agreement decide` answers whatever file it is given: a decision, or a fault with its place."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.agreement.conftest import HEAD, clause_text

from haemaru.cli.agreement import decide
from haemaru.wording import Fault

WAY = ["--from", "north", "--to", "south", "--purpose", "watch", "--json"]


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ('{"kind": "a.b"}', "record_incomplete"),
        ('{"rid": "", "kind": "a.b"}', "record_incomplete"),
        ('{"rid": "1", "kind": "a.b"', "bad_json"),
        ('{"rid": "1", "kind": "a.b", "n": NaN}', "bad_json"),
        ("[1]", "bad_json"),
        ('{"rid": "1", "kind": "a.b", "deep": ' + "[" * 5000 + "]" * 5000 + "}", "record_too_deep"),
    ],
)
def test_a_file_that_is_no_record_is_a_fault_and_never_a_traceback(tmp_path: Path, record: str, code: str) -> None:
    agreement, file = tmp_path / "agreement.toml", tmp_path / "record.json"
    agreement.write_text(HEAD + clause_text("1.1", "release"), "utf-8")
    file.write_text(record, "utf-8")

    result = CliRunner().invoke(decide, [str(agreement), str(file), *WAY, "--at", "2026-03-02T09:00:00Z"])

    assert isinstance(result.exception, Fault)
    assert result.exception.code == code
