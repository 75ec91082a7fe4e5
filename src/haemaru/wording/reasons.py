"""Why something is so (`Reason`), and what went wrong (`Fault`): codes and facts, never sentences."""

import msgspec


class Reason(msgspec.Struct, frozen=True):
    """Why a decision fell as it did: a lower_snake code and the facts its sentence is filled with."""

    code: str
    params: dict[str, str | int | float] = {}


class Fault(Exception):
    """Bad input or a failed duty, as facts: what (code), where, and the values its words are filled with.

    The catalogues hold `fault.<code>.what`, `fault.<code>.why` and `fault.<code>.do` in both languages.
    """

    def __init__(self, code: str, where: str, **params: str | int | float) -> None:
        super().__init__(code, where, params)
        self.code = code
        self.where = where
        self.params = params

    def __str__(self) -> str:
        return f"{self.code} at {self.where}: {self.params}"
