"""The head: how long the ledger is and the frontier of its tree, in one row that every commit rewrites.

A node that starts reads one row instead of every leaf. The row carries a code that only the node's own keys can make,
so that cutting the newest entries off shows even before the next checkpoint.
"""

import hmac

from haemaru.ledger.merkle import HASH_BYTES, Tree
from haemaru.signing import Vault
from haemaru.storage import Tx


def read_head(tx: Tx, vault: Vault) -> Tree | None:
    """The tree as the last commit left it; None when the row is missing or was not written with these keys."""
    rows = tx.all("SELECT id, size, frontier, mac FROM head")
    if not rows:
        row = tx.one("SELECT 1 FROM entry LIMIT 1")
        return Tree() if row is None else None
    number, size, frontier, mac = rows[0]
    if len(rows) != 1 or number != 1 or not hmac.compare_digest(mac, mac_of(vault, size, frontier)):
        return None
    return Tree(size, peaks_of(frontier))


def write_head(tx: Tx, vault: Vault, tree: Tree) -> None:
    """Writes the row for `tree`."""
    frontier = b"".join(tree.peaks)
    tx.run(
        "INSERT INTO head (id, size, frontier, mac) VALUES (1, :size, :frontier, :mac) "
        "ON CONFLICT (id) DO UPDATE SET size = excluded.size, frontier = excluded.frontier, mac = excluded.mac",
        size=tree.size,
        frontier=frontier,
        mac=mac_of(vault, tree.size, frontier),
    )


def mac_of(vault: Vault, size: int, frontier: bytes) -> bytes:
    """The code over size and frontier; blinded identifiers never begin with this word."""
    return vault.blind(f"ledger.head\n{size}\n{frontier.hex()}")


def peaks_of(frontier: bytes) -> list[bytes]:
    """The hashes of the frontier, the largest subtree first."""
    return [frontier[at : at + HASH_BYTES] for at in range(0, len(frontier), HASH_BYTES)]
