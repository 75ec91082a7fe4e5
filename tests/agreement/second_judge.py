"""A second judge, written from docs/reference/agreement.md alone: slow, plain, sharing no code with the first."""

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any

MET, NOT, UNKNOWN = "met", "not_met", "unknown"
Answer = tuple[str, str | None]
TEXT_HEADERS = ("rid", "kind", "origin", "handling.level")
LIST_HEADERS = ("handling.caveats", "refs")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})")


def kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "text"
    return "number" if isinstance(value, int | float) and math.isfinite(value) else "other"


def time_of(value: Any) -> datetime | None:
    if not isinstance(value, str) or not TIME.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except ValueError:
        return None


def moment_of(value: Any) -> datetime:
    found = value if isinstance(value, datetime) else time_of(value)
    assert found is not None
    return found.astimezone(UTC)


def texts_of(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def leaves_of(value: Any, path: str = "") -> list[tuple[str, Any]]:
    """Section 2: every leaf with one of its values."""
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in leaves_of(inner, f"{path}.{key}" if path else key)]
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return [leaf for item in value for leaf in leaves_of(item, path + "[]")]
    return [(path, value)]


def is_header(path: str, value: Any) -> bool:
    return (path in TEXT_HEADERS and isinstance(value, str)) or (path in LIST_HEADERS and texts_of(value))


class Clause:
    """A clause of the file as it stands there, with the answers of its conditions."""

    def __init__(self, judge: "Judge", row: dict[str, Any]) -> None:
        self.row, self.id, self.effect = row, row["id"], row["effect"]
        answers = [judge.ask(test) for test in row.get("when", [])]
        refused = [answer for answer in answers if answer[0] == NOT] or [a for a in answers if a[0] == UNKNOWN]
        self.outcome, self.reason = refused[0] if refused else (MET, None)
        granted = self.effect == "release" or self.id in judge.granted
        if self.outcome == NOT:
            self.role = "out"
        elif self.effect == "withhold":
            self.role = "withholds"
        elif not granted:
            self.role = "blocks"
        else:
            self.role = "acts" if self.outcome == MET else "restricts"
        self.can_act = granted and self.effect != "withhold"

    def rules(self) -> list[dict[str, Any]]:
        usual = "drop" if self.effect == "withhold" else "keep"
        return [{"treatment": usual} | rule for rule in self.row.get("fields", [])]

    def keeps(self, leaf: str) -> bool:
        named = [rule for rule in self.rules() if rule["treatment"] != "drop" and names(rule["path"], leaf)]
        return bool(named) and not self.drops(leaf)

    def drops(self, leaf: str) -> bool:
        return any(rule["treatment"] == "drop" and reaches(rule["path"], leaf) for rule in self.rules())

    def changes(self, leaf: str) -> list[dict[str, Any]]:
        return [r for r in self.rules() if r["treatment"] in ("coarsen", "pseudonymise") and reaches(r["path"], leaf)]


def names(path: str, leaf: str) -> bool:
    if path.endswith(".*"):
        return leaf.startswith((path[:-2] + ".", path[:-2] + "[]"))
    return path in ("*", leaf)


def reaches(path: str, leaf: str) -> bool:
    base = path[:-2] if path.endswith(".*") else path
    return base in ("*", leaf) or leaf.startswith((base + ".", base + "[]")) or base.startswith(leaf + "[]")


def treatable(rule: dict[str, Any], value: Any) -> bool:
    kind = kind_of(value)
    if "step" in rule:
        return kind == "number"
    if "hours" in rule:
        return time_of(value) is not None
    return kind == "text" or ("chars" not in rule and kind == "number")


class Judge:
    """Sections 4 and 5 for one record."""

    def __init__(self, file: dict[str, Any], record: dict[str, Any], way: tuple[str, str], purpose: str, at: datetime,
                 granted: set[str]) -> None:  # fmt: skip
        self.file, self.record, self.at, self.granted = file, record, at, granted
        self.values: dict[str, list[Any]] = {}
        for path, value in leaves_of(record):
            self.values.setdefault(path, []).append(value)
        self.header = [path for path, found in self.values.items() if is_header(path, found[0])]
        about = [row for row in file["clause"] if is_about(row, record["kind"], *way)]
        scope = [row for row in about if purpose in row.get("purposes", [purpose])]
        serving = [row for row in about if row["effect"] != "withhold"]
        unnamed = serving and not any(purpose in row["purposes"] for row in serving)
        self.nobody = "purpose_not_named" if unnamed else "no_clause"
        head = file["agreement"]
        if at < moment_of(head["effective"]) or ("expires" in head and at >= moment_of(head["expires"])):
            scope, self.nobody = [], "agreement_not_in_force"
        self.clauses = [Clause(self, row) for row in scope]

    def read(self, path: str) -> Any:
        value: Any = self.record
        for key in path.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def ask(self, test: dict[str, Any]) -> Answer:
        name = test["test"]
        answer: Answer = getattr(self, f"ask_{name}")(test)
        return answer

    def when(self, known: bool, held: bool, code: str) -> Answer:
        return (UNKNOWN, "attribute_unknown") if not known else (MET, None) if held else (NOT, code)

    def ask_handling_at_most(self, test: dict[str, Any]) -> Answer:
        level, levels = self.read("handling.level"), self.file["agreement"]["handling_levels"]
        if isinstance(level, str) and level not in levels:
            return UNKNOWN, "level_unknown"
        known = isinstance(level, str)
        return self.when(known, known and levels.index(level) <= levels.index(test["level"]), "handling_above")

    def ask_caveats_within(self, test: dict[str, Any]) -> Answer:
        own = self.read("handling.caveats")
        return self.when(texts_of(own), texts_of(own) and set(own) <= set(test["caveats"]), "caveat_not_allowed")

    def ask_caveat_present(self, test: dict[str, Any]) -> Answer:
        own = self.read("handling.caveats")
        return self.when(texts_of(own), texts_of(own) and test["caveat"] in own, "caveat_not_present")

    def ask_origin_in(self, test: dict[str, Any]) -> Answer:
        own = self.read("origin")
        return self.when(isinstance(own, str), own in test["parties"], "origin_not_listed")

    def ask_area_within(self, test: dict[str, Any]) -> Answer:
        y, x = self.read(test.get("lat", "body.lat")), self.read(test.get("lon", "body.lon"))
        if kind_of(y) != "number" or kind_of(x) != "number" or abs(y) > 90 or abs(x) > 180:
            return UNKNOWN, "attribute_unknown"
        corners = next(area["polygon"] for area in self.file["area"] if area["id"] == test["area"])
        inside = False
        for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1], strict=True):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                inside = not inside
        return self.when(True, inside, "outside_area")

    def ask_age_at_most_hours(self, test: dict[str, Any]) -> Answer:
        event = time_of(self.read("event_time"))
        held = event is not None and self.at - event <= timedelta(hours=test["hours"])
        return self.when(event is not None, held, "too_old")

    def ask_event_between(self, test: dict[str, Any]) -> Answer:
        event = time_of(self.read("event_time"))
        held = event is not None and ("since" not in test or event >= moment_of(test["since"]))
        held = held and event is not None and ("until" not in test or event < moment_of(test["until"]))
        return self.when(event is not None, held, "outside_period")

    def ask_field_equals(self, test: dict[str, Any]) -> Answer:
        own = self.read(test["path"])
        return self.when(kind_of(own) == kind_of(test["value"]), own == test["value"], "value_differs")

    def ask_field_in(self, test: dict[str, Any]) -> Answer:
        own = self.read(test["path"])
        alike = [value for value in test["values"] if kind_of(value) == kind_of(own)]
        return self.when(bool(alike), own in alike, "value_not_listed")

    def ask_number_between(self, test: dict[str, Any]) -> Answer:
        own = self.read(test["path"])
        known = kind_of(own) == "number"
        held = known and test.get("min", -math.inf) <= own <= test.get("max", math.inf)
        return self.when(known, held, "number_out_of_range")

    def ask_text_starts_with(self, test: dict[str, Any]) -> Answer:
        own = self.read(test["path"])
        return self.when(
            isinstance(own, str), isinstance(own, str) and own.startswith(test["prefix"]), "prefix_differs"
        )

    def restrictions(self, leaf: str) -> list[dict[str, Any]]:
        return [rule for c in self.clauses if c.role in ("acts", "restricts") for rule in c.changes(leaf)]

    def can_treat(self, leaf: str) -> bool:
        rules = self.restrictions(leaf)
        return not rules or any(all(treatable(rule, value) for rule in rules) for value in self.values[leaf])

    def so_far(self) -> str:
        if any(c.role == "withholds" and not c.rules() for c in self.clauses):
            return "withhold"
        blocked = {c.effect for c in self.clauses if c.role == "blocks"}
        return "demand" if "demand" in blocked else "refer" if "refer" in blocked else "release"

    def released(self) -> dict[str, tuple[str, str]]:
        found: dict[str, tuple[str, str]] = {}
        if self.so_far() != "release":
            return found
        for leaf in self.values:
            keepers = [c for c in self.clauses if c.role == "acts" and c.keeps(leaf)]
            dropped = any(c.role in ("withholds", "acts", "restricts") and c.drops(leaf) for c in self.clauses)
            if leaf in self.header or not keepers or dropped or not self.can_treat(leaf):
                continue
            words = {rule["treatment"] for rule in self.restrictions(leaf)}
            word = "pseudonymise" if "pseudonymise" in words else "coarsen" if words else "keep"
            found[leaf] = (keepers[0].id, word)
        if not set(found) - {"event_time"}:
            return {}
        first = next(c for c in self.clauses if c.role == "acts" and any(c.keeps(leaf) for leaf in found))
        return {
            leaf: found.get(leaf, (first.id, "keep")) for leaf in self.values if leaf in found or leaf in self.header
        }

    def refusal(self, clause: Clause, leaf: str) -> str | None:
        header = leaf in self.header
        if clause.role == "withholds":
            return (clause.reason or "withheld_by_clause") if not clause.rules() or (
                not header and clause.drops(leaf)) else None  # fmt: skip
        if clause.role == "blocks":
            return "demand_needed" if clause.effect == "demand" else "person_decides"
        if clause.role == "out":
            return clause.reason if clause.can_act and (header or clause.keeps(leaf)) else None
        if clause.role == "restricts":
            touched = clause.keeps(leaf) or clause.drops(leaf) or clause.changes(leaf)
            return clause.reason if header or touched else None
        if not header and clause.drops(leaf):
            return "dropped_by_clause"
        return "treatment_impossible" if not header and clause.changes(leaf) and not self.can_treat(leaf) else None

    def judged(self) -> dict[str, Any]:
        """Verdict, released, withheld and obligations, as section 6 prints them."""
        out = self.released()
        withheld = []
        for leaf in self.values:
            if leaf in out:
                continue
            refusals = [(c.id, why) for c in self.clauses for why in (self.refusal(c, leaf),) if why]
            acting = [c for c in self.clauses if c.role == "acts"]
            kept = bool(acting) if leaf in self.header else any(c.keeps(leaf) for c in acting)
            by, why = refusals[0] if refusals else ("none", "nothing_released" if kept else self.nobody)
            withheld.append({"path": leaf, "clause": by, "reason": why})
        so_far = self.so_far()
        return {
            "verdict": "release" if out else "withhold" if so_far == "release" else so_far,
            "released": [{"path": p, "clause": c, "treatment": t} for p, (c, t) in out.items()],
            "withheld": withheld,
            "obligations": self.obligations(set(out) - set(self.header)),
        }

    def obligations(self, leaves: set[str]) -> list[dict[str, Any]]:
        acted = [c for c in self.clauses if c.role == "acts" and any(c.keeps(leaf) for leaf in leaves)]
        if not acted:
            return []
        days = min(c.row["retention_days"] for c in acted)
        until = (self.at + timedelta(days=days)).isoformat().replace("+00:00", "Z")
        by = next(c.id for c in acted if c.row["retention_days"] == days)
        found: list[dict[str, Any]] = [{"obligation": "retain_until", "until": until, "clause": by}]
        words = [word for word in ("none", "ask") if any(c.row["onward"] == word for c in acted)]
        if words:
            rule: Any = words[0]
            by = next(c.id for c in acted if c.row["onward"] == rule)
        else:
            rule = [p for p in acted[0].row["onward"] if all(p in c.row["onward"] for c in acted)] or "none"
            by = acted[0].id
        return [*found, {"obligation": "onward", "rule": rule, "clause": by}]


def is_about(row: dict[str, Any], kind: str, from_: str, to: str) -> bool:
    kinds = any(k in ("*", kind) or (k.endswith(".*") and kind.startswith(k[:-1])) for k in row["kinds"])
    return kinds and bool({"*", from_} & set(row["from"])) and bool({"*", to} & set(row["to"]))
