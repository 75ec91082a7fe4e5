"""Contacts from files and sockets: the shape is recognised by its first line, and everything is counted."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import pyarrow.parquet as pq

from haemaru.surveillance.contacts.contact import Contact, as_table
from haemaru.surveillance.contacts.cursor_on_target import CotDecoder
from haemaru.surveillance.contacts.table import CsvDecoder
from haemaru.surveillance.listening import Listener
from haemaru.surveillance.reading import EventCutter, blocks, first_line, lines_of
from haemaru.wording import Fault

Decoder = CotDecoder | CsvDecoder


@dataclass(frozen=True, slots=True)
class Counts:
    """Every row or event ends as a contact or under the code of its refusal."""

    rows: int
    contacts: int
    tracks: int
    quarantined: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """The counts as `haemaru contacts decode` and `haemaru feed contacts` print them."""
        told = {"rows": self.rows, "contacts": self.contacts, "tracks": self.tracks}
        return {**told, "quarantined": self.quarantined}


@dataclass(slots=True)
class _Count:
    contacts: int = 0
    tracks: set[str] = field(default_factory=set)

    def of(self, decoders: Sequence[Decoder], contacts: list[Contact]) -> Counts:
        self.contacts += len(contacts)
        self.tracks.update(contact.track for contact in contacts)
        refused: Counter[str] = Counter()
        for decoder in decoders:
            refused.update(decoder.quarantined)
        rows = sum(decoder.rows for decoder in decoders)
        return Counts(rows, self.contacts, len(self.tracks), dict(sorted(refused.items())))


def contact_files(paths: Sequence[Path]) -> Iterator[tuple[list[Contact], Counts]]:
    """The contacts of files (CSV or Cursor on Target, gzip too) in batches, each with the counts so far."""
    count, decoders = _Count(), list[Decoder]()
    for path in paths:
        decoders.append(_decoder(first_line(path)))
        for block in blocks(path, cutter=EventCutter()):
            contacts = decoders[-1].feed(lines_of(block))
            yield contacts, count.of(decoders, contacts)
        if isinstance(decoders[-1], CotDecoder):
            decoders[-1].end()
        yield [], count.of(decoders, [])


def contact_stream(
    url: str, stop: Event, seconds: float | None = None, patience_s: float | None = None
) -> Iterator[tuple[list[Contact], Counts]]:
    """Cursor on Target or rows from `tcp://` or `udp://`, a batch a second, until `stop`, `seconds` or its end."""
    halted = Event()
    listener = Listener(url, halted, patience_s, EventCutter)
    count, decoder, passed = _Count(), None, 0.0
    try:
        while not stop.is_set() and (seconds is None or passed < seconds):
            last = listener.ended.is_set()
            lines = lines_of(listener.lines(1.0))
            passed += 1.0
            if lines and decoder is None:
                decoder = _decoder(next((line for line in lines if line.strip()), b""))
            contacts = decoder.feed(lines) if decoder is not None else []
            yield contacts, count.of([] if decoder is None else [decoder], contacts)
            if last and not lines:
                return
    finally:
        listener.close()


def decode_contacts(paths: Sequence[Path], out: Path) -> Counts:
    """Decodes files of contacts into one Parquet file with the columns of `CONTACT_SCHEMA`."""
    found: list[Contact] = []
    counts = Counts(0, 0, 0)
    for contacts, counts in contact_files(paths):  # noqa: B007 - the last counts are those of all
        found += contacts
    beside = out.with_name(out.name + ".tmp")
    try:
        pq.write_table(as_table(found), beside, compression="zstd")
        beside.replace(out)
    except OSError as problem:
        raise Fault("feed_output", str(out), problem=problem.strerror or str(problem)) from problem
    finally:
        beside.unlink(missing_ok=True)
    return counts


def _decoder(first: bytes) -> Decoder:
    return CotDecoder() if first.lstrip().removeprefix(b"\xef\xbb\xbf").startswith(b"<") else CsvDecoder()
