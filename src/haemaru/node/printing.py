"""A record as a file that leaves the node's keeping: JSON for programs, PDF for people.

The ledger notes every one of them before a byte is written, and the origin is told of them when it takes the record
back. A PDF carries its own Korean font (Noto Sans KR), so it reads and prints the same on a machine that has none. The
library and the font are heavy and loaded only here.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from haemaru.node.leaves import leaves
from haemaru.wording import Fault, say

if TYPE_CHECKING:
    from haemaru.agreement import Agreement
    from haemaru.exchange import Held

FORMATS = ("json", "pdf")
_LANGUAGES = ("ko", "en")


def format_of(file: Path) -> str:
    """Which format a file name asks for; raises `Fault("export_format_unknown")`."""
    suffix = file.suffix.removeprefix(".").lower()
    if suffix not in FORMATS:
        raise Fault("export_format_unknown", str(file), known=", ".join(FORMATS))
    return suffix


def printed(held: "Held", agreement: "Agreement | None", at: str, to: str, what: str) -> bytes:
    """The bytes of the file."""
    if what == "json":
        shown = {"rid": held.rid, "rev": held.rev, "origin": held.origin, "printed": at, "to": to}
        return msgspec.json.format(
            msgspec.json.encode(shown | {"header": held.header, "record": held.record}), indent=2
        )
    return _pdf(held, list(_lines(held, agreement, at, to)))


def write_new(file: Path, data: bytes) -> None:
    """Writes a file for its owner alone; one that is there already is never written over."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Fault("export_exists", str(file)) from None
    with os.fdopen(handle, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def _lines(held: "Held", agreement: "Agreement | None", at: str, to: str) -> Iterator[tuple[str, str]]:
    yield from (("", say("print.told", lang)) for lang in _LANGUAGES)
    if agreement is not None:
        yield from (("", agreement.notice.within(lang)) for lang in _LANGUAGES)
    facts = {"rid": held.rid, "rev": held.rev, "kind": held.kind, "origin": held.origin, "at": at, "to": to or "-"}
    for name, value in facts.items():
        yield f"{say(f'print.{name}', 'ko')} / {say(f'print.{name}', 'en')}", str(value)
    for path, value in leaves(
        {name: each for name, each in held.record.items() if name not in ("rid", "kind", "origin")}
    ):
        yield path, _shown(value)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _pdf(held: "Held", lines: list[tuple[str, str]]) -> bytes:
    from fpdf import FPDF
    from pylopdf_fonts_ko import sans_path

    pdf = FPDF(format="A4")
    pdf.set_title(held.rid)
    pdf.set_creator("haemaru")
    pdf.set_auto_page_break(auto=True, margin=15)
    pdf.add_font("noto", fname=sans_path())
    pdf.add_page()
    pdf.set_font("noto", size=15)
    title = " / ".join(say("print.title", lang) for lang in _LANGUAGES)
    pdf.multi_cell(0, 9, title, new_x="LMARGIN", new_y="NEXT")
    for name, value in lines:
        if name:
            pdf.set_font("noto", size=8)
            pdf.multi_cell(0, 5, name, new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("noto", size=10 if name else 9)
        pdf.multi_cell(0, 6, value or "-", new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())
