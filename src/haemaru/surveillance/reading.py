"""Bytes from files and sockets cut into lines, whatever they hold: no line and no file is too broken to go on after.

A line of any length takes bounded memory: its beginning is passed on, so that it can be quarantined, and the rest is
skipped. Gzip is recognised by its first bytes; a gzip file that ends too early gives the lines up to there.
"""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from haemaru.wording import Fault

LONGEST = 8_192
_CHUNK = 1 << 18
_GZIP = b"\x1f\x8b"


class LineCutter:
    """Cuts a stream of bytes into lines as it comes."""

    def __init__(self) -> None:
        self._rest = b""
        self._skipping = False

    def cut(self, data: bytes) -> list[bytes]:
        """The lines that end in `data`."""
        *lines, rest = (self._rest + data).split(b"\n")
        if self._skipping and lines:
            del lines[0]
            self._skipping = False
        if self._skipping:
            rest = b""
        elif len(rest) > LONGEST:
            lines.append(rest[:LONGEST])
            rest, self._skipping = b"", True
        self._rest = rest
        return [line if len(line) <= LONGEST else line[:LONGEST] for line in lines]

    def end(self) -> list[bytes]:
        """The last line, where it does not end in a line feed."""
        rest, self._rest = self._rest, b""
        return [rest] if rest else []


def blocks(path: Path, lines_per_block: int) -> Iterator[list[bytes]]:
    """The lines of a file, plain or gzip, in blocks; `feed_unreadable` where there is no such file."""
    cutter = LineCutter()
    block: list[bytes] = []
    for chunk in _chunks(path):
        block += cutter.cut(chunk)
        while len(block) >= lines_per_block:
            yield block[:lines_per_block]
            block = block[lines_per_block:]
    block += cutter.end()
    if block:
        yield block


def _chunks(path: Path) -> Iterator[bytes]:
    with ExitStack() as stack:
        try:
            plain = stack.enter_context(path.open("rb"))
            packed = plain.read(2) == _GZIP
            plain.seek(0)
            handle: IO[bytes] | gzip.GzipFile = stack.enter_context(gzip.open(plain)) if packed else plain
        except OSError as problem:
            raise Fault("feed_unreadable", str(path), problem=problem.strerror or str(problem)) from problem
        while True:
            try:
                chunk = handle.read(_CHUNK)
            except (EOFError, zlib.error, OSError):
                return  # the archive ends too early or is damaged from here on
            if not chunk:
                return
            yield chunk


def first_line(path: Path) -> bytes:
    """The first line that is not blank, or nothing in an empty file."""
    for block in blocks(path, 64):
        for line in block:
            if line.strip():
                return line.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r")
    return b""
