"""What reads bytes that a stranger wrote, each with the only errors it may raise. Anything else is a bug.

Two drivers share this list: hypothesis in the test suite (`test_parsers.py`, bounded) and atheris with coverage
(`make fuzz SECONDS=60`). Seeds are the golden files and what they carry inside. Targets whose name ends in `_signed`
put the bytes where only a partner with good keys can put them: into a payload that is then signed, and framed.
"""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from tests.exchange.nodes import Node, agreement_text, load, report
from tests.exchange.test_positions import arrow, put
from tests.golden.exchange_bytes import FOLDER, FOLDER_P256, NORTH, NORTH_P256, SOUTH, SOUTH_P256

from haemaru.agreement import load_agreement, signature_line, who_signed
from haemaru.clock import FakeClock
from haemaru.exchange.arrow import check_positions
from haemaru.exchange.courier import read_courier, write_courier
from haemaru.exchange.envelope import (
    CONTROL_TYPE,
    POSITIONS_TYPE,
    RECORD_TYPE,
    VOID_TYPE,
    number,
    read_envelope,
    split,
    write_envelope,
)
from haemaru.exchange.errors import EnvelopeRefused, FrameRefused, ReceiptRefused
from haemaru.exchange.frame import Stream, open_frame, read_outer, write_frame
from haemaru.exchange.messages import read_message, read_void
from haemaru.exchange.receipt import read_answer
from haemaru.ledger.notes import Checkpoint, is_countersigned_by, is_signed_by, line_of, read_claim
from haemaru.records import parse_record, read_header
from haemaru.signing import NodeKeys, make_statement, read_statement
from haemaru.signing.errors import KeysUnreadable, SigningError
from haemaru.signing.files import read_secret
from haemaru.surveillance import read_shared
from haemaru.surveillance.feeds.ais_nmea.scalar import ScalarDecoder
from haemaru.wording import Fault

MODEL = Path(__file__).parents[2] / "agreements" / "kcg-kcs-narcotics.toml"
SOURCES = Path(__file__).parents[2] / "src" / "haemaru"


@dataclass(frozen=True, slots=True)
class Target:
    """A reader, what it may refuse with, and good bytes to begin from."""

    name: str
    read: Callable[[bytes], object]
    refusals: tuple[type[Exception], ...]
    golden: tuple[bytes, ...]
    made: Callable[[], tuple[bytes, ...]] = tuple

    @property
    def seeds(self) -> tuple[bytes, ...]:
        """Good bytes to begin from."""
        return (*self.golden, *self.made())

    def try_on(self, data: bytes) -> None:
        """Reads the bytes; a refusal is fine, any other error comes through."""
        with suppress(*self.refusals):
            self.read(data)


@cache
def world() -> tuple[Node, Node]:
    """Two nodes that trust each other, for what can only be reached through a node."""
    return new_world()


def new_world() -> tuple[Node, Node]:
    """Two nodes at which nothing was thrown yet."""
    folder = Path(tempfile.mkdtemp(prefix="haemaru-fuzz-"))
    clock = FakeClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    north, south = (Node(party, clock, folder, load(), place) for place, party in enumerate(("north", "south"), 1))
    north.knows(south)
    south.knows(north)
    return north, south


@cache
def _quiet() -> tuple[Node, Node]:
    """Two more, which only make good contents: whatever is thrown at the others stops nothing here."""
    return new_world()


@cache
def sealed_here() -> tuple[bytes, ...]:
    """Contents that the two nodes would take in as they are: a record, its correction, its retraction."""
    north, south = _quiet()
    lines = []
    for channel, act in (
        ("intelligence", lambda: north.put(report(), "south")),
        ("intelligence", lambda: north.correct("r-1", {"text": "better"})),
        ("control", lambda: north.retract("r-1")),
    ):
        act()
        frame = north.frame("south", channel)
        lines += open_frame(read_outer(frame), south.keys)
    return tuple(read_envelope(line).content for line in lines)


def _read_batch(_header: dict[str, Any], data: bytes) -> None:
    read_shared(data)


def batch_here() -> tuple[bytes, ...]:
    """A batch of positions that the receiver would take in as it is."""
    if not world()[1].exchange._positions.on_positions:
        world()[1].exchange.on_positions(_read_batch)
    north, south = _quiet()
    if not south.exchange._positions.on_positions:
        south.exchange.on_positions(_read_batch)
        put(north, "south", arrow())
    frame = north.frame("south", "track")
    return tuple(read_envelope(line).content for line in open_frame(read_outer(frame), south.keys))


def golden(*names: str) -> tuple[bytes, ...]:
    """Golden files of both suites, as they are without their line feed."""
    paths = (folder / name for folder in (FOLDER, FOLDER_P256) for name in names)
    return tuple(path.read_bytes().removesuffix(b"\n") for path in paths if path.exists())


def contents(*names: str) -> tuple[bytes, ...]:
    """The payloads inside golden envelopes."""
    return tuple(read_envelope(line).content for line in golden(*names))


CONTROL = tuple(
    path.name
    for path in sorted(FOLDER.glob("*.json"))
    if b'"payloadType":"application/vnd.haemaru.control' in path.read_bytes()
)
RECORDS = ("record.json", "retract.json")


def _envelope(data: bytes) -> None:
    envelope = read_envelope(data)
    content = envelope.content
    for keys in (NORTH, NORTH_P256):
        envelope.is_signed_by(keys.public, content)


def _frame(data: bytes) -> None:
    outer = read_outer(data)
    for keys in (SOUTH, SOUTH_P256):
        try:
            open_frame(outer, keys)
        except FrameRefused:
            continue


def _answer(data: bytes) -> None:
    read_answer(data, None)
    read_answer(data, SOUTH.public)


def _accept(data: bytes) -> None:
    read_answer(world()[1].exchange.accept(data), None)


def _signed(payload_type: str, channel: str) -> Callable[[bytes], None]:
    def read(data: bytes) -> None:
        """A partner with good keys puts these bytes into a payload; its frame is taken in, whatever they are."""
        north, south = world()
        row = south.exchange.status()["north"]["channels"]
        first = next(each["received"] + each["void_received"] for each in row if each["channel"] == channel) + 1
        line = number(write_envelope(north.keys, payload_type, data), first)
        stream = Stream("north", "south", "demo", channel, 1)
        frame = write_frame(north.keys, south.keys.public, stream, first, [line], "2026-03-02T09:00:00Z")
        answer = read_answer(south.exchange.accept(frame.data), south.keys.public)
        south.exchange.hand_over()
        assert answer.by == "south"

    return read


def _lines_signed(data: bytes) -> None:
    north, south = world()
    lines = data.split(b"\n")[:20]
    stream = Stream("north", "south", "demo", "training", 1)
    frame = write_frame(north.keys, south.keys.public, stream, 1, lines, "2026-03-02T09:00:00Z")
    read_answer(south.exchange.accept(frame.data), south.keys.public)


def _receipt_signed(data: bytes) -> None:
    north, south = world()
    for kind in ("receipt", "refusal"):
        line = write_envelope(south.keys, f"application/vnd.haemaru.{kind}.v1+json", data)
        try:
            north.exchange.take_receipt("south", line)
        except ReceiptRefused:
            continue


def _courier(data: bytes) -> None:
    list(read_courier(data))


def _courier_taken(data: bytes) -> None:
    world()[1].exchange.import_courier(data)


def _note(data: bytes) -> None:
    read = read_claim(data)
    is_signed_by(read, NORTH.public)
    if isinstance(read, Checkpoint):
        is_countersigned_by(read, "haemaru/demo/south", SOUTH.public)
        line_of(read, "haemaru/demo/south")


def _signatures(data: bytes) -> None:
    text = data.decode(errors="replace")
    agreement = load()
    known = {"north": read_statement(make_statement(NORTH, "north", "demo", "2026-03-02T09:00:00Z"))}
    who_signed(agreement, "demo", text.splitlines(), known)


def _key_file(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("sign", "box", "vault"):
            path = Path(folder) / f"{name}.key"
            path.touch(mode=0o600)
            path.write_bytes(data.replace(b" sign ", f" {name} ".encode()))
        read_secret(Path(folder) / "sign.key")
        NodeKeys.load(Path(folder))


def _records(data: bytes) -> None:
    parse_record(data, partial=True)


SIGNING = (SigningError,)
_TEST_AGREEMENT = agreement_text().encode()
_SIGNATURES = (signature_line(NORTH, "north", "demo", _TEST_AGREEMENT) + "\n").encode()
_KEY = b"haemaru-key ed25519-x25519-xchacha20poly1305 sign AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=\n"
_FRAMES = golden("frame.bin", "frame-to-first.bin", "frame-from-first.bin")
_RECEIPTS = ("receipt.json", "refusal.json")
_ARROW = tuple(split(content)[1] for content in contents("positions.json"))
_HEADERS = tuple(split(content)[0] for content in contents(*RECORDS, "positions.json"))
_BODIES = tuple(split(content)[1] for content in contents(*RECORDS))


def _ais(data: bytes) -> None:
    """Whatever the octets: every sentence ends in exactly one place, and the positions are on the globe."""
    decoder = ScalarDecoder()
    for block in (data, data[len(data) // 2 :]):
        fixes = decoder.feed_block(block, received=1_743_552_000_000)
        assert (abs(fixes.lat) <= 54_000_000).all()
        assert (abs(fixes.lon) <= 108_000_000).all()
    decoder.take_statics()
    stats = decoder.stats
    accounts = stats.as_json()["accounts"]
    assert isinstance(accounts, dict)
    assert sum(accounts.values()) == stats.sentences
    assert sum(stats.by_type.values()) == stats.messages


_AIS = (SOURCES / "surveillance/feeds/ais_nmea/sample.nmea").read_bytes()

TARGETS: tuple[Target, ...] = (
    Target("ais", _ais, (), (_AIS, *(b"\n".join(part) for part in zip(*[iter(_AIS.splitlines())] * 4, strict=False)))),
    Target("envelope", _envelope, (EnvelopeRefused, *SIGNING), golden(*RECORDS, *CONTROL, *_RECEIPTS, "void.json")),
    Target("frame", _frame, (FrameRefused,), _FRAMES),
    Target("receipt", _answer, (ReceiptRefused,), golden(*_RECEIPTS)),
    Target("courier", _courier, (Fault,), (write_courier([*_FRAMES, *golden(*_RECEIPTS)]), write_courier([]))),
    Target("message", read_message, (EnvelopeRefused,), contents(*CONTROL)),
    Target("void", read_void, (EnvelopeRefused,), contents("void.json")),
    Target("header", read_header, (Fault,), _HEADERS),
    Target("record", _records, (Fault,), _BODIES),
    Target("arrow", check_positions, (EnvelopeRefused,), _ARROW),
    Target("positions", read_shared, (Fault,), _ARROW),
    Target("statement", read_statement, SIGNING, golden("statement.json", "statement-south.json")),
    Target("note", _note, (Fault,), tuple(note + b"\n" for note in golden("note.txt"))),
    Target("agreement", lambda data: load_agreement(data, "fuzz"), (Fault,), (_TEST_AGREEMENT, MODEL.read_bytes())),
    Target("signatures", _signatures, (), (_SIGNATURES,)),
    Target("key_file", _key_file, (KeysUnreadable, *SIGNING), (_KEY,)),
    Target("accept", _accept, (), _FRAMES),
    Target("lines_signed", _lines_signed, (), (b"\n".join(golden(*RECORDS, "void.json")),)),
    Target("record_signed", _signed(RECORD_TYPE, "intelligence"), (), contents(*RECORDS), sealed_here),
    Target("recall_signed", _signed(RECORD_TYPE, "control"), (), contents("retract.json"), sealed_here),
    Target("positions_signed", _signed(POSITIONS_TYPE, "track"), (), contents("positions.json"), batch_here),
    Target("void_signed", _signed(VOID_TYPE, "request"), (), contents("void.json")),
    Target("control_signed", _signed(CONTROL_TYPE, "control"), (), contents(*CONTROL)),
    Target("receipt_signed", _receipt_signed, (), contents(*_RECEIPTS)),
    Target("courier_taken", _courier_taken, (Fault,), (write_courier([*_FRAMES, *golden(*_RECEIPTS)]),)),
)
BY_NAME = {target.name: target for target in TARGETS}
