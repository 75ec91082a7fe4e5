"""Who may sign in at this node: officers with a role, their passwords kept as argon2id hashes in the ledger.

An account is created, locked and unlocked, and given a new password; each is an entry, so who could act when is part of
the history. `standing` changes with each of them: a session that was opened before is over.
"""

import secrets
import threading
import unicodedata
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from haemaru.clock import format_time, from_ms
from haemaru.ledger import Batch, Ledger
from haemaru.wording import Fault

ROLES = ("duty_officer", "analyst", "coordinator", "trainer", "approver", "auditor", "administrator")
CREATED, LOCKED, UNLOCKED = "account.created", "account.locked", "account.unlocked"
PASSWORD = "account.password"  # noqa: S105 - the kind of an entry
_KINDS = (CREATED, LOCKED, UNLOCKED, PASSWORD)
# One of these must be able to sign in, or nobody could let anybody in again.
_KEEPERS = ("administrator", "duty_officer")
LONGEST_NAME = 64
HOME_OWNER = "(home owner)"
"""Who decided, in the ledger, where whoever owns the home gave no account; no account can have the name."""

MAY: dict[str, tuple[str, ...]] = {
    "approve_release": ("approver", "duty_officer"),
    "approve_disposal": ("approver", "duty_officer"),
}
"""What needs a role, and which roles may do it."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may sign in, or may not any more. `standing` is the entry that changed the account last."""

    name: str
    role: str
    state: str = "open"
    created: str = ""
    standing: int = -1

    def must_be_able_to(self, act: str) -> None:
        """Raises `Fault("role_may_not")` where the role does not allow the act."""
        if self.role not in MAY[act]:
            raise Fault("role_may_not", self.name, role=self.role, known=", ".join(MAY[act]))


class Accounts:
    """The officers of one node, as its ledger tells them."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._kept: dict[str, tuple[Account, str]] = {}
        # Each hash takes 19 MiB: whoever knocks a hundred times at once must not fill the machine.
        self._hashing = threading.BoundedSemaphore(2)
        # Held until what was written is known here: two orders at once see each other.
        self._changing = threading.RLock()
        with ledger.read() as tx:
            for entry, body in ledger.entries(tx, kinds=_KINDS):
                self._apply(entry.index, entry.at_ms, entry.kind, msgspec.json.decode(body))

    def _apply(self, index: int, at_ms: int, kind: str, body: dict[str, Any]) -> None:
        name = body["name"]
        if kind == CREATED:
            account = Account(name, body["role"], "open", format_time(from_ms(at_ms)), index)
            self._kept[name] = (account, body["hash"])
            return
        account, known = self._kept[name]
        state = {LOCKED: "locked", UNLOCKED: "open"}.get(kind, account.state)
        self._kept[name] = (replace(account, state=state, standing=index), body.get("hash", known))

    def _write(self, batch: Batch, kind: str, body: dict[str, Any]) -> None:
        entry = batch.append(kind, msgspec.json.encode(body))
        batch.after_commit(lambda: self._apply(entry.index, entry.at_ms, kind, body))

    def add(self, name: str, role: str) -> str:
        """Creates an account and tells its password, which is shown this once and kept nowhere."""
        if (
            name != unicodedata.normalize("NFC", name.strip())
            or not name.isprintable()
            or len(name) > LONGEST_NAME
            or name in ("", HOME_OWNER)
        ):
            raise Fault("account_name_unusable", name[:LONGEST_NAME], limit=LONGEST_NAME)
        if role not in ROLES:
            raise Fault("account_role_unknown", role, known=", ".join(ROLES))
        password, hashed = self._new_password()
        with self._changing, self._ledger.write() as batch:
            if name in self._kept:
                raise Fault("account_exists", name)
            self._write(batch, CREATED, {"name": name, "role": role, "hash": hashed})
        return password

    def renew(self, name: str) -> str:
        """Gives an account a new password, shown this once; sessions opened with the old one are over."""
        password, hashed = self._new_password()
        with self._changing, self._ledger.write() as batch:
            self._write(batch, PASSWORD, {"name": self.get(name).name, "hash": hashed})
        return password

    def lock(self, name: str) -> None:
        """Shuts an account; the last one that can let others in stays open."""
        with self._changing, self._ledger.write() as batch:
            account = self.get(name)
            keepers = [each.name for each in self.all() if each.role in _KEEPERS and each.state == "open"]
            if keepers == [name]:
                raise Fault("account_last", name, known=", ".join(_KEEPERS))
            if account.state != "locked":
                self._write(batch, LOCKED, {"name": name})

    def unlock(self, name: str) -> None:
        """Opens an account again, with the password it had."""
        with self._changing, self._ledger.write() as batch:
            if self.get(name).state == "locked":
                self._write(batch, UNLOCKED, {"name": name})

    def check(self, name: str, password: str) -> Account | None:
        """The account, or None where name or password is wrong or it is locked; all cost the same time."""
        from argon2.exceptions import VerificationError

        account, known = self._kept.get(name, (None, _NOBODY))
        try:
            with self._hashing:
                _hasher().verify(known, password)
        except VerificationError:
            return None
        return account if account is not None and account.state == "open" else None

    def get(self, name: str) -> Account:
        """The account of that name; raises `Fault("account_unknown")`."""
        found = self.find(name)
        if found is None:
            raise Fault("account_unknown", name[:LONGEST_NAME])
        return found

    def find(self, name: str) -> Account | None:
        """The account of that name, or None."""
        return self._kept[name][0] if name in self._kept else None

    def standing(self, name: str) -> int | None:
        """The entry that changed an open account last; None where it is locked or unknown."""
        account, _ = self._kept.get(name, (None, ""))
        return account.standing if account is not None and account.state == "open" else None

    def all(self) -> list[Account]:
        """Every account, by name."""
        return [self._kept[name][0] for name in sorted(self._kept)]

    def _new_password(self) -> tuple[str, str]:
        password = "-".join(secrets.token_hex(2) for _ in range(4))
        with self._hashing:
            return password, _hasher().hash(password)


def _hasher() -> Any:
    # 19 MiB, two passes: OWASP's second profile; the library's default of 64 MiB a login hurts a small server.
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


# A hash of nothing anybody types: a wrong name then takes as long as a wrong password.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Yk7nN5mQb1u0y7q4e0sJ4y5jv3b6bq4m0mF2yqv8m3E"
