"""What the ledger notes of one kind, read once and afterwards only as far as it has grown."""

import threading
from typing import Any

import msgspec

from haemaru.ledger import Ledger


class Notes:
    """The bodies of all entries of one kind, in order; pages are shown too often to read the whole ledger for each."""

    def __init__(self, ledger: Ledger, kind: str) -> None:
        self._ledger = ledger
        self._kind = kind
        self._read: list[dict[str, Any]] = []
        self._upto = -1
        self._reading = threading.Lock()

    def all(self) -> list[dict[str, Any]]:
        """Every note that is committed by now."""
        with self._reading:
            there = self._ledger.size - 1
            with self._ledger.read() as tx:
                for entry, body in self._ledger.entries(tx, after=self._upto, kinds=(self._kind,)):
                    self._read.append(msgspec.json.decode(body))
                    there = max(there, entry.index)
            self._upto = there
            return list(self._read)
