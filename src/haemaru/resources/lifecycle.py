"""The life of a support, declared in one table: which message, from whom, in which states, leads where.

    request -> offer -> requisition -> commit -> deployed -> return asked -> released
    (until the commit the owner may decline; a team that is not needed is released at once)

A message that is not in the table for the present state is refused with a reason. Messages that ask or tell (quotes,
information, status, longer stays) are facts: they change no state. No step leads back, so a state never goes back.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class State(StrEnum):
    """How far a support has come."""

    NONE = "none"
    REQUESTED = "requested"
    OFFERED = "offered"
    REQUISITIONED = "requisitioned"
    COMMITTED = "committed"
    DEPLOYED = "deployed"
    RETURN_REQUESTED = "return_requested"
    RELEASED = "released"
    DECLINED = "declined"


Sender = Literal["borrower", "owner", "either"]


@dataclass(frozen=True, slots=True)
class Step:
    """One row: a message (perhaps with a word such as `accepted`) from a sender, in these states, leads to one."""

    message: str
    sender: Sender
    states: frozenset[State]
    to: State | None = None
    word: str = ""


def _states(*states: State) -> frozenset[State]:
    return frozenset(states)


_BEFORE_COMMIT = _states(State.REQUESTED, State.OFFERED, State.REQUISITIONED)
_AWAY = _states(State.COMMITTED, State.DEPLOYED, State.RETURN_REQUESTED)
_ANY = frozenset(State) - {State.NONE}

STEPS = (
    Step("request_resource", "borrower", _states(State.NONE), State.REQUESTED),
    Step("offer_unsolicited_resource", "owner", _states(State.NONE), State.OFFERED),
    Step("response_to_request_resource", "owner", _states(State.REQUESTED), State.OFFERED, word="accepted"),
    # The owner may decline until it has committed: another need may have come first.
    Step("response_to_request_resource", "owner", _BEFORE_COMMIT, State.DECLINED, word="declined"),
    Step("requisition_resource", "borrower", _states(State.OFFERED), State.REQUISITIONED),
    Step("commit_resource", "owner", _states(State.REQUISITIONED), State.COMMITTED),
    Step("report_resource_deployment_status", "either", _states(State.COMMITTED), State.DEPLOYED, word="deployed"),
    Step("report_resource_deployment_status", "either", _AWAY),
    Step("request_return", "owner", _states(State.COMMITTED, State.DEPLOYED), State.RETURN_REQUESTED),
    Step("response_to_request_return", "borrower", _states(State.RETURN_REQUESTED)),
    Step("release_resource", "borrower", _AWAY, State.RELEASED),
    Step("request_information", "either", _ANY),
    Step("response_to_request_information", "either", _ANY),
    Step("request_quote", "borrower", _BEFORE_COMMIT),
    Step("response_to_request_quote", "owner", _BEFORE_COMMIT),
    Step("request_resource_deployment_status", "either", _AWAY),
    Step("request_extended_deployment_duration", "borrower", _AWAY),
    Step("response_to_request_extended_deployment_duration", "owner", _AWAY),
)
"""The whole life cycle. Of two rows that fit, the first holds."""


def _reach(state: State) -> frozenset[State]:
    found = {state}
    grown = True
    while grown:
        onward = {step.to for step in STEPS if step.to is not None and step.states & found} - found
        grown = bool(onward)
        found |= onward
    return frozenset(found)


REACHABLE = {state: _reach(state) for state in State}
"""For each state, the states that can still come, itself included."""


def steps_of(message: str, word: str) -> tuple[Step, ...]:
    """The rows of a message with this word, in the order of the table."""
    return tuple(step for step in STEPS if step.message == message and step.word in ("", word))
