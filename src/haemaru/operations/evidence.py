"""What speaks for and against a ship being the one a tip means: one function for each kind of evidence.

Each takes the question and one ship and gives its contributions: points and a reason that a person can check. Points
are starting values of our own; they order the list and are shown, never hidden in a sum. Nobody's nationality is
looked at anywhere in this file; a crew list counts only by how many left and where.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from haemaru.geography import Port, find_ports
from haemaru.intelligence import compare_names
from haemaru.values import Position
from haemaru.values.imo import Imo
from haemaru.values.instant import parse_time
from haemaru.wording import Fault, Reason


@dataclass(frozen=True, slots=True)
class KnownVessel:
    """A ship as we know it: identity from AIS statics or papers, and where it was last seen."""

    mmsi: int | None = None
    imo: int | None = None
    name: str = ""
    call_sign: str = ""
    ship_type: int | None = None
    destination: str = ""
    position: Position | None = None
    knots: float | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What the tip says, ready to be compared."""

    told: Mapping[str, Any]
    port: Port | None
    eta: datetime | None
    now: datetime

    @property
    def codes(self) -> frozenset[str]:
        """The code of the port and of the port it belongs to."""
        return frozenset({self.port.locode, self.port.part_of} - {""}) if self.port else frozenset()


@dataclass(frozen=True, slots=True)
class Part:
    """One contribution: points for (above 0) or against (below 0), the reason, and the papers it rests on by rid."""

    points: float
    reason: Reason
    papers: tuple[str, ...] = ()


Papers = Sequence[Mapping[str, Any]]


def numbers(question: Question, ship: KnownVessel, papers: Papers) -> list[Part]:
    """IMO number, MMSI and call sign: exact or not."""
    told, parts = question.told, []
    for name, known, points in (("imo", ship.imo, 100), ("mmsi", ship.mmsi, 80)):
        said = told.get(name)
        if said is None or known in (None, 0):
            continue
        if int(said) == known:
            parts.append(Part(points, Reason(f"candidate_{name}_same", {"number": str(known)})))
        else:
            parts.append(Part(-points / 4, Reason(f"candidate_{name}_other", {"told": str(said), "known": str(known)})))
    sign = str(told.get("call_sign") or "").replace(" ", "").replace("-", "").upper()
    if sign and ship.call_sign:
        same = sign == ship.call_sign.strip().upper()
        code = "candidate_call_sign_same" if same else "candidate_call_sign_other"
        parts.append(Part(60 if same else -10, Reason(code, {"told": sign, "known": ship.call_sign})))
    if parts and told.get("imo") is not None and not Imo(int(told["imo"])).check_digit_ok:
        parts.append(Part(0, Reason("candidate_imo_check_digit", {"told": str(told["imo"])})))
    return parts


_ALIKE = 0.8  # as alike as two names must be before a number that differs is worth a word


def name(question: Question, ship: KnownVessel, papers: Papers) -> list[Part]:
    """The name as it was heard against the name that the ship sends; numbers in names compare exactly."""
    said = str(question.told.get("vessel_name") or "")
    if not said or not ship.name:
        return []
    compared = compare_names(said, ship.name)
    facts: dict[str, str | int | float] = {"told": said, "known": ship.name}
    if any(reason.code == "name_numbers_differ" for reason in compared.reasons) and compared.score >= _ALIKE:
        return [Part(5, Reason("candidate_name_number_differs", facts))]
    if compared.verdict == "same":
        return [Part(50, Reason("candidate_name_same", facts))]
    if compared.verdict == "alike":
        percent = round(compared.score * 100)
        # Squared, so that a name that is merely alike stays well behind one that was misheard by a letter.
        return [Part(round(48 * compared.score**2, 1), Reason("candidate_name_alike", {**facts, "percent": percent}))]
    return [Part(-10, Reason("candidate_name_unlike", facts))]


def destination(question: Question, ship: KnownVessel, papers: Papers) -> list[Part]:
    """The port of the tip against the destination that the ship sends, and against the next port in its papers."""
    if question.port is None:
        return []
    place, parts = question.port.name.en, []
    if ship.destination:
        codes = _codes(ship.destination)
        facts: dict[str, str | int | float] = {"port": place, "destination": ship.destination}
        if codes & question.codes:
            parts.append(Part(25, Reason("candidate_destination_same", facts)))
        else:
            parts.append(Part(-8 if codes else -4, Reason("candidate_destination_other", facts)))
    newest = max(
        (paper for paper in papers if paper.get("body", {}).get("next_port")),
        key=lambda paper: str(paper.get("event_time", "")),
        default=None,
    )
    if newest is not None and str(newest["body"]["next_port"]) in question.codes:
        facts = {"port": place, "holder": str(newest.get("origin"))}
        parts.append(Part(15, Reason("candidate_next_port_declared", facts), _rids([newest])))
    return parts


# Thousands of ships send a few hundred destinations: each is looked up once.
@lru_cache(maxsize=4096)
def _codes(sent: str) -> frozenset[str]:
    # Crews write `CN SHA>KR OKK`: what stands behind the last sign is where they go.
    wanted = sent.replace("=>", ">").rpartition(">")[2].strip()
    found = find_ports(wanted)[:1]
    return frozenset({code for place in found for code in (place.locode, place.part_of)} - {""})


_FASTEST_KNOTS = 25.0  # nothing that carries cargo goes faster for long
_USUAL_KNOTS = 12.0  # a bulk carrier's pace, used for a ship that lies still


def arrival(question: Question, ship: KnownVessel, papers: Papers) -> list[Part]:
    """Whether the ship can be at the port by the time that the tip names; in great-circle miles, the least it runs."""
    if question.port is None or question.eta is None or ship.position is None:
        return []
    miles = ship.position.distance_nm(question.port.position)
    hours = (question.eta - (ship.seen_at or question.now)).total_seconds() / 3600
    facts: dict[str, str | int | float] = {"miles": round(miles), "hours": round(hours, 1)}
    if miles <= 6:
        return [Part(12, Reason("candidate_already_there", facts))]
    if hours <= 0 or miles / hours > _FASTEST_KNOTS:
        return [Part(-25, Reason("candidate_arrival_impossible", facts))]
    knots = ship.knots if ship.knots and ship.knots > 3 else _USUAL_KNOTS
    off = miles / knots - hours
    facts["off"] = round(abs(off), 1)
    if abs(off) <= 3:
        return [Part(20, Reason("candidate_arrival_fits", facts))]
    if off > 0:
        return [Part(-min(15, round(off, 1)), Reason("candidate_arrival_late", facts))]
    # Early is weak evidence against: a ship may wait at anchor, and the way by sea is longer than the straight line.
    return [Part(max(-4, round(10 + off, 1)), Reason("candidate_arrival_early", facts))]


_TYPES: tuple[tuple[str, range, tuple[str, ...]], ...] = (
    ("tanker", range(80, 90), ("tanker", "유조선", "탱커")),
    ("fishing", range(30, 31), ("fishing", "trawler", "어선")),
    ("passenger", range(60, 70), ("ferry", "passenger", "여객선", "페리", "cruise")),
    ("cargo", range(70, 80), ("bulk", "cargo", "container", "freighter", "벌크선", "화물선", "컨테이너선")),
    ("pleasure", range(36, 38), ("yacht", "pleasure", "요트", "레저")),
    ("tug", range(52, 53), ("tug", "예인선")),
)
_STATE_SHIPS = (35, 51, 55)  # military, search and rescue, law enforcement


def ship_type(question: Question, ship: KnownVessel, papers: Papers) -> list[Part]:
    """The kind of ship that the tip's words name against the type that the ship sends."""
    if ship.ship_type in (None, 0):
        return []
    words = " ".join(str(question.told.get(key) or "") for key in ("ship_type", "text", "cargo")).lower()
    wanted = [(kind, codes) for kind, codes, signs in _TYPES if any(sign in words for sign in signs)]
    if wanted:
        kinds = ", ".join(kind for kind, _ in wanted)
        fits = any(ship.ship_type in codes for _, codes in wanted)
        facts: dict[str, str | int | float] = {"told": kinds, "known": int(ship.ship_type or 0)}
        return [
            Part(8, Reason("candidate_type_fits", facts)) if fits else Part(-15, Reason("candidate_type_other", facts))
        ]
    if ship.ship_type in _STATE_SHIPS:
        return [Part(-30, Reason("candidate_state_ship", {"known": int(ship.ship_type or 0)}))]
    return []


# Countries of the usual sea routes of cocaine (indicator V01): places of call, never anybody's nationality.
_SOURCE_REGION = frozenset({"CO", "EC", "PE", "BO", "BR", "CL", "MX", "PA", "VE", "CR", "GT", "DO", "GY", "SR"})
_PAPERS_CAP = 20.0  # what papers say about risk may not outweigh what they and the sea say about identity


def history(question: Question, ship: KnownVessel, papers: Papers) -> list[Part]:
    """What papers tell of the ship's way here: calls in a source region, crew that left, reports, clean searches."""
    parts = [*_calls(question, papers), *_crew(question, papers), *_reports(papers), *_searches(question, papers)]
    left, kept = _PAPERS_CAP, []
    for part in parts:
        points = min(part.points, left) if part.points > 0 else part.points
        left -= max(points, 0.0)
        kept.append(Part(round(points, 1), part.reason, part.papers))
    return kept


def _rids(papers: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(str(paper["rid"]) for paper in papers)


def _days(question: Question, paper: Mapping[str, Any]) -> float:
    try:
        at = parse_time(str(paper.get("event_time")), "event_time")
    except Fault:
        return 1e9
    return (question.now - at).total_seconds() / 86_400


def _calls(question: Question, papers: Papers) -> list[Part]:
    for paper in sorted(papers, key=lambda one: _days(question, one)):
        port, days = str(paper.get("body", {}).get("port") or ""), _days(question, paper)
        if paper["kind"] == "surveillance.port_call" and port[:2] in _SOURCE_REGION and days <= 120:
            # Half its weight after 45 days, as the risk table has it.
            facts: dict[str, str | int | float] = {"port": port, "days": round(days), "holder": str(paper["origin"])}
            return [
                Part(round(10 * 0.5 ** (max(days, 0) / 45), 1), Reason("candidate_source_call", facts), _rids([paper]))
            ]
    return []


def _crew(question: Question, papers: Papers) -> list[Part]:
    for paper in papers:
        if paper["kind"] != "surveillance.crew_change" or _days(question, paper) > 60:
            continue
        rows = paper.get("body", {}).get("changes")
        left = (
            sum(isinstance(r, Mapping) and r.get("change") == "sign_off" for r in rows) if isinstance(rows, list) else 0
        )
        if left:
            facts: dict[str, str | int | float] = {"count": left, "port": str(paper["body"].get("port") or "-")}
            return [Part(4, Reason("candidate_crew_left", facts), _rids([paper]))]
    return []


def _reports(papers: Papers) -> list[Part]:
    reports = [paper for paper in papers if paper["kind"] == "intelligence.report"]
    count = len(reports)
    return [Part(6, Reason("candidate_reported", {"count": count}), _rids(reports))] if count else []


def _searches(question: Question, papers: Papers) -> list[Part]:
    clean = [
        (_days(question, paper), str(paper["rid"]))
        for paper in papers
        if paper["kind"] == "surveillance.inspection" and paper.get("body", {}).get("result") == "nothing_found"
    ]
    recent, rid = min(clean, default=(1e9, ""))
    return [Part(-3, Reason("candidate_searched_clean", {"days": round(recent)}), (rid,))] if recent <= 60 else []


EVIDENCE: tuple[Callable[[Question, KnownVessel, Papers], list[Part]], ...] = (
    numbers,
    name,
    destination,
    arrival,
    ship_type,
    history,
)
"""Every kind of evidence, in the order in which it is shown."""
