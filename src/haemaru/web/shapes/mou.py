"""The agreement, readable clause by clause."""

import msgspec

from haemaru.wording import Bilingual


class Clause(msgspec.Struct, frozen=True):
    """A clause, readable."""

    id: str
    effect: str
    text: Bilingual
    kinds: list[str] = []
    from_: list[str] = msgspec.field(default=[], name="from")
    to: list[str] = []
    purposes: list[str] = []
    conditions: list[Bilingual] = []
    fields: dict[str, str] = {}
    basis: Bilingual | None = None
    basis_status: str = ""
    retention: str = ""
    onward: str = ""
    promise: str = ""
    shows: str = "open"


class Article(msgspec.Struct, frozen=True):
    """An article with its clauses."""

    id: str
    title: Bilingual
    clauses: list[Clause] = []


class Signatory(msgspec.Struct, frozen=True):
    """A party to the agreement and whether it has signed for this realm."""

    id: str
    name: Bilingual
    signed: bool = False
    keyid: str = ""


class Agreement(msgspec.Struct, frozen=True):
    """The agreement, readable. `state` is in_force, waiting, suspended, expired or not_yet."""

    id: str
    version: str
    hash: str
    title: Bilingual
    state: str
    notice: Bilingual | None = None
    effective: str | None = None
    expires: str | None = None
    parties: list[Signatory] = []
    articles: list[Article] = []
