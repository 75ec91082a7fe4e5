"""JSON that an officer types into a form: shown so that nothing in it hides, read so that a mistake has a place."""

import json
import re
import unicodedata
from typing import Any

import msgspec

from haemaru.wording import Fault

_BYTE = re.compile(r"\(byte (\d+)\)")


def shown(value: Any) -> str:
    """A value as JSON on lines; characters that hide or move what stands around them are written as their numbers.

    >>> print(shown({"summary": "\u202egpj.exe"}))
    {
      "summary": "\\u202egpj.exe"
    }
    """
    return "".join(_visible(char) for char in json.dumps(value, ensure_ascii=False, indent=2))


def _visible(char: str) -> str:
    if char == "\n" or not unicodedata.category(char).startswith("C"):
        return char
    return json.dumps(char)[1:-1] if ord(char) > 0x7E else f"\\u{ord(char):04x}"


def json_object(text: str, where: str) -> dict[str, Any]:
    """The JSON object in a text; `Fault("web_bad_json")` names line and column of the first mistake."""
    data = text.replace("\r\n", "\n").encode("utf-8", "replace")
    try:
        value = msgspec.json.decode(data)
    except RecursionError:
        raise Fault("web_bad_json", where, line=1, column=1, problem="nested too deeply") from None
    except msgspec.DecodeError as error:
        found = _BYTE.search(str(error))
        before = data[: int(found[1]) if found else len(data)].decode("utf-8", "ignore")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        problem = _BYTE.sub("", str(error)).removeprefix("JSON is malformed: ").strip()
        raise Fault("web_bad_json", f"{where} {line}:{column}", line=line, column=column, problem=problem) from None
    if not isinstance(value, dict):
        raise Fault("web_bad_json", where, line=1, column=1, problem="one JSON object { … } is expected")
    return value
