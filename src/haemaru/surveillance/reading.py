"""Bytes from files and sockets cut into blocks of whole lines: no line and no file is too broken to go on after.

A line without end takes bounded memory: its beginning is passed on, so that it can be quarantined, and the rest is
skipped. Gzip is recognised by its first bytes; an archive that ends too early or is damaged gives every line up to
there, and whoever reads it is told.
"""

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from haemaru.wording import Fault

LONGEST = 8_192
CHUNK = 1 << 20
_GZIP = b"\x1f\x8b"
_GZIP_MEMBER = 31  # what zlib calls a gzip member


class LineCutter:
    """Cuts a stream of bytes into blocks of whole lines as it comes."""

    def __init__(self) -> None:
        self._rest = b""
        self._skipping = False

    def cut(self, data: bytes) -> bytes:
        """The lines that end in `data`, each with its line feed; of a line that is too long, the beginning."""
        if self._skipping:
            end = data.find(b"\n") + 1
            if not end:
                return b""
            data, self._skipping = data[end:], False
        end = data.rfind(b"\n") + 1
        block = b"".join((self._rest, memoryview(data)[:end])) if end else b""
        self._rest = data[end:] if end else self._rest + data
        if len(self._rest) > LONGEST:
            block += self._rest[:LONGEST] + b"\n"
            self._rest, self._skipping = b"", True
        return block

    def end(self) -> bytes:
        """The last line, where it does not end in a line feed."""
        rest, self._rest = self._rest, b""
        return rest + b"\n" if rest else b""


def lines_of(block: bytes) -> list[bytes]:
    """The lines of a block, none longer than `LONGEST`."""
    return [line[:LONGEST] for line in block.removesuffix(b"\n").split(b"\n")] if block else []


class EventCutter(LineCutter):
    """Cuts a stream of XML events into lines: also after each `</event>`, for not every sender ends its lines."""

    def cut(self, data: bytes) -> bytes:
        """The lines and events that end in `data`."""
        whole, self._rest = self._rest + data, b""
        return super().cut(whole.replace(b"</event>", b"</event>\n"))


def blocks(
    path: Path,
    size: int = CHUNK,
    on_damage: Callable[[], None] = lambda: None,
    cutter: LineCutter | None = None,
) -> Iterator[bytes]:
    """The lines of a file, plain or gzip, in blocks of about `size`; `feed_unreadable` where there is no such file.

    `on_damage` is called where an archive cannot be read on, before its last lines are given.
    """
    cutter, block = cutter or LineCutter(), b""
    for chunk in _chunks(path, size, on_damage):
        block += cutter.cut(chunk)
        if len(block) >= size // 2:
            yield block
            block = b""
    if block := block + cutter.end():
        yield block


def _chunks(path: Path, size: int, on_damage: Callable[[], None]) -> Iterator[bytes]:
    try:
        plain = path.open("rb")
    except OSError as problem:
        raise Fault("feed_unreadable", str(path), problem=problem.strerror or str(problem)) from problem
    with plain:
        packed = plain.read(2) == _GZIP
        plain.seek(0)
        yield from _unpacked(plain, size, on_damage) if packed else iter(lambda: plain.read(size), b"")


def _unpacked(packed: IO[bytes], size: int, on_damage: Callable[[], None]) -> Iterator[bytes]:
    rest = packed.read(size)
    while rest:
        member = zlib.decompressobj(_GZIP_MEMBER)
        while rest and not member.eof:
            before = member.copy()
            try:
                chunk = member.decompress(rest, size)
            except zlib.error:
                on_damage()
                yield _up_to_the_damage(before, rest)
                return
            yield chunk
            rest = member.unconsumed_tail or (b"" if member.eof else packed.read(size))
        if not member.eof:
            yield member.flush()
        if not member.eof:
            on_damage()
            return
        # Another member may follow, or zeros that fill up a block of a tape.
        rest = (member.unused_data or packed.read(size)).lstrip(b"\0")


def _up_to_the_damage(member: Any, packed: bytes) -> bytes:
    # zlib keeps back what it unpacked in the call that fails, hence byte by byte.
    found = bytearray()
    try:
        for at in range(len(packed)):
            found += member.decompress(packed[at : at + 1])
    except zlib.error:
        pass
    return bytes(found)


def first_line(path: Path) -> bytes:
    """The first line that is not blank, or nothing in an empty file."""
    for block in blocks(path, 1 << 16):
        for line in block.split(b"\n"):
            if line.strip():
                return line.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r")
    return b""
