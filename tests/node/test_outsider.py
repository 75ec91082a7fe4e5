"""Two real homes of the second suite, and an outsider who has openssl, four files and section 11 of PROTOCOL.md."""

import base64
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
from haemaru.ledger.proofs import check_proof, read_proof
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


def _other_line(checkpoint: str, place: int, at: int) -> str:
    """The checkpoint with one byte of a signature line flipped."""
    text, _, lines = checkpoint.partition("\n\n")
    every = lines.splitlines()
    dash, name, blob = every[place].split(" ")
    changed = bytearray(base64.b64decode(blob))
    changed[at] ^= 1
    every[place] = f"{dash} {name} {base64.b64encode(changed).decode()}"
    return text + "\n\n" + "\n".join(every) + "\n"


def test_check_proof_refuses_every_change_of_what_it_shows(both: Pair) -> None:
    proof = asked(both.kcg, "ledger.prove", rid=sent(both))
    keys = {"kcg": [both.kcg.keys.public], "kcs": [both.kcs.keys.public]}

    def problems(**changed: object) -> list[str]:
        return list(check_proof(read_proof(json.dumps(proof | changed).encode()), keys)["problems"])

    note, first = proof["checkpoint"], proof["entries"][0]
    assert problems() == []
    for at in (0, 4, 12, 40, 70):
        assert problems(checkpoint=_other_line(note, 1, at)) == ["checkpoint: countersignature_wrong (kcs)"]
    for at in (0, 4, 40):
        assert problems(checkpoint=_other_line(note, 0, at)) == ["checkpoint: ledger_signature_wrong"]
    renamed = note.replace("— haemaru/demo/kcs ", "— haemaru/demo/another ")
    assert problems(checkpoint=renamed) == ["checkpoint: countersignature_wrong (haemaru/demo/another)"]
    assert problems(entries=[first | {"at": "1999-01-01T00:00:00Z"}]) == [f"entry {first['entry']}: time_differs"]
    assert problems(entries=[first | {"leaf": "00" * 32}]) == [f"entry {first['entry']}: leaf_differs"]
    assert problems(entries=[]) == ["proof: entry_missing"]


def test_a_file_without_an_end_is_not_read_to_its_end(both: Pair) -> None:
    words = ["ledger", "check-proof", "/dev/zero", "--statement", str(both.kcg.home.statement)]
    done = subprocess.run(
        [sys.executable, "-m", "haemaru", *words], capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, "length" in done.stderr) == (2, True), done.stderr


@NEEDS_OPENSSL
@pytest.mark.parametrize(("part", "value"), [("index", 5), ("count", 6)])
def test_an_outsider_refuses_a_place_that_the_path_does_not_lead_to(
    both: Pair, tmp_path: Path, part: str, value: int
) -> None:
    folder = files_of(both, sent(both), tmp_path / "outside")
    shown = json.loads((folder / "shown.json").read_text())
    assert shown["sent"][0][part] != value
    shown["sent"][0][part] = value
    (folder / "shown.json").write_text(json.dumps(shown))
    with pytest.raises(AssertionError):
        run(1, folder)


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
