"""A case: what a tip becomes once somebody decides that a ship is to be looked at.

A specific tip can turn an administrative check into a criminal search that needs a warrant (domain note 4). So the
nature of the measure, the moment it turned, and the warrant are data on the case; the software shows them and never
decides. The ranking of candidates stays at home: its reasons may rest on papers that no clause lets go, so a case
names the ship, not why.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from haemaru.clock import format_time
from haemaru.operations.candidates import Ranking
from haemaru.operations.hand import Hand, in_time
from haemaru.records import Record, labels_of
from haemaru.wording import Fault

NATURES = ("administrative", "criminal")
STATUSES = ("open", "watch", "boarding", "closed")
"""`watch` means hold and watch, do not board; the word travels without a reason."""

# A case moves only along these; every other step is a Fault, so that a closed case cannot quietly open again.
NEXT: dict[str, tuple[str, ...]] = {
    "open": ("watch", "boarding", "closed"),
    "watch": ("open", "boarding", "closed"),
    "boarding": ("open", "closed"),
    "closed": (),
}


def open_case(
    tip: Record,
    hand: Hand,
    ship: Mapping[str, Any] | None = None,
    *,
    measure_nature: str = "administrative",
    behind: Iterable[Mapping[str, Any]] = (),
) -> Record:
    """A case from a tip; `ship` holds the mmsi, imo and name of the chosen candidate, None while none is chosen.

    `behind` are papers without which another ship would have been chosen: the case is handled as strictly as they are.
    """
    check_nature(measure_nature, "case.measure_nature")
    told = tip["body"]
    body = {
        "case": hand.rid,
        "tip": tip["rid"],
        "measure_nature": measure_nature,
        "status": "open",
        "ship": _ship(ship),
        "port": told.get("port_code") or told.get("port"),
        "eta": told.get("eta"),
        "opened": format_time(hand.at),
    }
    subject = {"type": "vessel", **_ship(ship)} if ship else {**tip["subject"]}
    return hand.write("operations.case", subject, body, sources=[tip, *behind])


def choose(case: Record, ship: Mapping[str, Any], hand: Hand, behind: Iterable[Mapping[str, Any]] = ()) -> Record:
    """The case about another ship, because an officer chose it from the candidates; a new revision of the same rid.

    `behind` are the papers that the officer was shown beside this candidate.
    """
    chosen = _ship(ship)
    body = {**case["body"], "ship": chosen, "chosen": format_time(hand.at), "officer": hand.officer}
    handling = labels_of([case, *behind], hand.levels, hand.handling).as_json()
    return {**case, "subject": {"type": "vessel", **chosen}, "handling": handling, "body": body}


def rank_of(case: Mapping[str, Any], ranking: Ranking, hand: Hand) -> Record:
    """The list of candidates as a record of its own, handled as strictly as every paper that scored on it."""
    body = {
        "case": case["rid"],
        "candidates": ranking.as_json(),
        "notes": [{"code": note.code, "params": dict(note.params)} for note in ranking.notes],
        "rests_on": [str(one["rid"]) for one in ranking.sources],
    }
    return hand.write("operations.ranking", case["subject"], body, sources=[case, *ranking.sources])


def turn_criminal(case: Record, warrant: str, hand: Hand) -> dict[str, Any]:
    """The body of the case from the moment it became criminal; `warrant` is its reference, "" while it is asked for."""
    body = dict(case["body"])
    if body.get("measure_nature") == "criminal":
        raise Fault("case_already_criminal", str(case["rid"]), since=str(body.get("turned_at", "")))
    return {**body, "measure_nature": "criminal", "turned_at": format_time(hand.at), "warrant": warrant}


def move(case: Record, status: str, hand: Hand) -> dict[str, Any]:
    """The body of the case in its next status; raises `Fault` where no way leads there."""
    now = str(case["body"].get("status"))
    if status not in NEXT.get(now, ()):
        raise Fault(
            "case_no_way", str(case["rid"]), status=now, wanted=status, ways=", ".join(NEXT.get(now, ())) or "-"
        )
    return {**case["body"], "status": status, f"{status}_at": format_time(hand.at)}


@dataclass(slots=True)
class CaseFile:
    """A case with everything that refers to it: its tip, the partners' answers, demands, refusals and outcomes."""

    case: Record
    tip: Record | None = None
    answers: list[Record] = field(default_factory=list)
    demands: list[Record] = field(default_factory=list)
    refusals: list[Record] = field(default_factory=list)
    outcomes: list[Record] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The rid under which all parties know the case."""
        return str(self.case["rid"])

    @property
    def status(self) -> str:
        """The status on the case, `closed` as soon as an outcome closes it."""
        closing = any(outcome["body"].get("closes", True) for outcome in self.outcomes)
        return "closed" if closing else str(self.case["body"].get("status", "open"))


_SHELVES = {
    "operations.answer": "answers",
    "operations.outcome": "outcomes",
    "request.demand": "demands",
    "request.refusal": "refusals",
}


def fold(records: Iterable[Record]) -> dict[str, CaseFile]:
    """Case files by case rid, from own and received records in any order; what refers to no known case is left out."""
    held = list(records)
    tips = {record["rid"]: record for record in held if record["kind"] == "operations.tip"}
    files: dict[str, CaseFile] = {}
    for record in held:
        if record["kind"] == "operations.case":
            files[record["rid"]] = CaseFile(record, tips.get(str(record["body"].get("tip"))))
    for record in held:
        shelf = _SHELVES.get(record["kind"])
        file = files.get(str(record["body"].get("case")))
        if shelf and file is not None:
            getattr(file, shelf).append(record)
    for file in files.values():
        for shelf in _SHELVES.values():
            getattr(file, shelf).sort(key=in_time)
    return files


def _ship(ship: Mapping[str, Any] | None) -> dict[str, Any]:
    return {key: ship[key] for key in ("mmsi", "imo", "name") if ship and ship.get(key) not in (None, "", 0)}


def check_nature(nature: str, where: str) -> None:
    """Raises `Fault("case_nature_unknown")` unless the nature of a measure is one of `NATURES`."""
    if nature not in NATURES:
        raise Fault("case_nature_unknown", where, nature=nature[:40], natures=", ".join(NATURES))
