"""The examples of docs/reference/records.md are what it says: every kind has one, and every one is read."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from haemaru import intelligence, resources, training
from haemaru.records import KINDS, Record, channel_of, parse_record

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "records.md"


def blocks(language: str) -> list[str]:
    parts = PAGE.read_text(encoding="utf-8").split("```")
    return [part.removeprefix(f"{language}\n") for part in parts[1::2] if part.startswith(f"{language}\n")]


def examples() -> list[Record]:
    frame = parse_record(blocks("json")[0].encode())
    lines = [json.loads(line) for block in blocks("jsonl") for line in block.splitlines()]
    made = []
    for line in lines:
        about = {"refs": [line["body"]["about"]]} if line["kind"] == "intelligence.feedback" else {}
        made.append({**frame, **about, **line})
    return made


EXAMPLES = examples()


@pytest.mark.parametrize("record", EXAMPLES, ids=lambda record: str(record["rid"]))
def test_every_example_is_a_record_that_its_room_reads(record: Record) -> None:
    readers: dict[str, Callable[[Record], object]] = {
        "intelligence.report": intelligence.check_report,
        "intelligence.feedback": intelligence.check_feedback,
        "resources": resources.read_message,
        "training": training.read_training,
    }
    kind = record["kind"]
    read = readers.get(kind) or readers.get(kind.partition(".")[0]) or (lambda each: each)

    assert read(parse_record(json.dumps(record).encode()))


def test_every_kind_has_an_example_and_stands_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    shown = {record["kind"] for record in EXAMPLES}

    assert shown == set(KINDS)
    assert all(kind.removeprefix("resources.") in text for kind in KINDS)
    assert all(channel_of(kind) in text for kind in KINDS)


def test_the_support_on_the_page_runs_from_request_to_return() -> None:
    supports = resources.fold(EXAMPLES)

    assert [support.state for support in supports] == ["released", "offered"]
    assert [support.refused for support in supports] == [(), ()]


def test_the_seat_on_the_page_is_taken() -> None:
    session: Any = training.fold(EXAMPLES)[0]

    assert session.persons("seat") == {"kcg": ["kcg-officer-17"]}
    assert session.refused == ()
