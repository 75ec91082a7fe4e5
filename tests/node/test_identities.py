"""What ships say of themselves reaches the partner where a clause lets it, and stays where none does."""

from tests.node.conftest import Pair

from haemaru.surveillance import Fixes, Static

CARGO, PATROL = 440990001, 440990055


def test_a_merchant_ship_has_a_name_at_the_partner_and_a_patrol_vessel_does_not_exist(pair: Pair) -> None:
    said = [
        Static(CARGO, name="INVENTED CARGO", imo=2901000, ship_type=70, destination="KR OKK"),
        Static(PATROL, name="INVENTED PATROL", ship_type=55),
    ]

    pair.kcg.surveillance.take(Fixes.empty(), said, "test")
    pair.carry()

    merchant = pair.kcs.surveillance.static(CARGO)
    assert merchant is not None
    assert (merchant.name, merchant.imo, merchant.destination) == ("INVENTED CARGO", 2901000, "KR OKK")
    assert pair.kcs.surveillance.static(PATROL) is None


def test_a_changed_destination_is_a_correction_and_the_same_again_is_nothing(pair: Pair) -> None:
    pair.kcg.surveillance.take(Fixes.empty(), [Static(CARGO, name="INVENTED CARGO", ship_type=70)], "test")
    pair.carry()

    changed = [Static(CARGO, name="INVENTED CARGO", ship_type=70, destination="KR PUS")]
    pair.kcg.surveillance.take(Fixes.empty(), changed, "test")
    pair.carry()
    pair.kcg.surveillance.take(Fixes.empty(), changed, "test")

    assert pair.carry() == 0
    [held] = pair.kcs.exchange.holdings.records_of("surveillance.identity")
    assert (held.rev, held.record["body"]["destination"]) == (2, "KR PUS")
