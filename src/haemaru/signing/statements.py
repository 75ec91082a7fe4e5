"""Key statements: how a party says which keys are its own.

A statement is a small JSON file that is carried, not fetched: its fingerprint is read aloud between officers. It is
signed by the very key it names, which proves only that whoever wrote it holds that key; the fingerprint does the rest.
The realm is part of it, so a demonstration key can never pass for a live one.
"""

import base64
import binascii
import re

import msgspec

from haemaru.signing.errors import StatementRefused, SuiteUnknown
from haemaru.signing.keys import Keys, PublicKeys
from haemaru.signing.sealing import pae
from haemaru.signing.suites import suite_named

STATEMENT_TYPE = "application/vnd.haemaru.statement.v1"
STATEMENT_MAX_BYTES = 4096
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_REALM = re.compile(r"[a-z][A-Za-z0-9:._-]{0,79}")
_CREATED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who holds which public keys, in which realm, signed with those keys; `sign`, `box`, `signature` in base64."""

    party: str
    realm: str
    suite: str
    sign: str
    box: str
    created: str
    keyid: str
    fingerprint: str
    signature: str

    @property
    def public(self) -> PublicKeys:
        """The public keys it names."""
        return PublicKeys(self.suite, base64.b64decode(self.sign), base64.b64decode(self.box))


def make_statement(keys: Keys, party: str, realm: str, created: str) -> bytes:
    """The statement as JSON, signed by the keys it names; these exact bytes are the file that is carried."""
    public = keys.public
    unsigned = Statement(
        party=party,
        realm=realm,
        suite=public.suite,
        sign=base64.b64encode(public.sign).decode(),
        box=base64.b64encode(public.box).decode(),
        created=created,
        keyid=public.keyid,
        fingerprint=public.fingerprint,
        signature="",
    )
    _check_names(unsigned)
    signature = base64.b64encode(keys.sign(_signed_bytes(unsigned))).decode()
    return msgspec.json.format(msgspec.json.encode(msgspec.structs.replace(unsigned, signature=signature))) + b"\n"


def read_statement(data: bytes) -> Statement:
    """Reads a statement and checks that it is whole and signed by its own key; raises `StatementRefused`.

    Whether the key is really that party's is for the officers: compare the fingerprint.
    """
    if len(data) > STATEMENT_MAX_BYTES:
        raise StatementRefused("statement_too_long", f"{len(data)} bytes")
    try:
        statement = msgspec.json.decode(data, type=Statement)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise StatementRefused("statement_unreadable", str(error)) from None
    _check_names(statement)
    public = _public_of(statement)
    if statement.keyid != public.keyid:
        raise StatementRefused("statement_keyid_differs", "keyid")
    if statement.fingerprint != public.fingerprint:
        raise StatementRefused("statement_fingerprint_differs", "fingerprint")
    if not public.verify(_signed_bytes(statement), _bytes_of(statement.signature, "signature")):
        raise StatementRefused("statement_signature_wrong", "signature")
    return statement


def _signed_bytes(statement: Statement) -> bytes:
    # One line a field: no field can hold a line break (`_check_names`), so no two statements share these bytes.
    fields = msgspec.structs.astuple(statement)[:-1]
    return pae(STATEMENT_TYPE, "\n".join(fields).encode())


def _check_names(statement: Statement) -> None:
    for field, pattern in (("party", _NAME), ("realm", _REALM), ("created", _CREATED)):
        if not pattern.fullmatch(getattr(statement, field)):
            raise StatementRefused("statement_bad_name", field)


def _public_of(statement: Statement) -> PublicKeys:
    try:
        suite = suite_named(statement.suite)
    except SuiteUnknown:
        raise StatementRefused("statement_unknown_suite", statement.suite) from None
    sign, box = _bytes_of(statement.sign, "sign"), _bytes_of(statement.box, "box")
    for field, key in (("sign", sign), ("box", box)):
        if not suite.is_public(key):
            raise StatementRefused("statement_bad_key", field)
    return PublicKeys(statement.suite, sign, box)


def _bytes_of(text: str, field: str) -> bytes:
    try:
        value = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise StatementRefused("statement_bad_base64", field) from None
    if base64.b64encode(value).decode() != text:
        raise StatementRefused("statement_bad_base64", field)
    return value
