"""The copy of a record that may leave: only released leaves, each value treated; what becomes empty is left out."""

import copy
from collections.abc import Mapping
from typing import Any

from haemaru.agreement.plan import Released, treats
from haemaru.agreement.treatments import Treatment, class_of, pseudonym
from haemaru.wording import Fault

GONE = object()


def redacted(
    record: Mapping[str, object], released: tuple[Released, ...], key: bytes | None, whose: tuple[str, str]
) -> dict[str, Any]:
    """`record` with the released leaves only; `whose` is agreement id and receiver, for pseudonyms."""
    leaves = {leaf.path: leaf for leaf in released}
    if key is None and any(leaf.treatment is Treatment.PSEUDONYMISE for leaf in released):
        raise Fault("pseudonym_key_missing", "pseudonym_key")
    kept: dict[str, Any] = _copy_object(record, "", leaves, (key or b"", *whose))
    return kept


def _copy_object(
    source: Mapping[str, object], prefix: str, leaves: dict[str, Released], secret: tuple[bytes, str, str]
) -> dict[str, Any]:
    kept = {}
    for name, value in source.items():
        found = _copy(value, prefix + name, leaves, secret)
        if found is not GONE:
            kept[name] = found
    return kept


def _copy(value: object, path: str, leaves: dict[str, Released], secret: tuple[bytes, str, str]) -> object:
    if isinstance(value, dict):
        return _copy_object(value, f"{path}.", leaves, secret) or GONE
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        items = [_copy_object(item, f"{path}[].", leaves, secret) for item in value]
        return [item for item in items if item] or GONE
    leaf = leaves.get(path)
    return GONE if leaf is None else treated_value(value, leaf, secret)


def treated_value(value: object, leaf: Released, secret: tuple[bytes, str, str]) -> object:
    """The value after all rules: steps and hours as they stand in the agreement, then chars, then the pseudonym.

    `secret` is the pseudonym key, the agreement's id and the receiver; a value that cannot be treated is `GONE`.
    """
    if not leaf.rules:
        return copy.deepcopy(value) if isinstance(value, list) else value
    kind = class_of(value)
    if not all(treats(rule) & kind for rule in leaf.rules):
        return GONE
    coarsenings = [rule.coarsening for rule in leaf.rules if rule.coarsening]
    for coarsening in sorted(coarsenings, key=lambda c: c.how == "chars"):
        value = coarsening.apply(value)
    return pseudonym(value, *secret) if leaf.treatment is Treatment.PSEUDONYMISE else value
