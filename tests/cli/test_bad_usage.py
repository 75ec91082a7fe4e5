"""Whatever a command is given, it answers with one error object and exit 2, and never with a traceback."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from haemaru.node.init import init_home

MODEL = Path(__file__).parents[2] / "agreements" / "kcg-kcs-narcotics.toml"


def refused(*words: object) -> str:
    """Runs a command that must be refused; gives the code of the error object."""
    command = [sys.executable, "-m", "haemaru", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, ""), done
    error = json.loads(done.stderr)["error"]
    assert error["what"]
    assert error["why"]
    assert error["do"]
    return str(error["code"])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of kcg."""
    folder = tmp_path_factory.mktemp("home") / "kcg"
    init_home(folder, "kcg", MODEL, "demo", None, None)
    return folder


@pytest.mark.parametrize("listen", ["nowhere", "127.0.0.1:99999"])
def test_a_node_is_not_made_with_an_address_it_could_not_listen_at(tmp_path: Path, listen: str) -> None:
    words = ("init", tmp_path / "kcg", "--party", "kcg", "--agreement", MODEL, "--listen", listen)

    assert refused(*words) == "address_unusable"
    assert not (tmp_path / "kcg").exists()


def test_a_home_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert refused("init", tmp_path / "file" / "kcg", "--party", "kcg", "--agreement", MODEL) == "file_unusable"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://127.0.0.1", "peer_bad_url"),
        ("http://[", "peer_bad_url"),
        ("http://127.0.0.1:zz", "peer_bad_url"),
        ("http://192.0.2.1:80", "peer_plain_http"),
    ],
)
def test_a_partner_is_not_added_at_an_address_no_frame_may_go_to(home: Path, url: str, code: str) -> None:
    words = ("peer", "add", home, home / "statement.json", "--url", url, "--fingerprint", "00")

    assert refused(*words) == code


def test_binary_where_text_is_expected_is_told(home: Path, tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\x00\xfe")

    words = ("peer", "add", home, tmp_path / "bytes", "--url", "http://127.0.0.1:1", "--fingerprint", "00")
    assert refused(*words) == "peer_statement_refused"


def test_a_courier_file_where_no_folder_is_is_told(home: Path) -> None:
    assert refused("backup", home, "/nonexistent/folder/file") == "file_unusable"


@pytest.mark.parametrize("option", ["--speed", "--seconds"])
@pytest.mark.parametrize("number", ["0", "nan"])
def test_a_feed_is_not_read_at_a_speed_that_is_none(home: Path, option: str, number: str) -> None:
    assert refused("feed", "ais", home, MODEL, option, number) == "bad_usage"


@pytest.mark.parametrize("number", ["nan", "inf", "-1", "soon"])
def test_nothing_waits_for_a_time_that_is_none(home: Path, number: str) -> None:
    assert refused("exchange", "compare", home, "--peer", "kcs", "--wait", number) == "bad_usage"


def test_a_partner_is_reached_in_one_way(home: Path) -> None:
    assert refused("peer", "mode", home, "kcs", "--pull", "--wait") == "bad_usage"


def test_a_file_that_is_not_there_is_the_file_s_fault(tmp_path: Path) -> None:
    assert refused("agreement", "explain", tmp_path / "none.toml") == "file_unusable"


def test_an_account_without_a_name_is_a_matter_of_the_name(home: Path) -> None:
    assert refused("accounts", "add", home, "", "--role", "analyst") == "account_name_unusable"


def test_a_witness_says_that_it_holds_no_records(tmp_path: Path) -> None:
    make = [sys.executable, "-m", "haemaru", "witness", "init", str(tmp_path / "w"), "--party", "witness"]
    subprocess.run(make, check=True, capture_output=True, timeout=60)

    assert refused("records", "list", tmp_path / "w") == "not_for_witnesses"


def test_an_answer_to_no_demand_is_not_a_question_for_the_list(home: Path) -> None:
    assert refused("demand", home, "--release", "--reason", "why") == "bad_usage"
