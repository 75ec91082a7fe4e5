"""`haemaru init --suite`: the suite is asked for once and stands in the statement."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from haemaru.signing import P256_SUITE, SUITE, NodeKeys, read_statement

MODEL = Path(__file__).parents[2] / "agreements" / "kcg-kcs-narcotics.toml"


def init(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What `haemaru init` says."""
    command = [
        sys.executable,
        "-m",
        "haemaru",
        "init",
        str(folder),
        "--party",
        "kcg",
        "--agreement",
        str(MODEL),
        *words,
    ]
    return subprocess.run([*command, "--json"], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(("words", "suite"), [((), SUITE), (("--suite", P256_SUITE), P256_SUITE)])
def test_the_suite_stands_in_the_answer_the_keys_and_the_statement(
    tmp_path: Path, words: tuple[str, ...], suite: str
) -> None:
    done = init(tmp_path / "kcg", *words)

    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    statement = read_statement(Path(made["statement"]).read_bytes())
    assert made["suite"] == statement.suite == suite
    assert NodeKeys.load(tmp_path / "kcg" / "keys").public == statement.public
    assert made["fingerprint"] == statement.fingerprint


def test_a_suite_that_there_is_not_makes_no_home(tmp_path: Path) -> None:
    done = init(tmp_path / "kcg", "--suite", "rot13")

    assert (done.returncode, done.stdout) == (2, "")
    error = json.loads(done.stderr)["error"]
    assert error["code"] == "bad_usage"
    assert P256_SUITE in error["why"]
    assert not (tmp_path / "kcg").exists()
