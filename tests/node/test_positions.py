"""Positions across a restart: where a partner's ships were, and the clause that lets them be seen."""

from datetime import timedelta
from pathlib import Path

from tests.node.conftest import Pair

from haemaru.clock import FakeClock, to_ms
from haemaru.node import Node
from haemaru.node.desk import NodeDesk

SHIP = 440999001
HOUR_MS = 3_600_000


def observe(pair: Pair, folder: Path, clock: FakeClock) -> None:
    """The coast guard reads one row of a log in the Danish layout and shares it."""
    head = (
        "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,Heading,IMO,Callsign,Name,"
        "Ship type,Cargo type,Width,Length,Type of position fixing device,Draught,Destination,ETA,Data source type,"
        "A,B,C,D"
    )
    at = clock.now().strftime("%d/%m/%Y %H:%M:%S")
    row = (
        f"{at},Class A,{SHIP},35.0500,129.1000,Under way using engine,0,10.0,90.0,90,,,INVENTED ONE,Cargo,,,,GPS,,,,"
        "AIS,,,,"
    )
    log = folder / "log.csv"
    log.write_text(f"{head}\n{row}\n")
    pair.kcg.do("feed.ais", {"source": str(log)})
    pair.carry()
    clock.advance(timedelta(minutes=1))


def test_a_restart_forgets_neither_a_partners_path_nor_its_clause(pair: Pair, tmp_path: Path, clock: FakeClock) -> None:
    observe(pair, tmp_path, clock)
    before = NodeDesk(pair.kcs).vessel(SHIP)
    assert before is not None
    assert before["source"] == "kcg"
    assert before["clause"]
    assert len(before["path"]) == 1
    pair.kcs.surveillance.tick()
    pair.kcs.close()

    with Node.open(pair.kcs.home.folder, clock=clock) as again:
        after = NodeDesk(again).vessel(SHIP)

        assert after is not None
        assert (after["source"], after["clause"], after["path"]) == (before["source"], before["clause"], before["path"])
        assert again.surveillance.path(SHIP, 0, to_ms(clock.now()) + HOUR_MS) == before["path"]
