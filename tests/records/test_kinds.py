"""Kinds are shaped words, and each finds its channel."""

import pytest

from haemaru.records import CHANNELS, KINDS, RESOURCE_MESSAGES, channel_of, is_kind, parse_kind
from haemaru.wording import Fault


@pytest.mark.parametrize(
    ("kind", "channel"),
    [
        ("intelligence.report", "intelligence"),
        ("operations.case", "intelligence"),
        ("surveillance.port_call", "intelligence"),
        ("customs.clearance", "intelligence"),
        ("surveillance.position", "track"),
        ("request.demand", "request"),
        ("resources.commit_resource", "request"),
        ("training.session", "training"),
        ("fisheries.catch", "intelligence"),
    ],
)
def test_each_kind_has_its_channel(kind: str, channel: str) -> None:
    assert channel_of(kind) == channel


def test_every_known_kind_is_shaped_like_one_and_named_once() -> None:
    assert all(is_kind(kind) for kind in KINDS)
    assert len(set(KINDS)) == len(KINDS)
    assert {channel_of(kind) for kind in KINDS} | {"control"} == set(CHANNELS)


def test_edxl_rm_has_sixteen_messages() -> None:
    assert len(set(RESOURCE_MESSAGES)) == 16


@pytest.mark.parametrize("kind", ["", "A.b", "a..b", ".a", "a.", "a b", "a-b", "a" * 101, None, 7, "a\n"])
def test_what_is_not_shaped_like_a_kind_is_refused(kind: object) -> None:
    with pytest.raises(Fault, match="bad_kind"):
        parse_kind(kind)
