"""The command by which a node is put under the eyes of a witness."""

from typing import TYPE_CHECKING, Any

from haemaru.node.answer import Answer
from haemaru.node.commands.exchange import check_url

if TYPE_CHECKING:
    from haemaru.node.node import Node


def trust(node: "Node", params: dict[str, Any]) -> Answer:
    """Trusts a witness whose statement has the fingerprint that was read aloud."""
    check_url(params["url"])
    with node.ledger.write() as batch:
        found = node.exchange.oversight.trust(batch, params["statement"].encode(), params["url"], params["fingerprint"])
    node.witnessing.wake()
    statement = found.statement
    return Answer({"witness": found.party, "url": found.url, "fingerprint": statement.fingerprint})
