"""A handover: a statement of new keys, signed with the keys before them.

Whoever knew the earlier keys can follow to the new ones without a telephone: only their holder could sign it. A
revocation hands nothing over, because then somebody else may hold them.
"""

import base64
import binascii

import msgspec

from haemaru.signing.errors import StatementRefused
from haemaru.signing.keys import Keys, PublicKeys
from haemaru.signing.sealing import pae
from haemaru.signing.statements import STATEMENT_MAX_BYTES, Statement, read_statement

HANDOVER_TYPE = "application/vnd.haemaru.handover.v1"
HANDOVER_MAX_BYTES = 2 * STATEMENT_MAX_BYTES


class Handover(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The exact statement, the short name of the earlier keys and their signature over it, in base64."""

    statement: str
    by: str
    signature: str

    def read(self) -> Statement:
        """The statement, checked; raises `StatementRefused`."""
        return read_statement(self.statement.encode())

    def is_signed_by(self, public: PublicKeys) -> bool:
        """Whether these are the earlier keys."""
        try:
            signature = base64.b64decode(self.signature, validate=True)
        except (ValueError, binascii.Error):
            return False
        return self.by == public.keyid and public.verify(pae(HANDOVER_TYPE, self.statement.encode()), signature)


def make_handover(earlier: Keys, statement: bytes) -> bytes:
    """The handover as one line of JSON."""
    signature = base64.b64encode(earlier.sign(pae(HANDOVER_TYPE, statement))).decode()
    return msgspec.json.encode(Handover(statement.decode(), earlier.keyid, signature))


def read_handover(data: bytes) -> Handover:
    """Reads a handover; raises `StatementRefused` for what is none. Whose keys signed it is for the caller."""
    if len(data) > HANDOVER_MAX_BYTES:
        raise StatementRefused("statement_too_long", f"{len(data)} bytes")
    try:
        return msgspec.json.decode(data, type=Handover)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise StatementRefused("statement_unreadable", str(error)) from None
