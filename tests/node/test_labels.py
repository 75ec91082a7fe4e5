"""A locked manifest stays locked: what is asked for because of it does not tell it, and neither does the case."""

from pathlib import Path
from typing import Any

from tests.node.conftest import Pair, asked, written

MMSI, OTHER = 900000011, 900000012
# Only customs knows, from a locked paper, which of two ships is bound for Okgye.
MANIFEST = {
    "rid": "manifest-1",
    "kind": "surveillance.port_call",
    "subject": {"type": "vessel", "mmsi": MMSI, "name": "INVENTED ONE"},
    "event_time": "2026-03-01T00:00:00Z",
    "handling": {"level": "secret", "caveats": []},
    "origin": "kcs",
    "body": {"port": "KRTJI", "next_port": "KROKK", "berth": "5"},
}
TIP = {"text": "a load behind the engine room of the ship due at berth 5", "port": "Okgye", "wait_s": 0}


def tip(pair: Pair, folder: Path, **changed: Any) -> dict[str, Any]:
    """Customs takes a tip while it holds the manifest; everything is carried."""
    pair.kcs.do("records.put", {"file": written(folder / "manifest.jsonl", {**MANIFEST, **changed})})
    told = asked(pair.kcs, "operations.tip", **TIP)
    pair.carry()
    return told


def known_to_kcg(pair: Pair) -> bytes:
    """Everything the coast guard was sent, as bytes."""
    return repr([(held.record, held.header) for held in pair.kcg.exchange.holdings.list()]).encode()


def test_a_case_about_the_ship_that_only_a_locked_paper_names_stays_at_home(pair: Pair, tmp_path: Path) -> None:
    told = tip(pair, tmp_path)

    case = pair.kcs.exchange.holdings.find(told["case"])
    assert case is not None
    assert case.record["subject"]["mmsi"] == MMSI
    assert case.record["handling"]["level"] == "secret"
    assert "candidates_rest_on_locked" in [note["code"] for note in told["notes"]]
    assert str(MMSI).encode() not in known_to_kcg(pair)
    assert pair.kcg.exchange.holdings.records_of("operations.case") == []


def test_a_case_about_the_same_ship_passes_when_an_open_paper_names_it_too(pair: Pair, tmp_path: Path) -> None:
    level = {"level": "restricted", "caveats": []}
    pair.kcs.do(
        "records.put", {"file": written(tmp_path / "o.jsonl", {**MANIFEST, "rid": "open-1", "handling": level})}
    )

    told = tip(pair, tmp_path)

    case = pair.kcg.exchange.holdings.find(told["case"])
    assert case is not None
    assert case.record["handling"] == level


def test_dogs_for_berth_5_are_not_asked_for_from_whom_the_manifest_is_locked(pair: Pair, tmp_path: Path) -> None:
    told = tip(pair, tmp_path)

    need = {"need_by": "2026-03-02T21:00:00Z", "until": "2026-03-03T05:00:00Z", "place": "KROKK", "text": "berth 5"}
    sent = asked(pair.kcs, "support.request", to="kcg", case=told["case"], **need)
    pair.carry()

    assert sent["outcome"] == "withheld"
    assert b"berth 5" not in known_to_kcg(pair).replace(b"due at berth 5", b"")
    assert pair.kcg.exchange.holdings.records_of("resources.request_resource") == []


def test_another_ship_chosen_because_of_a_locked_paper_takes_the_case_back(pair: Pair, tmp_path: Path) -> None:
    open_call = {**MANIFEST, "rid": "open-2", "handling": {"level": "restricted", "caveats": []}}
    open_call["subject"] = {"type": "vessel", "mmsi": OTHER, "name": "INVENTED TWO"}
    open_call["body"] = {"port": "COBUN", "next_port": "KROKK"}
    pair.kcs.do("records.put", {"file": written(tmp_path / "o.jsonl", open_call)})
    told = tip(pair, tmp_path)
    assert [one["mmsi"] for one in told["candidates"]] == [OTHER, MMSI]
    assert pair.kcg.exchange.holdings.find(told["case"]) is not None

    asked(pair.kcs, "operations.choose", case=told["case"], mmsi=MMSI)
    pair.carry()

    held = pair.kcg.exchange.holdings.find(told["case"])
    assert held is None or held.state == "retracted"
    assert str(MMSI).encode() not in known_to_kcg(pair)
