"""PROTOCOL.md says what the code does: every code is listed, every limit is right, and its own verifier runs."""

import ast
import re
from pathlib import Path

from tests.conftest import ROOT

from haemaru.exchange.limits import LIMITS

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


def test_the_verifier_of_the_page_verifies_the_golden_files() -> None:
    [block] = re.findall(r"```python\n(.*?)```", PAGE, re.S)

    source = block.replace('"tests/golden/exchange"', repr(str(ROOT / "tests" / "golden" / "exchange")))
    exec(compile(source, "PROTOCOL.md", "exec"), {})
