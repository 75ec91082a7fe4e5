"""PROTOCOL.md says what the code does: every code is listed, every limit is right, and its own verifier runs."""

import ast
import re
import shutil
import subprocess
from pathlib import Path

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


ONLY_GOLDEN = "# From here on only for the golden files"


def run(number: int, folder: Path, *, is_golden: bool = True) -> dict[str, object]:
    """Runs a verifier of the page on the files in a folder; gives what it left behind."""
    left: dict[str, object] = {}
    source = re.sub(r'"tests/golden/exchange[^"]*"', repr(str(folder)), BLOCKS[number])
    exec(compile(source if is_golden else source.partition(ONLY_GOLDEN)[0], "PROTOCOL.md", "exec"), left)
    return left


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl command on this machine")
@pytest.mark.parametrize("number", range(2), ids=["first suite", "second suite"])
def test_the_verifiers_of_the_page_verify_the_golden_files(number: int) -> None:
    assert len(BLOCKS) == 2
    assert ONLY_GOLDEN in BLOCKS[1]
    run(number, ROOT / "tests" / "golden" / ("exchange", "exchange-p256")[number])


def changed(data: bytes, before: bytes, after: bytes) -> bytes:
    assert before in data
    return data.replace(before, after, 1)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl command on this machine")
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
    folder = tmp_path / "golden"
    shutil.copytree(ROOT / "tests" / "golden" / "exchange-p256", folder)
    (folder / name).write_bytes(changed((folder / name).read_bytes(), before, after))

    with pytest.raises((subprocess.CalledProcessError, AssertionError)):
        run(1, folder, is_golden=False)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl command on this machine")
@pytest.mark.parametrize("name", ["record.json", "receipt.json", "keys.json", "note.txt", "frame.bin"])
def test_the_verifier_of_the_wire_refuses_another_file(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "golden"
    shutil.copytree(ROOT / "tests" / "golden" / "exchange-p256", folder)
    data = (folder / name).read_bytes()
    # One letter of what is signed: of the payload, of the text, of the header.
    at = {"note.txt": 22, "frame.bin": 60}.get(name, len(data) // 2)
    (folder / name).write_bytes(data[:at] + (b"A" if data[at : at + 1] != b"A" else b"B") + data[at + 1 :])

    run(1, folder, is_golden=False)
    with pytest.raises(subprocess.CalledProcessError):
        run(1, folder)


def test_the_table_of_suites_is_that_of_the_code() -> None:
    assert [name for name in SUITE_NAMES if f"`{name}`" not in PAGE] == []
