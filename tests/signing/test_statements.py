"""A key statement is carried by hand, signed by its own key, and refused when one letter differs."""

import base64
import json

import pytest

from haemaru.signing import NodeKeys, StatementRefused, make_statement, read_statement

KEYS = NodeKeys.generate()
CREATED = "2026-08-01T00:00:00Z"


def statement_with(**changes: object) -> bytes:
    fields = json.loads(make_statement(KEYS, "kcg", "demo", CREATED))
    return json.dumps(fields | changes).encode()


def test_a_statement_reads_back_as_it_was_made() -> None:
    statement = read_statement(make_statement(KEYS, "kcg", "exercise:autumn-1", CREATED))

    assert (statement.party, statement.realm, statement.created) == ("kcg", "exercise:autumn-1", CREATED)
    assert statement.public == KEYS.public
    assert statement.fingerprint == KEYS.public.fingerprint
    assert statement.suite == KEYS.suite


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"party": "kcs"}, "statement_signature_wrong"),
        ({"realm": "live"}, "statement_signature_wrong"),
        ({"created": "2026-08-02T00:00:00Z"}, "statement_signature_wrong"),
        ({"party": "k\ncg"}, "statement_bad_name"),
        ({"party": ""}, "statement_bad_name"),
        ({"realm": "LIVE"}, "statement_bad_name"),
        ({"created": "yesterday"}, "statement_bad_name"),
        ({"suite": "rot13"}, "statement_unknown_suite"),
        ({"sign": "AAAA"}, "statement_bad_key"),
        ({"box": "?"}, "statement_bad_base64"),
        ({"signature": "AAAA"}, "statement_signature_wrong"),
        ({"signature": "A"}, "statement_bad_base64"),
        ({"keyid": "0" * 16}, "statement_keyid_differs"),
        ({"fingerprint": "0" * 64}, "statement_fingerprint_differs"),
        ({"extra": 1}, "statement_unreadable"),
        ({"party": 7}, "statement_unreadable"),
        ({"box": base64.b64encode(bytes(32)).decode()}, "statement_fingerprint_differs"),
    ],
)
def test_a_changed_statement_is_refused(changes: dict[str, object], code: str) -> None:
    with pytest.raises(StatementRefused, match=code):
        read_statement(statement_with(**changes))


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff\xfe", b"null", b"[" * 4000])
def test_what_is_no_statement_is_refused(data: bytes) -> None:
    with pytest.raises(StatementRefused, match="statement_unreadable"):
        read_statement(data)


def test_a_statement_too_long_is_refused_before_it_is_read() -> None:
    with pytest.raises(StatementRefused, match="statement_too_long"):
        read_statement(b" " * 5000)


def test_a_name_that_cannot_be_signed_is_refused_when_made() -> None:
    with pytest.raises(StatementRefused, match="party"):
        make_statement(KEYS, "two words", "demo", CREATED)
