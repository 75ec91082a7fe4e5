"""What a condition answers: met, not met, or unknown; never a bare yes or no.

Each condition builds its few outcomes once, when the agreement is loaded. A decision therefore only picks one, and the
tuple of picked outcomes tells two decisions apart by identity.
"""

from typing import ClassVar

from haemaru.wording import Reason


class Outcome:
    """One answer of one condition, with the reason it carries (None when the condition is met)."""

    __slots__ = ("reason",)
    word: ClassVar[str] = ""

    def __init__(self, reason: Reason | None = None) -> None:
        self.reason = reason

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.reason!r})"


class Met(Outcome):
    """The record satisfies the condition."""

    __slots__ = ()
    word = "met"


class NotMet(Outcome):
    """The record is known not to satisfy the condition."""

    __slots__ = ()
    word = "not_met"


class Unknown(Outcome):
    """The record does not hold what the condition reads, or holds it in another type."""

    __slots__ = ()
    word = "unknown"


MET = Met()


def outcomes(code: str, path: str, **params: str | int | float) -> tuple[Outcome, ...]:
    """The usual three: met; not met for the reason `code`; unknown because the attribute at `path` is."""
    return MET, NotMet(Reason(code, {"path": path, **params})), Unknown(Reason("attribute_unknown", {"path": path}))
