"""The leaves of a record: which paths it holds, told apart by shape so that records of one shape are walked once.

Objects are gone into; a list that is not empty and holds only objects is gone into with `[]`, all elements alike;
every other value is a leaf, null and the empty list included. An empty object holds nothing and is no leaf. Six leaves
are the header, when they have a header's form; all others are governed by the clauses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from haemaru.agreement.model import HEADER_LEAVES
from haemaru.wording import Fault

_PLAIN = frozenset({str, int, float, bool, type(None), dict, list})
_HEADER_TEXTS = frozenset(HEADER_LEAVES[:4])
_HEADER_LISTS = frozenset(HEADER_LEAVES[4:])
_OTHER_LIST, _TEXT_LIST = 0, 1


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """The leaf paths of all records that look alike, each once, in the order the record gives them."""

    header: tuple[str, ...]
    governed: tuple[str, ...]
    paths: tuple[str, ...]


def outline(record: Mapping[str, object]) -> tuple[Any, ...]:
    """Keys and types of a record, level by level: two records with equal outlines have equal leaves."""
    types = tuple(map(type, record.values()))
    if dict in types or list in types:
        inner = [
            outline(value) if value.__class__ is dict else _outline_list(value)  # type: ignore[arg-type]
            for value in record.values()
            if value.__class__ is dict or value.__class__ is list
        ]
        return (tuple(record), types, tuple(inner))
    return (tuple(record), types)


def _outline_list(values: list[object]) -> object:
    types = set(map(type, values))
    if types == {dict}:
        return tuple(dict.fromkeys(map(outline, values)))  # type: ignore[arg-type]
    return _TEXT_LIST if types <= {str} else _OTHER_LIST


def shape_of(record: Mapping[str, object], outlined: tuple[Any, ...]) -> Shape:
    """The leaves of a record whose outline is `outlined`; raises `Fault` for what cannot be a record."""
    for key in ("rid", "kind"):
        if not isinstance(record.get(key), str):
            raise Fault("record_key_missing", key, key=key)
    header: dict[str, None] = {}
    governed: dict[str, None] = {}
    paths: dict[str, None] = {}
    for path, is_header in _walk("", outlined):
        paths[path] = None
        (header if is_header else governed)[path] = None
    return Shape(tuple(header), tuple(governed), tuple(paths))


def _walk(prefix: str, outlined: tuple[Any, ...]) -> list[tuple[str, bool]]:
    keys, types = outlined[0], outlined[1]
    inner = iter(outlined[2] if len(outlined) > 2 else ())
    found: list[tuple[str, bool]] = []
    for key, kind in zip(keys, types, strict=True):
        _check_key(prefix, key, kind)
        path = f"{prefix}{key}"
        if kind is dict:
            found += _walk(f"{path}.", next(inner))
        elif kind is list:
            found += _walk_list(path, next(inner))
        else:
            found.append((path, kind is str and path in _HEADER_TEXTS))
    return found


def _walk_list(path: str, outlined: Any) -> list[tuple[str, bool]]:
    if isinstance(outlined, int):
        return [(path, outlined == _TEXT_LIST and path in _HEADER_LISTS)]
    return [leaf for element in outlined for leaf in _walk(f"{path}[].", element)]


def _check_key(prefix: str, key: object, kind: type) -> None:
    if not isinstance(key, str) or "." in key or "[]" in key:
        raise Fault("record_key_wrong", f"{prefix}{key}", key=str(key))
    if kind not in _PLAIN:
        raise Fault("record_value_wrong", f"{prefix}{key}", type=kind.__name__)
