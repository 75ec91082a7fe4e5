"""PROTOCOL.md says what the code does: every code is listed, every limit is right, and its own verifier runs."""

import ast
import base64
import contextlib
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import ROOT

from haemaru.exchange.limits import LIMITS
from haemaru.signing import SUITE_NAMES

PAGE = (ROOT / "PROTOCOL.md").read_text(encoding="utf-8")
ROOM = ROOT / "src" / "haemaru" / "exchange"


def codes_of(path: Path) -> set[str]:
    """The codes under which a file refuses something."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
            "FrameRefused",
            "EnvelopeRefused",
            "ReceiptRefused",
        ):
            first = node.args[0]
            if isinstance(first, ast.Constant):
                found.add(str(first.value))
    return found


def test_every_code_of_a_refusal_is_on_the_page() -> None:
    codes = set().union(*(codes_of(path) for path in ROOM.glob("*.py")))

    assert len(codes) > 40
    assert sorted(code for code in codes if f"`{code}`" not in PAGE) == []


def test_the_limits_on_the_page_are_those_in_the_code() -> None:
    for text in (
        f"header {LIMITS.header_bytes:,} B",
        f"frame {LIMITS.frame_bytes >> 20} MiB",
        f"plain text {LIMITS.plain_bytes >> 20} MiB",
        f"{LIMITS.rows:,} items",
        f"one line {LIMITS.item_bytes >> 20} MiB",
        f"{LIMITS.position_rows:,}\npositions",
        f"receipt {LIMITS.receipt_bytes >> 10} KiB",
        f"courier file {LIMITS.courier_bytes >> 30} GiB",
    ):
        assert text in PAGE


BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.S)


NEEDS_OPENSSL = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="there is no openssl command on this machine"
)


def golden(number: int, folder: Path) -> Path:
    """A copy of the golden files of a suite, to be written into."""
    return Path(shutil.copytree(ROOT / "tests" / "golden" / ("exchange", "exchange-p256")[number], folder / "golden"))


def run(number: int, folder: Path) -> dict[str, Any]:
    """Runs a verifier of the page in a folder; gives what it left behind."""
    left: dict[str, Any] = {}
    source = BLOCKS[number].replace("tests/golden/exchange", str(folder))
    with contextlib.chdir(folder):
        exec(compile(source, "PROTOCOL.md", "exec"), left)
    return left


@NEEDS_OPENSSL
@pytest.mark.parametrize("number", range(2), ids=["first suite", "second suite"])
def test_the_verifiers_of_the_page_verify_the_golden_files(number: int, tmp_path: Path) -> None:
    assert len(BLOCKS) == 2
    run(number, golden(number, tmp_path))


def test_the_verifier_with_openssl_is_as_short_as_the_page_says() -> None:
    lines = [line for line in BLOCKS[1].splitlines() if line.strip() and not line.strip().startswith("#")]

    assert len(lines) == 42
    assert "these forty-two lines" in PAGE


def changed(data: bytes, before: bytes, after: bytes) -> bytes:
    assert before in data
    return data.replace(before, after, 1)


@NEEDS_OPENSSL
@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("statement.json", b"2026", b"2027"),
        ("shown.json", b'payload\\":\\"eyJ2', b'payload\\":\\"eyJ3'),
        ("shown.json", b'"index": 0', b'"index": 1'),
        ("shown.json", b"receipt.v1+json", b"refusal.v1+json"),
        ("proof.json", b"exchange.stored", b"exchange.erased"),
        ("proof.json", b'"body": "e', b'"body": "f'),
        ("proof.json", b'"entry": 2', b'"entry": 3'),
        ("proof.json", b"at 2026", b"at 2027"),
    ],
)
def test_the_verifier_with_openssl_refuses_another_file(name: str, before: bytes, after: bytes, tmp_path: Path) -> None:
    folder = golden(1, tmp_path)
    (folder / name).write_bytes(changed((folder / name).read_bytes(), before, after))

    with pytest.raises((subprocess.CalledProcessError, AssertionError)):
        run(1, folder)


def check_the_wire(folder: Path, left: dict[str, Any]) -> None:
    """What else of the second suite stands on the wire, by the functions and keys that the verifier left behind."""
    keys, verify, pae = (left[name] for name in ("keys", "verify", "pae"))
    with contextlib.chdir(folder):
        for name in ("record", "void", "checkpoint", "keys", "receipt"):
            envelope = json.loads(Path(f"{name}.json").read_bytes())
            message = pae(envelope["payloadType"], base64.b64decode(envelope["payload"]))
            signer = left["receiver" if name == "receipt" else "sender"]
            verify(keys[signer], message, base64.b64decode(envelope["signatures"][0]["sig"]))
        frame = Path("frame.bin").read_bytes()
        size = int.from_bytes(frame[8:12], "big")
        header, signature = frame[12 : 12 + size], frame[14 + size : 14 + size + 64]
        verify(keys[left["sender"]], pae("application/vnd.haemaru.frame.v1+json", header), signature)
        assert json.loads(header)["cipher_sha256"] == hashlib.sha256(frame[14 + size + 64 :]).hexdigest()
        text, _, lines = Path("note.txt").read_bytes().partition(b"\n\n")
        own, partner, *_ = (base64.b64decode(line.split()[-1]) for line in lines.splitlines())
        verify(keys[left["sender"]], text + b"\n", own[4:])
        seconds = int.from_bytes(partner[4:12], "big")
        verify(keys[left["receiver"]], b"cosignature/v1\ntime %d\n%s\n" % (seconds, text), partner[12:])


@NEEDS_OPENSSL
@pytest.mark.parametrize("name", ["record.json", "receipt.json", "keys.json", "note.txt", "frame.bin"])
def test_the_wire_of_the_second_suite_verifies_and_another_does_not(name: str, tmp_path: Path) -> None:
    folder = golden(1, tmp_path)
    left = run(1, folder)
    check_the_wire(folder, left)
    data = (folder / name).read_bytes()
    # One letter of what is signed: of the payload, of the text, of the header.
    at = {"note.txt": 22, "frame.bin": 60}.get(name, len(data) // 2)
    (folder / name).write_bytes(data[:at] + (b"A" if data[at : at + 1] != b"A" else b"B") + data[at + 1 :])

    with pytest.raises(subprocess.CalledProcessError):
        check_the_wire(folder, left)


def test_the_table_of_suites_is_that_of_the_code() -> None:
    assert [name for name in SUITE_NAMES if f"`{name}`" not in PAGE] == []
