"""The node's keys over time: which pair is the present one, how a new one is made, and when an earlier one goes.

Files first, then the ledger, then the present pair, then the statement in the home. The ledger's entry is the change:
after a crash before it, an unused pair lies in the folder and is deleted; after a crash behind it, the next start uses
the new pair and writes the statement again.
"""

import os

from haemaru.clock import Clock, format_time
from haemaru.exchange import Exchange
from haemaru.node.home import Home, Settings
from haemaru.signing import KeyChain, KeyFolder, Keys, make_statement
from haemaru.wording import Fault


class KeyKeeper:
    """Changes the keys of one node."""

    def __init__(
        self, home: Home, settings: Settings, folder: KeyFolder, chain: KeyChain, exchange: Exchange, clock: Clock
    ) -> None:
        self._home = home
        self._settings = settings
        self._folder = folder
        self._chain = chain
        self._exchange = exchange
        self._clock = clock
        exchange.keys.on_unneeded = self._forget

    def begin(self) -> None:
        """Takes up the pair that the ledger names; the first statement is written down at the first start."""
        if self._newest() is None:
            there = self._home.statement
            self._exchange.keys.begin(there.read_bytes() if there.exists() else self._statement(self._chain))
        newest = self._newest()
        if newest is None:
            raise Fault("ledger_damaged", "head")
        keyid, statement = newest
        self._chain.switch(keyid)
        known = {each["keyid"] for each in self._exchange.keys.every()}
        for name in self._chain.names:
            if name not in known:
                self._chain.drop(name)
        self._folder.tidy(known)
        self._publish(statement)

    def rotate(self, suite: str | None = None, reason: str = "") -> list[str]:
        """New keys, of another suite where one is named; gives the partners that are told."""
        new = self._folder.make(suite or self._chain.suite, self._chain.vault)
        statement = self._statement(new)
        told = self._exchange.keys.rotate(self._chain, new, statement, reason)
        self._publish(statement)
        return told

    def revoke(self, keyid: str, reason: str, suite: str | None = None) -> list[str]:
        """Takes a key back; the present one is replaced by a new pair at once."""
        states = {each["keyid"]: each["state"] for each in self._exchange.keys.every() if self._is_own(each["party"])}
        if keyid not in states:
            raise Fault("key_unknown", "keyid", keyid=keyid[:100])
        if states[keyid] == "revoked":
            raise Fault("key_revoked_before", "keyid", keyid=keyid)
        if states[keyid] == "earlier":
            return self._exchange.keys.revoke_earlier(keyid, reason)
        new = self._folder.make(suite or self._chain.suite, self._chain.vault)
        statement = self._statement(new)
        told = self._exchange.keys.revoke(self._chain, keyid, new, statement, reason)
        self._publish(statement)
        return told

    def _is_own(self, party: str) -> bool:
        return party == self._settings.party

    def _newest(self) -> tuple[str, bytes] | None:
        with self._exchange.house.ledger.read() as tx:
            return self._exchange.keys.newest(tx)

    def _statement(self, keys: Keys) -> bytes:
        return make_statement(keys, self._settings.party, self._settings.realm, format_time(self._clock.now()))

    def _publish(self, statement: bytes) -> None:
        there = self._home.statement
        if there.exists() and there.read_bytes() == statement:
            return
        beside = there.with_name(there.name + ".part")
        with beside.open("wb") as file:
            file.write(statement)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(there)

    def _forget(self, keyid: str) -> None:
        self._chain.drop(keyid)
        self._folder.remove(keyid)
