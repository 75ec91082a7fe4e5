"""The wire bytes of the exchange in both suites, made from seeded keys, ids and a clock that stands still.

Run this file to write the golden files anew: `python -m tests.golden.exchange_bytes`. Changing bytes means changing
PROTOCOL.md, the golden files and the version in one commit.
"""

import base64
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
    read_envelope,
    write_envelope,
)
from haemaru.exchange.frame import Stream, write_frame
from haemaru.exchange.messages import (
    Checkpoint,
    Countersignature,
    DigestAnswer,
    DigestAsk,
    DigestFound,
    Disposition,
    Epoch,
    Held,
    KeyNews,
    Lease,
    LeaseAsk,
    Line,
    Message,
    Notice,
    Part,
    Past,
    RecordAnswer,
    RecordAsk,
    Restart,
    RestartAnswer,
    Returned,
    Void,
    message_bytes,
)
from haemaru.exchange.pulling import PULL_TYPE, Pull
from haemaru.exchange.ranges import Row, digests_of
from haemaru.exchange.receipt import ItemException, Receipt, Refusal, write_receipt, write_refusal
from haemaru.exchange.standing import STANDING_TYPE, Kept, Sent, Standing
from haemaru.ledger.leaves import commitment_of, leaf_of
from haemaru.ledger.merkle import inclusion_proof, leaf_hash, root_of
from haemaru.ledger.notes import countersign, with_lines, write_checkpoint
from haemaru.ledger.proofs import Proof, Proved
from haemaru.records import AgreementRef, Header, Marking, Redacted, Released, header_bytes
from haemaru.signing import P256_SUITE, SUITE, NodeKeys, make_statement

FOLDER = Path(__file__).parent / "exchange"
FOLDER_P256 = Path(__file__).parent / "exchange-p256"
CLOCK = FakeClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
NOW = format_time(CLOCK.now())
HASH = "5b" * 32


def keys(number_: int, suite: str = SUITE) -> NodeKeys:
    """The keys of an invented party, the same in every run."""
    seed = random.Random(number_)
    return NodeKeys(seed.randbytes(32), seed.randbytes(32), seed.randbytes(32), suite)


NORTH, SOUTH = keys(1), keys(2)
NORTH_P256, SOUTH_P256 = keys(1, P256_SUITE), keys(2, P256_SUITE)
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


def lines(north: NodeKeys = NORTH) -> dict[str, bytes]:
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
        "notice": Notice(**head, what="suspend", reason="leak under examination", agreement="test"),
    }
    found = {
        "record": write_envelope(north, RECORD_TYPE, put),
        "retract": write_envelope(north, RECORD_TYPE, back),
        "void": write_envelope(north, VOID_TYPE, message_bytes(void)),
        "positions": write_envelope(
            north, POSITIONS_TYPE, join(header_bytes(record_header(ids)), b"ARROW1"), signed=False
        ),
    } | {name: write_envelope(north, CONTROL_TYPE, message_bytes(message)) for name, message in messages.items()}
    return {name: number(envelope, place_) for place_, (name, envelope) in enumerate(found.items(), 1)}


def later_lines(north: NodeKeys = NORTH) -> dict[str, bytes]:
    """Control messages that came after the frames below were kept; each is the first line of a frame of its own."""
    ids = Ids(CLOCK, random.Random(4))
    head: dict[str, Any] = {"id": ids.new(), "created": NOW, "realm": "demo", "from_": "north", "to": "south"}
    past = Past(2, "cd" * 32, ("00" * 32,))
    messages: dict[str, Message] = {
        "checkpoint-witnessed": Checkpoint(
            **head, checkpoint="...\n", old_size=1, old_root="ab" * 32, proof=("00" * 32,), also=(past,)
        ),
        "countersignature-refused": Countersignature(
            **head, size=0, checkpoint=None, refused="checkpoint_forked", held="haemaru/demo/north\n3\n...\n"
        ),
        "restart": Restart(**head, restart="haemaru-restart/v1\nhaemaru/demo/north\n3\n...\n"),
        "restart-answer": RestartAnswer(**head, restart=head["id"], refused="restart_again"),
        "lease_ask": LeaseAsk(**head, agreement=HASH, asked_at=NOW),
        "lease": Lease(**head, asked=head["id"], agreement=HASH, minutes=15),
        "ask": RecordAsk(**head, rid="south-1", purpose="watch"),
        "keys": KeyNews(**head, statement=make_statement(keys(9, north.suite), "north", "demo", NOW).decode()),
        "answer": RecordAnswer(**head, ask=head["id"], rid="south-1", answer="not_available"),
        "answer-withheld": RecordAnswer(
            **head, ask=head["id"], rid="south-1", answer="withheld", clause="1.2", reason="clause_withholds"
        ),
    }
    return {
        name: number(write_envelope(north, CONTROL_TYPE, message_bytes(message)), 1)
        for name, message in messages.items()
    }


def compared() -> dict[str, Message]:
    """The messages of a comparison, and a new epoch; they stand in files of their own and not in the golden frames."""
    head: dict[str, Any] = {"realm": "demo", "from_": "north", "to": "south", "created": NOW}
    head["id"] = Ids(CLOCK, random.Random(4)).new()
    part = Part(channel="intelligence", epoch=1, ranges=((1, 2),))
    line = Line(channel="intelligence", epoch=1, seq=2, line=None, digest="ab" * 32, leaf="cd" * 32, path=("ef" * 32,))
    return {
        "digest_ask": DigestAsk(**head, session="s-1", round=1, parts=(part,), turn=True),
        "digest_answer": DigestAnswer(
            **head,
            session="s-1",
            round=1,
            parts=(answer_part(),),
            held=(Held(channel="intelligence", epoch=1, last=2),),
        ),
        "digest_found": DigestFound(
            **head, session="s-1", rounds=1, digests=2, missing=(part,), altered=(), unknown=()
        ),
        "returned": Returned(**head, session="s-1", lines=(line,)),
        "epoch": Epoch(**head, epoch=2, size=3, root=HASH, reason="restored"),
    }


def pull() -> Pull:
    """A request for a frame."""
    name = Ids(CLOCK, random.Random(5)).new()
    return Pull(
        id=name, realm="demo", from_="north", to="south", at=NOW, channels=("control", "intelligence"), wait_s=20
    )


def standing() -> Standing:
    """How far a node is with its partner."""
    return Standing(
        id=Ids(CLOCK, random.Random(6)).new(),
        realm="demo",
        from_="north",
        to="south",
        at=NOW,
        answers="",
        sent=(Sent("intelligence", 1, 7, 5),),
        held=(Kept("control", 2, 3),),
    )


def answer_part() -> Part:
    """The digests of two numbers: a record and a void."""
    rows = [Row(1, "held", bytes.fromhex(HASH)), Row(2, "void", b"")]
    digests = base64.b64encode(b"".join(digests_of(rows, 1, 2))).decode()
    return Part(channel="intelligence", epoch=1, ranges=((1, 2),), digests=digests)


def answers(south: NodeKeys = SOUTH) -> dict[str, bytes]:
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
    return {"receipt": write_receipt(south, receipt), "refusal": write_refusal(south, refusal)}


def note() -> bytes:
    """A checkpoint of the second suite, countersigned by a party of the second and by one of the first."""
    made = write_checkpoint(NORTH_P256, "haemaru/demo/north", 3, bytes.fromhex(HASH), NOW)
    seconds = int(CLOCK.now().timestamp())
    names = (("haemaru/demo/south", SOUTH_P256), ("haemaru/demo/east", SOUTH))
    return with_lines(made, *(countersign(signer, name, made, seconds) for name, signer in names)).note


def shown() -> dict[str, Any]:
    """What `haemaru exchange show` prints of a record of the second suite: its line, path, and the receipt for it."""
    of_frame = list(lines(NORTH_P256).values())
    leaves = [leaf_hash(line) for line in of_frame]
    receipt = Receipt(
        by="south",
        stream=STREAM,
        upto=len(leaves),
        first=1,
        last=len(leaves),
        root=root_of(leaves).hex(),
        frame="cd" * 32,
        code="stored",
        at=NOW,
    )
    path = inclusion_proof(0, len(leaves), lambda start, end: root_of(leaves[start:end]))
    sent = {
        "peer": "south",
        "channel": "intelligence",
        "epoch": 1,
        "seq": 1,
        "state": "sealed",
        "line": of_frame[0].decode(),
        "leaf": leaves[0].hex(),
        "digest": digest_of(read_envelope(of_frame[0]).content),
        "receipt": write_receipt(SOUTH_P256, receipt).decode(),
        "index": 0,
        "count": len(leaves),
        "path": [step.hex() for step in path],
    }
    return {"rid": "north-report-1", "party": "north", "realm": "demo", "sent": [sent], "received": []}


def proof() -> Proof:
    """What `haemaru ledger prove --open` prints of the third of five entries of an invented ledger."""
    at_ms, kind = int(CLOCK.now().timestamp() * 1000), "exchange.stored"
    salts = [bytes([number_]) * 32 for number_ in range(5)]
    bodies = [b'{"rid":"north-report-%d"}\n' % number_ for number_ in range(5)]
    commitments = [commitment_of(salt, body) for salt, body in zip(salts, bodies, strict=True)]
    leaves = [leaf_of(number_, at_ms, kind, commitment) for number_, commitment in enumerate(commitments)]
    root = root_of(leaves)
    made = write_checkpoint(NORTH_P256, "haemaru/demo/north", 5, root, NOW)
    both = with_lines(made, countersign(SOUTH_P256, "haemaru/demo/south", made, at_ms // 1000))
    path = inclusion_proof(2, 5, lambda start, end: root_of(leaves[start:end]))
    entry = Proved(
        entry=2,
        at=NOW,
        at_ms=at_ms,
        kind=kind,
        commitment=commitments[2].hex(),
        leaf=leaves[2].hex(),
        path=tuple(step.hex() for step in path),
        salt=base64.b64encode(salts[2]).decode(),
        body=base64.b64encode(bodies[2]).decode(),
    )
    return Proof("north", "demo", 5, root.hex(), both.note.decode(), (entry,))


def _golden(north: NodeKeys, south: NodeKeys) -> dict[str, bytes]:
    of_frame = list(lines(north).values())
    files = {
        f"{name}.json": line + b"\n" for name, line in (lines(north) | later_lines(north) | answers(south)).items()
    }
    files["pull.json"] = write_envelope(north, PULL_TYPE, msgspec.json.encode(pull())) + b"\n"
    files["standing.json"] = write_envelope(north, STANDING_TYPE, msgspec.json.encode(standing())) + b"\n"
    for name, message in compared().items():
        files[f"{name}.json"] = write_envelope(north, CONTROL_TYPE, message_bytes(message)) + b"\n"
    files["root.txt"] = root_of(leaf_hash(line) for line in of_frame).hex().encode() + b"\n"
    files["statement.json"] = make_statement(north, "north", "demo", NOW)
    return files


def golden() -> dict[Path, bytes]:
    """Every golden file that can be made again."""
    second = _golden(NORTH_P256, SOUTH_P256) | {"note.txt": note()}
    second["shown.json"] = msgspec.json.format(msgspec.json.encode(shown())) + b"\n"
    second["proof.json"] = msgspec.json.format(msgspec.json.encode(proof())) + b"\n"
    second["statement-south.json"] = make_statement(SOUTH_P256, "south", "demo", NOW)
    found = {FOLDER / name: data for name, data in _golden(NORTH, SOUTH).items()}
    return found | {FOLDER_P256 / name: data for name, data in second.items()}


# Who wrote each golden frame, and to whom: within each suite and, both ways, between them.
FRAMES = {
    FOLDER / "frame.bin": (NORTH, SOUTH),
    FOLDER_P256 / "frame.bin": (NORTH_P256, SOUTH_P256),
    FOLDER_P256 / "frame-to-first.bin": (NORTH_P256, SOUTH),
    FOLDER_P256 / "frame-from-first.bin": (NORTH, SOUTH_P256),
}


if __name__ == "__main__":
    for path_, data_ in golden().items():
        path_.parent.mkdir(exist_ok=True)
        path_.write_bytes(data_)
    for path_, (from_, to_) in FRAMES.items():
        # A frame holds fresh random bytes: one is kept for ever, and must always open.
        if not path_.exists():
            path_.write_bytes(write_frame(from_, to_.public, STREAM, 1, list(lines(from_).values()), NOW).data)
