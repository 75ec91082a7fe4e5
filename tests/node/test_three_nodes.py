"""Three nodes, two agreements: the coast guard and customs are in both, the port wardens in one of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.node.conftest import MODEL, Pair, asked, introduce, written

from haemaru.clock import FakeClock
from haemaru.node import Node
from haemaru.node.init import init_home

THREE = MODEL.with_name("three-seas-trafficking.toml")
HEAD = (
    "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,Heading,IMO,Callsign,Name,Ship "
    "type,Cargo type,Width,Length,Type of position fixing device,Draught,Destination,ETA,Data source type,A,B,C,D"
)


@pytest.fixture
def three(waiting: Pair, tmp_path: Path, clock: FakeClock) -> Iterator[tuple[Node, Node, Node]]:
    """The pair under its own agreement, and with the port wardens under an arrangement of three."""
    text = THREE.read_text().replace('"arvenia_guard"', '"kcg"').replace('"belmora_excise"', '"kcs"')
    file = tmp_path / "three.toml"
    file.write_text(text)
    init_home(tmp_path / "caldeth_ports", "caldeth_ports", file, "demo", None, None)
    with Node.open(tmp_path / "caldeth_ports", clock=clock) as ports:
        nodes = (waiting.kcg, waiting.kcs, ports)
        for node in nodes[:2]:
            introduce(node, ports)
            introduce(ports, node)
        for command in ("agreement.sign", "agreement.adopt"):
            for node in nodes[:2]:
                node.do(command, {"file": str(waiting.agreement)})
        for command in ("agreement.sign", "agreement.adopt"):
            for node in nodes:
                assert node.do(command, {"file": str(file)}).exit_code == 0
        yield nodes


def carry(nodes: tuple[Node, ...]) -> None:
    """Carries everything that waits between all of them."""
    while sum(Pair.hand_on(one, other) for one in nodes for other in nodes if one is not other):
        pass


def under(node: Node, rid: str) -> str:
    held = node.exchange.holdings.find(rid)
    assert held is not None
    return str(held.header["agreement"]["id"])


def crew(rid: str) -> dict[str, Any]:
    return {
        "rid": rid,
        "kind": "papers.crew_list",
        "subject": {"type": "vessel", "mmsi": "440123456"},
        "event_time": "2026-03-02T08:30:00Z",
        "handling": {"level": "harbour", "caveats": []},
        "origin": "kcg",
        "body": {"crew": [{"name": "INVENTED", "rank": "master", "document": "P123"}]},
    }


def test_each_partner_gets_what_the_agreements_with_it_release(three: tuple[Node, Node, Node], tmp_path: Path) -> None:
    kcg, kcs, ports = three
    case = {**crew("case-1"), "kind": "operations.case", "body": {"title": "case"}}
    case["handling"] = {"level": "restricted", "caveats": []}
    for party in ("kcs", "caldeth_ports"):
        asked(
            kcg, "records.put", file=written(tmp_path / "crew.jsonl", crew("crew-1")), to=party,
            purpose="stop_trafficking",
        )  # fmt: skip
        asked(
            kcg, "records.put", file=written(tmp_path / "case.jsonl", case), to=party,
            purpose="narcotics_interdiction",
        )  # fmt: skip

    carry(three)

    assert [under(node, "crew-1") for node in (kcs, ports)] == ["three-seas-trafficking"] * 2
    assert under(kcs, "case-1") == "kcg-kcs-narcotics"
    assert ports.exchange.holdings.find("case-1") is None
    assert [each["id"] for each in asked(kcg, "status")["agreements"]] == [
        "kcg-kcs-narcotics",
        "three-seas-trafficking",
    ]


def test_the_suspension_of_the_arrangement_stops_it_alone(three: tuple[Node, Node, Node], tmp_path: Path) -> None:
    kcg, kcs, ports = three
    asked(ports, "agreement.suspend", reason="audit")
    carry(three)
    asked(
        kcg, "records.put", file=written(tmp_path / "crew.jsonl", crew("crew-1")), to="kcs", purpose="stop_trafficking"
    )
    case = {**crew("case-1"), "kind": "operations.case", "body": {"title": "case"}}
    case["handling"] = {"level": "restricted", "caveats": []}
    asked(kcg, "records.put", file=written(tmp_path / "case.jsonl", case), to="kcs", purpose="narcotics_interdiction")

    carry(three)

    assert kcs.exchange.holdings.find("crew-1") is None
    assert under(kcs, "case-1") == "kcg-kcs-narcotics"
    assert asked(kcg, "status")["state"] == "working"


def test_rows_go_under_the_first_agreement_that_releases_them(
    three: tuple[Node, Node, Node], tmp_path: Path, clock: FakeClock
) -> None:
    kcg, kcs, ports = three
    at = clock.now().strftime("%d/%m/%Y %H:%M:%S")
    tail = "Under way using engine,0,10.0,90.0,90,,,"
    rows = (
        f"{at},Class A,440999001,35.0500,129.1000,{tail}INVENTED ONE,Cargo,,,,GPS,,,,AIS,,,,",
        # Of a class that nobody told, on the middle sea: only the arrangement of three speaks of it.
        f"{at},Class A,440999002,-3.1234,-20.1234,{tail},Undefined,,,,GPS,,,,AIS,,,,",
    )
    log = tmp_path / "log.csv"
    log.write_text("\n".join((HEAD, *rows)) + "\n")
    kcg.do("feed.ais", {"source": str(log)})

    carry(three)

    towards = asked(kcg, "status")["positions"]["towards"]
    assert (towards["kcs"]["shared"], towards["caldeth_ports"]["shared"]) == (2, 1)
    assert sum(towards["caldeth_ports"]["withheld"].values()) == 1
    assert kcs.surveillance.path(440999001, 0, 2**50)[0]["lat"] == pytest.approx(35.05)
    assert kcs.surveillance.path(440999002, 0, 2**50)[0]["lat"] == pytest.approx(-3.2)
    assert ports.surveillance.path(440999001, 0, 2**50) == []
    assert len(ports.surveillance.path(440999002, 0, 2**50)) == 1
    for node in (kcs, ports):
        tracks = [
            channel for peer in node.exchange.status().values() for channel in peer["channels"]
            if channel["channel"] == "track"
        ]  # fmt: skip
        assert not any(channel["quarantined"] for channel in tracks)
