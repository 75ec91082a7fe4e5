"""The leaves of a record as an agreement names them, with their values."""

from collections.abc import Iterator, Mapping
from typing import Any


def leaves(value: object, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf of a record with its dotted path, lists element by element; an empty object is none."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list) and value and all(isinstance(each, Mapping) for each in value):
        for each in value:
            yield from leaves(each, f"{path}[]")
    else:
        yield path, value
