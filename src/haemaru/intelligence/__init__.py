"""Article 1: what one agency knows and the other should, graded, marked, corrected, and answered with feedback.

A report says what is known, how good the source and its word are in the author's own scheme, and what the reader may
do with it. It can be corrected, never silently: the correction says what changed and why. Whoever used it says what
came of it, also when nothing was found. Ship names are compared with the reasons shown; numbers in them exactly.
"""

from haemaru.intelligence.feedback import OUTCOMES, Feedback, awaiting_feedback, build_feedback, check_feedback
from haemaru.intelligence.names import NameComparison, NameVerdict, compare_names
from haemaru.intelligence.recalled import on_recall
from haemaru.intelligence.reports import (
    HANDLING_CODES,
    Report,
    build_report,
    check_report,
    correct,
    why_not_onward,
)

__all__ = [
    "HANDLING_CODES",
    "OUTCOMES",
    "Feedback",
    "NameComparison",
    "NameVerdict",
    "Report",
    "awaiting_feedback",
    "build_feedback",
    "build_report",
    "check_feedback",
    "check_report",
    "compare_names",
    "correct",
    "on_recall",
    "why_not_onward",
]
