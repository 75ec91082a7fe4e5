"""What may be done to a value before it leaves: keep, coarsen, pseudonymise, drop; each with one exact meaning.

- A value has a class: number (finite), time (text that is an RFC 3339 time), text, other. Each treatment says which
  classes it can treat; a value it cannot treat stays at home.
- All treatments that reach a leaf apply: steps and hours in document order, then chars, then the pseudonym.
"""

import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from hashlib import sha256
from math import floor

from haemaru.agreement.conditions.attributes import is_number, read_time
from haemaru.clock.times import format_time
from haemaru.wording import Fault

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = datetime.min.replace(tzinfo=UTC)
_PSEUDONYM_KEY_BYTES = 16

NUMBER, TIME, TEXT, OTHER = 1, 2, 4, 8
PSEUDONYM_TREATS = NUMBER | TIME | TEXT


class Treatment(StrEnum):
    """How a field leaves, mildest first."""

    KEEP = "keep"
    COARSEN = "coarsen"
    PSEUDONYMISE = "pseudonymise"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class Coarsening:
    """A value made less exact: a number to a multiple of `step`, a time to `hours`, a text to its first `chars`."""

    how: str  # step | hours | chars
    size: int | float

    @property
    def treats(self) -> int:
        """The classes of values it can treat, as bits."""
        return {"step": NUMBER, "hours": TIME, "chars": TIME | TEXT}[self.how]

    def apply(self, value: object) -> object:
        """The coarser value; raises `ValueError` for a value of a class it does not treat."""
        if self.how == "step" and is_number(value):
            return floor_to_step(value, self.size)  # type: ignore[arg-type]
        if self.how == "chars" and isinstance(value, str):
            return value[: int(self.size)]
        moment = read_time(value) if self.how == "hours" else None
        if moment is None:
            raise ValueError(f"{self.how} cannot treat {value!r}")
        return floor_to_hours(moment, int(self.size))


def floor_to_step(value: int | float, step: int | float) -> int | float:
    """The greatest multiple of `step` that is not above `value`, exact in the decimals both are written with."""
    if isinstance(value, int) and isinstance(step, int):
        return value // step * step
    exact = Fraction(repr(step))
    return float(floor(Fraction(repr(value)) / exact) * exact)


def floor_to_hours(moment: datetime, hours: int) -> str:
    """The last whole multiple of `hours` since 1970-01-01T00:00:00Z, as RFC 3339 text; never before the first year."""
    length = timedelta(hours=hours)
    try:
        return format_time(_EPOCH + (moment - _EPOCH) // length * length)
    except OverflowError:  # the calendar has nothing earlier, and all times of that first stretch still read alike
        return format_time(_FIRST)


def class_of(value: object) -> int:
    """The class of a value, as one bit."""
    if value.__class__ is str:
        return TEXT if read_time(value) is None else TIME
    return NUMBER if is_number(value) else OTHER


def pseudonym(value: object, key: bytes, agreement_id: str, to: str) -> str:
    """`p:` and 32 hex digits of HMAC-SHA256 under the node's secret key: the same value gives the same pseudonym.

    The message is agreement id, receiver and value, joined by line feeds, so that two receivers cannot compare theirs
    and nobody without the key can try values out.
    """
    if len(key) < _PSEUDONYM_KEY_BYTES:
        raise Fault("pseudonym_key_short", "pseudonym_key", needed=_PSEUDONYM_KEY_BYTES)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = value if isinstance(value, str) else json.dumps(value)
    message = "\n".join(("haemaru-pseudonym-v1", agreement_id, to, text)).encode("utf-8", "surrogatepass")
    return "p:" + hmac.new(key, message, sha256).hexdigest()[:32]
