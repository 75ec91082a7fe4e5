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


@pytest.mark.parametrize("number", range(2), ids=["first suite", "second suite"])
def test_the_verifiers_of_the_page_verify_the_golden_files(number: int) -> None:
    if number and shutil.which("openssl") is None:
        pytest.skip("there is no openssl command on this machine")

    assert len(BLOCKS) == 2
    source = BLOCKS[number].replace('"tests/golden/', f'"{ROOT}/tests/golden/')
    exec(compile(source, "PROTOCOL.md", "exec"), {})


@pytest.mark.parametrize("name", ["record.json", "receipt.json", "note.txt", "frame.bin", "statement.json"])
def test_the_verifier_with_openssl_refuses_another_file(name: str, tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl command on this machine")
    folder = tmp_path / "golden"
    shutil.copytree(ROOT / "tests" / "golden" / "exchange-p256", folder)
    path = folder / name
    data = path.read_bytes()
    # One letter of what is signed: of the payload, of the text, of the header.
    at = {"note.txt": 22, "frame.bin": 60, "statement.json": data.find(b"demo")}.get(name, len(data) // 2)
    path.write_bytes(data[:at] + (b"A" if data[at : at + 1] != b"A" else b"B") + data[at + 1 :])

    source = BLOCKS[1].replace('"tests/golden/exchange-p256"', repr(str(folder)))
    with pytest.raises(subprocess.CalledProcessError):
        exec(compile(source, "PROTOCOL.md", "exec"), {})


def test_the_table_of_suites_is_that_of_the_code() -> None:
    assert [name for name in SUITE_NAMES if f"`{name}`" not in PAGE] == []
