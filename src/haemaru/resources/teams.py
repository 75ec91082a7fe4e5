"""A dog team is one dog with one handler: certified together, sent together; and a need is what a team is asked for."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from haemaru.records import Certificate
from haemaru.values import Interval, parse_time
from haemaru.wording import Fault


class DogTeam(msgspec.Struct, frozen=True, kw_only=True):
    """A dog with its handler: who owns the team, where it is based, what it can do, and the proofs of that.

    `handler` is a reference the owner understands, not a name: a partner needs to know that the pair is the same, not
    who the person is.
    """

    id: str
    owner: str
    handler: str
    base: str = ""
    capabilities: tuple[str, ...] = ("k9.narcotics",)
    certificates: tuple[Certificate, ...] = ()
    boarding_ok: bool = True


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for: a capability, for which substances, where, and from when until when."""

    capability: str
    since: str
    until: str
    substances: tuple[str, ...] = ()
    place: str = ""
    boarding: bool = False
    priority: int = 1
    text: str = ""

    @property
    def window(self) -> Interval:
        """The whole of the mission, with the way there and back."""
        return Interval(parse_time(self.since, "need.since"), parse_time(self.until, "need.until"))


_Shape = TypeVar("_Shape", DogTeam, Need)


def read_team(value: object, where: str = "team") -> DogTeam:
    """The team in a plain JSON object; raises `Fault("bad_team")` naming what is wrong."""
    team = _read(value, DogTeam, "bad_team", where)
    for certificate in team.certificates:
        parse_time(certificate.issued, f"{where}.certificates.issued")
        parse_time(certificate.until, f"{where}.certificates.until")
    return team


def read_need(value: object, where: str = "need") -> Need:
    """The need in a plain JSON object; raises `Fault("bad_need")` naming what is wrong."""
    need = _read(value, Need, "bad_need", where)
    Interval.parse(f"{need.since}/{need.until}", where)
    return need


def team_json(team: DogTeam | Need) -> dict[str, Any]:
    """The team or need as a plain JSON object."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(team))
    return plain


def _read(value: object, shape: type[_Shape], code: str, where: str) -> _Shape:
    if not isinstance(value, Mapping):
        raise Fault(code, where, problem="not an object")
    try:
        return msgspec.convert(dict(value), shape)
    except msgspec.ValidationError as problem:
        raise Fault(code, where, problem=str(problem)[:200]) from None
