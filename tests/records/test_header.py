"""The header of a sealed record comes back as it was, and nothing half understood gets through."""

from typing import Any

import pytest

from haemaru.records import Header, header_bytes, header_json, read_header
from haemaru.wording import Fault

PLAIN: dict[str, Any] = {
    "v": 1,
    "id": "0195f0aa-0000-7000-8000-000000000001",
    "rid": "kcg-tip-1",
    "rev": 1,
    "prev": None,
    "op": "put",
    "kind": "operations.tip",
    "schema": 1,
    "origin": "kcg",
    "audience": ["kcs"],
    "agreement": {"id": "kcg-kcs-narcotics", "version": "1", "hash": "ab" * 32},
    "clauses": ["1.1"],
    "handling": {"level": "restricted", "caveats": ["no_onward"]},
    "purpose": "narcotics_investigation",
    "onward": "none",
    "onward_to": [],
    "retain_until": "2026-04-02T00:00:00Z",
    "event_time": "2025-04-02T06:30:00Z",
    "created": "2025-04-02T06:31:00Z",
    "redacted": [{"path": "body.caller", "clause": "1.4"}],
    "realm": "demo",
    "refs": ["kcg-case-1"],
    "paths": [{"path": "body.text", "clause": "1.1", "treatment": "keep"}],
}


def test_a_header_comes_back_as_it_was() -> None:
    header = read_header(dict(PLAIN))

    assert read_header(header_bytes(header)) == header
    assert header_json(header) == PLAIN


def test_the_bytes_of_a_header_never_change() -> None:
    data = header_bytes(read_header(dict(PLAIN)))

    assert data.startswith(b'{"v":1,"id":"0195f0aa-0000-7000-8000-000000000001","rid":"kcg-tip-1","rev":1,"prev":null,')
    assert data.endswith(b'"refs":["kcg-case-1"],"paths":[{"path":"body.text","clause":"1.1","treatment":"keep"}]}')


@pytest.mark.parametrize(
    ("change", "code", "where"),
    [
        ({"v": 2}, "header_version_unknown", "header.v"),
        ({"kind": "Tip!"}, "bad_kind", "header.kind"),
        ({"rev": 0}, "bad_header", "header.rev"),
        ({"op": "delete"}, "bad_header", "header"),
        ({"audience": []}, "bad_header", "header.audience"),
        ({"rid": ""}, "bad_header", "header.rid"),
        ({"onward": "list"}, "bad_header", "header.onward_to"),
        ({"created": "yesterday"}, "bad_time", "header.created"),
        ({"secret_restriction": True}, "bad_header", "header"),
        ({"handling": {"level": "open", "caveats": [], "more": 1}}, "bad_header", "header"),
    ],
)
def test_a_wrong_header_is_refused_with_its_place(change: dict[str, Any], code: str, where: str) -> None:
    with pytest.raises(Fault) as fault:
        read_header({**PLAIN, **change})

    assert (fault.value.code, fault.value.where) == (code, where)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b"null"])
def test_bytes_that_are_no_header_are_refused(data: bytes) -> None:
    with pytest.raises(Fault, match="bad_header"):
        read_header(data)


def test_a_header_cannot_be_changed() -> None:
    header: Header = read_header(dict(PLAIN))

    with pytest.raises(AttributeError):
        header.rev = 2  # type: ignore[misc]
