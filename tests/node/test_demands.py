"""A demand goes there and its answer comes back; both consoles show where it stands."""

from pathlib import Path

import pytest
from tests.node.conftest import Pair, asked, written

from haemaru.node.desk import NodeDesk
from haemaru.wording import Fault

MMSI = 900000011
CLEARANCE = {
    "rid": "clearance-1",
    "kind": "customs.clearance",
    "subject": {"type": "vessel", "mmsi": MMSI, "name": "INVENTED ONE"},
    "event_time": "2026-03-01T00:00:00Z",
    "handling": {"level": "restricted", "caveats": []},
    "origin": "kcs",
    "body": {"declaration": "invented", "declared_as": "charcoal"},
}
FORM = {
    "to": "kcs",
    "kinds": ["customs.clearance"],
    "subject": {"type": "vessel", "mmsi": MMSI},
    "statute": "Customs Act Art. 116 (1)",
    "letter": "INVENTED-7",
    "officer": "Sample Officer",
    "purpose": "narcotics_case",
    "reply_by": "2026-03-02T13:00:00Z",
}


def ask(pair: Pair, folder: Path) -> str:
    """A demand of the coast guard's that has arrived at customs; its id."""
    sent = asked(pair.kcg, "demand.new", file=written(folder / "demand.json", FORM))
    pair.carry()
    return str(sent["id"])


def stand(pair: Pair, demand: str) -> list[str]:
    """Where a demand stands, at the asker's and at the holder's."""
    found = [{each["id"]: each["state"] for each in NodeDesk(node).demands()} for node in (pair.kcg, pair.kcs)]
    return [states[demand] for states in found]


@pytest.fixture
def holder(pair: Pair, tmp_path: Path) -> Pair:
    """Customs holds a clearance of the ship."""
    pair.kcs.do("records.put", {"file": written(tmp_path / "clearance.jsonl", CLEARANCE)})
    return pair


def received(pair: Pair) -> list[str]:
    """The clearances that the coast guard holds."""
    return [held.rid for held in pair.kcg.exchange.holdings.records_of("customs.clearance")]


def test_nothing_is_given_before_the_demand_is_answered(holder: Pair, tmp_path: Path) -> None:
    demand = ask(holder, tmp_path)

    assert stand(holder, demand) == ["open", "open"]
    assert received(holder) == []


def test_a_released_demand_brings_what_it_covers(holder: Pair, tmp_path: Path) -> None:
    demand = ask(holder, tmp_path)

    answer = asked(holder.kcs, "demand.answer", id=demand, release=True, reason="covered")
    holder.carry()

    assert answer["outcomes"] == {"sealed": 1}
    assert received(holder) == ["clearance-1"]
    assert stand(holder, demand) == ["released", "released"]


def test_a_refused_demand_brings_the_reason_only(holder: Pair, tmp_path: Path) -> None:
    demand = ask(holder, tmp_path)

    asked(holder.kcs, "demand.answer", id=demand, release=False, reason="no such case")
    holder.carry()

    assert received(holder) == []
    assert stand(holder, demand) == ["refused", "refused"]
    [shown] = NodeDesk(holder.kcg).demands()
    assert shown["reason"].params == {"reason": "no such case"}


def test_a_demand_is_answered_once(holder: Pair, tmp_path: Path) -> None:
    demand = ask(holder, tmp_path)
    asked(holder.kcs, "demand.answer", id=demand, release=True, reason="covered")

    with pytest.raises(Fault, match="demand_unknown"):
        holder.kcs.do("demand.answer", {"id": demand, "release": True, "reason": "covered"})


def test_an_own_demand_is_for_the_partner_to_answer(holder: Pair, tmp_path: Path) -> None:
    demand = ask(holder, tmp_path)

    with pytest.raises(Fault, match="demand_unknown"):
        holder.kcg.do("demand.answer", {"id": demand, "release": True, "reason": "covered"})


def test_a_second_demand_for_the_same_is_answered_by_what_was_given_already(holder: Pair, tmp_path: Path) -> None:
    asked(holder.kcs, "demand.answer", id=ask(holder, tmp_path), release=True, reason="covered")
    holder.carry()
    again = ask(holder, tmp_path)

    asked(holder.kcs, "demand.answer", id=again, release=True, reason="covered")
    holder.carry()

    assert received(holder) == ["clearance-1"]
    assert stand(holder, again) == ["released", "released"]
    shown = {each["id"]: each for each in NodeDesk(holder.kcg).demands()}
    assert shown[again]["reason"].code == "demand_given_already"
    assert shown[again]["answers"] == ["clearance-1"]


def test_a_demand_for_what_a_silent_clause_keeps_is_answered_as_if_there_were_nothing(
    pair: Pair, tmp_path: Path
) -> None:
    hidden = {**CLEARANCE, "rid": "clearance-2", "handling": {"level": "secret", "caveats": []}}
    told = []
    for record in (None, hidden):
        if record is not None:
            pair.kcs.do("records.put", {"file": written(tmp_path / "hidden.jsonl", record)})
        demand = ask(pair, tmp_path)
        answer = asked(pair.kcs, "demand.answer", id=demand, release=True, reason="nothing held")
        pair.carry()
        [reply] = pair.kcg.exchange.holdings.referring(demand)
        told.append((answer["answer"], stand(pair, demand), reply.kind, reply.record["body"]["reason"]))

    assert told[0] == told[1] == ("refuse", ["refused", "refused"], "request.refusal", "nothing held")
    assert received(pair) == []
