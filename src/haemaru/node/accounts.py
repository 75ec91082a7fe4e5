"""Who may sign in at this node: officers with a role, their passwords kept as argon2id hashes in the ledger."""

import secrets
import threading
from dataclasses import dataclass
from typing import Any

import msgspec

from haemaru.ledger import Ledger

ROLES = ("duty_officer", "analyst", "coordinator", "trainer", "approver", "auditor", "administrator")
CREATED = "account.created"


@dataclass(frozen=True, slots=True)
class Officer:
    """A person who may sign in."""

    name: str
    role: str


class Accounts:
    """The officers of one node, as its ledger tells them."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._kept: dict[str, tuple[Officer, str]] = {}
        # Each hash takes 19 MiB: whoever knocks a hundred times at once must not fill the machine.
        self._hashing = threading.BoundedSemaphore(2)
        with ledger.read() as tx:
            for _, body in ledger.entries(tx, kinds=(CREATED,)):
                self._keep(msgspec.json.decode(body))

    def _keep(self, body: dict[str, Any]) -> None:
        self._kept[body["name"]] = (Officer(body["name"], body["role"]), body["hash"])

    def create(self, name: str, role: str) -> str:
        """Creates an account and tells its password, which is shown this once and kept nowhere."""
        password = "-".join(secrets.token_hex(2) for _ in range(4))
        body = {"name": name, "role": role, "hash": _hasher().hash(password)}
        with self._ledger.write() as batch:
            batch.append(CREATED, msgspec.json.encode(body))
        self._keep(body)
        return password

    def verify(self, name: str, password: str) -> Officer | None:
        """The officer, or None where name or password is wrong; both cost the same time."""
        from argon2.exceptions import VerificationError

        officer, known = self._kept.get(name, (None, _NOBODY))
        try:
            with self._hashing:
                _hasher().verify(known, password)
        except VerificationError:
            return None
        return officer

    def names(self) -> list[str]:
        """The names of all accounts, sorted."""
        return sorted(self._kept)


def _hasher() -> Any:
    # 19 MiB, two passes: OWASP's second profile; the library's default of 64 MiB a login hurts a small server.
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


# A hash of nothing anybody types: a wrong name then takes as long as a wrong password.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Yk7nN5mQb1u0y7q4e0sJ4y5jv3b6bq4m0mF2yqv8m3E"
