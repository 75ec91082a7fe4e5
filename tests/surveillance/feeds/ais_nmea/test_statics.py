from typing import Any

import pytest
from pyais import encode_dict
from tests.surveillance.sentences import HOUR, SHIP_A, position, static, tagged

from haemaru.surveillance.feeds.ais_nmea.parse import AisDecoder
from haemaru.surveillance.statics import Static, StaticHistory
from haemaru.surveillance.vessel_class import CLASSES


def lines(fields: dict[str, Any], at: int = HOUR) -> list[bytes]:
    made = encode_dict(fields, talker_id="AI", sentence_type="VDM", seq_id=1)
    return [tagged(f"g:{number}-{len(made)}-7,s:r1,c:{at}", str(line).encode()) for number, line in enumerate(made, 1)]


def test_a_type_5_tells_everything_about_a_ship() -> None:
    decoder = AisDecoder()
    fields = {**SHIP_A, "msg_type": 5, "callsign": "DSZZ1", "imo": 9999993, "to_bow": 100, "to_stern": 50}

    decoder.feed(lines({**fields, "to_port": 10, "to_starboard": 12, "draught": 7.5}))

    assert decoder.take_statics() == [
        Static(
            440999101,
            HOUR * 1000,
            name="INVENTED ALPHA",
            imo=9999993,
            call_sign="DSZZ1",
            ship_type=71,
            destination="ROSTOCK HARBOUR",
            length_m=150,
            beam_m=22,
            draught_dm=75,
        )
    ]


def test_both_parts_of_a_type_24_add_up() -> None:
    decoder, history = AisDecoder(), StaticHistory()
    own = {"msg_type": 24, "mmsi": 440999103}

    decoder.feed(lines({**own, "partno": 0, "shipname": "INVENTED SMALL"}))
    decoder.feed(lines({**own, "partno": 1, "ship_type": 30, "callsign": "DSZZ3", "to_bow": 5, "to_stern": 4}))
    for report in decoder.take_statics():
        history.add(report, "ais_nmea")

    assert history.latest(440999103) == Static(
        440999103, HOUR * 1000, name="INVENTED SMALL", call_sign="DSZZ3", ship_type=30, length_m=9
    )


def test_the_class_is_unknown_until_a_static_message_came() -> None:
    decoder = AisDecoder()
    first, second = static(SHIP_A)

    before = decoder.feed([tagged(f"c:{HOUR}", position())])
    decoder.feed([tagged(f"s:r,c:{HOUR}", first), tagged(f"s:r,c:{HOUR}", second)])
    after = decoder.feed([tagged(f"c:{HOUR + 10}", position(second=20))])

    assert [CLASSES[code] for code in (*before.vessel_class, *after.vessel_class)] == ["unknown", "cargo"]


def test_a_changed_name_is_a_second_claim_and_the_first_stays() -> None:
    history = StaticHistory()
    history.add(Static(440999101, 1000, name="INVENTED ALPHA"), "shore")
    history.add(Static(440999101, 2000, name="INVENTED ALPHA"), "shore")

    changed = history.add(Static(440999101, 3000, name="INVENTED OMEGA"), "shore")

    assert [(claim.value, claim.since, claim.until, claim.heard) for claim in history.claims(440999101)] == [
        ("INVENTED ALPHA", 1000, 2000, 2),
        ("INVENTED OMEGA", 3000, 3000, 1),
    ]
    assert [claim.value for claim in changed] == ["INVENTED OMEGA"]
    assert history.find("alpha") == [440999101]


def test_an_older_report_does_not_displace_a_newer_one() -> None:
    history = StaticHistory()
    history.add(Static(440999101, 3000, name="INVENTED OMEGA"), "shore")

    history.add(Static(440999101, 1000, name="INVENTED ALPHA"), "satellite")

    latest = history.latest(440999101)
    assert latest is not None
    assert latest.name == "INVENTED OMEGA"


@pytest.mark.parametrize("mmsi", [980123456, 440999103])
def test_a_craft_tells_her_mother_ship_where_others_tell_their_size(mmsi: int) -> None:
    decoder = AisDecoder()
    size = {"mothership_mmsi": 440999104} if mmsi // 10_000_000 == 98 else {"to_bow": 5, "to_stern": 4}

    decoder.feed(lines({"msg_type": 24, "mmsi": mmsi, "partno": 1, "ship_type": 30, **size}))

    (report,) = decoder.take_statics()
    assert report.length_m == (None if mmsi // 10_000_000 == 98 else 9)
