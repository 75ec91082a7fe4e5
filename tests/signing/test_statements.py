"""A key statement is carried by hand, signed by its own key, and refused when one letter differs."""

import base64
import json

import pytest

from haemaru.signing import SUITE_NAMES, NodeKeys, StatementRefused, make_statement, read_statement

CREATED = "2026-08-01T00:00:00Z"


def statement_with(keys: NodeKeys, **changes: object) -> bytes:
    fields = json.loads(make_statement(keys, "kcg", "demo", CREATED))
    return json.dumps(fields | changes).encode()


def test_a_statement_reads_back_as_it_was_made(alice: NodeKeys) -> None:
    statement = read_statement(make_statement(alice, "kcg", "exercise:autumn-1", CREATED))

    assert (statement.party, statement.realm, statement.created) == ("kcg", "exercise:autumn-1", CREATED)
    assert statement.public == alice.public
    assert statement.fingerprint == alice.public.fingerprint
    assert statement.suite == alice.suite


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
    ],
)
def test_a_changed_statement_is_refused(alice: NodeKeys, changes: dict[str, object], code: str) -> None:
    with pytest.raises(StatementRefused, match=code):
        read_statement(statement_with(alice, **changes))


def test_a_statement_with_another_key_is_refused(alice: NodeKeys, bob: NodeKeys) -> None:
    other = base64.b64encode(bob.public.box).decode()

    with pytest.raises(StatementRefused, match="statement_fingerprint_differs"):
        read_statement(statement_with(alice, box=other))


def test_a_statement_that_names_another_suite_is_refused(alice: NodeKeys) -> None:
    other = next(name for name in SUITE_NAMES if name != alice.suite)

    with pytest.raises(StatementRefused, match="statement_bad_key"):
        read_statement(statement_with(alice, suite=other))


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff\xfe", b"null", b"[" * 4000])
def test_what_is_no_statement_is_refused(data: bytes) -> None:
    with pytest.raises(StatementRefused, match="statement_unreadable"):
        read_statement(data)


def test_a_statement_too_long_is_refused_before_it_is_read() -> None:
    with pytest.raises(StatementRefused, match="statement_too_long"):
        read_statement(b" " * 5000)


def test_a_name_that_cannot_be_signed_is_refused_when_made(alice: NodeKeys) -> None:
    with pytest.raises(StatementRefused, match="party"):
        make_statement(alice, "two words", "demo", CREATED)
