"""Signatures beside a file: `FILE.signatures`, one line of JSON for each party, added to and never rewritten."""

from pathlib import Path


def signatures_of(path: Path) -> Path:
    """The file that holds the signatures of a file."""
    return path.with_name(path.name + ".signatures")


def read_signatures(path: Path) -> str:
    """The lines under a file; what is no text is no signature and refused later, like any line that cannot be read."""
    signatures = signatures_of(path)
    return signatures.read_text(errors="replace") if signatures.exists() else ""


def add_signature(path: Path, line: str) -> Path:
    """Adds a line under a file, once; gives the file that holds it."""
    there = read_signatures(path)
    if line not in there.splitlines():
        # A file that was copied by hand may have lost its last line feed.
        begin = "" if not there or there.endswith("\n") else "\n"
        with signatures_of(path).open("a") as handle:
            handle.write(f"{begin}{line}\n")
    return signatures_of(path)
