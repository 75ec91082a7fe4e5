"""What signing refuses.

SigningError
├── KeysUnreadable      the folder of keys is missing, broken, or open to other users
├── SuiteUnknown        an envelope, a statement or a key names a suite that this node does not have
├── SealRefused         a sealed message does not open with these keys and this context
├── StatementRefused    a key statement is not what its own signature covers
└── VaultRefused        a locked record does not open: changed, moved to another place, or another node's
"""


class SigningError(Exception):
    """The root of everything signing raises: a lower_snake code and what it was found in."""

    def __init__(self, code: str, where: str = "") -> None:
        super().__init__(code, where)
        self.code = code
        self.where = where

    def __str__(self) -> str:
        return f"{self.code} at {self.where}" if self.where else self.code


class KeysUnreadable(SigningError):
    """The folder of keys cannot be used."""


class SuiteUnknown(SigningError):
    """The named suite of algorithms is not one of ours."""


class SealRefused(SigningError):
    """The sealed message was changed, was meant for someone else, or belongs to another context."""


class StatementRefused(SigningError):
    """The key statement cannot be believed."""


class VaultRefused(SigningError):
    """The locked record was changed, moved, or locked by another node."""
