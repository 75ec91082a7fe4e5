"""Article 4: courses that one agency gives and both may attend: sessions, seats by quota, applications, answers.

A session is published with so many seats for each party; what a party leaves unused falls to all at `release_at`.
Applications come from either node; only the publisher answers them, with a seat, a place on the waiting list or the
prerequisites that are missing. The state of a session is folded from these records, and seats are never oversold.
"""

from haemaru.training.build import answer_application, apply_for_seat, publish_session, withdraw
from haemaru.training.messages import ANSWERS, Application, Enrolment, SessionPlan, read_training
from haemaru.training.recalled import on_recall
from haemaru.training.sessions import Applicant, Refused, Session, due, fold, free_seats, why_no_seat

__all__ = [
    "ANSWERS",
    "Applicant",
    "Application",
    "Enrolment",
    "Refused",
    "Session",
    "SessionPlan",
    "answer_application",
    "apply_for_seat",
    "due",
    "fold",
    "free_seats",
    "on_recall",
    "publish_session",
    "read_training",
    "why_no_seat",
    "withdraw",
]
