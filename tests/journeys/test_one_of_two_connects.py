"""Two real homes behind a one-way firewall: one of them pushes and pulls, the other never connects."""

from pathlib import Path

from tests.journeys.house_pair import haemaru, lines, make_pair, until
from tests.journeys.test_put_back_by_an_hour import partner, put, waiting


def test_the_node_that_can_connect_carries_both_ways(tmp_path: Path) -> None:
    kcg, kcs = homes = make_pair(tmp_path)
    haemaru("peer", "mode", kcg.home, "kcs", "--pull", "--json")
    haemaru("peer", "mode", kcs.home, "kcg", "--wait", "--json")
    for each in homes:
        each.start()
    try:
        assert (put(kcg, "kcs", 1, 10)["sealed"], put(kcs, "kcg", 1, 10)["sealed"]) == (10, 10)
        until(lambda: waiting(kcg) == 0 and waiting(kcs) == 0, 60)

        assert len(lines("records", "list", kcs.home, "--from", "kcg", "--json")) == 10
        assert len(lines("records", "list", kcg.home, "--from", "kcs", "--json")) == 10
        assert (partner(kcg)["link"], partner(kcs)["link"]) == ("up", "never")
        assert haemaru("exchange", "compare", kcs.home, "--peer", "kcg", "--wait", 30, "--json")["equal"]
    finally:
        codes = [each.stop() for each in homes]
    assert codes == [0, 0]
