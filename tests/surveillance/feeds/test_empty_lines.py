"""Datagrams often end in CR LF and a feed may put empty lines anywhere: they say nothing and part nothing."""

from pyais import encode_dict

from haemaru.surveillance import AisDecoder

SHIP = {
    "type": 5,
    "mmsi": 440990001,
    "shipname": "INVENTED SHIP",
    "callsign": "INVNTD",
    "ship_type": 70,
    "destination": "KR OKK",
}


def test_an_empty_line_between_two_parts_does_not_part_them() -> None:
    tag = b"\\s:invented,c:1760000000*"
    body = b"s:invented,c:1760000000"
    check = 0
    for byte in body:
        check ^= byte
    parts = [line.encode() for line in encode_dict(SHIP, seq_id=3)]
    lines = [tag + f"{check:02X}".encode() + b"\\" + part for part in parts]
    whole, parted = AisDecoder(), AisDecoder()

    whole.feed(lines)
    parted.feed([each for line in lines for each in (line, b"", b"\r\n")])

    assert parted.stats.as_json()["messages"] == whole.stats.as_json()["messages"] == 1
    assert [static.name for static in parted.take_statics()] == ["INVENTED SHIP"]
