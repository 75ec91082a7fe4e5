"""Turns a page's facts into HTML, in the reader's language.

Every text that a partner can fill is escaped by Jinja, stripped of what could rearrange the line it stands in (control
and bidirectional characters are shown as their code points), isolated in `<bdi>` and cut at a length. Times are shown
in one fixed 24-hour pattern, Korean time first, with UTC beside it or under it.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from haemaru.web import typed
from haemaru.web.sketch import sketch
from haemaru.wording import Bilingual, Fault, Reason, keys, say, say_fault, say_reason

KST = timezone(timedelta(hours=9), "KST")
LONGEST_SHOWN = 2_000
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")
# Bidirectional embeddings, overrides and isolates: they can make a line read as something else.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def environment() -> Environment:
    """The templates, escaping everything, failing on a misspelt name."""
    env = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(
        text=_text_here, when=when, clock=clock, age=_age_here, subject=subject, short=short, number=number
    )
    env.filters.update(tone=tone, by_clause=by_clause, by_record=by_record, disputes=disputes, about=about)
    env.filters.update(json=typed.shown)
    env.globals.update(spark=spark, sketch=sketch)
    return env


def words(lang: str) -> dict[str, Any]:
    """What a template needs to speak `lang`."""
    return {
        "lang": lang,
        "t": partial(_say, lang),
        "word": partial(word, lang),
        "reason": partial(_reason, lang),
        "within": partial(_within, lang),
        "wrong": partial(_wrong, lang),
    }


def _say(lang: str, key: str, /, **params: object) -> str:
    return say(key, lang, **params)


def word(lang: str, family: str, code: str, *others: str) -> str:
    """The word for a code of a family (states, kinds ...) or of others; a code without a word shows itself."""
    known = keys(lang)
    # A field goes by its whole path or, where that has no word, by the path's last part.
    codes = (code, code.rsplit(".", 1)[-1].removesuffix("[]")) if family == "field" else (code,)
    found = next((key for name in (family, *others) for one in codes if (key := f"web.{name}.{one}") in known), None)
    return say(found, lang) if found else plain(code)


def _reason(lang: str, reason: Reason | None) -> str:
    if reason is None:
        return ""
    shown = {name: _korean_time(value) for name, value in reason.params.items()}
    told = plain(say_reason(Reason(reason.code, shown), lang))
    return told[:1].upper() + told[1:]


def _korean_time(value: Any) -> Any:
    """A moment within a sentence as the page's other times stand; anything else as it is."""
    found = parse(value) if isinstance(value, str) and _TIME.fullmatch(value) else None
    return value if found is None else found.astimezone(KST).strftime("%Y-%m-%d %H:%M:%S KST")


def _within(lang: str, both: Bilingual | None, otherwise: str = "") -> str:
    return plain(both.within(lang)) if both is not None else plain(otherwise)


def _wrong(lang: str, fault: Fault) -> dict[str, str]:
    return {name: plain(value) for name, value in say_fault(fault, lang).items()}


def plain(value: str) -> str:
    """A text without anything that moves, hides or breaks what stands around it, and not longer than is useful."""
    if len(value) > LONGEST_SHOWN:
        value = value[:LONGEST_SHOWN] + " …"
    return "".join(_visible(char) for char in value)


def _visible(char: str) -> str:
    if char in "\n\t":
        return char
    category = unicodedata.category(char)
    return f"⟨U+{ord(char):04X}⟩" if char in _BIDI or category in ("Cc", "Cs", "Co") else char


def text(value: Any, lang: str = "en") -> Markup:
    """Any value of a record as safe text: numbers as they are, times as times, lists and objects on lines."""
    if value is None or value == "" or value == []:
        return Markup('<span class="nothing">–</span>')
    if isinstance(value, bool):
        return Markup("{}").format(word(lang, "answer", "yes" if value else "no"))
    if isinstance(value, int | float):
        return Markup('<span class="num">{}</span>').format(value)
    if isinstance(value, Mapping):
        rows = [Markup("<li>{}</li>").format(pair) for pair in _pairs(value, lang)]
        return Markup('<ul class="value">{}</ul>').format(Markup("").join(rows))
    if isinstance(value, list | tuple):
        return _listed(value, lang)
    if isinstance(value, str) and _TIME.fullmatch(value):
        return when(value)
    return Markup("<bdi>{}</bdi>").format(plain(str(value)))


def _listed(values: Sequence[Any], lang: str) -> Markup:
    if all(isinstance(inner, str | int | float) for inner in values):
        return Markup("<bdi>{}</bdi>").format(plain(", ".join(str(inner) for inner in values)))
    lines = [
        Markup(" · ").join(_pairs(inner, lang)) if isinstance(inner, Mapping) else text(inner, lang) for inner in values
    ]
    return Markup('<ul class="value">{}</ul>').format(
        Markup("").join(Markup("<li>{}</li>").format(line) for line in lines)
    )


def _pairs(value: Mapping[Any, Any], lang: str) -> list[Markup]:
    return [
        Markup("<i>{}</i> {}").format(word(lang, "field", str(key)), text(inner, lang)) for key, inner in value.items()
    ]


@pass_context
def _text_here(context: Context, value: Any) -> Markup:
    return text(value, str(context.get("lang", "en")))


def parse(at: Any) -> datetime | None:
    """The aware time of RFC 3339 text, or None: a page never fails over a time."""
    if not isinstance(at, str):
        return None
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        return None
    return found if found.tzinfo else None


def when(at: Any) -> Markup:
    """Day and time, Korean time, with UTC beside it in small."""
    found = parse(at)
    if found is None:
        return text(at)
    kst, utc = found.astimezone(KST), found.astimezone(UTC)
    return Markup('<time datetime="{}">{} <small>KST</small> <i class="utc">{}Z</i></time>').format(
        at, kst.strftime("%Y-%m-%d %H:%M:%S"), utc.strftime("%H:%M")
    )


def clock(at: Any) -> Markup:
    """The time alone, for dense tables; day and UTC stand in its title."""
    found = parse(at)
    if found is None:
        return text(at)
    kst, utc = found.astimezone(KST), found.astimezone(UTC)
    return Markup('<time datetime="{}" title="{} KST · {} UTC">{}</time>').format(
        at, kst.strftime("%Y-%m-%d %H:%M:%S"), utc.strftime("%Y-%m-%d %H:%M:%S"), kst.strftime("%m-%d %H:%M:%S")
    )


def age(seconds: float | None, lang: str = "en") -> str:
    """A span in its largest fitting unit: 0.4 s, 12 s, 5 min, 3 h, 2 d."""
    if seconds is None:
        return "–"
    if 0 < seconds < 10:
        return say("web.age.s", lang, n=f"{seconds:.1f}")
    for limit, unit, size in ((120, "s", 1), (7_200, "min", 60), (172_800, "h", 3_600)):
        if seconds < limit:
            return say(f"web.age.{unit}", lang, n=f"{seconds / size:.0f}")
    return say("web.age.d", lang, n=f"{seconds / 86_400:.0f}")


@pass_context
def _age_here(context: Context, seconds: float | None) -> str:
    return age(seconds, str(context.get("lang", "en")))


def subject(about: Mapping[str, Any]) -> Markup:
    """Who or what a record is about: its name first, then the numbers that identify it."""
    parts = [str(about[key]) for key in ("name",) if about.get(key)]
    parts += [f"{label} {about[key]}" for key, label in (("mmsi", "MMSI"), ("imo", "IMO")) if about.get(key)]
    if not parts:
        parts = [str(value) for key, value in about.items() if key != "type" and isinstance(value, str | int)][:2]
    if not parts:
        parts = [str(about.get("type", "–"))]
    return Markup("<bdi>{}</bdi>").format(plain(" · ".join(parts)))


def about(told: Mapping[str, Any]) -> Markup:
    """The subject in one word, for narrow lists: its name, else the number that identifies it."""
    name = next((told[key] for key in ("name", "mmsi", "imo", "id", "type") if told.get(key)), "–")
    return Markup("<bdi>{}</bdi>").format(plain(str(name)))


def short(identifier: str, length: int = 8) -> Markup:
    """The end of a long identifier (its beginning is only the time), whole in the title."""
    if len(identifier) <= length + 2:
        return Markup('<code class="id">{}</code>').format(plain(identifier))
    return Markup('<code class="id" title="{}">…{}</code>').format(plain(identifier), plain(identifier[-length:]))


def number(value: float | None, digits: int = 0) -> str:
    """A number with thousands apart; a dash where there is none."""
    return "–" if value is None else f"{value:,.{digits}f}"


def spark(path: list[Any]) -> Markup:
    """Speed over a path as a small line; drawn here, so no script is needed."""
    speeds = [spot.sog for spot in path if spot.sog is not None]
    if len(speeds) < 2:
        return Markup("")
    top = max(5.0, *speeds)
    points = " ".join(
        f"{200 * i / (len(speeds) - 1):.1f},{38 - 34 * speed / top:.1f}" for i, speed in enumerate(speeds)
    )
    return Markup(
        '<svg class="spark" viewBox="0 0 200 40" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<polyline points="{}"/></svg>'
    ).format(f"0–{top:.0f} kn", points)


# How a state is drawn; shape and word say the same, colour is never alone.
_TONES = {
    "ok": "seat working up held release released found enrolled returned committed in_force signed running done "
    "erased corrected unknown_rid_tombstoned",
    "warn": "ongoing stalled waitlist asked waiting overdue refer demand offered requested return_requested "
    "suspended expired applied not_yet retracted missing never pending",
    "bad": "declined withdrawn down lost quarantined withhold refused rejected damaged",
    "info": "open watch boarding case requisitioned deployed received taken shared chosen",
}
_TONE = {code: name for name, codes in _TONES.items() for code in codes.split()}


def tone(code: str) -> str:
    """How a state is drawn: ok, warn, bad, info, or idle for all others."""
    return _TONE.get(code, "idle")


def by_clause(rows: Sequence[Any]) -> list[tuple[str, list[Any]]]:
    """Fields grouped by the clause that let them through or kept them, in order of first appearance."""
    groups: dict[str, list[Any]] = {}
    for row in rows:
        groups.setdefault(row.clause or "", []).append(row)
    return list(groups.items())


def by_record(claims: Sequence[Any]) -> list[list[Any]]:
    """Facts grouped by the record that tells them, and within it by clause; what partners told comes first."""
    groups: dict[tuple[Any, ...], list[Any]] = {}
    for claim in claims:
        groups.setdefault((claim.clause is None, claim.rid, claim.origin, claim.clause), []).append(claim)
    return [groups[key] for key in sorted(groups, key=lambda key: key[0])]


def disputes(claims: Sequence[Any]) -> list[tuple[str, list[Any]]]:
    """The facts that the records do not agree on, field by field, each different value once per party."""
    fields: dict[str, dict[tuple[str, str], Any]] = {}
    for claim in claims:
        if claim.disputed:
            fields.setdefault(claim.field, {}).setdefault((claim.origin, str(claim.value)), claim)
    return [(field, list(values.values())) for field, values in fields.items()]
