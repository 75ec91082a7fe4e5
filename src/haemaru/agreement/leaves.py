"""The leaves of a record: which paths it holds, told apart by shape so that records of one shape are walked once.

Objects are gone into; a list that is not empty and holds only objects is gone into with `[]`, all elements alike;
every other value is a leaf, null and the empty list included. An empty object holds nothing and is no leaf. Six leaves
are the header, when they have a header's form; all others are governed by the clauses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from haemaru.agreement.conditions.attributes import is_texts
from haemaru.agreement.model import HEADER_LEAVES
from haemaru.wording import Fault

_TEXTS = HEADER_LEAVES[:4]
_LISTS = HEADER_LEAVES[4:]
_OTHER_LIST, _TEXT_LIST = 0, 1
_IN_LIST = True

Outline = tuple[Any, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """The leaf paths of all records that look alike, each once, in the order the record gives them."""

    header: tuple[str, ...]
    governed: tuple[str, ...]
    paths: tuple[str, ...]


def outline(record: Mapping[str, object]) -> Outline:
    """Keys and nesting of a record: two records with equal outlines have equal leaves.

    A plain value is its key, an object is key and outline, a list is key, mark and what it holds.
    """
    return tuple(
        [
            (key, outline(value))  # type: ignore[arg-type]
            if (kind := value.__class__) is dict
            else (key, _IN_LIST, _outline_list(value))  # type: ignore[arg-type]
            if kind is list
            else key
            for key, value in record.items()
        ]
    )


def holds_objects(value: object) -> bool:
    """True for a list that is gone into: not empty, and every element an object. Any other list is a leaf itself."""
    return isinstance(value, list) and bool(value) and all(item.__class__ is dict for item in value)


def _outline_list(values: list[object]) -> object:
    if holds_objects(values):
        return tuple(dict.fromkeys(map(outline, values)))  # type: ignore[arg-type]
    return _TEXT_LIST if is_texts(values) else _OTHER_LIST


def odd_header(record: Mapping[str, object]) -> tuple[str, ...]:
    """The header leaves that should be texts and are something else: they are governed like any other leaf."""
    rid, kind, origin = record.get("rid"), record.get("kind"), record.get("origin", "")
    handling = record.get("handling")
    level = handling.get("level", "") if handling.__class__ is dict else ""
    if rid.__class__ is str and kind.__class__ is str and origin.__class__ is str and level.__class__ is str:
        return ()
    for key, value in (("rid", rid), ("kind", kind)):
        if value.__class__ is not str:
            raise Fault("record_key_missing", key, key=key)
    values = zip(_TEXTS, (rid, kind, origin, level), strict=True)
    return tuple(path for path, value in values if value.__class__ is not str)


def shape_of(outlined: Outline, odd: tuple[str, ...] = ()) -> Shape:
    """The leaves of the records of one outline; raises `Fault` for keys that a path cannot name."""
    header: dict[str, None] = {}
    governed: dict[str, None] = {}
    paths: dict[str, None] = {}
    for path, is_header in _walk("", outlined):
        paths[path] = None
        (header if is_header and path not in odd else governed)[path] = None
    return Shape(tuple(header), tuple(governed), tuple(paths))


def _walk(prefix: str, outlined: Outline) -> list[tuple[str, bool]]:
    found: list[tuple[str, bool]] = []
    for item in outlined:
        key, *inner = item if isinstance(item, tuple) else (item,)
        if not isinstance(key, str) or "." in key or "[]" in key:
            raise Fault("record_key_wrong", f"{prefix}{key}", key=str(key))
        path = f"{prefix}{key}"
        if len(inner) == 2:
            found += _walk_list(path, inner[1])
        elif inner:
            found += _walk(f"{path}.", inner[0])
        else:
            found.append((path, path in _TEXTS))
    return found


def _walk_list(path: str, outlined: Any) -> list[tuple[str, bool]]:
    if isinstance(outlined, int):
        return [(path, outlined == _TEXT_LIST and path in _LISTS)]
    return [leaf for element in outlined for leaf in _walk(f"{path}[].", element)]
