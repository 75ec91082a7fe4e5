"""Five exchanges in one process, every pair a partner: all arrive once, whatever order the frames travel in."""

import random
from collections.abc import Callable

from tests.exchange.nodes import PARTIES, Node, drain, report

from haemaru.records import CHANNELS


def test_five_nodes_with_a_line_that_repeats_and_reorders(make_node: Callable[[str], Node]) -> None:
    chance = random.Random(7)
    nodes = [make_node(party) for party in PARTIES]
    by_party = {node.party: node for node in nodes}
    for one in nodes:
        for other in nodes:
            if one is not other:
                one.knows(other)
    expected: dict[str, set[str]] = {node.party: set() for node in nodes}
    line: list[tuple[str, str, bytes]] = []
    for number in range(60):
        node = chance.choice(nodes)
        to = chance.choice([other for other in nodes if other is not node])
        rid = f"{node.party}-{number}"
        node.put(report(rid, origin=node.party), to.party)
        expected[to.party].add(rid)
        frame = node.exchange.next_frame(to.party, chance.choice(CHANNELS), chance.randint(1, 5))
        if frame is not None:
            line.append((node.party, to.party, frame))
        if line and chance.random() < 0.7:
            sender, receiver, frame = chance.choice(line)
            answer = by_party[receiver].exchange.accept(frame)
            if chance.random() < 0.5:
                by_party[sender].exchange.take_receipt(receiver, answer)

    drain(*nodes)

    for node in nodes:
        held = [each.rid for each in node.exchange.holdings.list() if each.peer is not None]
        assert sorted(held) == sorted(expected[node.party])
        for counts in (each for peer in node.exchange.status().values() for each in peer["channels"]):
            assert (counts["lost"], counts["duplicates"], counts["waiting"]) == (0, 0, 0)
        assert node.ledger.verify().ok
