"""May it leave? The agreement between parties, read from signed bytes, decides field by field.

`load_agreement` reads the file; `decide` answers for one record and `decide_batch` for columns; `check_received` is
what the receiver asks of a record that arrives; `who_signed` tells whose signatures stand under the exact bytes. Pure:
no clock, no storage, no log, no network. The full meaning stands in docs/reference/agreement.md.
"""

from haemaru.agreement.conditions import Coded, Columns
from haemaru.agreement.decide import decide, standing_purpose
from haemaru.agreement.decision import Decision
from haemaru.agreement.loader import load_agreement
from haemaru.agreement.model import Agreement, Area, Article, Clause, Effect, FieldRule, Party, Refusal
from haemaru.agreement.plan import Verdict
from haemaru.agreement.treatments import Treatment

__all__ = [
    "Agreement",
    "Area",
    "Article",
    "Clause",
    "Coded",
    "Columns",
    "Decision",
    "Effect",
    "FieldRule",
    "Party",
    "Refusal",
    "Treatment",
    "Verdict",
    "decide",
    "load_agreement",
    "standing_purpose",
]
