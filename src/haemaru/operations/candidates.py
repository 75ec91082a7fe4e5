"""Which ship does the tip mean? A ranked list in which every point has its reason, against as well as for.

Ships come from the picture and from papers: a ship that has switched its AIS off still has a name in somebody's port
calls. The list never says "this one"; it orders, explains, and an officer chooses. It stays at home (see `case`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from haemaru.operations.evidence import EVIDENCE, KnownVessel, Part, Question
from haemaru.operations.tip import tip_port
from haemaru.records import identifiers, labels_of
from haemaru.values.handling import Handling
from haemaru.values.instant import parse_time
from haemaru.wording import Reason

MOST = 10
KINDS = (
    "surveillance.port_call",
    "surveillance.crew_change",
    "surveillance.inspection",
    "surveillance.sighting",
    "intelligence.report",
    "customs.clearance",
)
"""The papers that evidence is found in; thousands of records of ships' own identities are not among them."""
_NAMING = frozenset({
    "candidate_imo_same", "candidate_mmsi_same", "candidate_call_sign_same", "candidate_name_same",
    "candidate_name_alike", "candidate_name_number_differs", "candidate_destination_same",
    "candidate_next_port_declared", "candidate_already_there",
})  # fmt: skip
"""Without one of these nothing ties the ship to the tip, however well the rest would fit."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One ship that the tip may mean, with everything that speaks for and against it."""

    rank: int
    ship: KnownVessel
    score: float
    parts: tuple[Part, ...]

    @property
    def rests_on(self) -> tuple[str, ...]:
        """The rids of the papers behind the candidate, each once."""
        return tuple(dict.fromkeys(rid for part in self.parts for rid in part.papers))

    @property
    def reasons(self) -> list[Reason]:
        """Every reason, those for the ship first."""
        return [part.reason for part in sorted(self.parts, key=lambda part: -part.points)]

    def as_json(self) -> dict[str, Any]:
        """The candidate as plain JSON; each reason with its points, negative ones speak against."""
        parts = sorted(self.parts, key=lambda part: -part.points)
        return {
            "rank": self.rank,
            "mmsi": self.ship.mmsi,
            "imo": self.ship.imo,
            "name": self.ship.name,
            "score": self.score,
            "reasons": [{"code": p.reason.code, "params": p.reason.params, "points": p.points} for p in parts],
            "papers": list(self.rests_on),
        }


@dataclass(frozen=True, slots=True)
class Ranking:
    """The candidates, best first, and what is to be said of the list as a whole (why it is empty, what is doubtful)."""

    candidates: tuple[Candidate, ...]
    notes: tuple[Reason, ...]
    sources: tuple[Mapping[str, Any], ...] = field(default=(), compare=False)
    """Every paper that gave or took a point on the list: what is made of the list is handled as strictly."""
    locked: tuple[Mapping[str, Any], ...] = field(default=(), compare=False)
    """The papers stricter than the tip without which another ship, or none, would be first; empty if the same would."""

    def as_json(self) -> list[dict[str, Any]]:
        """The candidates as plain JSON, best first."""
        return [candidate.as_json() for candidate in self.candidates]


def candidates(
    tip: Mapping[str, Any],
    vessels: Iterable[KnownVessel],
    holdings: Iterable[Mapping[str, Any]],
    now: datetime,
    most: int = MOST,
    levels: Sequence[str] = (),
) -> Ranking:
    """The ships that the tip may mean, from those in the picture and those in the papers that we hold.

    `levels` is the agreement's ladder. The list is made a second time without the papers that are handled more
    strictly than the tip: where another ship would then be first, the choice tells what those papers say.
    """
    told = tip["body"]
    eta = parse_time(told["eta"], "tip.eta") if told.get("eta") else None
    question = Question(told, tip_port(told), eta, now)
    records = [record for record in holdings if record["rid"] != tip["rid"]]
    known = list(vessels)
    ranked, looked_at = _rank(question, known, records, most)
    by_rid = {str(record["rid"]): record for record in records}
    sources = tuple(by_rid[rid] for rid in dict.fromkeys(rid for one in ranked for rid in one.rests_on))
    locked = _locked(question, known, records, ranked, tip, levels)
    notes = [*_notes(question, ranked, looked_at)]
    notes += [Reason("candidates_rest_on_locked", {"count": len(locked)})] if locked else []
    return Ranking(ranked, tuple(notes), sources, locked)


def _rank(
    question: Question, vessels: Sequence[KnownVessel], records: Sequence[Mapping[str, Any]], most: int
) -> tuple[tuple[Candidate, ...], int]:
    papers = _by_ship(records)
    ships = [*((ship, ()) for ship in vessels), *_only_on_paper(vessels, records)]
    weighed = []
    for ship, named_in in ships:
        parts = _weigh(question, ship, _papers_of(ship, papers), named_in)
        score = round(sum(part.points for part in parts), 1)
        if score > 0 and any(part.reason.code in _NAMING for part in parts):
            weighed.append((score, ship, parts))
    weighed.sort(key=lambda one: (-one[0], one[1].mmsi or 0, one[1].imo or 0, one[1].name))
    ranked = tuple(Candidate(rank, ship, score, parts) for rank, (score, ship, parts) in enumerate(weighed[:most], 1))
    return ranked, len(ships)


def _locked(
    question: Question,
    vessels: Sequence[KnownVessel],
    records: Sequence[Mapping[str, Any]],
    ranked: Sequence[Candidate],
    tip: Mapping[str, Any],
    levels: Sequence[str],
) -> tuple[Mapping[str, Any], ...]:
    usual = Handling.from_json(tip["handling"])
    stricter = {str(one["rid"]) for one in records if labels_of([one], levels, usual) != usual}
    if not stricter or not ranked:
        return ()
    without, _ = _rank(question, vessels, [one for one in records if str(one["rid"]) not in stricter], 1)
    if without and without[0].ship == ranked[0].ship:
        return ()
    # Papers against other ships have chosen as well: all that is stricter and scored counts.
    scored = {rid for one in ranked for rid in one.rests_on}
    found = [one for one in records if str(one["rid"]) in stricter & scored]
    return tuple(found or [one for one in records if str(one["rid"]) in stricter])


def _weigh(
    question: Question, ship: KnownVessel, papers: Sequence[Mapping[str, Any]], named_in: tuple[str, ...]
) -> tuple[Part, ...]:
    parts = [part for evidence in EVIDENCE for part in evidence(question, ship, papers)]
    if ship.position is None:
        parts.append(Part(0, Reason("candidate_not_on_picture"), named_in))
    return tuple(parts)


def _keys(subject: Mapping[str, Any]) -> list[str]:
    # A name alone does not tie papers to a ship: two ships may bear it.
    return [one for one in identifiers(subject) if one.startswith(("imo:", "mmsi:"))]


def _by_ship(records: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for record in records:
        for key in _keys(record.get("subject", {})):
            found.setdefault(key, []).append(record)
    return found


def _subject(ship: KnownVessel) -> dict[str, Any]:
    return {key: value for key, value in (("mmsi", ship.mmsi), ("imo", ship.imo)) if value}


def _papers_of(ship: KnownVessel, papers: Mapping[str, list[Mapping[str, Any]]]) -> list[Mapping[str, Any]]:
    found = {str(record["rid"]): record for key in _keys(_subject(ship)) for record in papers.get(key, ())}
    return list(found.values())


def _only_on_paper(
    ships: Iterable[KnownVessel], records: Iterable[Mapping[str, Any]]
) -> list[tuple[KnownVessel, tuple[str, ...]]]:
    """The ships that only papers name, each with the paper that does."""
    known = {key for ship in ships for key in _keys(_subject(ship))}
    found: list[tuple[KnownVessel, tuple[str, ...]]] = []
    for record in records:
        subject = record.get("subject", {})
        keys = set(_keys(subject)) if subject.get("type") == "vessel" else set()
        if keys and not keys & known:
            known |= keys
            named = {key.partition(":")[0]: int(key.partition(":")[2]) for key in keys}
            ship = KnownVessel(named.get("mmsi"), named.get("imo"), str(subject.get("name") or ""))
            found.append((ship, (str(record["rid"]),)))
    return found


_CLOSE = 10.0  # points; below it the first two should be looked at together


def _notes(question: Question, ranked: Sequence[Candidate], looked_at: int) -> Iterable[Reason]:
    if not ranked:
        yield Reason("candidates_none", {"ships": looked_at})
    elif len(ranked) > 1 and ranked[0].score - ranked[1].score < _CLOSE:
        yield Reason("candidates_close", {"first": ranked[0].ship.name, "second": ranked[1].ship.name})
    told = question.told
    if told.get("port") and question.port is None:
        yield Reason("candidates_port_unknown", {"port": str(told["port"])})
    if not any(told.get(key) for key in ("vessel_name", "imo", "mmsi", "call_sign")):
        yield Reason("candidates_no_ship_named")
    if question.eta is not None and question.eta < question.now:
        yield Reason("candidates_eta_past", {"eta": str(told["eta"])})
