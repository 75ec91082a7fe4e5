"""Databases: SQLite in the node's home, or PostgreSQL when a node outgrows it, behind one face.

Rooms declare their tables as SQLAlchemy `MetaData` in their `tables.py` and speak portable SQL with `:name`
parameters. There is exactly one writer; readers have snapshots. One suite of tests holds both engines to that.
"""

from haemaru.storage.database import Database
from haemaru.storage.errors import (
    StorageConflict,
    StorageDamaged,
    StorageError,
    StorageFull,
    StorageLocked,
    StorageTaken,
    StorageTooOld,
    StorageUnreachable,
)
from haemaru.storage.transaction import Tx
from haemaru.storage.triggers import Trigger, declare, triggers_of

__all__ = [
    "Database",
    "StorageConflict",
    "StorageDamaged",
    "StorageError",
    "StorageFull",
    "StorageLocked",
    "StorageTaken",
    "StorageTooOld",
    "StorageUnreachable",
    "Trigger",
    "Tx",
    "declare",
    "triggers_of",
]
