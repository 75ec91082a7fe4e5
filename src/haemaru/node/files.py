"""JSON files that officers hand to a command: read whole, with the place of the first mistake in the fault."""

from pathlib import Path
from typing import Any

import msgspec

from haemaru.wording import Fault


def read_object(path: str | Path) -> dict[str, Any]:
    """The one JSON object in a file; `Fault("bad_json")` where there is none."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise Fault("cannot_read", str(path), detail=error.strerror or "") from None
    return decode_object(data, str(path))


def file_fault(error: OSError | UnicodeDecodeError) -> Fault:
    """What the system said of a file that a command could not use."""
    if isinstance(error, UnicodeDecodeError):
        return Fault("file_unusable", "", detail=str(error))
    return Fault("file_unusable", str(error.filename or ""), detail=error.strerror or str(error))


def decode_object(data: bytes, where: str) -> dict[str, Any]:
    """The JSON object in `data`; `Fault("bad_json")` names `where`."""
    try:
        value = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Fault("bad_json", where, detail=str(error)) from None
    if not isinstance(value, dict):
        raise Fault("bad_json", where, detail="one JSON object is expected")
    return value
