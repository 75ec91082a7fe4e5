"""The table of states is whole: every message is in it, one beginning, no way back, every state reached."""

from haemaru.records import RESOURCE_MESSAGES
from haemaru.resources import FIELDS, STEPS, State
from haemaru.resources.lifecycle import REACHABLE
from haemaru.wording import keys


def test_every_message_has_a_row_and_its_fields() -> None:
    assert {step.message for step in STEPS} == set(RESOURCE_MESSAGES) == set(FIELDS)


def test_every_state_is_reached_from_the_beginning() -> None:
    assert REACHABLE[State.NONE] == frozenset(State)


def test_no_step_leads_back() -> None:
    for step in STEPS:
        for state in step.states:
            assert step.to is None or state not in REACHABLE[step.to]


def test_only_the_owner_commits() -> None:
    assert {step.sender for step in STEPS if step.to is State.COMMITTED} == {"owner"}


def test_every_state_and_message_has_its_words() -> None:
    wanted = {f"resources.state.{state}" for state in State} | {
        f"resources.message.{name}" for name in RESOURCE_MESSAGES
    }

    assert wanted <= keys("en") & keys("ko")
