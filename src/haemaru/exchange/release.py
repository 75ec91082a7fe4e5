"""One record, one receiver, one moment: may it leave, and as what?

`judge` asks the agreements; `seal` writes the released copy and its header and signs them. Both are used when a
record is sealed and again when it is about to leave. Nothing here touches the ledger.
"""

import hashlib
from collections.abc import Mapping, Sequence
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

OUTCOMES = {
    Verdict.RELEASE: "sealed",
    Verdict.WITHHOLD: "withheld",
    Verdict.REFER: "referred",
    Verdict.DEMAND: "demand",
}
_RANK = ("withheld", "demand", "referred", "sealed")

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
    only: str = ""
    """The id of the one agreement that is asked; without it every agreement that binds both is."""
    granted: str = ""
    """The id of the agreement whose clauses `demanded` and `approved` name; without it the first that binds both."""

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
    def hash(self) -> str:
        """The SHA-256 of the agreement that was asked; empty where there was none to ask."""
        return "" if self.agreement is None else self.agreement.hash

    @property
    def outcome(self) -> str:
        """What became of the record: sealed, withheld, referred or demand."""
        return "withheld" if self.decision is None else OUTCOMES[self.decision.verdict]

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
    retain: str = ""


def judge(house: House, ask: Ask, at: datetime) -> list[Judgement]:
    """What each agreement that binds both says at this moment, in the order of adoption, until one releases.

    Each is asked alone, by its own clauses: what one releases is never added to what another does, and a demand or an
    approval counts under the agreement it was given for.
    """
    agreements = asked(house, ask)
    if not agreements:
        return [Judgement(None, None, house.none_between(ask.to))]
    found: list[Judgement] = []
    for agreement in agreements:
        refusal = house.agreements.refusal_of(agreement, at)
        found.append(
            Judgement(agreement, None, refusal) if refusal is not None else judge_under(house, agreement, ask, at)
        )
        if found[-1].is_release:
            break
    return found


def asked(house: House, ask: Ask) -> tuple[Agreement, ...]:
    """The agreements that are asked about a record, in the order of adoption."""
    between = house.agreements.between(ask.to)
    return tuple(each for each in between if each.id == ask.only) if ask.only else between


def judge_under(house: House, agreement: Agreement, ask: Ask, at: datetime) -> Judgement:
    """What one agreement says, whether or not it is in force: a queued record is voided by one that has ended."""
    demanded, approved = granted_under(house, agreement, ask)
    decision = decide(
        agreement,
        ask.record,
        house.party,
        ask.to,
        ask.purpose,
        at,
        demanded=frozenset(demanded),
        approved=frozenset(approved),
    )
    return Judgement(agreement, decision, None)


def granted_under(house: House, agreement: Agreement | None, ask: Ask) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The demands and approvals that count under this agreement: its clauses may bear the names of another's."""
    first = next(iter(house.agreements.between(ask.to)), None)
    granted = ask.granted or ask.only or (first.id if first is not None else "")
    return (ask.demanded, ask.approved) if agreement is not None and agreement.id == granted else ((), ())


def most_favourable(judgements: Sequence[Judgement]) -> Judgement:
    """The judgement that stands for all: released before referred before demand before withheld, the first of equals.

    The reverse of the order in which clauses restrict: what a person here may still let go comes before what the
    partner must first demand, and that before what stays; last comes what was decided to stay, after what a suspension
    left undecided.
    """
    return max(judgements, key=lambda each: (_RANK.index(each.outcome), each.decision is None))


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
    envelope = write_envelope(house.keys, RECORD_TYPE, content)
    return Sealable(envelope, digest_of(content), release, header.refs, header.retain_until or "")


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
