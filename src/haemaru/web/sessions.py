"""Who is signed in, and who has to wait: sessions and the lockout after wrong passwords, both in memory only.

A session is known to the browser by a random token in a cookie that no script can read; here only the token's hash is
kept. Each session has its own form token, so a form that another site sends on somebody's behalf is refused. Wrong
passwords lock the pair of name and address, at first for seconds, then doubling to a quarter of an hour.
"""

import hashlib
import hmac
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

# One watch: after it everybody signs in again.
SHIFT = timedelta(hours=12)
MOST_SESSIONS = 2_000
FREE_TRIES = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in officer. `form_token` has to come back with every form."""

    officer: str
    role: str
    form_token: str
    until: datetime


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class Sessions:
    """The sessions of one console."""

    def __init__(self) -> None:
        self._held: dict[str, Session] = {}
        self._lock = threading.Lock()
        self._secret = secrets.token_bytes(32)

    def open(self, officer: str, role: str, now: datetime) -> str:
        """Signs an officer in and tells the token for the cookie; the oldest session yields when there are too many."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._held = {key: held for key, held in self._held.items() if held.until > now}
            while len(self._held) >= MOST_SESSIONS:
                self._held.pop(next(iter(self._held)))
            self._held[_hash(token)] = Session(officer, role, secrets.token_urlsafe(32), now + SHIFT)
        return token

    def find(self, token: str, now: datetime) -> Session | None:
        """The session of a cookie, or None where it is unknown or its shift is over."""
        with self._lock:
            held = self._held.get(_hash(token))
        return held if held is not None and held.until > now else None

    def close(self, token: str) -> None:
        """Signs out."""
        with self._lock:
            self._held.pop(_hash(token), None)

    def visitor_token(self, visitor: str) -> str:
        """The form token of a visitor who has not signed in yet, bound to the random text in the visitor's cookie."""
        return hmac.new(self._secret, visitor.encode(), hashlib.sha256).hexdigest()


@dataclass(slots=True)
class _Tries:
    wrong: int = 0
    locked_until: datetime | None = None
    wait: timedelta = FIRST_WAIT


class Lockout:
    """Counts wrong passwords per name and address."""

    def __init__(self) -> None:
        self._tries: dict[tuple[str, str], _Tries] = {}
        self._lock = threading.Lock()

    def seconds_left(self, name: str, address: str, now: datetime) -> int:
        """How long the pair still has to wait; 0 when it may try."""
        with self._lock:
            tries = self._tries.get((name, address))
            if tries is None or tries.locked_until is None or tries.locked_until <= now:
                return 0
            return int((tries.locked_until - now).total_seconds()) + 1

    def failed(self, name: str, address: str, now: datetime) -> None:
        """Notes a wrong password; every one after the fifth locks, twice as long as the one before."""
        with self._lock:
            if len(self._tries) >= MOST_SESSIONS:
                self._tries.pop(next(iter(self._tries)))
            tries = self._tries.setdefault((name, address), _Tries())
            tries.wrong += 1
            if tries.wrong >= FREE_TRIES:
                tries.locked_until = now + tries.wait
                tries.wait = min(tries.wait * 2, LONGEST_WAIT)

    def passed(self, name: str, address: str) -> None:
        """Forgets the wrong tries of a pair that has signed in."""
        with self._lock:
            self._tries.pop((name, address), None)
