"""Reading one attribute of a record: the value at a dotted path, or None where there is nothing to stand on.

None means absent or null, and both are unknown. Lists are never looked into: a condition path holds no `[]`.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from sys import float_info

_LARGEST_DOUBLE = int(float_info.max)
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)


def value_at(record: Mapping[str, object], keys: tuple[str, ...]) -> object:
    """The value that stands at `keys`, one key a level; None when any level is missing."""
    value: object = record
    for key in keys:
        if value.__class__ is not dict:
            return None
        value = value.get(key)
    return value


def is_number(value: object) -> bool:
    """True for a JSON number that a double can hold; true and false are not numbers."""
    if value.__class__ is int:
        return -_LARGEST_DOUBLE <= value <= _LARGEST_DOUBLE
    return value.__class__ is float and isfinite(value)


def is_texts(value: object) -> bool:
    """True for a list whose elements are all texts; the empty list is one."""
    return value.__class__ is list and (not value or all(item.__class__ is str for item in value))


def json_type(value: object) -> str:
    """`text`, `number`, `boolean`, or `other` for what conditions do not compare (null, lists, objects)."""
    if value.__class__ is str:
        return "text"
    if value.__class__ is bool:
        return "boolean"
    return "number" if is_number(value) else "other"


def read_time(value: object) -> datetime | None:
    """The moment that RFC 3339 text tells, in UTC; None for anything else, so that no guess decides."""
    if value.__class__ is not str or _TIME.fullmatch(value) is None:
        return None
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
