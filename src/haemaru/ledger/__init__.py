"""What happened at this node: append-only, provable to a partner, and the source of every other table.

Entries are the leaves of a Merkle tree (RFC 6962); their bodies lie apart, each locked with a key of its own, so that a
body can lawfully be erased while every proof stays valid. Checkpoints are signed and countersigned by the partners.
"""

from haemaru.ledger.batch import Batch
from haemaru.ledger.evidence import Evidence, evidence_bytes, prove, read_evidence
from haemaru.ledger.leaves import Entry
from haemaru.ledger.ledger import Ledger
from haemaru.ledger.merkle import verify_consistency, verify_inclusion
from haemaru.ledger.notes import Checkpoint, read_checkpoint
from haemaru.ledger.partners import Link, Watching
from haemaru.ledger.projections import Projection
from haemaru.ledger.validity import KeyTime, KeyTimes
from haemaru.ledger.verification import FirstBad, Verification, verify_database

__all__ = [
    "Batch",
    "Checkpoint",
    "Entry",
    "Evidence",
    "FirstBad",
    "KeyTime",
    "KeyTimes",
    "Ledger",
    "Link",
    "Projection",
    "Verification",
    "Watching",
    "evidence_bytes",
    "prove",
    "read_checkpoint",
    "read_evidence",
    "verify_consistency",
    "verify_database",
    "verify_inclusion",
]
