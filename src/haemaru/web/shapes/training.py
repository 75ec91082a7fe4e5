"""Training sessions and seats."""

import msgspec

from haemaru.wording import Bilingual


class Enrolment(msgspec.Struct, frozen=True):
    """One of our people and the seat: applied, enrolled, waiting or rejected."""

    person: str
    state: str
    at: str | None = None
    missing: list[str] = []


class Session(msgspec.Struct, frozen=True):
    """A training session."""

    id: str
    title: Bilingual
    host: str
    starts: str
    ends: str | None = None
    place: str = ""
    seats: int = 0
    taken: int = 0
    ours: list[Enrolment] = []
    prerequisites: list[str] = []
    clause: str | None = None
    can_apply: bool = False
