"""Reading a TOML table with care: every key asked for by type, every key not asked for refused.

A `Table` knows where it stands ("FILE, line 41, clause 2.1, when 2"), so that each `Fault` names the place, and the
nearest right word where a word is wrong. `tomllib` tells no line numbers; `Lines` finds them again in the text, by
counting the same headers, and is only asked once something is wrong.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from math import isfinite
from typing import Any

from haemaru.agreement.conditions.attributes import read_time
from haemaru.wording import Bilingual, Fault

LARGEST = 2**53  # beyond it a double no longer tells whole numbers apart
_HEADER = re.compile(r"\s*\[\[?\s*([A-Za-z0-9_.\-]+)\s*\]\]?\s*(#.*)?$")


@dataclass(frozen=True, slots=True)
class Names:
    """The words that an agreement defines itself and its clauses may use."""

    parties: tuple[str, ...]
    articles: tuple[int, ...]
    levels: tuple[str, ...]
    areas: Mapping[str, tuple[tuple[float, float], ...]]


def nearest(word: str, known: tuple[str, ...]) -> str:
    """The known word that looks most like `word`, or "-"."""
    return str(next(iter(get_close_matches(word, known, 1, 0.5)), "-"))


class Lines:
    """Finds the line on which a key of a table stands, as far as plain text tells it."""

    def __init__(self, text: str) -> None:
        self._rows = text.splitlines()

    def find(self, section: tuple[str | int, ...], key: str | None) -> int | None:
        """The line (from 1) of `key` in the section, or of the section's header; None when neither is found."""
        start = self._start(section)
        if start is None:
            return None
        if key is not None:
            wanted = re.compile(rf"\s*\"?{re.escape(key)}\"?\s*[=.]")
            for row in range(start, len(self._rows)):
                if row > start and _HEADER.match(self._rows[row]):
                    break
                if wanted.match(self._rows[row]):
                    return row + 1
        return start + 1

    def _start(self, section: tuple[str | int, ...]) -> int | None:
        """The row of the header of ("clause", 3, "when", 1), counted from 0 within its parent."""
        at = 0
        for name, place in zip(self._names(section), section[1::2], strict=True):
            found = [row for row in range(at, len(self._rows)) if self._header(row) == name]
            if not isinstance(place, int) or place >= len(found):
                return None
            at = found[place]
        return at

    @staticmethod
    def _names(section: tuple[str | int, ...]) -> list[str]:
        words = [str(word) for word in section[::2]]
        return [".".join(words[: i + 1]) for i in range(len(words))]

    def _header(self, row: int) -> str | None:
        match = _HEADER.match(self._rows[row])
        return match.group(1) if match else None


class Table:
    """One table of the file; keys are taken out one by one and `finish` refuses what is left."""

    def __init__(self, data: Mapping[str, Any], where: str, lines: Lines, section: tuple[str | int, ...] = ()) -> None:
        self._data = data
        self._where = where
        self._lines = lines
        self._section = section
        self._name = " ".join(str(word) for word in section)
        self._asked: list[str] = []

    def called(self, name: str) -> None:
        """Tells the table its name in the file's own words, such as "clause 2.1"."""
        self._name = name

    def fault(self, code: str, key: str | None = None, **params: str | int | float) -> Fault:
        """A fault at this table, with its line where that is known."""
        line = self._lines.find(self._section, key)
        place = [self._where, f"line {line}" if line else "", self._name]
        values = {"key": key, **params} if key is not None else params
        return Fault(code, ", ".join(part for part in place if part), **values)

    def finish(self) -> None:
        """Refuses the first key that nobody asked for, naming the nearest that exists."""
        for key in self._data:
            if key not in self._asked:
                raise self.fault("agreement_key_unknown", key, nearest=nearest(key, tuple(self._asked)))

    def has(self, key: str) -> bool:
        """True when the key stands in the table; asking makes it known."""
        self._asked.append(key)
        return key in self._data

    def _take(self, key: str, kind: type | tuple[type, ...], expected: str) -> Any:
        if not self.has(key):
            raise self.fault("agreement_key_missing", key)
        value = self._data[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not object):
            raise self.wrong(key, expected)
        return value

    def wrong(self, key: str, expected: str) -> Fault:
        """The fault of a value that is not what was expected."""
        found = str(self._data.get(key))
        return self.fault("agreement_value_wrong", key, expected=expected, found=found[:60])

    def text(self, key: str) -> str:
        """A text that is not empty."""
        value = self._take(key, str, "string")
        if not value:
            raise self.wrong(key, "string, not empty")
        return str(value)

    def word(self, key: str, known: tuple[str, ...], default: str | None = None) -> str:
        """One of the known words."""
        if default is not None and not self.has(key):
            return default
        value = self.text(key)
        self._check_word(key, value, known)
        return value

    def texts(self, key: str, *, empty: bool = False) -> tuple[str, ...]:
        """A list of texts, each once and none empty."""
        values = self._take(key, list, "array of strings")
        if not all(isinstance(value, str) and value for value in values) or not (values or empty):
            raise self.wrong(key, "array of strings, not empty")
        if len(set(values)) < len(values):
            raise self.wrong(key, "array of different strings")
        return tuple(values)

    def words(self, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
        """A list of known words."""
        values = self.texts(key)
        for value in values:
            self._check_word(key, value, known)
        return values

    def _check_word(self, key: str, value: str, known: tuple[str, ...]) -> None:
        if value not in known:
            near, names = nearest(value, known), ", ".join(known)
            raise self.fault("agreement_word_unknown", key, word=value, nearest=near, known=names)

    def number(self, key: str, *, low: float = -LARGEST, high: float = LARGEST) -> int | float:
        """A finite number between two ends."""
        value: int | float = self._take(key, (int, float), "number")
        if not isfinite(value) or not low <= value <= high:
            raise self.wrong(key, f"number from {low} to {high}")
        return value

    def find_number(self, key: str) -> int | float | None:
        """A number, or None when the key is not there."""
        return self.number(key) if self.has(key) else None

    def whole(self, key: str, *, low: int = 1, high: int = 100_000_000) -> int:
        """A whole number between two ends."""
        value: int = self._take(key, int, "integer")
        if not low <= value <= high:
            raise self.wrong(key, f"integer from {low} to {high}")
        return value

    def scalar(self, key: str) -> str | int | float | bool:
        """A text, a number or a boolean."""
        value = self._take(key, object, "string, number or boolean")
        self._check_scalar(key, value)
        return value  # type: ignore[no-any-return]

    def scalars(self, key: str) -> tuple[str | int | float | bool, ...]:
        """A list of texts, numbers or booleans that is not empty."""
        values = self._take(key, list, "array")
        if not values:
            raise self.wrong(key, "array, not empty")
        for value in values:
            self._check_scalar(key, value)
        return tuple(values)

    def _check_scalar(self, key: str, value: object) -> None:
        fine = isinstance(value, str | bool) or (
            isinstance(value, int | float) and isfinite(value) and abs(value) <= LARGEST
        )
        if not fine:
            raise self.wrong(key, "string, number or boolean")

    def path(self, key: str, default: str | None = None) -> str:
        """A dotted path to one attribute; lists cannot be looked into."""
        if default is not None and not self.has(key):
            return default
        value = self.text(key)
        if "[]" in value:
            raise self.fault("agreement_condition_list_path", key, path=value)
        if not all(value.split(".")) or "*" in value:
            raise self.wrong(key, "dotted path")
        return value

    def bilingual(self, key: str) -> Bilingual:
        """A text in both languages."""
        found = self.table(key)
        both = Bilingual(ko=found.text("ko"), en=found.text("en"))
        found.finish()
        return both

    def moment(self, key: str) -> datetime:
        """A time with an offset, as a TOML date-time or as RFC 3339 text."""
        value = self._take(key, (datetime, str), "date-time with offset")
        moment = read_time(value) if isinstance(value, str) else value
        if moment is None or moment.tzinfo is None:
            raise self.wrong(key, "date-time with offset")
        return moment.astimezone(UTC)

    def find_moment(self, key: str) -> datetime | None:
        """A time, or None when the key is not there."""
        return self.moment(key) if self.has(key) else None

    def table(self, key: str) -> "Table":
        """A table inside this one."""
        data = self._take(key, dict, "table")
        inner = Table(data, self._where, self._lines, self._section)
        inner.called(f"{self._name}, {key}".removeprefix(", "))
        return inner

    def tables(self, key: str, *, needed: bool = True) -> "list[Table]":
        """A list of tables; with `needed` at least one."""
        if not needed and not self.has(key):
            return []
        rows = self._take(key, list, "array of tables")
        if not all(isinstance(row, dict) for row in rows) or not (rows or not needed):
            raise self.wrong(key, "array of tables")
        inner = []
        for place, row in enumerate(rows):
            inner.append(Table(row, self._where, self._lines, (*self._section, key, place)))
            inner[-1].called(f"{self._name}, {key} {place + 1}".removeprefix(", "))
        return inner

    def raw(self, key: str) -> Any:
        """The value as TOML gave it."""
        return self._take(key, object, "value")
