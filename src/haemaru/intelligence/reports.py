"""Graded reports: what is known, how sure it is, and what the reader may do with it.

The life of a report: its author grades it and sets handling codes; it is sealed under the agreement and shared; when
something turns out otherwise the author corrects it, and the correction stands in the report (what, when, why), so that
nobody has to find the difference. Handling codes are a set and a text: `H3` (Europol) and `C` (UK) without a text mean
nothing and are refused. The name of a source never stands in a report, only a reference number.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from haemaru.clock import format_time
from haemaru.records import Record, Stamp, read_record
from haemaru.values import Grade
from haemaru.wording import Fault, Reason

KIND = "intelligence.report"

HANDLING_CODES: dict[str, tuple[str, ...]] = {
    "europol_4x4": ("H0", "H1", "H2", "H3"),
    "uk_3x5x2": ("P", "C"),
    "admiralty": (),
    "uk_5x5x5": ("1", "2", "3", "4", "5"),
}
"""The handling codes of each grading scheme; a code of another scheme is refused."""

_NEED_TEXT = frozenset({"H3", "C"})
# H0 says "no restriction beyond the purpose", P "may be shared": neither goes with a code that restricts.
_ALONE = {"H0": {"H1", "H2", "H3"}, "P": {"C"}}
_ASK_FIRST = {"europol_4x4": {"H2", "H3"}, "uk_3x5x2": {"C"}, "uk_5x5x5": {"3", "4", "5"}, "admiralty": set()}
_NAMES_A_SOURCE = frozenset({"source_name", "source_identity", "source_person", "informant", "informant_name"})


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a report as it is written; fields beyond these are kept untouched in the record."""

    text: str
    grade: dict[str, str]
    handling_codes: tuple[str, ...] = ()
    handling_text: str = ""
    title: str = ""
    reference: str = ""
    substances: tuple[str, ...] = ()
    method: str = ""
    corroborated: bool = False
    corrections: tuple[dict[str, Any], ...] = ()

    @property
    def graded(self) -> Grade:
        """The grade, in the scheme of its author."""
        return Grade.from_json(self.grade, "body.grade")


def build_report(
    report: Report, subject: Mapping[str, Any], stamp: Stamp, sources: Iterable[Mapping[str, Any]] = ()
) -> Record:
    """The record of a report about a subject; raises `Fault` where it would break a rule of its scheme.

    A report that was written from other records is handled as strictly as each of them.
    """
    empty: tuple[object, ...] = ("", (), False)
    body: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(report))
    written = {key: value for key, value in body.items() if getattr(report, key) not in empty}
    sources = list(sources)
    refs = tuple(str(source["rid"]) for source in sources)
    record = stamp.record(KIND, subject, written, refs, sources)
    check_report(record)
    return record


def check_report(record: Mapping[str, Any], where: str = "record") -> Report:
    """The report in a record; raises a `Fault` naming the place where it breaks a rule of its scheme."""
    checked = read_record(dict(record), where)
    if checked["kind"] != KIND:
        raise Fault("report_of_other_kind", f"{where}.kind", kind=checked["kind"])
    place = f"{where}.body"
    for key in sorted(_NAMES_A_SOURCE & checked["body"].keys()):
        raise Fault("report_names_source", f"{place}.{key}", field=key)
    try:
        report = msgspec.convert(checked["body"], Report)
    except msgspec.ValidationError as problem:
        raise Fault("bad_report", place, problem=str(problem)[:200]) from None
    if not report.text.strip():
        raise Fault("bad_report", f"{place}.text", problem="text is empty")
    grade = Grade.from_json(report.grade, f"{place}.grade")
    _check_codes(report, grade.scheme, place)
    return report


def _check_codes(report: Report, scheme: str, place: str) -> None:
    codes = set(report.handling_codes)
    for code in sorted(codes - set(HANDLING_CODES[scheme])):
        raise Fault("unknown_handling_code", f"{place}.handling_codes", marking=code[:20], scheme=scheme)
    for code in sorted(codes & _NEED_TEXT):
        if not report.handling_text.strip():
            raise Fault("handling_text_missing", f"{place}.handling_text", marking=code)
    for alone, others in _ALONE.items():
        if alone in codes and codes & others:
            raise Fault("handling_codes_contradict", f"{place}.handling_codes", codes=", ".join(sorted(codes)))


def why_not_onward(record: Mapping[str, Any], holder: str, to: str) -> Reason | None:
    """Why `holder` may not pass the report on to `to` without asking its author, or None when its codes allow it."""
    report = check_report(record)
    author = str(record["origin"])
    if to == author or holder == author:
        return None
    codes = set(report.handling_codes) & _ASK_FIRST[report.graded.scheme]
    # Without any code nothing was said about sharing, and unknown is never a yes.
    if codes or not report.handling_codes:
        return Reason("report_needs_permission", {"author": author, "codes": ", ".join(sorted(codes)) or "-"})
    return None


def correct(record: Mapping[str, Any], changes: Mapping[str, Any], why: str, at: datetime) -> dict[str, Any]:
    """The corrected body: the changed fields and a note of what, when and why; the record itself stays as it is."""
    check_report(record)
    old = record["body"]
    changed = sorted(key for key, value in changes.items() if key != "corrections" and old.get(key) != value)
    if not changed or not why.strip():
        raise Fault("correction_says_nothing", "correction", fields=", ".join(changed) or "-")
    note = {"at": format_time(at), "why": why.strip(), "fields": changed}
    kept = {key: value for key, value in changes.items() if key != "corrections"}
    body = {**old, **kept, "corrections": [*old.get("corrections", []), note]}
    body = {key: value for key, value in body.items() if value is not None}
    check_report({**record, "body": body}, "correction")
    return body
