"""Who is signed in, and who has to wait: sessions and the lockout after wrong passwords, both in memory only.

A session is known to the browser by a random token in a cookie that no script can read; here only the token's hash is
kept. Each session has its own form token, so a form that another site sends on somebody's behalf is refused. Wrong
passwords lock for a while, at first for seconds, then doubling to a quarter of an hour. Who is locked out as an account
is out at once: a session stands only as long as the account does not change.
"""

import hashlib
import hmac
import secrets
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

# One watch: after it everybody signs in again.
SHIFT = timedelta(hours=12)
PASS = timedelta(minutes=5)
MOST_SESSIONS = 2_000
FREE_TRIES = 5
FREE_TRIES_OF_AN_ADDRESS = 20
FREE_TRIES_OF_A_NAME = 20
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN = timedelta(hours=1)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in officer. `form_token` has to come back with every form."""

    officer: str
    role: str
    form_token: str
    until: datetime
    standing: int


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class Sessions:
    """The sessions of one console."""

    def __init__(self) -> None:
        self._held: dict[str, Session] = {}
        self._lock = threading.Lock()
        self._secret = secrets.token_bytes(32)

    def open(self, officer: str, role: str, standing: int, now: datetime) -> str:
        """Signs an officer in and tells the token for the cookie; the oldest session yields when there are too many."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._held = {key: held for key, held in self._held.items() if held.until > now}
            while len(self._held) >= MOST_SESSIONS:
                self._held.pop(next(iter(self._held)))
            self._held[_hash(token)] = Session(officer, role, secrets.token_urlsafe(32), now + SHIFT, standing)
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


class _Standing(Protocol):
    def standing(self, name: str, /) -> int | None: ...


class _Known(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def standing(self) -> int: ...


class Passes:
    """Programs that showed an account's password a while ago: each look costs 19 MiB, and they come every second."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[str, int, datetime]] = {}
        self._lock = threading.Lock()

    def keep(self, given: str, officer: _Known, now: datetime) -> None:
        """Remembers what was shown, as a hash, for a while."""
        with self._lock:
            self._held = {key: held for key, held in self._held.items() if held[2] > now}
            if len(self._held) < MOST_SESSIONS:
                self._held[_hash(given)] = (officer.name, officer.standing, now + PASS)

    def holds(self, given: str, accounts: _Standing, now: datetime) -> bool:
        """Whether the same was shown a while ago and the account has not changed since."""
        with self._lock:
            held = self._held.get(_hash(given))
        return held is not None and held[2] > now and accounts.standing(held[0]) == held[1]


@dataclass(slots=True)
class _Tries:
    free: int
    longest: timedelta
    wait: timedelta = FIRST_WAIT
    wrong: int = 0
    last: datetime = _LONG_AGO
    locked_until: datetime = _LONG_AGO

    def count(self, now: datetime) -> None:
        """One more wrong try; from the last free one on each locks, twice as long as the one before."""
        if now - self.last > FORGOTTEN:
            self.wrong, self.wait = 0, FIRST_WAIT
        self.wrong += 1
        self.last = now
        if self.wrong >= self.free:
            self.locked_until = now + self.wait
            self.wait = min(self.wait * 2, self.longest)


class Lockout:
    """Counts wrong passwords per name and address together, per address, and per name.

    The pair stops whoever guesses one password; the address, whoever tries one password on many names; the name,
    whoever comes from many addresses. A name alone never waits long: a stranger must not keep an officer out.
    """

    def __init__(self) -> None:
        self._tries: dict[tuple[str, ...], _Tries] = {}
        self._lock = threading.Lock()

    def begin(self, name: str, address: str, now: datetime) -> int:
        """How many seconds there are still to wait; at 0 the try is counted as wrong until `passed` takes it back.

        Counted before the password is looked at: a hundred tries at the same moment are a hundred.
        """
        with self._lock:
            held = [self._tries[key] for key in _keys(name, address) if key in self._tries]
            until = max((tries.locked_until for tries in held), default=now)
            if until > now:
                return int((until - now).total_seconds()) + 1
            for key, (free, longest) in _keys(name, address).items():
                self._room(now)
                self._tries.setdefault(key, _Tries(free, longest)).count(now)
            return 0

    def passed(self, name: str, address: str) -> None:
        """Takes back what `begin` counted: the name is forgotten, the address keeps its other wrong tries."""
        with self._lock:
            for key in _keys(name, address):
                tries = self._tries.get(key)
                if key != ("address", address):
                    self._tries.pop(key, None)
                elif tries is not None:
                    tries.wrong -= 1
                    tries.locked_until = _LONG_AGO

    def _room(self, now: datetime) -> None:
        """Makes room for one more; who still has to wait goes last."""
        if len(self._tries) >= MOST_SESSIONS:
            del self._tries[min(self._tries, key=lambda k: (self._tries[k].locked_until > now, self._tries[k].last))]


def _keys(name: str, address: str) -> dict[tuple[str, ...], tuple[int, timedelta]]:
    """What a try is counted under, with the free tries and the longest wait of each."""
    return {
        ("pair", name, address): (FREE_TRIES, LONGEST_WAIT),
        ("address", address): (FREE_TRIES_OF_AN_ADDRESS, LONGEST_WAIT),
        ("name", name): (FREE_TRIES_OF_A_NAME, FIRST_WAIT),
    }
