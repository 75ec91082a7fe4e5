"""Keys on a token: a process of its own signs and derives, and the house works the same without their bytes."""

from collections.abc import Callable, Iterator

import pytest
from tests.exchange.nodes import Node, drain, report
from tests.signing.token_process import TokenKeys

from haemaru.clock import format_time
from haemaru.exchange.keyring import read_history
from haemaru.signing import P256_SUITE, SUITE, KeyChain, SealRefused, make_statement


@pytest.fixture
def tokens() -> Iterator[list[TokenKeys]]:
    made: list[TokenKeys] = []
    yield made
    for token in made:
        token.close()


def on_token(node: Node, token: TokenKeys) -> None:
    node.keys = KeyChain([token], token.vault)  # type: ignore[assignment]
    node.restart()
    node.exchange.keys.begin(make_statement(token, node.party, "demo", format_time(node.clock.now())))


@pytest.mark.parametrize("suite", [SUITE, P256_SUITE], ids=["first", "p256"])
def test_two_nodes_whose_keys_are_on_tokens(
    make_node: Callable[[str], Node], tokens: list[TokenKeys], suite: str
) -> None:
    north, south = make_node("north"), make_node("south")
    for node in (north, south):
        tokens.append(TokenKeys(suite))
        on_token(node, tokens[-1])
    north.knows(south)
    south.knows(north)
    for number in range(20):
        north.put(report(f"r-{number}"), "south")
    south.put(report("s-1", origin="south"), "north")
    north.retract("r-3")
    north.exchange.offer_checkpoints(force=True)
    drain(north, south)

    later = TokenKeys(suite, north.keys.vault)
    tokens.append(later)
    assert isinstance(north.keys, KeyChain)
    statement = make_statement(later, "north", "demo", format_time(north.clock.now()))
    north.exchange.keys.rotate(north.keys, later, statement)
    north.put(report("after"), "south")
    north.exchange.offer_checkpoints(force=True)
    drain(north, south)

    assert len(south.rids("north")) == 20
    assert north.rids("south") == ["s-1"]
    for node in (north, south):
        with node.ledger.read() as tx:
            times = read_history(tx, node.keys)
        assert node.ledger.verify(times.partners, times.own).first_bad is None
        with node.ledger.read() as tx:
            assert tx.all("SELECT code FROM exchange_in WHERE state = 'quarantined'") == []
    assert all(token.signed > 0 for token in tokens)
    assert all(token.agreed > 0 for token in tokens[:2])


def test_a_token_makes_the_one_signature_that_counts(tokens: list[TokenKeys]) -> None:
    token = TokenKeys(P256_SUITE)
    tokens.append(token)

    assert all(token.public.verify(b"m%d" % number, token.sign(b"m%d" % number)) for number in range(32))
    with pytest.raises(SealRefused):
        token.agree(b"\x04" + bytes(64))
