"""A feed that was installed for rescue is not used for crime without a stated basis: kept, shown, withheld."""

from importlib.resources import files

from tests.node.conftest import Pair, asked

SAMPLE = str(files("haemaru.surveillance.feeds").joinpath("lrit_csv/sample.csv"))


def test_without_a_basis_long_range_reports_stay_at_home_and_are_counted(pair: Pair) -> None:
    asked(pair.kcg, "feed.ais", source=SAMPLE)
    pair.carry()

    positions = asked(pair.kcg, "status")["positions"]
    assert (positions["observed"], positions["shared"], positions["withheld"]) == (2, 0, {"no_legal_basis": 2})
    assert pair.kcg.surveillance.vessel_count() == 2
    assert pair.kcs.surveillance.vessel_count() == 0
    assert pair.kcs.surveillance.claims(440_999_101) == []


def test_with_a_basis_the_clauses_decide(pair: Pair) -> None:
    asked(pair.kcg, "feed.ais", source=SAMPLE, basis="model basis")
    pair.carry()

    positions = asked(pair.kcg, "status")["positions"]
    assert positions["observed"] == 2 == positions["shared"] + sum(positions["withheld"].values())
    assert "no_legal_basis" not in positions["withheld"]
