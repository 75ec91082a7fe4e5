"""One record, one receiver, one moment: may it leave, and as what?

`judge` asks the agreement; `envelope` writes the released copy and its header and signs them. Both are used when a
record is sealed and again when it is about to leave. Nothing here touches the ledger.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

import msgspec

from haemaru.agreement import Agreement, Decision, Verdict, decide
from haemaru.clock import format_time
from haemaru.exchange.envelope import RECORD_TYPE, digest_of, join, write_envelope
from haemaru.exchange.house import House
from haemaru.records import AgreementRef, Header, Marking, Record, Redacted, Released, header_bytes
from haemaru.records.header import Onward
from haemaru.wording import Reason

SILENT = "withdrawn"
"""The only code under which a silent refusal is ever seen by the partner."""

PSEUDONYMS = "haemaru-pseudonyms-v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is asked of the agreement for one record and one receiver."""

    record: Record
    rev: int
    source: int
    to: str
    purpose: str
    op: str = "put"
    refs: tuple[str, ...] = ()
    demanded: tuple[str, ...] = ()
    approved: tuple[str, ...] = ()

    @property
    def rid(self) -> str:
        """The record's name in all houses."""
        return str(self.record["rid"])

    @property
    def kind(self) -> str:
        """What the record is about."""
        return str(self.record["kind"])


@dataclass(frozen=True, slots=True)
class Judgement:
    """The agreement's answer: a decision, or the reason why it could not be asked."""

    agreement: Agreement | None
    decision: Decision | None
    reason: Reason | None

    @property
    def is_release(self) -> bool:
        """Whether something may leave."""
        return self.decision is not None and self.decision.verdict is Verdict.RELEASE

    @property
    def code(self) -> str:
        """The lower_snake word for a refusal, as voids and views carry it; empty for a release."""
        if self.reason is not None:
            return self.reason.code
        if self.decision is None or self.is_release:
            return ""
        if self.decision.is_silent:
            return SILENT
        withheld = self.decision.withheld
        return next((reason.code for path, _, reason in withheld if path == "rid"), "withheld")

    @property
    def blocking(self) -> tuple[str, ...]:
        """The clauses that wait for a person or for a demand, in the order of the agreement."""
        if self.decision is None or self.is_release:
            return ()
        return tuple(str(step["clause"]) for step in self.decision.trace if step["role"] == "blocks")


@dataclass(frozen=True, slots=True)
class Sealable:
    """A signed envelope, the digest of its payload, and the digest of what was decided about it."""

    envelope: bytes
    digest: str
    release: str
    refs: tuple[str, ...]


def judge(house: House, ask: Ask, at: datetime, *, is_queued: bool = False) -> Judgement:
    """What the agreement in force says at this moment; for a queued record an expired agreement is asked too."""
    agreement = house.agreements.current()
    refusal = house.agreements.refusal(at)
    if agreement is None or (refusal is not None and not is_queued):
        return Judgement(agreement, None, refusal or Reason("agreement_waiting"))
    decision = decide(
        agreement,
        ask.record,
        house.party,
        ask.to,
        ask.purpose,
        at,
        demanded=frozenset(ask.demanded),
        approved=frozenset(ask.approved),
    )
    return Judgement(agreement, decision, None)


def release_digest(agreement: Agreement, decision: Decision) -> str:
    """A digest over agreement and released fields: equal digests mean that the sealed copy may still leave."""
    return _release_digest(agreement.hash, decision.released)


@lru_cache(maxsize=4096)
def _release_digest(agreement: str, released: tuple[tuple[str, str, str], ...]) -> str:
    return hashlib.sha256(agreement.encode() + msgspec.json.encode(sorted(released))).hexdigest()


@lru_cache(maxsize=4096)
def _paths(released: tuple[tuple[str, str, str], ...]) -> tuple[Released, ...]:
    return tuple(Released(*item) for item in released)


def seal(house: House, ask: Ask, judgement: Judgement, prev: str | None, at: datetime) -> Sealable:
    """The released copy under its header, signed; only for a judgement that releases."""
    content, header, release = released_copy(house, ask, judgement, prev, at)
    return Sealable(write_envelope(house.keys, RECORD_TYPE, content), digest_of(content), release, header.refs)


def released_copy(
    house: House, ask: Ask, judgement: Judgement, prev: str | None, at: datetime
) -> tuple[bytes, Header, str]:
    """What is signed: the header and the copy as bytes; the header, and the digest of what was decided."""
    agreement, decision = judgement.agreement, judgement.decision
    if agreement is None or decision is None or decision.verdict is not Verdict.RELEASE:
        raise AssertionError("only a release is sealed")
    copy = decision.redact(ask.record, house.vault.blind(PSEUDONYMS))
    header = release_header(house, ask, copy, agreement, decision, prev=prev, at=at)
    content = join(header_bytes(header), msgspec.json.encode(copy))
    return content, header, release_digest(agreement, decision)


def release_header(
    house: House,
    ask: Ask,
    copy: Mapping[str, Any],
    agreement: Agreement,
    decision: Decision,
    *,
    prev: str | None,
    at: datetime,
) -> Header:
    """The header under which the released copy travels."""
    until, onward, onward_to = _duties(decision)
    return Header(
        id=house.ids.new(),
        rid=ask.rid,
        rev=ask.rev,
        prev=prev,
        op=ask.op,  # type: ignore[arg-type]  # checked by whoever asks
        kind=ask.kind,
        origin=house.party,
        audience=(ask.to,),
        agreement=AgreementRef(agreement.id, agreement.version, agreement.hash),
        clauses=decision.clause_ids,
        handling=marking(ask.record),
        purpose=ask.purpose,
        onward=onward,
        onward_to=onward_to,
        retain_until=until,
        event_time=copy.get("event_time"),
        created=format_time(at),
        redacted=tuple(Redacted(item["path"], item["clause"]) for item in decision.open_redactions()),
        realm=house.realm,
        refs=tuple(dict.fromkeys((*copy.get("refs", ()), *ask.refs))),
        paths=_paths(decision.released),
    )


def _duties(decision: Decision) -> tuple[str | None, Onward, tuple[str, ...]]:
    until: str | None = None
    onward: Onward = "none"
    onward_to: tuple[str, ...] = ()
    for duty in decision.obligations:
        if duty["obligation"] == "retain_until":
            until = duty["until"]
        elif duty["obligation"] == "onward":
            rule = duty["rule"]
            if isinstance(rule, str):
                onward = cast(Onward, rule)
            else:
                onward, onward_to = "list", tuple(rule)
    return until, onward, onward_to


def marking(record: Mapping[str, Any]) -> Marking:
    """How the record says it must be handled."""
    handling = record.get("handling")
    if not isinstance(handling, Mapping):
        return Marking("")
    caveats = handling.get("caveats")
    return Marking(str(handling.get("level", "")), tuple(map(str, caveats)) if isinstance(caveats, list) else ())
