"""A record as it is read: a plain JSON object that has been looked at once and may be trusted to be one.

`read_record` checks what every room relies on: a name (`rid`), a kind, a subject with a type, the time of the event,
the handling, who it comes from, and a body. It limits size, depth and the number of fields before anybody walks the
tree, and refuses keys that a dotted path could not name (`.`, `[`, `]`). What it does not know it leaves untouched:
the meaning of a body belongs to the room of its kind, and whether it may leave belongs to the agreement.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from haemaru.records.kinds import parse_kind
from haemaru.values.instant import parse_time
from haemaru.wording import Fault

MAX_BYTES = 1_048_576
"""The largest record as JSON text; a document of a case is attached by reference, never inside."""
MAX_DEPTH = 16
MAX_FIELDS = 5_000
MAX_TEXT = 65_536
MAX_KEY = 64
MAX_REFS = 64
MAX_CAVEATS = 32
_LONGEST_NAME = 200
_REFUSED_TEXT = re.compile("[\x00\ud800-\udfff]")
_REFUSED_KEY = re.compile(r"[.\[\]]")
# Beyond 53 bits another reader of JSON may round the number, and both sides would no longer hold the same record.
_LARGEST_WHOLE = 2**53 - 1

Record = dict[str, Any]
"""A record as plain JSON; `read_record` vouches for its shape."""

REQUIRED = ("rid", "kind", "subject", "event_time", "handling", "origin", "body")


def parse_record(data: bytes, where: str = "record", *, partial: bool = False) -> Record:
    """The record in JSON text, checked as by `read_record`; size first, and no key may stand twice in one object."""
    if len(data) > MAX_BYTES:
        raise Fault("record_too_large", where, bytes=len(data), limit=MAX_BYTES)
    try:
        value = json.loads(data, object_pairs_hook=_once, parse_constant=_refuse_constant)
    except RecursionError:
        raise Fault("record_too_deep", where, limit=MAX_DEPTH) from None
    except ValueError as problem:
        raise Fault("record_not_json", where, problem=str(problem)[:200]) from None
    return read_record(value, where, partial=partial)


def read_record(value: object, where: str = "record", *, partial: bool = False) -> Record:
    """The same object, once its shape has been checked; raises `Fault` naming the place of the first problem.

    With `partial`, only `rid` and `kind` must be there (a record that lacks the rest is simply released less).
    """
    if not isinstance(value, dict):
        raise Fault("record_not_object", where, found=_type_name(value))
    _check_tree(value, where)
    for name in ("rid", "kind") if partial else REQUIRED:
        if name not in value:
            raise Fault("record_field_missing", f"{where}.{name}", field=name)
    _check_name(value["rid"], f"{where}.rid")
    parse_kind(value["kind"], f"{where}.kind")
    if "subject" in value:
        _check_subject(value["subject"], f"{where}.subject")
    if "event_time" in value:
        _check_time(value["event_time"], f"{where}.event_time")
    if "handling" in value:
        _check_handling(value["handling"], f"{where}.handling")
    if "origin" in value:
        _check_name(value["origin"], f"{where}.origin")
    if "body" in value and not isinstance(value["body"], dict):
        raise Fault("record_field_wrong", f"{where}.body", expected="object", found=_type_name(value["body"]))
    if "refs" in value:
        _check_names(value["refs"], f"{where}.refs", MAX_REFS)
    return value


def leaf_paths(record: Mapping[str, Any]) -> list[str]:
    """The dotted paths of all leaves, in the order they stand; a list is one leaf, and so is an empty object."""
    found: list[str] = []

    def walk(value: Mapping[str, Any], prefix: str) -> None:
        for key, inner in value.items():
            if isinstance(inner, Mapping) and inner:
                walk(inner, f"{prefix}{key}.")
            else:
                found.append(f"{prefix}{key}")

    walk(record, "")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return made


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _type_name(value: object) -> str:
    names = {dict: "object", list: "list", str: "text", bool: "true/false", int: "number", float: "number"}
    return "null" if value is None else names.get(type(value), type(value).__name__)


def _check_tree(root: dict[str, Any], where: str) -> None:
    """Refuses what is too deep, too large, or named or valued in a way that no path or reader could follow."""
    if not _is_plain(root):
        _find_fault(root, where)


def _is_plain(root: dict[str, Any]) -> bool:
    """Whether nothing in the tree needs a second look: the quick way through what nearly all records are."""
    fields, level, depth = 0, [root], 1
    size = 0
    while level:
        below: list[Any] = []
        for holder in level:
            fields += len(holder)
            if isinstance(holder, dict):
                for key in holder:
                    if type(key) is not str or len(key) > MAX_KEY or not _is_plain_key(key):
                        return False
                inner: Iterable[Any] = holder.values()
            else:
                inner = holder
            for value in inner:
                kind = type(value)
                if kind is str:
                    size += len(value)
                    if len(value) > MAX_TEXT or _REFUSED_TEXT.search(value):
                        return False
                elif kind is dict or kind is list:
                    below.append(value)
                elif kind is float or kind is int:
                    size += 16
                    if not -_LARGEST_WHOLE <= value <= _LARGEST_WHOLE:
                        return False
                elif value is not None and kind is not bool:
                    return False
        depth += 1
        if depth > MAX_DEPTH or fields > MAX_FIELDS or size > MAX_BYTES // 2:
            return False
        level = below
    return True


@lru_cache(maxsize=4096)
def _is_plain_key(key: str) -> bool:
    return bool(key) and key.isprintable() and not _REFUSED_KEY.search(key)


def _find_fault(root: dict[str, Any], where: str) -> None:
    fields = 0
    size = 0
    waiting: list[tuple[Any, str, int]] = [(root, where, 1)]
    while waiting:
        value, place, depth = waiting.pop()
        if isinstance(value, dict):
            inner = [(_check_key(key, place), item) for key, item in value.items()]
        elif isinstance(value, list):
            inner = [(f"{place}[{index}]", item) for index, item in enumerate(value)]
        else:
            size += _check_leaf(value, place)
            inner = []
        if inner and depth > MAX_DEPTH:
            raise Fault("record_too_deep", place, limit=MAX_DEPTH)
        fields += len(inner)
        if fields > MAX_FIELDS:
            raise Fault("record_too_many_fields", where, limit=MAX_FIELDS)
        if size > MAX_BYTES:
            raise Fault("record_too_large", where, bytes=size, limit=MAX_BYTES)
        waiting.extend((item, spot, depth + 1) for spot, item in reversed(inner))


def _check_key(key: object, where: str) -> str:
    if not isinstance(key, str) or not key or len(key) > MAX_KEY or _REFUSED_KEY.search(key):
        raise Fault("record_key_refused", where, key=ascii(key)[:MAX_KEY])
    if not key.isprintable():
        raise Fault("record_key_refused", where, key=ascii(key)[:MAX_KEY])
    return f"{where}.{key}"


def _check_leaf(value: object, where: str) -> int:
    if value is None or isinstance(value, bool):
        return 5
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise Fault("record_text_too_long", where, length=len(value), limit=MAX_TEXT)
        if _REFUSED_TEXT.search(value):
            raise Fault("record_text_refused", where)
        return len(value)
    if isinstance(value, int) and abs(value) <= _LARGEST_WHOLE:
        return 16
    if isinstance(value, float) and math.isfinite(value):
        return 16
    if isinstance(value, int | float):
        raise Fault("record_number_refused", where)
    raise Fault("record_field_wrong", where, expected="JSON", found=_type_name(value))


def _check_name(value: object, where: str) -> None:
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_NAME or not value.isprintable():
        raise Fault("record_name_refused", where, limit=_LONGEST_NAME)


def _check_names(value: object, where: str, limit: int) -> None:
    if not isinstance(value, list) or len(value) > limit:
        raise Fault("record_field_wrong", where, expected=f"list (<= {limit})", found=_type_name(value))
    for index, item in enumerate(value):
        _check_name(item, f"{where}[{index}]")


def _check_subject(value: object, where: str) -> None:
    if not isinstance(value, dict):
        raise Fault("record_field_wrong", where, expected="object", found=_type_name(value))
    if "type" in value:
        _check_name(value["type"], f"{where}.type")


def _check_time(value: object, where: str) -> None:
    if not isinstance(value, str):
        raise Fault("bad_time", where, text=_type_name(value))
    parse_time(value, where)


def _check_handling(value: object, where: str) -> None:
    if not isinstance(value, dict):
        raise Fault("record_field_wrong", where, expected="object", found=_type_name(value))
    if "level" in value:
        _check_name(value["level"], f"{where}.level")
    if "caveats" in value:
        _check_names(value["caveats"], f"{where}.caveats", MAX_CAVEATS)
