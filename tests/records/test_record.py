"""A record is checked once: shape, size, depth and keys; what is not known is left alone."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haemaru.records import leaf_paths, parse_record, read_record
from haemaru.wording import Fault

RECORD: dict[str, Any] = {
    "rid": "kcg-2025-0001",
    "kind": "surveillance.sighting",
    "subject": {"type": "vessel", "mmsi": "440000001", "name": "HAEMARU DEMO 1"},
    "event_time": "2025-04-02T06:30:00Z",
    "handling": {"level": "restricted", "caveats": ["no_onward"]},
    "origin": "kcg",
    "body": {"speed": 3.5, "crew": [{"name": "A"}], "seen": True, "note": None},
    "refs": ["kcg-2025-0000"],
    "later_field": {"of": "another version"},
}


def changed(path: str, value: object) -> dict[str, Any]:
    record = copy.deepcopy(RECORD)
    place: Any = record
    *parents, last = path.split("/")
    for parent in parents:
        place = place[parent]
    place[last] = value
    return record


def test_a_good_record_is_returned_untouched() -> None:
    before = copy.deepcopy(RECORD)

    assert read_record(RECORD) is RECORD
    assert before == RECORD
    assert parse_record(json.dumps(RECORD).encode()) == RECORD


@pytest.mark.parametrize(
    ("record", "code", "where"),
    [
        ([], "record_not_object", "record"),
        (None, "record_not_object", "record"),
        (changed("rid", ""), "record_name_refused", "record.rid"),
        (changed("rid", 5), "record_name_refused", "record.rid"),
        (changed("kind", "No"), "bad_kind", "record.kind"),
        (changed("subject", "ship"), "record_field_wrong", "record.subject"),
        (changed("event_time", 17), "bad_time", "record.event_time"),
        (changed("event_time", "2025-04-02"), "bad_time", "record.event_time"),
        (changed("handling/caveats", "no_onward"), "record_field_wrong", "record.handling.caveats"),
        (changed("handling/caveats", [1]), "record_name_refused", "record.handling.caveats[0]"),
        (changed("origin", None), "record_name_refused", "record.origin"),
        (changed("body", []), "record_field_wrong", "record.body"),
        (changed("refs", [""]), "record_name_refused", "record.refs[0]"),
        (changed("body/a.b", 1), "record_key_refused", "record.body"),
        (changed("body/a[0]", 1), "record_key_refused", "record.body"),
        (changed("body/", 1), "record_key_refused", "record.body"),
        (changed("body/speed", float("nan")), "record_number_refused", "record.body.speed"),
        (changed("body/speed", 2**60), "record_number_refused", "record.body.speed"),
        (changed("body/speed", 10**5000), "record_number_refused", "record.body.speed"),
        (changed("body/note", "x" * 70_000), "record_text_too_long", "record.body.note"),
        (changed("body/note", "\ud800"), "record_text_refused", "record.body.note"),
        (changed("body/note", {1, 2}), "record_field_wrong", "record.body.note"),
        (changed("body/crew", [0] * 6000), "record_too_many_fields", "record"),
    ],
)
def test_a_wrong_record_is_refused_with_its_place(record: object, code: str, where: str) -> None:
    with pytest.raises(Fault) as fault:
        read_record(record)

    assert (fault.value.code, fault.value.where) == (code, where)


@pytest.mark.parametrize("name", ["rid", "kind", "subject", "event_time", "handling", "origin", "body"])
def test_a_missing_field_is_named(name: str) -> None:
    with pytest.raises(Fault) as fault:
        read_record({key: value for key, value in RECORD.items() if key != name}, "line 4")

    assert (fault.value.code, fault.value.where) == ("record_field_missing", f"line 4.{name}")


def test_a_partial_record_needs_only_its_name_and_kind() -> None:
    assert read_record({"rid": "a", "kind": "b.c"}, partial=True) == {"rid": "a", "kind": "b.c"}
    with pytest.raises(Fault, match="record_field_missing"):
        read_record({"rid": "a"}, partial=True)


def test_depth_is_limited_before_anything_walks_the_tree() -> None:
    deep: dict[str, Any] = {}
    for _ in range(40):
        deep = {"in": deep}

    with pytest.raises(Fault, match="record_too_deep"):
        read_record(changed("body/deep", deep))
    with pytest.raises(Fault, match="record_too_deep"):
        parse_record(b'{"a":' * 100_000)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"rid":"a","rid":"b"}', "record_not_json"),
        (b'{"rid":NaN}', "record_not_json"),
        (b"\xff", "record_not_json"),
        (b"", "record_not_json"),
        (b'{"n":' + b"9" * 5000 + b"}", "record_not_json"),
        (b" " * 1_100_000, "record_too_large"),
    ],
)
def test_text_that_is_no_record_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Fault, match=code):
        parse_record(data)


def test_paths_are_dotted_and_a_list_is_one_leaf() -> None:
    record = {"rid": "a", "subject": {"type": "vessel"}, "body": {"crew": [1], "empty": {}, "in": {"at": 1}}}

    assert leaf_paths(record) == ["rid", "subject.type", "body.crew", "body.empty", "body.in.at"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


def place_of_refusal(read: Callable[[], object]) -> str:
    try:
        read()
    except Fault as fault:
        return fault.where
    return "record"


@given(JSON, st.binary(max_size=50))
def test_anything_at_all_is_either_a_record_or_a_fault(value: object, data: bytes) -> None:
    assert place_of_refusal(lambda: read_record(value)).startswith("record")
    assert place_of_refusal(lambda: parse_record(data)).startswith("record")
    assert place_of_refusal(lambda: read_record({**RECORD, "body": value})).startswith("record")
