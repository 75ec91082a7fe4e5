"""One line of a frame, looked at from all sides before it may become a record.

`read_item` never raises: what is wrong with a line becomes its quarantine code, because one bad item must not stop
the stream behind it. Nothing of an item whose signature fails is believed, not even its name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from haemaru.agreement import Agreement, Columns, check_received, check_received_columns
from haemaru.exchange.arrow import check_positions
from haemaru.exchange.envelope import (
    CONTROL_TYPE,
    POSITIONS_TYPE,
    RECORD_TYPE,
    VOID_TYPE,
    Envelope,
    digest_of,
    read_envelope,
    split,
)
from haemaru.exchange.errors import EnvelopeRefused
from haemaru.exchange.frame import Stream
from haemaru.exchange.house import House
from haemaru.exchange.keys import keys_of
from haemaru.exchange.messages import KeyNews, Message, Void, read_message, read_void
from haemaru.exchange.peers import Peer
from haemaru.ledger.merkle import leaf_hash
from haemaru.records import Header, Record, channel_of, header_json, parse_record, read_header
from haemaru.values import parse_time
from haemaru.wording import Fault

SIGNED_CHANNELS = frozenset({"control", "intelligence", "request"})
"""Every envelope is signed here; on training and track the frame's signature over the Merkle root has to do."""

PATH_OF_COLUMN = {
    "mmsi": "subject.mmsi",
    "ship": "subject.mmsi",
    "t": "event_time",
    **{name: f"body.{name}" for name in ("lat", "lon", "sog", "cog", "vessel_class")},
}
"""Which field of a position record each column of a batch stands for."""

UNITS_PER_DEGREE, MISSING = 600_000, 32_767

Numbers = npt.NDArray[Any]

AHEAD = timedelta(days=1)
"""How far `created` may be ahead of this clock: its retention is counted from there. No two honest clocks are so far
apart; a smaller difference is an alarm, and nothing depends on it."""

TAKING_BACK = frozenset({"retract", "expire"})


class _TakenBack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What a line turned out to be; `code` says why it cannot be accepted."""

    seq: int
    line: bytes
    leaf: bytes
    type: str = "unreadable"
    digest: str = ""
    code: str = ""
    header: Header | None = None
    record: Record | None = None
    reason: str = ""
    head: bytes = b""
    arrow: bytes = b""
    void: Void | None = None
    message: Message | None = None
    keys: tuple[str, ...] = ()


def read_item(house: House, peer: Peer, stream: Stream, seq: int, line: bytes) -> Item:
    """The item on a line that stands at number `seq` of the stream."""
    found: dict[str, Any] = {"seq": seq, "line": line, "leaf": leaf_hash(line)}
    try:
        envelope = read_envelope(line)
        if envelope.seq != seq:
            raise EnvelopeRefused("envelope_other_number")
        content = envelope.content
        found["digest"] = digest_of(content)
        _check_signature(peer, stream, envelope, content)
        found |= _READERS[envelope.payloadType](house, peer, stream, seq, content)
        if isinstance(found.get("message"), KeyNews) and not envelope.is_signed_by(peer.public, content):
            raise EnvelopeRefused("keys_not_newest")
    except KeyError:
        found["code"] = "envelope_other_type"
    except (EnvelopeRefused, Fault) as refused:
        found["code"] = refused.code
    return Item(**found)


def _check_signature(peer: Peer, stream: Stream, envelope: Envelope, content: bytes) -> None:
    if envelope.suite not in {known.public.suite for known in peer.known}:
        raise EnvelopeRefused("envelope_other_suite")
    is_bare = not envelope.signatures and stream.channel not in SIGNED_CHANNELS
    if is_bare and envelope.payloadType not in (VOID_TYPE, CONTROL_TYPE):
        return
    # What was sealed before a rotation arrives under the earlier key; the frame's newer signature covers it too.
    if any(envelope.suite == public.suite and envelope.is_signed_by(public, content) for public in peer.keys):
        return
    revoked = {known.public.keyid for known in peer.known if known.is_revoked}
    is_revoked = any(signature.keyid in revoked for signature in envelope.signatures)
    raise EnvelopeRefused("envelope_key_revoked" if is_revoked else "envelope_bad_signature")


def _read_record(house: House, peer: Peer, stream: Stream, _seq: int, content: bytes) -> dict[str, Any]:
    head, body = split(content)
    header = read_header(head)
    found: dict[str, Any] = {"type": "record", "header": header}
    if header.op in TAKING_BACK:
        return found | {"code": _envelope_code(house, peer, stream, header), "reason": _reason(body)}
    code = _envelope_code(house, peer, stream, header)
    try:
        record = parse_record(body, partial=True)
    except Fault as fault:
        return found | {"code": code or fault.code}
    found |= {"record": record, "keys": keys_of(record, header.refs)}
    return found | {"code": code or _record_code(house, header, record, peer.party)}


def _reason(body: bytes) -> str:
    try:
        return msgspec.json.decode(body, type=_TakenBack).reason
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise EnvelopeRefused("payload_unreadable") from None


def _envelope_code(house: House, peer: Peer, stream: Stream, header: Header) -> str:
    """What is wrong with the header, before anybody looks at the agreement."""
    channel = "control" if header.op in TAKING_BACK else channel_of(header.kind)
    if header.realm != house.realm:
        return "header_other_realm"
    if house.party not in header.audience:
        return "header_other_audience"
    if header.origin != peer.party:
        return "header_other_origin"
    if channel != stream.channel:
        return "header_other_channel"
    if header.op not in TAKING_BACK and parse_time(header.created) > house.clock.now() + AHEAD:
        return "header_created_ahead"
    return ""


def _record_code(house: House, header: Header, record: Mapping[str, Any], sender: str) -> str:
    """What is wrong with a record under the agreement its header names."""
    if record.get("rid") != header.rid or record.get("kind") != header.kind:
        return "header_differs_from_record"
    agreement = house.agreements.find(header.agreement.hash)
    if agreement is None:
        return "agreement_unknown"
    return agreement_code(agreement, header, record, sender, house.party)


def agreement_code(agreement: Agreement, header: Header, record: Mapping[str, Any], from_: str, to: str) -> str:
    """Why the receiver's check refuses a record, or nothing."""
    if not any(clause.is_about(header.kind, from_, to) for clause in agreement.clauses):
        return "kind_not_in_agreement"
    reason = check_received(agreement, header_json(header), record, from_, to)
    return "" if reason is None else reason.code


def _read_positions(house: House, peer: Peer, stream: Stream, _seq: int, content: bytes) -> dict[str, Any]:
    head, arrow = split(content)
    header = read_header(head)
    found: dict[str, Any] = {"type": "positions", "header": header, "head": head}
    code = _envelope_code(house, peer, stream, header)
    agreement = house.agreements.find(header.agreement.hash)
    if not code and agreement is None:
        code = "agreement_unknown"
    if not code and agreement is not None:
        code = positions_code(agreement, header, peer.party, house.party)
    if not code:
        try:
            table = check_positions(arrow, house.limits)
        except EnvelopeRefused as refused:
            return found | {"code": refused.code}
        released = {item.path for item in header.paths}
        if any(PATH_OF_COLUMN[name] not in released for name in table.column_names):
            code = "positions_column_without_clause"
        elif agreement is not None and table.num_rows:
            code = _columns_code(agreement, header, table, peer.party, house.party)
        if not code and house.check_rows is not None:
            code = house.check_rows(table)
    return found | {"code": code, "arrow": b"" if code else arrow}


def positions_code(agreement: Agreement, header: Header, from_: str, to: str) -> str:
    """Whether each cited clause exists and speaks of this kind in this direction."""
    if not header.clauses:
        return "clause_missing"
    for name in header.clauses:
        clause = agreement.find_clause(name)
        if clause is None or not clause.is_about(header.kind, from_, to):
            return "clause_unknown"
    return ""


def _columns_code(agreement: Agreement, header: Header, table: pa.Table, from_: str, to: str) -> str:
    """Why the receiver's check refuses a batch, or nothing; the words of vessel classes are not known down here."""
    if any(column.null_count for column in table.columns):
        return "positions_unreadable"
    arrays = {PATH_OF_COLUMN[name]: _plain(name, table[name].to_numpy()) for name in table.column_names}
    event_time_ms = arrays.pop("event_time")
    present = tuple(path for path in ("body.vessel_class",) if arrays.pop(path, None) is not None)
    # A pseudonym stands in the column of the number, and is no number: its treatment keeps it from being tested.
    columns = Columns(
        kind=header.kind,
        size=table.num_rows,
        constant={
            "origin": header.origin,
            "handling.level": header.handling.level,
            "handling.caveats": list(header.handling.caveats),
        },
        arrays=arrays,
        missing={path: np.isnan(values) for path, values in arrays.items() if values.dtype.kind == "f"},
        event_time_ms=event_time_ms,
    )
    reason = check_received_columns(agreement, header_json(header), columns, from_, to, present)
    return "" if reason is None else reason.code


def _plain(name: str, values: Numbers) -> Numbers:
    """A column in the units in which the agreement speaks."""
    if name in ("lat", "lon"):
        return values / UNITS_PER_DEGREE
    if name in ("sog", "cog"):
        return np.where(values == MISSING, np.nan, values / 10)
    return values


def _read_void(house: House, peer: Peer, stream: Stream, seq: int, content: bytes) -> dict[str, Any]:
    void = read_void(content)
    place = (void.from_, void.to, void.realm, void.channel, void.epoch, void.seq)
    if place != (peer.party, house.party, house.realm, stream.channel, stream.epoch, seq):
        raise EnvelopeRefused("void_of_other_place")
    return {"type": "void", "void": void}


def _read_control(house: House, peer: Peer, stream: Stream, _seq: int, content: bytes) -> dict[str, Any]:
    message = read_message(content)
    if (message.from_, message.to, message.realm) != (peer.party, house.party, house.realm):
        raise EnvelopeRefused("message_of_other_place")
    if stream.channel != "control":
        raise EnvelopeRefused("header_other_channel")
    return {"type": "control", "message": message}


_READERS = {
    RECORD_TYPE: _read_record,
    POSITIONS_TYPE: _read_positions,
    VOID_TYPE: _read_void,
    CONTROL_TYPE: _read_control,
}
