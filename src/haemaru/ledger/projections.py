"""Views of the ledger: tables that are filled in the same transaction as the entries they come from."""

from collections.abc import Sequence
from typing import Protocol

import sqlalchemy

from haemaru.ledger.leaves import Entry
from haemaru.storage import Tx


class Projection(Protocol):
    """One view: its tables, the kinds of entries it listens to, and what it does with each.

    `apply` reads and writes its own tables only, and depends on nothing but the entry and its body: then the tables
    can be thrown away and filled again from the ledger, which `rebuild` does and a test compares.
    """

    @property
    def name(self) -> str:
        """The name of the view."""
        ...

    @property
    def metadata(self) -> sqlalchemy.MetaData:
        """Its tables."""
        ...

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of the tables that a rebuild empties and compares."""
        ...

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of entries it wants to see."""
        ...

    def apply(self, tx: Tx, entry: Entry, body: bytes) -> None:
        """Takes one entry in, within the entry's own transaction."""
        ...


class Audience:
    """Who listens to which kind, in the order the projections were given."""

    def __init__(self, projections: Sequence[Projection]) -> None:
        self.projections = tuple(projections)
        self._by_kind: dict[str, tuple[Projection, ...]] = {}

    def apply(self, tx: Tx, entry: Entry, body: bytes) -> None:
        """Shows one entry to everyone who listens to its kind."""
        listeners = self._by_kind.get(entry.kind)
        if listeners is None:
            listeners = tuple(each for each in self.projections if entry.kind in each.kinds)
            self._by_kind[entry.kind] = listeners
        for each in listeners:
            each.apply(tx, entry, body)

    def kinds(self) -> frozenset[str]:
        """Every kind that somebody listens to."""
        return frozenset().union(*(each.kinds for each in self.projections))
