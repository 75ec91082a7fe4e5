"""A clause that asks for two persons: two accounts approve, one refusal ends it, and nothing old counts."""

from pathlib import Path

import pytest
from tests.exchange.nodes import Node, agreement_text, drain, load, report

from haemaru.agreement import Agreement, load_agreement
from haemaru.clock import FakeClock
from haemaru.wording import Fault

TWO = '"operations.case"]\nfrom = ["*"]\nto = ["*"]\npurposes = ["watch"]\npersons = 2'


def two_persons(version: str = "1") -> Agreement:
    """The test agreement, in which cases need two persons."""
    text = agreement_text(version)
    changed = text.replace('"operations.case"]\nfrom = ["*"]\nto = ["*"]\npurposes = ["watch"]', TWO)
    assert changed != text
    return load_agreement(changed.encode(), "test")


@pytest.fixture
def pair(tmp_path: Path, clock: FakeClock) -> tuple[Node, Node]:
    north = Node("north", clock, tmp_path, two_persons(), 1)
    south = Node("south", clock, tmp_path, two_persons(), 2)
    north.knows(south)
    south.knows(north)
    return north, south


def referred(node: Node, rid: str = "c-1") -> str:
    result = node.put(report(rid, kind="operations.case"), "south")
    assert result.outcome == "referred"
    assert result.id is not None
    return result.id


def test_the_first_approval_waits_and_the_second_seals(pair: tuple[Node, Node]) -> None:
    north, south = pair
    name = referred(north)

    assert north.exchange.approve(name, "haneul").outcome == "waiting"
    [waiting] = north.exchange.referred()
    assert (waiting.state, waiting.persons, [each.by for each in waiting.approvals]) == ("waiting", 2, ["haneul"])
    drain(north, south)
    assert south.rids() == []
    assert north.exchange.approve(name, "byeol").outcome == "sealed"
    drain(north, south)
    assert south.rids() == ["c-1"]
    assert [each.by for each in north.exchange.judgements("c-1")[0].approvals] == ["haneul", "byeol"]


def test_the_same_person_twice_is_one_person(pair: tuple[Node, Node]) -> None:
    north, _ = pair
    name = referred(north)
    north.exchange.approve(name, "haneul")

    with pytest.raises(Fault, match="approval_same_person"):
        north.exchange.approve(name, "haneul")

    assert len(north.exchange.referred()[0].approvals) == 1


def test_nobody_in_particular_cannot_be_one_of_two(pair: tuple[Node, Node]) -> None:
    north, _ = pair

    with pytest.raises(Fault, match="approval_without_name"):
        north.exchange.approve(referred(north))


def test_one_refusal_ends_it(pair: tuple[Node, Node]) -> None:
    north, _ = pair
    name = referred(north)
    north.exchange.approve(name, "haneul")
    north.exchange.refuse(name, "the source would be seen", "byeol")

    with pytest.raises(Fault, match="referral_ruled"):
        north.exchange.approve(name, "nuri")


def test_an_approval_does_not_outlive_a_correction(pair: tuple[Node, Node]) -> None:
    north, south = pair
    name = referred(north)
    north.exchange.approve(name, "haneul")
    north.correct("c-1", {"text": "another ship"})

    with pytest.raises(Fault, match="referral_outdated"):
        north.exchange.approve(name, "byeol")

    [anew] = north.exchange.referred()
    assert (anew.rev, anew.record["body"], anew.approvals) == (2, {"text": "another ship"}, ())
    drain(north, south)
    assert south.rids() == []
    for officer in ("haneul", "byeol"):
        north.exchange.approve(anew.id, officer)
    drain(north, south)
    assert [held.record["body"] for held in south.exchange.holdings.list()] == [{"text": "another ship"}]
    assert north.ledger.rebuild(check=True)["ok"]


def test_an_approval_does_not_outlive_its_agreement(pair: tuple[Node, Node]) -> None:
    north, _ = pair
    name = referred(north)
    north.exchange.approve(name, "haneul")
    north.adopted.known.append(two_persons("2"))

    assert north.exchange.referred()[0].void == 1
    assert north.exchange.approve(name, "byeol").outcome == "waiting"
    assert north.exchange.approve(name, "haneul").outcome == "sealed"


@pytest.mark.parametrize("persons", [1, 2])
def test_an_approval_while_the_agreement_is_suspended_decides_nothing(pair: tuple[Node, Node], persons: int) -> None:
    north, south = pair
    if persons == 1:
        for node in pair:
            node.adopted.known = [load()]
    name = referred(north)
    if persons == 2:
        north.exchange.approve(name, "haneul")
    for node in pair:
        node.adopted.suspended_ids = {"test"}

    with pytest.raises(Fault, match="referral_agreement_waits"):
        north.exchange.approve(name, "byeol")

    [waiting] = north.exchange.referred()
    assert (waiting.state, len(waiting.approvals)) == ("waiting", persons - 1)
    for node in pair:
        node.adopted.suspended_ids = set()
    assert north.exchange.approve(name, "byeol").outcome == "sealed"
    drain(north, south)
    assert south.rids() == ["c-1"]


def test_an_approval_counts_while_another_agreement_is_suspended(pair: tuple[Node, Node]) -> None:
    north, _ = pair
    north.adopted.known = [load(name="other"), load()]
    north.put(report("c-1", kind="operations.case"), "south", agreement="test")
    north.adopted.suspended_ids = {"other"}

    assert north.exchange.approve(north.exchange.referred()[0].id).outcome == "sealed"


def test_a_restart_and_a_rebuild_keep_what_was_approved(pair: tuple[Node, Node]) -> None:
    north, _ = pair
    name = referred(north)
    north.exchange.approve(name, "haneul")
    north.restart()

    assert north.ledger.rebuild(check=True)["ok"] is True
    assert [each.by for each in north.exchange.referred()[0].approvals] == ["haneul"]
    assert north.exchange.approve(name, "byeol").outcome == "sealed"


def test_no_table_holds_an_officers_name(pair: tuple[Node, Node]) -> None:
    north, _ = pair
    north.exchange.approve(referred(north), "haneul")
    north.db.close()

    assert not [path for path in north.path.parent.glob("north.db*") if b"haneul" in path.read_bytes()]
