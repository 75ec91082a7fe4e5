"""Whose signatures count: over these bytes, for this realm, with a trusted key."""

import json

import pytest
from tests.agreement.conftest import HEAD, clause_text

from haemaru.agreement import load_agreement, signature_line, who_signed
from haemaru.signing import NodeKeys, Statement, make_statement, read_statement

DATA = (HEAD + clause_text("1.1", "release")).encode()
AGREEMENT = load_agreement(DATA, "test.toml")
KEYS = {party: NodeKeys.generate() for party in ("north", "south", "east")}


def statements(realm: str = "demo") -> dict[str, Statement]:
    return {
        party: read_statement(make_statement(keys, party, realm, "2026-03-02T09:00:00Z"))
        for party, keys in KEYS.items()
    }


def line(party: str, realm: str = "demo", data: bytes = DATA) -> str:
    return signature_line(KEYS[party], party, realm, data)


def test_an_agreement_counts_as_signed_once_every_party_has_signed_it() -> None:
    found = who_signed(AGREEMENT, "demo", [line("north"), line("east")], statements())

    assert found == (("north", "east"), ("south",), ())
    assert who_signed(AGREEMENT, "demo", map(line, KEYS), statements()).missing == ()


def refused_code(text: str, realm: str = "demo", known: dict[str, Statement] | None = None) -> str:
    found = who_signed(AGREEMENT, realm, [text], statements(realm) if known is None else known)
    assert found.signed == ()
    return found.refused[0].reason.code


def test_a_demo_signature_never_counts_live() -> None:
    assert refused_code(line("north"), realm="live") == "signature_other_realm"
    relabelled = json.dumps(json.loads(line("north")) | {"realm": "live"})
    assert refused_code(relabelled, realm="live") == "signature_wrong"


def test_a_signature_over_other_bytes_does_not_count() -> None:
    assert refused_code(line("north", data=DATA + b"\n")) == "signature_other_bytes"
    relabelled = json.dumps(json.loads(line("north", data=DATA + b"\n")) | {"sha256": AGREEMENT.hash})
    assert refused_code(relabelled) == "signature_wrong"


def test_only_trusted_keys_of_the_party_itself_count() -> None:
    assert refused_code(line("north"), known={}) == "signature_key_unknown"
    assert refused_code(signature_line(KEYS["south"], "north", "demo", DATA)) == "signature_key_differs"
    assert refused_code(signature_line(KEYS["north"], "west", "demo", DATA)) == "signature_party_unknown"
    assert refused_code(line("north"), known=statements("live")) == "signature_key_differs"


ROW = json.loads(line("north"))


@pytest.mark.parametrize(
    "text", ["no json", "[]", '{"party": "north"}', json.dumps(ROW | {"x": 1}), json.dumps(ROW | {"signature": "?"})]
)
def test_a_line_that_cannot_be_read_is_refused_and_never_stops_the_others(text: str) -> None:
    found = who_signed(AGREEMENT, "demo", [text, "", line("south")], statements())

    assert found.signed == ("south",)
    assert [(refused.line, refused.reason.code) for refused in found.refused] == [(1, "signature_unreadable")]
