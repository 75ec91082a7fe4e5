"""A partner with good keys and bad intent: whatever it claims, nobody holds or gives back more than was sent."""

from typing import Any

import msgspec
import pytest
import zstandard
from tests.exchange.nodes import Node, drain, later, report

from haemaru.exchange.digests import MOST_ANSWERS, MOST_NUMBERS
from haemaru.exchange.entries import SealedFacts, read_entry
from haemaru.exchange.envelope import MOST_SIGNATURES, RECORD_TYPE, read_envelope, write_envelope
from haemaru.exchange.errors import EnvelopeRefused, FrameRefused
from haemaru.exchange.frame import Stream, _unpack
from haemaru.exchange.items import read_item
from haemaru.exchange.messages import DigestAnswer, DigestAsk, DigestFound, Held, Part, read_message
from haemaru.exchange.standing import Kept, Standing

EVERYTHING = 2**53 - 1


def say(here: Node, there: Node, kind: type[Any], **said: Any) -> str:
    """Lets a node say something that no honest one would; the code that the other puts beside it."""
    with here.ledger.write() as batch:
        message = kind(**here.exchange.house.head(there.party), **said)
        here.exchange._outbox.send_message(batch, there.party, message)
    there.exchange.accept(here.frame(there.party, "control"))
    with there.ledger.read() as tx:
        row = tx.one("SELECT code FROM exchange_in WHERE channel = 'control' ORDER BY entry DESC LIMIT 1")
    assert row is not None
    return str(row[0])


def rows(node: Node) -> int:
    with node.ledger.read() as tx:
        row = tx.one("SELECT count(*) FROM exchange_differences")
    assert row is not None
    return int(row[0])


def part(channel: str, *ranges: tuple[int, int], epoch: int = 1) -> tuple[Part, ...]:
    return (Part(channel=channel, epoch=epoch, ranges=ranges),)


def found(session: str, altered: tuple[Part, ...]) -> dict[str, Any]:
    return {"session": session, "rounds": 1, "digests": 1, "missing": (), "altered": altered, "unknown": ()}


@pytest.mark.parametrize(
    "altered",
    [part("intelligence", (1, 4)), part("intelligence", (1, 1), epoch=2), part("request", (1, 1)), part("x", (1, 1))],
    ids=["beyond the last", "another epoch", "another channel", "no channel"],
)
def test_nobody_is_told_of_numbers_that_it_does_not_hold(pair: tuple[Node, Node], altered: tuple[Part, ...]) -> None:
    north, south = pair
    for number in range(3):
        north.put(report(f"r-{number}"), "south")
    drain(*pair)

    assert say(north, south, DigestFound, **found("s-1", altered)) == "digest_ranges_wrong"
    assert rows(south) == 0
    assert say(north, south, DigestFound, **found("s-2", part("intelligence", (2, 3)))) == ""
    assert rows(south) == 2


@pytest.mark.parametrize("named", [(1, EVERYTHING), (1, MOST_NUMBERS + 1)])
def test_nobody_is_given_back_more_than_a_comparison_lists(pair: tuple[Node, Node], named: tuple[int, int]) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(*pair)

    asked = {"session": "s-1", "round": 0, "parts": (), "wanted": part("intelligence", named)}
    assert say(north, south, DigestAsk, **asked) == "digest_ranges_wrong"


def test_what_is_given_back_waits_for_the_receipt_of_what_was_given_before(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(*pair)

    for number in range(5):
        asked = {"session": f"s-{number}", "round": 0, "parts": (), "wanted": part("intelligence", (1, 1))}
        assert say(north, south, DigestAsk, **asked) == ""

    with south.ledger.read() as tx:
        assert tx.one("SELECT count(*) FROM exchange_spool") == (1,)
    drain(*pair)
    assert north.counts("south")["lost"] == 0


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"refs": [f"r-{number}" for number in range(65)]}, "bad_header"),
        ({"created": "9998-01-01T00:00:00Z", "retain_until": "9999-12-31T00:00:00Z"}, "header_created_ahead"),
    ],
    ids=["refs", "created"],
)
def test_a_header_claims_no_more_than_it_may(pair: tuple[Node, Node], changed: dict[str, Any], code: str) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(*pair)
    with north.ledger.read() as tx:
        row = tx.one("SELECT entry FROM exchange_out WHERE channel = 'intelligence'")
        assert row is not None
        line = read_entry(north.ledger.body(tx, row[0]), SealedFacts)[1]
    head, _, body = read_envelope(line).content.partition(b"\n")
    changed_head = msgspec.json.encode(msgspec.json.decode(head) | {"rid": "other"} | changed)
    sealed = write_envelope(north.keys, RECORD_TYPE, changed_head + b"\n" + body.replace(b'"r-1"', b'"other"'))
    with south.ledger.read() as tx:
        sender = south.exchange._peers.get(tx, "north")
    stream = Stream("north", "south", north.exchange.house.realm, "intelligence", 1)

    assert read_item(south.exchange.house, sender, stream, 2, sealed.replace(b"{", b'{"seq":2,', 1)).code == code


def test_an_envelope_bears_no_crowd_of_signatures(pair: tuple[Node, Node]) -> None:
    line = write_envelope(pair[0].keys, RECORD_TYPE, b"{}\n{}")
    one = msgspec.json.decode(line)["signatures"][0]
    crowd = msgspec.json.encode(msgspec.json.decode(line) | {"signatures": [one] + [one] * MOST_SIGNATURES})

    assert read_envelope(line).signatures
    with pytest.raises(EnvelopeRefused, match="envelope_unreadable"):
        read_envelope(crowd)


@pytest.mark.parametrize("size", [1, 500, 100_000, 3_000_000])
def test_nothing_stands_behind_what_was_compressed(size: int) -> None:
    plain = bytes(size)
    for packed in (zstandard.compress(plain), zstandard.ZstdCompressor(write_checksum=True).compress(plain)):
        assert _unpack(packed, size) == plain
        for more in (b"x", zstandard.compress(b"more"), b"\x50\x2a\x4d\x18\x01\x00\x00\x00x"):
            with pytest.raises(FrameRefused, match="frame_unreadable"):
                _unpack(packed + more, size)


def test_who_asks_for_digests_and_takes_none_is_answered_no_more(pair: tuple[Node, Node]) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(*pair)
    wide = part("intelligence", *((first, first) for first in range(1, 2_001)))

    asked = {"session": "s", "round": 1, "parts": (*wide, *part("request", (1, 1)))}
    assert say(north, south, DigestAsk, **asked) == "digest_ranges_wrong"
    codes = [say(north, south, DigestAsk, session="s", round=1, parts=wide) for _ in range(MOST_ANSWERS + 1)]
    assert codes == [""] * MOST_ANSWERS + ["digests_too_often"]


def test_what_a_partner_claims_to_hold_is_listed_up_to_a_limit_however_often_it_is_compared(
    pair: tuple[Node, Node],
) -> None:
    north, south = pair
    north.put(report(), "south")
    drain(*pair)

    for epoch in range(2, 6):
        later(north.clock, minutes=1)
        session = north.exchange.digests.compare("south", turn=False)
        held = (
            Held(channel="intelligence", epoch=epoch, last=EVERYTHING),
            Held(channel=f"invented {epoch}", epoch=1, last=EVERYTHING),
        )
        assert say(south, north, DigestAnswer, session=session, round=1, parts=(), held=held) == ""
        assert north.exchange.digests.session(session)["done"]

    assert rows(north) == MOST_NUMBERS
    with north.ledger.read() as tx:
        assert tx.all("SELECT DISTINCT channel FROM exchange_differences") == [("intelligence",)]
    drain(*pair)
    later(north.clock, minutes=1)
    north.exchange.digests.compare("south", turn=False)
    drain(*pair)
    assert rows(north) == 0


def test_numbers_beyond_all_numbers_are_unreadable(pair: tuple[Node, Node]) -> None:
    asked = pair[0].exchange.standings.ask("south")
    standing = msgspec.json.decode(read_envelope(asked.data).content, type=Standing)
    beyond = msgspec.structs.replace(standing, held=(Kept(channel="control", epoch=EVERYTHING + 1, last=1),))

    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(beyond), type=Standing)
    head = b'{"type":"onward_ask","v":1,"id":"a","realm":"demo","from":"north","to":"south","created":"t","rid":"r",'
    with pytest.raises(EnvelopeRefused):
        read_message(head + b'"rev":9223372036854775808,"receiver":"east","purpose":"watch","reason":"x"}')
