"""What the console needs from its node, and nothing more.

The console takes no decisions: it shows what the `Desk` tells and hands back what an officer ordered. A `Desk` answers
with plain JSON-like mappings; `haemaru.web.shapes` names every key, and `Reading` turns an answer into those shapes, so
that a missing or mistyped key is one clear fault in one place and never half a page.

All calls are synchronous and may take their time: the console makes them in worker threads.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

import msgspec

from haemaru.exchange import Pulled
from haemaru.surveillance.features import Feature
from haemaru.web import shapes
from haemaru.wording import Fault

Raw = Mapping[str, Any]
Shape = TypeVar("Shape", bound=msgspec.Struct)

# Every order that the console gives through `Desk.do`, with its parameters. Each also carries `by`: the officer's name.
COMMANDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "operations.tip",
        ("text", "caller", "vessel_name", "ship_type", "port", "last_port", "area", "cargo", "heard_at"),
    ),
    ("operations.choose", ("case", "mmsi")),
    ("operations.outcome", ("case", "result", "substance", "text")),
    ("surveillance.sight", ("platform", "what", "at", "place", "lat", "lon", "distance_m", "vessel_name", "mmsi")),
    ("demand.new", ("case", "to", "kind", "clause", "statute", "letter", "purpose")),
    ("demand.answer", ("id", "release", "reason")),
    ("agreement.approve", ("id",)),
    ("agreement.refuse", ("id", "reason")),
    ("records.disposals", ("approve", "refuse", "reason")),
    ("records.onward", ("approve", "refuse", "reason")),
    ("agreement.suspend", ("reason",)),
    ("agreement.resume", ("reason",)),
    ("records.correct", ("rid", "body")),  # -> receivers: how many partners are told
    ("records.retract", ("rid", "reason")),  # -> receivers
    ("ledger.verify", ()),  # -> ok, entries, checkpoints, countersignatures, first_bad
    ("support.request", ("case", "to", "capability", "place", "need_by", "text")),
    ("support.step", ("id", "step", "reason")),  # step: one of what `supports()` lists in `next`
    ("training.apply", ("session", "person", "competencies")),
)


class Officer(Protocol):
    """A person who may sign in."""

    @property
    def name(self) -> str:
        """The name the person signs in with."""
        ...

    @property
    def role(self) -> str:
        """What the person is on duty as."""
        ...

    @property
    def standing(self) -> int:
        """A number that changes whenever the account does."""
        ...


class Accounts(Protocol):
    """The accounts of this node."""

    def check(self, name: str, password: str, /) -> Officer | None:
        """The officer, or None where name or password is wrong or the account is locked."""
        ...

    def standing(self, name: str, /) -> int | None:
        """The number of an account that may sign in, or None."""
        ...


class Columns(Protocol):
    """The picture as columns of one length (numpy arrays): the latest fix of every vessel that may be shown."""

    mmsi: Any  # u32 or i32
    t: Any  # i64, UTC ms of the fix
    lat: Any  # i32, 1/600000 degree
    lon: Any
    sog: Any  # i16, 0.1 knot, 32767 missing
    cog: Any  # i16, 0.1 degree, 32767 missing
    vessel_class: Any  # u8, as surveillance names them; 0 unknown
    source: Any  # u8, 0 own, 1 shared by the partner


class Desk(Protocol):
    """A node as its console sees it."""

    @property
    def party(self) -> str:
        """The id of the agency whose node this is."""
        ...

    @property
    def realm(self) -> str:
        """`live`, `demo` or `exercise:<id>`."""
        ...

    @property
    def accounts(self) -> Accounts:
        """Who may sign in."""
        ...

    def do(self, command: str, params: Raw, /) -> Any:
        """Carries out one of `COMMANDS`; raises `Fault` where it cannot."""
        ...

    def status(self) -> Raw:
        """`shapes.Status`."""
        ...

    def picture(self) -> Columns:
        """The picture as columns, cheap enough to be asked for a few times a second."""
        ...

    def coverage(self) -> Raw:
        """`shapes.Cover` of the next twelve hours."""
        ...

    def findings(self) -> Raw:
        """`shapes.Findings` of the last day, what was told last first."""
        ...

    def finding(self, rid: str) -> Raw | None:
        """`shapes.Finding`: one finding explained."""
        ...

    def features(self, collection: str) -> Sequence[Feature]:
        """What chart programs read, by collection: `vessels`, `tracks`, `contacts`, `findings`, `ports`, `zones`."""
        ...

    def vessels(self, limit: int, text: str = "") -> Sequence[Raw]:
        """`shapes.VesselRow`s, newest fix first, those whose name or number holds `text`."""
        ...

    def vessel(self, mmsi: int) -> Raw | None:
        """`shapes.Vessel`."""
        ...

    def records(self, filters: Raw) -> Sequence[Raw]:
        """`shapes.RecordRow`s, newest first. Filters, all optional: text, kind (prefix), origin, state, limit."""
        ...

    def record(self, rid: str) -> Raw | None:
        """`shapes.Record`: its fields each with clause and treatment, what was withheld, and what would leave."""
        ...

    def tips(self, limit: int = 100) -> Sequence[Raw]:
        """`shapes.TipRow`s, newest first."""
        ...

    def cases(self) -> Sequence[Raw]:
        """`shapes.CaseRow`s, newest first."""
        ...

    def case(self, rid: str) -> Raw | None:
        """`shapes.Case`."""
        ...

    def agreements(self) -> Sequence[Raw]:
        """`shapes.Agreement`s in the order of adoption, then those that wait for signatures."""
        ...

    def clause(self, name: str, of: str = "") -> Raw | None:
        """`shapes.ClauseDeeds`: what a clause did here; `of` is the agreement's id."""
        ...

    def duties(self) -> Raw:
        """`shapes.Duties`: what each side owes the other, and how it stands with each partner."""
        ...

    def referred(self) -> Sequence[Raw]:
        """`shapes.Referred`: decisions that wait for a person here."""
        ...

    def demands(self) -> Sequence[Raw]:
        """`shapes.Demand`s in both directions, newest first."""
        ...

    def supports(self) -> Sequence[Raw]:
        """`shapes.Support`s, newest first."""
        ...

    def sessions(self) -> Sequence[Raw]:
        """`shapes.Session`s, next one first."""
        ...

    def entries(self, limit: int) -> Sequence[Raw]:
        """`shapes.EntryRow`s, newest first."""
        ...

    def histories(self) -> Raw:
        """`shapes.Histories`: disputes and declared restarts of ledgers, newest first."""
        ...

    def story(self) -> Sequence[Raw]:
        """`shapes.Step`s of the story that the demo tells; empty outside realm demo."""
        ...

    def exchange_accept(self, data: bytes, /) -> bytes:
        """Takes a batch of frames and answers with the signed receipt; raises `Fault` where it refuses the batch."""
        ...

    def exchange_pull(self, data: bytes, /) -> Pulled:
        """Takes in a partner's request for a frame."""
        ...

    def exchange_next(self, pulled: Pulled, /) -> bytes | None:
        """What waits by now for a request that was taken in."""
        ...

    def exchange_receipt(self, data: bytes, /) -> bytes:
        """Takes the answer to a frame that was pulled; empty, or a signed refusal."""
        ...

    def statement(self) -> bytes:
        """This node's statement, the exact bytes."""
        ...


class Reading:
    """Reads a desk's answers into shapes."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def one(self, raw: Raw | None, shape: type[Shape], where: str) -> Shape:
        """The answer in its shape; `web_not_found` where there is none, `web_desk_answer` where it does not fit."""
        if raw is None:
            raise Fault("web_not_found", where)
        return read(raw, shape, where)

    def many(self, rows: Sequence[Raw], shape: type[Shape], where: str) -> list[Shape]:
        """Each row in its shape."""
        return [read(row, shape, where) for row in rows]

    def status(self) -> shapes.Status:
        """How the node is."""
        return self.one(self.desk.status(), shapes.Status, "status")

    def agreements(self) -> list[shapes.Agreement]:
        """Each agreement; empty before there is one."""
        return self.many(self.desk.agreements(), shapes.Agreement, "agreement")


def read(raw: Raw, shape: type[Shape], where: str) -> Shape:
    """One answer in its shape; a fault names the place where it does not fit."""
    try:
        return msgspec.convert(raw, shape, strict=False, from_attributes=True)
    except msgspec.ValidationError as error:
        raise Fault("web_desk_answer", where, problem=str(error)) from error
