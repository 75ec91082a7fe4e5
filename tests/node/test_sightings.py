"""What a patrol or a walker on the beach saw becomes a record, and the partner reads it under the clause for it."""

import pytest
from tests.node.conftest import Pair, asked

from haemaru.wording import Fault

SEEN = {
    "platform": "beach",
    "what": "two packets in a net",
    "lat": "37.6",
    "lon": "129.05",
    "at": "2026-03-02T08:40:00Z",
}


def test_a_sighting_from_the_form_reaches_the_partner(pair: Pair) -> None:
    told = asked(pair.kcg, "surveillance.sight", **SEEN, by="officer")
    pair.carry()

    held = pair.kcs.exchange.holdings.find(told["rid"])
    assert told["sealed"] == 1
    assert held is not None
    assert (held.kind, held.record["event_time"]) == ("surveillance.sighting", "2026-03-02T08:40:00Z")
    assert held.record["body"]["what"] == "two packets in a net"


@pytest.mark.parametrize("wrong", [{"what": ""}, {"lat": "north"}, {"lat": "91"}, {"lon": ""}, {"at": "noon"}])
def test_a_sighting_that_cannot_be_placed_or_read_is_refused_and_nothing_is_kept(
    pair: Pair, wrong: dict[str, str]
) -> None:
    with pytest.raises(Fault):
        asked(pair.kcg, "surveillance.sight", **{**SEEN, **wrong})

    assert pair.kcg.exchange.holdings.records_of("surveillance.sighting") == []
