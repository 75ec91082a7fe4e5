"""Every word a person reads, in Korean and in English.

Pure rooms return a `Reason(code, params)` or raise a `Fault(code, where, ...)`; only `cli` and `web` turn them into
words with `say`, in the reader's language. The words stand in gettext catalogues, one per room and language, under
`locale/`; a test fails when a key is used and missing in either language.
"""

from haemaru.wording.bilingual import Bilingual
from haemaru.wording.catalogue import LANGUAGES, keys, say, say_fault, say_reason
from haemaru.wording.reasons import Fault, Reason

__all__ = ["LANGUAGES", "Bilingual", "Fault", "Reason", "keys", "say", "say_fault", "say_reason"]
