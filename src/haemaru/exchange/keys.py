"""What a record can be found by later: the identifiers of its subject, and the records it refers to.

The keys are blinded before they are stored, so they are looked up whole or not at all.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from haemaru.records.subjects import identifiers


def keys_of(record: Mapping[str, Any], refs: Iterable[str] = ()) -> tuple[str, ...]:
    """The keys of a record: the identifiers of its subject, and `ref:...` for each record it refers to."""
    own_refs = record.get("refs")
    mentioned = (*(own_refs if isinstance(own_refs, list) else ()), *refs)
    found = (*identifiers(record.get("subject")), *(ref_key(rid) for rid in mentioned if isinstance(rid, str)))
    return tuple(dict.fromkeys(found))


def ref_key(rid: str) -> str:
    """The key under which records that refer to `rid` are found."""
    return f"ref:{rid}"
