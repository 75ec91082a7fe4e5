"""The header of a sealed record: everything a receiver must know before it may open or keep the body.

A header is written once, when the record is sealed for one receiver, and never changed: its exact bytes are signed.
`rid` is the name of the record in all houses; `id` and `prev` belong to this receiver alone. `clauses` are those that
released it, `paths` says for every field that is present which clause released it and how it was treated, `redacted`
lists the fields that were taken out openly. A field that this version does not know may be a restriction, so a header
that holds one is refused, not half read.
"""

from typing import Literal, get_args

import msgspec

from haemaru.records.kinds import is_kind
from haemaru.records.record import MAX_REFS
from haemaru.values.instant import parse_time
from haemaru.wording import Fault

HEADER_VERSION = 1

Operation = Literal["put", "correct", "regrade", "retract", "expire", "request", "reply", "feedback", "proposal"]
OPERATIONS: tuple[str, ...] = get_args(Operation)
"""What an envelope may ask of its receiver."""

Onward = Literal["none", "ask", "list"]
"""Whether the receiver may pass the record on: never, after asking, or to the parties in `onward_to`."""

_LONGEST_NAME = 200


class AgreementRef(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The agreement a record was released under, by id, version and the SHA-256 of its exact bytes."""

    id: str
    version: str
    hash: str


class Marking(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a record must be handled: a level and the caveats that go with it."""

    level: str
    caveats: tuple[str, ...] = ()


class Released(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One field that is present: its path, the clause that released it, and how it was treated."""

    path: str
    clause: str
    treatment: str


class Redacted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One field that was taken out and may be known to be missing (an open refusal)."""

    path: str
    clause: str


class Header(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The header of one record revision for one receiver."""

    v: int = HEADER_VERSION
    id: str
    rid: str
    rev: int
    prev: str | None = None
    op: Operation
    kind: str
    schema: int = 1
    origin: str
    audience: tuple[str, ...]
    agreement: AgreementRef
    clauses: tuple[str, ...]
    handling: Marking
    purpose: str
    onward: Onward = "none"
    onward_to: tuple[str, ...] = ()
    retain_until: str | None = None
    event_time: str | None = None
    created: str
    redacted: tuple[Redacted, ...] = ()
    realm: str
    refs: tuple[str, ...] = ()
    paths: tuple[Released, ...] = ()


def header_bytes(header: Header) -> bytes:
    """The header as JSON, the fields in the order they are declared."""
    return msgspec.json.encode(header)


def header_json(header: Header) -> dict[str, object]:
    """The header as a plain JSON object, for rooms that read it by path."""
    plain: dict[str, object] = msgspec.json.decode(msgspec.json.encode(header))
    return plain


def read_header(data: bytes | dict[str, object], where: str = "header") -> Header:
    """The header in `data` (JSON text or a plain object); raises `Fault("bad_header")` naming what is wrong with it."""
    try:
        header = msgspec.json.decode(data, type=Header) if isinstance(data, bytes) else msgspec.convert(data, Header)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as problem:
        raise Fault("bad_header", where, problem=str(problem)[:300]) from None
    _check(header, where)
    return header


def _check(header: Header, where: str) -> None:
    if header.v != HEADER_VERSION:
        raise Fault("header_version_unknown", f"{where}.v", version=header.v)
    if not is_kind(header.kind):
        raise Fault("bad_kind", f"{where}.kind", value=header.kind[:100])
    for name in ("id", "rid", "origin", "purpose", "realm"):
        text: str = getattr(header, name)
        if not 0 < len(text) <= _LONGEST_NAME:
            raise Fault("bad_header", f"{where}.{name}", problem=f"{name}: 1 to {_LONGEST_NAME} characters")
    # Beyond 53 bits no database and no other reader of JSON would hold the same number.
    if not (1 <= header.rev < 2**53 and 1 <= header.schema < 2**53):
        raise Fault("bad_header", f"{where}.rev", problem="rev and schema count from 1, to 2^53 - 1 at most")
    if not header.audience:
        raise Fault("bad_header", f"{where}.audience", problem="audience is empty")
    if len(header.refs) > MAX_REFS:
        raise Fault("bad_header", f"{where}.refs", problem=f"more than {MAX_REFS} refs")
    if (header.onward == "list") != bool(header.onward_to):
        raise Fault("bad_header", f"{where}.onward_to", problem="onward_to belongs to onward list")
    for name, at in (
        ("event_time", header.event_time),
        ("created", header.created),
        ("retain_until", header.retain_until),
    ):
        if at is not None:
            parse_time(at, f"{where}.{name}")
