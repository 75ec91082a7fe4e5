"""Triggers: what an engine does by itself whenever a row changes, spelt once for both.

They keep small tables of sums true in the same transaction as the rows that are summed, whoever changes those. A room
lists them in `metadata.info["triggers"]`; their statements must read the same in SQLite and PostgreSQL.
"""

from dataclasses import dataclass

import sqlalchemy

_KEY = "triggers"


@dataclass(frozen=True, slots=True)
class Trigger:
    """For each row of `table` that `event` (`INSERT`, `DELETE`, `UPDATE OF a, b`) touches, where `when` holds.

    It acts after an insert, which a conflict may still turn into an update, and before the others: a statement that
    touches several rows then shows it each with what became of those before it, on both engines.
    """

    name: str
    table: str
    event: str
    does: tuple[str, ...]
    when: str = ""

    def spelt(self, dialect: str) -> tuple[str, ...]:
        """The statements that make it."""
        body = " ".join(f"{statement};" for statement in self.does)
        moment, told = {"I": ("AFTER", "NULL"), "U": ("BEFORE", "NEW"), "D": ("BEFORE", "OLD")}[self.event[0]]
        head = f"CREATE TRIGGER {self.name} {moment} {self.event} ON {self.table} FOR EACH ROW"
        head += f" WHEN ({self.when})" if self.when else ""
        if dialect == "sqlite":
            return (f"{head} BEGIN {body} END",)
        return (
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {body} RETURN {told}; END $$",
            f"{head} EXECUTE FUNCTION {self.name}()",
        )


def triggers_of(metadata: sqlalchemy.MetaData) -> tuple[Trigger, ...]:
    """The triggers that a room declared with its tables."""
    found: tuple[Trigger, ...] = metadata.info.get(_KEY, ())
    return found


def declare(metadata: sqlalchemy.MetaData, *triggers: Trigger) -> None:
    """Lets the tables of `metadata` be made with these triggers."""
    metadata.info[_KEY] = (*triggers_of(metadata), *triggers)
