"""Forms that people fill in, as JSON objects: known fields only, each read by its own reader, faults that help.

A word that the form does not know is refused with the nearest word that it does know: a field that is quietly ignored
is a fact that is quietly lost.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from haemaru.clock import format_time
from haemaru.values.instant import parse_time
from haemaru.wording import Fault

Reader = Callable[[object, str], Any]

LONGEST_TEXT = 4_000


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of one form, and which of them must be filled in."""

    fields: Mapping[str, Reader]
    required: tuple[str, ...] = ()

    def read(self, data: object, where: str) -> dict[str, Any]:
        """The values as their readers return them; empty fields (null, "") are left out; raises `Fault`."""
        if not isinstance(data, Mapping):
            raise Fault("form_not_object", where, found=type(data).__name__)
        values = {}
        for name, value in data.items():
            if name not in self.fields:
                raise Fault("form_field_unknown", f"{where}.{name}", field=str(name)[:60], nearest=self._nearest(name))
            if value is not None and value != "":
                values[name] = self.fields[name](value, f"{where}.{name}")
        for name in self.required:
            if name not in values:
                raise Fault("form_field_missing", f"{where}.{name}", field=name)
        return values

    def _nearest(self, name: object) -> str:
        return get_close_matches(str(name).lower(), list(self.fields), n=1, cutoff=0.0)[0]


def text(limit: int = LONGEST_TEXT) -> Reader:
    """A reader of text of at most `limit` characters, without the blanks around it."""

    def read(value: object, where: str) -> str:
        if not isinstance(value, str) or len(value) > limit or "\x00" in value:
            raise Fault("form_text_wrong", where, limit=limit)
        return value.strip()

    return read


def time(value: object, where: str) -> str:
    """Reads an RFC 3339 time with its offset and writes it in UTC."""
    if not isinstance(value, str):
        raise Fault("bad_time", where, text=str(value)[:40])
    return format_time(parse_time(value, where))


def one_of(*words: str) -> Reader:
    """A reader of one word out of a few."""

    def read(value: object, where: str) -> str:
        if not isinstance(value, str) or value not in words:
            near = get_close_matches(str(value).lower(), words, n=1, cutoff=0.0)[0]
            raise Fault("form_word_unknown", where, word=str(value)[:40], nearest=near, words=", ".join(words))
        return value

    return read


def texts(value: object, where: str) -> list[str]:
    """Reads a list of texts that are not empty."""
    if not isinstance(value, list) or not all(isinstance(item, str) and 0 < len(item) <= 200 for item in value):
        raise Fault("form_list_wrong", where)
    return list(value)


def whole(value: object, where: str) -> int:
    """Reads a whole number of 0 or more."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Fault("form_number_wrong", where, found=str(value)[:40])
    return value


def thing(value: object, where: str) -> dict[str, Any]:
    """Reads a JSON object, such as a subject."""
    if not isinstance(value, Mapping):
        raise Fault("form_not_object", where, found=type(value).__name__)
    return dict(value)
