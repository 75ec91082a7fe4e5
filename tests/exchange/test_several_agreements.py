"""One node in several agreements at once: each decides by its own clauses, and none stops another."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.exchange.nodes import PARTIES, Node, agreement_text, drain, load, report

from haemaru.agreement import load_agreement

FIRST, SECOND = "test", "second"


@pytest.fixture
def both(pair: tuple[Node, Node]) -> tuple[Node, Node]:
    """Two nodes under two agreements. The first keeps a report's source; the second keeps plans, not the source."""
    for node in pair:
        node.adopted.known = [
            load(without=("1.6",)),
            load(name=SECOND, bound=("north", "south"), without=("1.2", "1.4")),
        ]
    return pair


def came(node: Node, rid: str) -> tuple[str, Any]:
    """Under which agreement a record came, and its body."""
    held = node.exchange.holdings.find(rid)
    assert held is not None
    return held.header["agreement"]["id"], held.record["body"]


def test_the_first_adopted_that_releases_seals_it_and_its_fields_alone_leave(both: tuple[Node, Node]) -> None:
    north, south = both

    north.put(report("r-1"), "south")
    north.put(report("r-2"), "south", agreement=SECOND)
    drain(north, south)

    assert came(south, "r-1") == (FIRST, {"text": "seen at anchor r-1", "count": 2})
    assert came(south, "r-2") == (SECOND, {"text": "seen at anchor r-2", "source": "informant", "count": 2})


def test_what_the_first_refers_the_second_may_release(both: tuple[Node, Node]) -> None:
    north, south = both

    assert north.put(report("c-1", kind="operations.case"), "south").outcome == "sealed"
    assert north.put(report("c-2", kind="operations.case"), "south", agreement=FIRST).outcome == "referred"
    drain(north, south)

    assert came(south, "c-1")[0] == SECOND


def test_where_none_releases_the_reason_of_each_is_kept_and_the_most_favourable_stands(
    pair: tuple[Node, Node],
) -> None:
    north, _ = pair
    north.adopted.known = [load(without=("1.5",)), load(name=SECOND), load(name="third", without=("1.1",))]

    assert north.put(report("d-1", kind="customs.clearance"), "south").outcome == "demand"
    assert [(one.agreement, one.state) for one in north.exchange.judgements("d-1")] == [
        (FIRST, "withheld"),
        (SECOND, "demand"),
        ("third", "demand"),
    ]


def test_an_answer_under_one_agreement_is_none_under_another_with_the_same_clause(pair: tuple[Node, Node]) -> None:
    north, _ = pair
    north.adopted.known = [load(), load(name=SECOND)]
    record = report("d-1", kind="customs.clearance")

    answered = north.put(record, "south", demanded={"1.5"}, agreement=SECOND)

    assert answered.outcome == "sealed"
    assert north.put(report("d-2", kind="customs.clearance"), "south", agreement=FIRST).outcome == "demand"


def test_an_approval_counts_under_the_agreement_that_asked_for_it(pair: tuple[Node, Node]) -> None:
    north, south = pair
    for node in pair:
        node.adopted.known = [load(), load(name=SECOND)]
    north.put(report("c-1", kind="operations.case"), "south")
    waiting = north.exchange.referred()
    assert [one.agreement for one in waiting] == [FIRST, SECOND]

    assert north.exchange.approve(waiting[1].id).outcome == "sealed"
    drain(north, south)

    assert came(south, "c-1")[0] == SECOND


def test_the_suspension_of_one_never_stops_the_other(both: tuple[Node, Node]) -> None:
    north, south = both
    north.put(report("a-1"), "south", agreement=FIRST)
    north.put(report("b-1"), "south", agreement=SECOND)
    north.put(report("a-2"), "south", agreement=FIRST)
    for node in both:
        node.adopted.suspended_ids = {FIRST}

    drain(north, south)
    assert south.rids() == ["b-1"]
    assert (north.counts("south")["void"], north.counts("south")["waiting"]) == (1, 1)

    for node in both:
        node.adopted.suspended_ids = set()
    north.exchange.tick()
    drain(north, south)
    north.exchange.tick()
    drain(north, south)
    assert sorted(south.rids()) == ["a-1", "a-2", "b-1"]
    assert (north.counts("south")["waiting"], north.counts("south")["lost"], south.counts("north")["lost"]) == (0, 0, 0)
    for node in both:
        assert node.ledger.rebuild(check=True)["equal"]


def test_what_is_held_goes_under_the_other_agreement_where_that_one_releases_it(both: tuple[Node, Node]) -> None:
    north, south = both
    north.put(report("r-1"), "south")
    for node in both:
        node.adopted.suspended_ids = {FIRST}

    drain(north, south)

    assert came(south, "r-1")[0] == SECOND
    assert north.counts("south")["void"] == 0


def test_nothing_steps_aside_where_nothing_waits_behind_it(both: tuple[Node, Node]) -> None:
    north, south = both
    north.put(report("a-1"), "south", agreement=FIRST)
    north.adopted.suspended_ids = {FIRST}

    assert drain(north, south) == 0
    assert north.counts("south")["void"] == 0

    north.adopted.suspended_ids = set()
    drain(north, south)
    assert south.rids() == ["a-1"]


def test_a_long_queue_of_one_agreement_does_not_hide_what_waits_behind_it(both: tuple[Node, Node]) -> None:
    north, south = both
    for number in range(7):
        north.put(report(f"a-{number}"), "south", agreement=FIRST)
    north.put(report("b-1"), "south", agreement=SECOND)
    north.adopted.suspended_ids = {FIRST}

    frames = [north.exchange.next_frame("south", "intelligence", 3) for _ in range(2)]
    assert any(frame is not None for frame in frames)
    drain(north, south)

    assert south.rids() == ["b-1"]


def test_a_record_corrected_while_it_stood_aside_leaves_as_it_is_now(both: tuple[Node, Node]) -> None:
    north, south = both
    north.put(report("a-1"), "south", agreement=FIRST)
    north.put(report("b-1"), "south", agreement=SECOND)
    for node in both:
        node.adopted.suspended_ids = {FIRST}
    drain(north, south)
    north.correct("a-1", {"text": "at sea", "source": "informant"})

    for node in both:
        node.adopted.suspended_ids = set()
    north.exchange.tick()
    drain(north, south)

    assert came(south, "a-1") == (FIRST, {"text": "at sea"})
    north.exchange.tick()
    assert drain(north, south) == 0


@pytest.mark.parametrize("had_arrived", [False, True], ids=["never sent", "its receipt was lost"])
def test_what_stood_aside_is_not_forgotten_when_streams_are_opened_anew(
    both: tuple[Node, Node], had_arrived: bool
) -> None:
    north, south = both
    north.put(report("a-1"), "south", agreement=FIRST)
    if had_arrived:
        south.exchange.accept(north.frame("south"))
    north.put(report("b-1"), "south", agreement=SECOND)
    for node in both:
        node.adopted.suspended_ids = {FIRST}
    north.frame("south")
    assert north.counts("south")["void"] == 1

    north.exchange.epochs.reopen("south")
    drain(north, south)
    assert north.counts("south")["waiting"] == 0
    for node in both:
        node.adopted.suspended_ids = set()
    north.exchange.tick()
    drain(north, south)

    assert sorted(south.rids()) == ["a-1", "b-1"]
    north.exchange.digests.compare("south", turn=False)
    drain(north, south)
    assert north.exchange.status()["south"]["compared"]["open"] == {}
    counts = north.counts("south"), south.counts("north")
    assert [(each["waiting"], each["lost"], each["duplicates"], each["quarantined"]) for each in counts] == [
        (0, 0, 0, {}),
        (0, 0, 0, {}),
    ]
    for node in both:
        assert node.ledger.rebuild(check=True)["equal"]


def test_a_receiver_refuses_the_frames_of_the_agreement_it_suspended_alone(both: tuple[Node, Node]) -> None:
    north, south = both
    north.put(report("b-1"), "south", agreement=SECOND)
    south.adopted.suspended_ids = {FIRST}

    drain(north, south)
    assert south.rids() == ["b-1"]

    north.put(report("a-1"), "south", agreement=FIRST)
    drain(north, south)
    assert south.rids() == ["b-1"]
    assert south.counts("north")["refused"] == {"agreement_suspended": 1}


def test_a_party_of_one_agreement_never_gets_what_leaves_under_the_other(make_node: Callable[[str], Node]) -> None:
    nodes = north, south, east = [make_node(party) for party in ("north", "south", "east")]
    for one in nodes:
        for other in nodes:
            if one is not other:
                one.knows(other)
    bilateral = load(name="bilateral", bound=("north", "south"))
    trilateral = load(without=("1.1",), bound=("north", "south", "east"))
    north.adopted.known = [bilateral, trilateral]
    south.adopted.known = [trilateral, bilateral]
    east.adopted.known = [trilateral]

    assert north.put(report("r-1"), "south").outcome == "sealed"
    kept = north.put(report("r-1"), "east")
    assert (kept.outcome, kept.id is not None) == ("withheld", True)
    assert [one.agreement for one in north.exchange.judgements("r-1")] == ["test"]
    refused = north.put(report("r-2"), "east", agreement="bilateral")
    assert refused.reason is not None
    assert refused.reason.code == "no_agreement_between"
    assert north.put(report("f-1", kind="fresh.report"), "east").outcome == "sealed"
    drain(*nodes)

    assert came(south, "r-1")[0] == "bilateral"
    assert east.rids() == ["f-1"]


def test_an_agreement_of_five_and_one_of_two_among_five_nodes(make_node: Callable[[str], Node]) -> None:
    nodes = [make_node(party) for party in PARTIES]
    for one in nodes:
        for other in nodes:
            if one is not other:
                one.knows(other)
    pair = ("north", "south")
    for node in nodes:
        all_five = load(without=("1.7",))
        own = [load(name="pair", bound=pair, without=("1.1",))] if node.party in pair else []
        node.adopted.known = [all_five, *own]

    for node in nodes:
        for other in nodes:
            if other is not node:
                name = f"{node.party}-{other.party}"
                node.put(report(name, origin=node.party), other.party)
                node.put(report(f"f-{name}", kind="fresh.report", origin=node.party), other.party)
    drain(*nodes)

    for node in nodes:
        expected = {f"{other.party}-{node.party}" for other in nodes if other is not node}
        if node.party in pair:
            expected |= {f"f-{other}-{node.party}" for other in pair if other != node.party}
        got = {held.rid for held in node.exchange.holdings.list() if held.peer is not None}
        assert got == expected


def test_a_silent_refusal_leaves_no_name_in_its_void(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report("r-secret"), "south")
    silent = 'refusal = "silent"\nkinds = ["intelligence.report"]'
    all_of_it = 'when = [{ test = "field_equals", path = "kind", value = "intelligence.report" }]'
    text = agreement_text("2").replace('kinds = ["intelligence.report"]', silent)
    text = text.replace('fields = [{ path = "body.source" }]', all_of_it)
    for node in pair:
        node.adopted.known.append(load_agreement(text.encode(), "silent"))

    drain(north, south)

    with south.ledger.read() as tx:
        rows = tx.all("SELECT code, rid FROM exchange_in WHERE state = 'void'")
    assert [row[0] for row in rows] == ["withdrawn"]
    assert bytes(rows[0][1]) != south.ledger.vault.blind("r-secret")
