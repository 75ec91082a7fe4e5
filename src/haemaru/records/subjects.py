"""By what a subject is found again: its identifiers as typed text, `mmsi:440123456`, `imo:9074729`, `name:HAIFENG 8`.

Two records are about one subject when they share an identifier that is strong (`STRONG`): an IMO or container number
stays with its thing for life. An MMSI changes with the flag and a name with the owner: they find, and a person judges.
Values that cannot be read give no identifier; looking something up never fails.
"""

from collections.abc import Callable, Mapping
from typing import Any

from haemaru.records.vessel_names import read_vessel_name
from haemaru.values.container_number import ContainerNumber
from haemaru.values.imo import Imo
from haemaru.values.locode import Locode
from haemaru.values.mmsi import Mmsi
from haemaru.wording import Fault

STRONG = frozenset({"imo", "container", "case", "team", "course", "document"})
"""The identifiers that alone make two subjects the same."""

_MAX_IDENTIFIERS = 32


def _word(value: object) -> str:
    text = " ".join(str(value).split()) if isinstance(value, str) else ""
    return text.upper() if len(text) <= 200 else ""


def _name(value: object) -> str:
    return read_vessel_name(value).key if isinstance(value, str) else ""


_READERS: dict[str, Callable[[Any], str]] = {
    "mmsi": lambda value: str(Mmsi.parse(value)),
    "imo": lambda value: str(Imo.parse(value)),
    "name": _name,
    "call_sign": lambda value: _word(value).replace(" ", "").replace("-", ""),
    "container": lambda value: ContainerNumber.parse(value).text,
    "locode": lambda value: str(Locode.parse(value)),
    "document": _word,
    "registration": _word,
    "case": _word,
    "team": _word,
    "course": _word,
}
# Under these names the same identifiers stand in feeds and older records.
_OTHER_NAMES = {"container_number": "container", "callsign": "call_sign", "place": "locode", "passport": "document"}


def identifier(name: str, value: object) -> str | None:
    """One identifier as typed text, or None where the name is not one or the value cannot be read."""
    kind = _OTHER_NAMES.get(name, name)
    reader = _READERS.get(kind)
    if reader is None:
        return None
    try:
        text = reader(value)
    except Fault:
        return None
    return f"{kind}:{text}" if text else None


def identifiers(subject: object) -> tuple[str, ...]:
    """All identifiers of a subject, each once, in a fixed order; former names and numbers count as well."""
    if not isinstance(subject, Mapping):
        return ()
    found: dict[str, None] = {}
    for key, value in subject.items():
        former = key.removeprefix("former_").removesuffix("s") if key.startswith("former_") else key
        for one in value if isinstance(value, list) else [value]:
            known = identifier(former, one)
            if known is not None and len(found) < _MAX_IDENTIFIERS:
                found[known] = None
    kind = subject.get("type")
    own_id = identifier(kind, subject.get("id")) if isinstance(kind, str) else None
    return tuple(sorted({*found, *([own_id] if own_id else [])}))


def same_subject(one: object, other: object) -> bool:
    """True when two subjects share a strong identifier; False means "not known", never "not the same"."""
    shared = set(identifiers(one)) & set(identifiers(other))
    return any(known.partition(":")[0] in STRONG for known in shared)
