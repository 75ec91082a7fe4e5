"""Keys and envelopes: who signed, who may read, and what can be made unreadable again.

A node holds one pair of keys to sign with, one to be written to, and one secret for its own store. Nothing above this
room names an algorithm: statements and envelopes name their suite.
"""

from haemaru.signing.chain import KeyChain
from haemaru.signing.errors import (
    KeysUnreadable,
    SealRefused,
    SigningError,
    StatementRefused,
    SuiteUnknown,
    VaultRefused,
)
from haemaru.signing.folder import KeyFolder
from haemaru.signing.handover import make_handover, read_handover
from haemaru.signing.keys import KeyPair, Keys, NodeKeys, PublicKeys, keyid_of
from haemaru.signing.p256 import P256_SUITE
from haemaru.signing.passphrase import Passphrase
from haemaru.signing.sealing import Sealed, open_sealed, pae, seal_to
from haemaru.signing.sodium import SUITE
from haemaru.signing.statements import STATEMENT_TYPE, Statement, make_statement, read_statement
from haemaru.signing.suites import SUITE_NAMES
from haemaru.signing.vault import Locked, Vault

__all__ = [
    "P256_SUITE",
    "STATEMENT_TYPE",
    "SUITE",
    "SUITE_NAMES",
    "KeyChain",
    "KeyFolder",
    "KeyPair",
    "Keys",
    "KeysUnreadable",
    "Locked",
    "NodeKeys",
    "Passphrase",
    "PublicKeys",
    "SealRefused",
    "Sealed",
    "SigningError",
    "Statement",
    "StatementRefused",
    "SuiteUnknown",
    "Vault",
    "VaultRefused",
    "keyid_of",
    "make_handover",
    "make_statement",
    "open_sealed",
    "pae",
    "read_handover",
    "read_statement",
    "seal_to",
]
