"""The node as its console sees it: every page's facts as plain mappings, in the shapes that `web` names.

The desk decides nothing. It reads holdings, agreement, picture and ledger, and hands orders to the one registry of
commands. One module per kind of page; `NodeDesk` only says which module answers what.
"""

from haemaru.node.desk.desk import NodeDesk

__all__ = ["NodeDesk"]
