"""A node is an agency's installation: an object that owns one home, and the only place where parts are put together.

`Node.open(home)` wires keys, database, ledger, exchange, positions and picture; tests open two or fifty in one
process. Everything a person or a program asks of a node goes through one registry of commands (`node.do`), the same
for the shell, the control socket and the console. Exactly one process writes a home: it holds `HOME/lock`.
"""

from typing import TYPE_CHECKING, Any

from haemaru.node.answer import Answer

if TYPE_CHECKING:
    from haemaru.node.node import Node

__all__ = ["Answer", "Node"]


def __getattr__(name: str) -> Any:
    # A node brings fifty megabytes of engines with it; a witness lives in this room too and wants none of them.
    if name == "Node":
        from haemaru.node.node import Node

        return Node
    raise AttributeError(name)
