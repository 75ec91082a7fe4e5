"""A chain of keys: the present pair of a node and the earlier ones that are still needed.

The chain is itself `Keys`, so nobody who signs notices a rotation: they go on asking the same object, and it signs with
the pair of the moment. Earlier pairs open what was sealed to them and sign what their time had promised.
"""

from collections.abc import Sequence

from haemaru.signing.errors import KeysUnreadable
from haemaru.signing.keys import Keys, PublicKeys


class KeyChain:
    """Every pair a node holds, and which of them is the present one."""

    def __init__(self, pairs: Sequence[Keys], vault: bytes, current: str = "") -> None:
        if not pairs:
            raise KeysUnreadable("key_missing", "sign.key")
        self._pairs = {pair.keyid: pair for pair in pairs}
        self._current = self._pairs.get(current, pairs[0])
        self.vault = vault

    def __repr__(self) -> str:
        return f"KeyChain({', '.join(self._pairs)}; now {self.keyid})"

    @property
    def suite(self) -> str:
        """The suite of the present pair."""
        return self._current.suite

    @property
    def keyid(self) -> str:
        """The name of the present signing key."""
        return self._current.keyid

    @property
    def public(self) -> PublicKeys:
        """The public halves of the present pair."""
        return self._current.public

    @property
    def names(self) -> tuple[str, ...]:
        """The name of every pair."""
        return tuple(self._pairs)

    def sign(self, message: bytes) -> bytes:
        """The present pair's signature."""
        return self._current.sign(message)

    def agree(self, ephemeral: bytes) -> bytes:
        """The secret the present pair shares with the holder of the other half of `ephemeral`."""
        return self._current.agree(ephemeral)

    def held(self, keyid: str) -> Keys | None:
        """The pair with this signing key."""
        return self._pairs.get(keyid)

    def for_box(self, keyid: str) -> Keys | None:
        """The pair that is written to under this name."""
        pairs = list(self._pairs.values())
        return next((found for pair in pairs if (found := pair.for_box(keyid)) is not None), None)

    def add(self, pair: Keys) -> None:
        """Holds one more pair; the present one stays."""
        self._pairs[pair.keyid] = pair

    def switch(self, keyid: str) -> None:
        """Makes a held pair the present one; raises `KeysUnreadable` when it is not held."""
        pair = self._pairs.get(keyid)
        if pair is None:
            raise KeysUnreadable("key_missing", keyid)
        self._current = pair

    def drop(self, keyid: str) -> None:
        """Holds an earlier pair no longer."""
        if keyid != self.keyid:
            self._pairs = {name: pair for name, pair in self._pairs.items() if name != keyid}
