"""The steps of the demo's story: noted in the ledger as they are told, listed for the console; only in realm demo."""

from typing import TYPE_CHECKING, Any

import msgspec

from haemaru.clock import format_time
from haemaru.node.answer import Answer
from haemaru.scenarios.story import STEPS
from haemaru.wording import Bilingual, Fault, say

if TYPE_CHECKING:
    from haemaru.node.node import Node

TOLD = "demo.step"


def tell(node: "Node", params: dict[str, Any]) -> Answer:
    """Notes that a step of the story has been told."""
    if node.realm != "demo":
        raise Fault("story_only_in_demo", node.realm)
    note = {"step": str(params["step"]), "at": format_time(node.clock.now())}
    with node.ledger.write() as batch:
        batch.append(TOLD, msgspec.json.encode(note))
    return Answer(note)


def steps(notes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The steps in their order, each done or next as the notes of `tell` say; none before the story has begun."""
    told = {note["step"]: note["at"] for note in notes}
    if not told:
        return []
    return [
        {
            "title": _words(f"story.step.{step}"),
            "text": _words(f"story.okgye.{step}"),
            "state": "done" if step in told else "next",
            "at": told.get(step),
        }
        for step in STEPS
    ]


def _words(key: str) -> Bilingual:
    return Bilingual(say(key, "ko"), say(key, "en"))
