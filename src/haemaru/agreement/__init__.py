"""May it leave? The agreement between parties, read from signed bytes, decides field by field.

`load_agreement` reads the file; `decide` answers for one record and `decide_batch` for columns; `check_received` is
what the receiver asks of a record that arrives; `who_signed` tells whose signatures stand under the exact bytes. Pure:
no clock, no storage, no log, no network. The full meaning stands in docs/reference/agreement.md.
"""

from haemaru.agreement.batch import BatchDecision, decide_batch, treated_column
from haemaru.agreement.conditions import Coded, Columns
from haemaru.agreement.decide import decide, standing_purpose
from haemaru.agreement.decision import Decision
from haemaru.agreement.difference import Difference, Row, Rows, Traffic, difference, difference_of_columns
from haemaru.agreement.explain import clause_facts, explain, explain_clause, explain_condition, explain_deeds
from haemaru.agreement.loader import load_agreement
from haemaru.agreement.model import Agreement, Area, Article, Clause, Effect, FieldRule, Party, Refusal
from haemaru.agreement.odrl import odrl_policy
from haemaru.agreement.plan import Verdict
from haemaru.agreement.received import check_received, check_received_columns
from haemaru.agreement.signatures import RefusedSignature, Signatures, signature_line, who_signed
from haemaru.agreement.treatments import Treatment

__all__ = [
    "Agreement",
    "Area",
    "Article",
    "BatchDecision",
    "Clause",
    "Coded",
    "Columns",
    "Decision",
    "Difference",
    "Effect",
    "FieldRule",
    "Party",
    "Refusal",
    "RefusedSignature",
    "Row",
    "Rows",
    "Signatures",
    "Traffic",
    "Treatment",
    "Verdict",
    "check_received",
    "check_received_columns",
    "clause_facts",
    "decide",
    "decide_batch",
    "difference",
    "difference_of_columns",
    "explain",
    "explain_clause",
    "explain_condition",
    "explain_deeds",
    "load_agreement",
    "odrl_policy",
    "signature_line",
    "standing_purpose",
    "treated_column",
    "who_signed",
]
