"""The story itself, step by step, told through the same commands that an officer would use.

Every step goes through the control socket of the node that takes it. What the demo counts at the end is asked of the
nodes, not remembered here.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from haemaru.cli.demo.houses import House
from haemaru.clock import SystemClock
from haemaru.scenarios import World
from haemaru.wording import Fault

_DRAIN_S = 60.0
Tell = Callable[[str], None]


@dataclass(slots=True)
class Told:
    """What happened on the way, for the figures."""

    tip: dict[str, Any] = field(default_factory=dict)
    demands: int = 0
    reports: list[str] = field(default_factory=list)
    corrected: int = 0
    supports: list[str] = field(default_factory=list)
    session: str = ""


def write_lines(path: Path, records: list[dict[str, Any]]) -> Path:
    """A JSON Lines file of records."""
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return path


def load(houses: dict[str, House], world: World, folder: Path, tell: Tell) -> None:
    """Gives each agency the papers that it held before the telephone rang."""
    tell("demo.load")
    for party, house in houses.items():
        papers = [*world.holdings[party], *world.teams.get(party, ())]
        house.do("records.put", file=str(write_lines(folder / f"{party}-papers.jsonl", papers)))


def feed(houses: dict[str, House], world: World, folder: Path, source: str | None, tell: Tell) -> dict[str, Any]:
    """Brings ship traffic to the coast guard: the world's own, or the file that was asked for."""
    tell("demo.feed")
    invented = source is None
    if source is None:
        log = folder / "traffic.nmea"
        since, until = world.traffic_window
        with log.open("wb") as out:
            for _, line in world.nmea(since, until, 20.0):
                out.write(line.rstrip(b"\r\n") + b"\n")
        source = str(log)
    return houses["kcg"].do("feed.ais", source=source, invented=invented)


def tip(houses: dict[str, House], world: World, folder: Path, told: Told, tell: Tell) -> None:
    """The telephone rings at the coast guard."""
    tell("demo.tip")
    form = folder / "tip.json"
    form.write_text(json.dumps(world.tip, ensure_ascii=False), encoding="utf-8")
    told.tip = houses["kcg"].do("operations.tip", file=str(form), wait_s=45.0)
    note(houses, "tip", "candidates", "case", "picture")


def reports(houses: dict[str, House], world: World, told: Told, tell: Tell) -> None:
    """The coast guard's graded report, shared with the case, is put right when its author knows better."""
    tell("demo.correction")
    for party, house in houses.items():
        lines = house.lines("records.list", kind="intelligence.report")
        told.reports += [line["rid"] for line in lines if line["origin"] == party]
    for correction in world.corrections:
        houses[correction.party].do("records.correct", rid=correction.rid, body=correction.body)
        told.corrected += 1
    note(houses, "correction")


def demand(houses: dict[str, House], world: World, told: Told, tell: Tell) -> None:
    """What customs may only give on demand is demanded, and answered."""
    tell("demo.demand")
    asker, holder = houses["kcg"], houses["kcs"]
    for kept in told.tip["picture"]["held"]:
        if kept["effect"] != "demand":
            continue
        sent = asker.do(
            "demand.new",
            case=told.tip["case"],
            to=kept["party"],
            kind=kept["kind"],
            clause=kept["clause"],
            letter=world.demand["letter"],
            by=world.demand["officer"],
        )
        wait_for(lambda name=sent["id"]: _state(holder, name) == "open", "demand")  # type: ignore[misc]
        holder.do("demand.answer", id=sent["id"], release=True, reason="demo")
        wait_for(lambda name=sent["id"]: _state(asker, name) == "released", "reply")  # type: ignore[misc]
        told.demands += 1
    note(houses, "demand", "reply")


def _state(house: House, demand_id: str) -> str:
    demands = house.do("demand.list")["demands"]
    return next((each["state"] for each in demands if each["id"] == demand_id), "")


def support(houses: dict[str, House], world: World, folder: Path, told: Told, tell: Tell) -> None:
    """Two dog teams are asked for, offered, committed by their owner, deployed and given back."""
    tell("demo.support")
    for number, need in enumerate(world.needs):
        form = folder / f"need-{number}.json"
        form.write_text(json.dumps(need, ensure_ascii=False), encoding="utf-8")
        name = houses["kcg"].do("support.request", file=str(form), to="kcs", case=told.tip["case"])["id"]
        told.supports.append(name)
    note(houses, "support")
    for step in ("offer", "requisition", "commit", "deploy", "ask_return", "release"):
        for name in told.supports:
            _step(houses, name, step)
        if step == "commit":
            note(houses, "commit")
    for name in told.supports:
        wait_for(lambda one=name: support_state(houses["kcs"], one) == "released", "release")  # type: ignore[misc]


_STEPS = {
    "offer": ("kcs", "requested"),
    "requisition": ("kcg", "offered"),
    "commit": ("kcs", "requisitioned"),
    "deploy": ("kcs", "committed"),
    "ask_return": ("kcs", "deployed"),
    "release": ("kcg", "return_requested"),
}


def _step(houses: dict[str, House], name: str, step: str) -> None:
    party, due = _STEPS[step]
    wait_for(lambda: support_state(houses[party], name) == due, step)
    houses[party].do("support.step", id=name, step=step, reason="demo")


def note(houses: dict[str, House], *steps: str) -> None:
    """Notes at both nodes that steps of the story have been told, for the console."""
    for house in houses.values():
        for step in steps:
            house.do("story.tell", step=step)


def support_state(house: House, name: str) -> str:
    """The state of a support as one node sees it."""
    return next((each["state"] for each in house.do("resources.list")["supports"] if each["id"] == name), "")


def training(houses: dict[str, House], world: World, folder: Path, told: Told, tell: Tell) -> None:
    """Customs publishes a session; the coast guard takes seats in it from its own node."""
    tell("demo.training")
    form = folder / "session.json"
    form.write_text(json.dumps(world.session, ensure_ascii=False), encoding="utf-8")
    told.session = houses["kcs"].do("training.publish", file=str(form))["id"]
    guest = houses["kcg"]
    wait_for(lambda: any(each["id"] == told.session for each in guest.do("training.list")["sessions"]), "session")
    for seat in world.seats:
        guest.do("training.apply", session=told.session, person=seat["person"], competencies=seat["competencies"])
    wait_for(lambda: seats_taken(guest, told.session) == len(world.seats), "seats")
    note(houses, "training")


def seats_taken(house: House, session: str) -> int:
    """How many of the node's own people have a seat in a session."""
    sessions = house.do("training.list")["sessions"]
    return next((each["enrolled"].get(house.party, 0) for each in sessions if each["id"] == session), 0)


def outcome(houses: dict[str, House], world: World, told: Told, tell: Tell) -> None:
    """The boarding party reports; both agencies have their share in it."""
    tell("demo.outcome")
    houses["kcg"].do("operations.outcome", case=told.tip["case"], **world.outcome)
    note(houses, "boarding", "found", "return")


def watch(houses: dict[str, House], witness: House, tell: Tell) -> None:
    """The oversight body's witness has countersigned both ledgers."""
    tell("demo.witness")
    wait_for(lambda: all(each["checkpoints"] for each in witness.do("status")["watched"]), "witness")
    wait_for(lambda: drained(houses), "receipts")


def wait_for(condition: Callable[[], bool], what: str, seconds: float = _DRAIN_S) -> None:
    """Waits until something has reached the other node."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise Fault("demo_failed", what, detail=f"{what}: nothing came within {seconds:.0f} s")
        time.sleep(0.1)


def drained(houses: dict[str, House]) -> bool:
    """Whether everything sealed on either side has its receipt."""
    return all(waiting(house) == 0 for house in houses.values())


def waiting(house: House) -> int:
    """How many sealed items of a node have no receipt yet."""
    return sum(int(channel["waiting"]) for peer in house.do("status")["peers"] for channel in peer["channels"])


def live_lines(world: World) -> Iterator[bytes]:
    """Ship traffic without end, each line when it is due."""
    clock = SystemClock()
    for at, line in world.live(clock.now()):
        pause = (at - clock.now()).total_seconds()
        if pause > 0:
            time.sleep(pause)
        yield line
