"""The wire bytes of the exchange, made from seeded keys, ids and a clock that stands still.

Run this file to write the golden files anew: `python -m tests.golden.exchange_bytes`. Changing bytes means changing
PROTOCOL.md, the golden files and the version in one commit.
"""

import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from haemaru.clock import FakeClock, Ids, format_time
from haemaru.exchange.envelope import (
    CONTROL_TYPE,
    POSITIONS_TYPE,
    RECORD_TYPE,
    VOID_TYPE,
    digest_of,
    join,
    number,
    write_envelope,
)
from haemaru.exchange.frame import Stream
from haemaru.exchange.messages import Checkpoint, Countersignature, Disposition, Message, Notice, Void, message_bytes
from haemaru.exchange.receipt import ItemException, Receipt, Refusal, write_receipt, write_refusal
from haemaru.ledger.merkle import leaf_hash, root_of
from haemaru.records import AgreementRef, Header, Marking, Redacted, Released, header_bytes
from haemaru.signing import NodeKeys, make_statement

FOLDER = Path(__file__).parent / "exchange"
CLOCK = FakeClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
NOW = format_time(CLOCK.now())
HASH = "5b" * 32


def keys(number_: int) -> NodeKeys:
    """The keys of an invented party, the same in every run."""
    seed = random.Random(number_)
    return NodeKeys(seed.randbytes(32), seed.randbytes(32), seed.randbytes(32))


NORTH, SOUTH = keys(1), keys(2)
STREAM = Stream("north", "south", "demo", "intelligence", 1)


def record_header(ids: Ids, op: str = "put", rev: int = 1, prev: str | None = None) -> Header:
    """The header of an invented report."""
    is_back = op in ("retract", "expire")
    return Header(
        id=ids.new(),
        rid="north-report-1",
        rev=rev,
        prev=prev,
        op=op,  # type: ignore[arg-type]
        kind="intelligence.report",
        origin="north",
        audience=("south",),
        agreement=AgreementRef("test", "1", HASH),
        clauses=() if is_back else ("1.1",),
        handling=Marking("restricted", ("no_press",)),
        purpose="watch",
        retain_until="2026-04-01T09:00:00Z",
        event_time="2026-03-02T08:30:00Z",
        created=NOW,
        redacted=() if is_back else (Redacted("body.source", "1.2"),),
        realm="demo",
        paths=() if is_back else (Released("rid", "1.1", "keep"), Released("body.text", "1.1", "keep")),
    )


def lines() -> dict[str, bytes]:
    """One line of a frame for each thing that can stand on one."""
    ids = Ids(CLOCK, random.Random(3))
    record = msgspec.json.encode(
        {
            "rid": "north-report-1",
            "kind": "intelligence.report",
            "origin": "north",
            "body": {"text": "정박 중 HAEDONG STAR"},
        }
    )
    put = join(header_bytes(record_header(ids)), record)
    back = join(header_bytes(record_header(ids, "retract", 2, digest_of(put))), b'{"reason":"wrong ship"}')
    place: dict[str, Any] = {"realm": "demo", "from_": "north", "to": "south"}
    void = Void(**place, channel="intelligence", epoch=1, seq=2, rid="north-report-2", code="retracted", at=NOW)
    head: dict[str, Any] = {"id": ids.new(), "created": NOW, **place}
    messages: dict[str, Message] = {
        "disposition": Disposition(**head, rid="south-1", rev=2, op="retract", answer="held", basis="court order"),
        "checkpoint": Checkpoint(**head, checkpoint="haemaru/demo/north\n3\n...\n", old_size=1, proof=("00" * 32,)),
        "countersignature": Countersignature(**head, size=3, checkpoint=None, refused="checkpoint_forked"),
        "notice": Notice(**head, what="suspend", reason="leak under examination"),
    }
    found = {
        "record": write_envelope(NORTH, RECORD_TYPE, put),
        "retract": write_envelope(NORTH, RECORD_TYPE, back),
        "void": write_envelope(NORTH, VOID_TYPE, message_bytes(void)),
        "positions": write_envelope(
            NORTH, POSITIONS_TYPE, join(header_bytes(record_header(ids)), b"ARROW1"), signed=False
        ),
    } | {name: write_envelope(NORTH, CONTROL_TYPE, message_bytes(message)) for name, message in messages.items()}
    return {name: number(envelope, place_) for place_, (name, envelope) in enumerate(found.items(), 1)}


def answers() -> dict[str, bytes]:
    """A receipt and a refusal."""
    receipt = Receipt(
        by="south",
        stream=STREAM,
        upto=2,
        first=1,
        last=2,
        root="ab" * 32,
        frame="cd" * 32,
        code="stored",
        exceptions=(ItemException(2, "kind_not_in_agreement"),),
        at=NOW,
    )
    refusal = Refusal(
        by="south", realm="demo", frame="cd" * 32, code="epoch_over", params={"epoch": 2}, epoch=2, at=NOW
    )
    return {"receipt": write_receipt(SOUTH, receipt), "refusal": write_refusal(SOUTH, refusal)}


def golden() -> dict[str, bytes]:
    """Every golden file that can be made again, by name."""
    of_frame = list(lines().values())
    files = {f"{name}.json": line + b"\n" for name, line in (lines() | answers()).items()}
    files["root.txt"] = root_of(leaf_hash(line) for line in of_frame).hex().encode() + b"\n"
    files["statement.json"] = make_statement(NORTH, "north", "demo", NOW)
    return files


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name_, data_ in golden().items():
        (FOLDER / name_).write_bytes(data_)
    if not (FOLDER / "frame.bin").exists():
        # A frame holds fresh random bytes: one is kept for ever, and must always open.
        from haemaru.exchange.frame import write_frame

        made = write_frame(NORTH, SOUTH.public, STREAM, 1, list(lines().values()), NOW)
        (FOLDER / "frame.bin").write_bytes(made.data)
