"""What storage reports, the same for every engine.

StorageError              the root; also raised as itself for what has no class of its own
├── StorageTooOld         the engine's version can lose writes
├── StorageUnreachable    no such file, no such server, or the connection broke
├── StorageLocked         another writer did not finish in time
├── StorageTaken          another process has the database for itself
├── StorageFull           the disk is full: nothing of the transaction was kept
├── StorageDamaged        the database file is not one, or a page of it is malformed
└── StorageConflict       a row breaks a constraint, such as a key that is already there
"""


class StorageError(Exception):
    """A database did not do what it was asked: a code, which database, and what the engine said."""

    code = "storage_misused"

    def __init__(self, where: str, detail: str = "", code: str = "") -> None:
        super().__init__(where, detail)
        self.code = code or type(self).code
        self.where = where
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.code} at {self.where}: {self.detail}"


class StorageTooOld(StorageError):
    """The engine's version is known to lose writes."""

    code = "storage_too_old"


class StorageUnreachable(StorageError):
    """The database cannot be opened or the connection to it broke."""

    code = "storage_unreachable"


class StorageLocked(StorageError):
    """Another writer held the database for too long."""

    code = "storage_locked"


class StorageTaken(StorageError):
    """Another process has the database for itself."""

    code = "storage_taken"


class StorageFull(StorageError):
    """There is no room left on the disk; the transaction was undone."""

    code = "storage_full"


class StorageDamaged(StorageError):
    """The file is not a database, or part of it is malformed."""

    code = "storage_damaged"


class StorageConflict(StorageError):
    """A row breaks a constraint of its table."""

    code = "storage_conflict"
