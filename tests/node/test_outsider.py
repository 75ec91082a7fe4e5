"""Two real homes of the second suite, and an outsider who has openssl, four files and section 11 of PROTOCOL.md."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.exchange.test_protocol import NEEDS_OPENSSL, run
from tests.node.conftest import MODEL, Pair, asked, introduce

from haemaru.clock import FakeClock
from haemaru.node import Node
from haemaru.node.init import init_home
from haemaru.signing import P256_SUITE


@pytest.fixture
def both(tmp_path: Path, clock: FakeClock) -> Iterator[Pair]:
    """Two homes of the second suite under the agreement in force."""
    for party in ("kcg", "kcs"):
        init_home(tmp_path / party, party, MODEL, "demo", None, None, P256_SUITE)
    agreement = tmp_path / "agreement.toml"
    agreement.write_bytes(MODEL.read_bytes())
    with (
        Node.open(tmp_path / "kcg", clock=clock) as kcg,
        Node.open(tmp_path / "kcs", clock=clock) as kcs,
    ):
        introduce(kcg, kcs)
        introduce(kcs, kcg)
        for command in ("agreement.sign", "agreement.adopt"):
            for node in (kcg, kcs):
                node.do(command, {"file": str(agreement)})
        yield Pair(kcg, kcs, agreement)


def files_of(both: Pair, rid: str, folder: Path, *, is_open: bool = False) -> Path:
    """The four files that the page names, made as it says."""
    folder.mkdir()
    shutil.copy(both.kcg.home.statement, folder / "statement.json")
    shutil.copy(both.kcs.home.statement, folder / "statement-south.json")
    (folder / "shown.json").write_text(json.dumps(asked(both.kcg, "exchange.show", rid=rid)))
    (folder / "proof.json").write_text(json.dumps(asked(both.kcg, "ledger.prove", rid=rid, open=is_open)))
    return folder


def sent(both: Pair) -> str:
    """The rid of a record that the coast guard sent, and that customs countersigned the ledger over."""
    case = str(asked(both.kcg, "operations.tip", text="off Okgye", vessel_name="INVENTED ONE", wait_s=0)["case"])
    both.carry()
    both.kcg.exchange.offer_checkpoints(force=True)
    both.carry()
    return case


def checked(folder: Path) -> tuple[int, dict[str, object]]:
    words = ["ledger", "check-proof", str(folder / "proof.json"), "--json"]
    for name in ("statement.json", "statement-south.json"):
        words += ["--statement", str(folder / name)]
    done = subprocess.run([sys.executable, "-m", "haemaru", *words], capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout or done.stderr)


@NEEDS_OPENSSL
@pytest.mark.parametrize("is_open", [False, True], ids=["closed", "open"])
def test_an_outsider_verifies_record_receipt_proof_and_checkpoint(both: Pair, tmp_path: Path, is_open: bool) -> None:
    rid = sent(both)
    folder = files_of(both, rid, tmp_path / "outside", is_open=is_open)

    assert run(1, folder)["found"].keys() == {"kcg", "kcs"}
    code, found = checked(folder)

    assert (code, found["ok"], found["countersigned_by"]) == (0, True, ["kcs"])
    text = (folder / "proof.json").read_text()
    assert all((each["body"] is not None) is is_open for each in json.loads(text)["entries"])


@NEEDS_OPENSSL
def test_an_outsider_refuses_what_was_changed(both: Pair, tmp_path: Path) -> None:
    folder = files_of(both, sent(both), tmp_path / "outside", is_open=True)
    proof = json.loads((folder / "proof.json").read_text())
    proof["entries"][0]["at_ms"] += 1
    (folder / "proof.json").write_text(json.dumps(proof))

    with pytest.raises(AssertionError):
        run(1, folder)
    code, found = checked(folder)
    assert (code, found["problems"]) == (1, [f"entry {proof['entries'][0]['entry']}: leaf_differs"])


@NEEDS_OPENSSL
def test_what_was_signed_before_a_rotation_is_verified_with_the_earlier_statement(both: Pair, tmp_path: Path) -> None:
    rid = sent(both)
    asked(both.kcg, "keys.rotate")
    both.carry()
    folder = files_of(both, rid, tmp_path / "outside")
    with pytest.raises(subprocess.CalledProcessError):
        run(1, folder)

    earlier = next(each for each in asked(both.kcg, "keys.list")["keys"] if each["state"] == "earlier")
    (folder / "statement.json").write_text(earlier["statement"])

    assert run(1, folder)
    assert checked(folder)[0] == 0


def test_an_erased_entry_is_still_proved(both: Pair, tmp_path: Path) -> None:
    rid = sent(both)
    entries = asked(both.kcs, "ledger.prove", rid=rid)["entries"]
    asked(both.kcg, "records.retract", rid=rid, reason="wrong ship")
    both.carry()

    again = asked(both.kcs, "ledger.prove", rid=rid, open=True)
    both_ends = {each["entry"]: each for each in again["entries"]}
    assert both_ends[entries[0]["entry"]]["leaf"] == entries[0]["leaf"]
    assert both_ends[entries[0]["entry"]]["body"] is None


def test_the_receiver_shows_the_signed_header_and_the_path(both: Pair) -> None:
    rid = sent(both)

    shown = asked(both.kcs, "exchange.show", rid=rid)

    assert shown["received"][0]["line"] == asked(both.kcg, "exchange.show", rid=rid)["sent"][0]["line"]
    assert shown["received"][0]["header"]
