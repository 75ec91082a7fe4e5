"""A to B to C: passed on with the originator's yes, taken back from both, each answering what is true of its copy."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.exchange.nodes import Node, agreement_text, drain, later, report
from tests.exchange.test_erasing import said
from tests.exchange.test_keeping import hold, release, tick

from haemaru.agreement import load_agreement
from haemaru.clock import FakeClock
from haemaru.wording import Fault

Three = tuple[Node, Node, Node]


@pytest.fixture
def under(tmp_path: Path, clock: FakeClock) -> Callable[[str], Three]:
    """Three nodes that know each other, under the test agreement with another onward rule."""

    def make(rule: str) -> Three:
        text = agreement_text().replace('onward = "none"', f"onward = {rule}")
        agreement = load_agreement(text.encode(), "test")
        made = [
            Node(party, clock, tmp_path, agreement, number)
            for number, party in enumerate(("north", "south", "east"), 1)
        ]
        for one in made:
            for other in made:
                if one is not other:
                    one.knows(other)
        return made[0], made[1], made[2]

    return make


def ask(node: Node, rid: str = "r-1", to: str = "east") -> str:
    with node.ledger.write() as batch:
        return node.exchange.onward.ask(batch, rid, to, "watch", "they board it tonight")


def states(node: Node) -> list[tuple[str, str]]:
    return [(each.side, each.state) for each in node.exchange.onward.list()]


def check(*nodes: Node) -> None:
    for node in nodes:
        assert node.ledger.rebuild(check=True)["equal"]
        assert node.ledger.verify({other.party: other.keys.public for other in nodes if other is not node}).ok


def test_the_originator_gives_it_to_the_third_party_itself_and_takes_it_back_from_both(
    under: Callable[[str], Three], clock: FakeClock
) -> None:
    north, south, east = under('"ask"')
    for rid in ("r-1", "r-2"):
        north.put(report(rid), "south")
    drain(north, south, east)
    for rid in ("r-1", "r-2"):
        ask(south, rid)
    drain(north, south, east)
    for asked in north.exchange.onward.list("asked"):
        assert (asked.peer, asked.to, asked.state) == ("south", "east", "waiting")
        assert north.exchange.onward.approve(asked.id, "officer") == "given"
    drain(north, south, east)
    assert east.rids("north") == ["r-1", "r-2"]
    assert states(south) == [("asks", "given")] * 2
    with south.ledger.write() as batch:
        south.exchange.note_export(batch, "r-1", "pdf", "the port authority")
    hold(south, "case 7, court order")

    # East is cut off for two days while north takes both back; south holds one of them for a court.
    for rid in ("r-1", "r-2"):
        north.retract(rid)
    drain(north, south)
    later(clock, hours=48)
    tick(north, south)
    answers = {(each.party, rid): each for rid in ("r-1", "r-2") for each in north.exchange.traffic.answers(rid)}
    held, gone = answers["south", "r-1"], answers["south", "r-2"]
    assert (held.answer, held.basis, held.forwarded_to) == ("held", "case 7, court order", ("east",))
    assert [(each.what, each.to) for each in held.exported] == [("pdf", "the port authority")]
    assert (gone.answer, gone.exported, gone.forwarded_to) == ("erased", (), ("east",))
    status = north.exchange.status()
    assert (status["south"]["overdue"], status["east"]["overdue"]) == (0, 2)
    assert status["east"]["owed"]["to_us"]["answers"]["overdue"] == 2

    drain(north, south, east)
    tick(north, south, east)

    assert north.exchange.status()["east"]["overdue"] == 0
    assert [each.answer for each in north.exchange.traffic.answers("r-2")] == ["erased", "erased"]
    assert (len(said(south)), said(east), said(north)) == (1, [], [])
    check(north, south, east)
    assert release(south) == 1
    tick(north, south)
    assert said(south) == []
    [erased] = [each for each in north.exchange.traffic.answers("r-1") if each.party == "south"]
    assert (erased.answer, [each.what for each in erased.exported]) == ("erased", ["pdf"])
    check(north, south, east)


def test_a_listed_party_is_given_it_at_once_and_no_other_may_be_asked_for(under: Callable[[str], Three]) -> None:
    north, south, east = under('["east"]')
    north.put(report(), "south")
    drain(north, south, east)

    ask(south)
    drain(north, south, east)

    assert east.rids("north") == ["r-1"]
    assert states(south) == [("asks", "given")]
    with pytest.raises(Fault, match="onward_forbidden"):
        ask(south, to="west")


@pytest.mark.parametrize("rule", ['["east"]', '"ask"'])
def test_while_the_agreement_is_suspended_nothing_is_passed_on(under: Callable[[str], Three], rule: str) -> None:
    north, south, east = under(rule)
    north.put(report(), "south")
    drain(north, south, east)
    north.adopted.suspended = True
    name = ask(south)
    drain(north, south, east)
    tick(north, south, east)

    assert states(north) == [("asked", "waiting")]
    with pytest.raises(Fault, match="referral_agreement_waits"):
        north.exchange.onward.approve(name, "officer")
    assert east.rids() == []
    north.adopted.suspended = False
    tick(north, south, east)
    if rule == '"ask"':
        north.exchange.onward.approve(name, "officer")
    drain(north, south, east)
    assert states(south) == [("asks", "given")]
    assert east.rids("north") == ["r-1"]
    check(north, south, east)


def test_where_the_clause_says_none_nobody_is_asked(under: Callable[[str], Three]) -> None:
    north, south, east = under('"none"')
    north.put(report(), "south")
    drain(north, south, east)

    with pytest.raises(Fault, match="onward_forbidden"):
        ask(south)

    assert north.exchange.onward.list() == []


def test_what_was_never_sent_is_answered_alike_whether_it_exists_or_not(under: Callable[[str], Three]) -> None:
    north, south, east = under('"ask"')
    for rid in ("r-1", "r-2"):
        north.put(report(rid), "south")
    north.put(report("r-9"), "east")
    drain(north, south, east)
    ask(south, "r-1")
    # A node that is not honest asks for others under the same question.
    outbox = south.exchange.onward._outbox
    send = outbox.send_message

    def forged(batch, to, message, **more):  # type: ignore[no-untyped-def]
        import msgspec

        for rid in ("r-9", "r-77"):
            south_message = msgspec.structs.replace(message, id=south.ids.new(), rid=rid)
            south.exchange.onward._write(batch, "asks", "north", south_message)
            send(batch, to, south_message, **more)

    outbox.send_message = forged  # type: ignore[method-assign, assignment]
    ask(south, "r-2")
    outbox.send_message = send  # type: ignore[method-assign]
    drain(north, south, east)

    assert [each.state for each in south.exchange.onward.list() if each.rid in ("r-9", "r-77")] == ["not_available"] * 2
    assert east.rids("north") == ["r-9"]


def test_an_officer_may_refuse_and_the_asker_learns_it(under: Callable[[str], Three]) -> None:
    north, south, east = under('"ask"')
    north.put(report(), "south")
    drain(north, south, east)
    name = ask(south)
    drain(north, south, east)

    north.exchange.onward.refuse(name, "not for that port", "officer")
    drain(north, south, east)

    assert states(south) == [("asks", "refused")]
    assert east.rids() == []
    with pytest.raises(Fault, match="referral_ruled"):
        north.exchange.onward.approve(name)
    check(north, south, east)


def test_a_third_party_that_the_originator_does_not_know_is_named_as_such(under: Callable[[str], Three]) -> None:
    north, south, east = under('"ask"')
    north.put(report(), "south")
    drain(north, south, east)

    ask(south, to="west")
    drain(north, south, east)

    assert states(south) == [("asks", "receiver_unknown")]


def test_a_question_whose_receipt_was_lost_comes_again_after_the_streams_were_opened_anew(
    under: Callable[[str], Three],
) -> None:
    north, south, east = under('"ask"')
    north.put(report("r-1"), "south")
    drain(north, south, east)
    ask(south)
    frame = south.exchange.next_frame("north", "control")
    assert frame is not None
    north.exchange.accept(frame)

    south.exchange.reopen("north")
    drain(north, south, east)

    assert south.counts("north", "control")["waiting"] == 0
    assert states(north) == [("asked", "waiting")]
    check(north, south)
