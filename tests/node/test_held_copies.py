"""A copy under a legal hold stays within reach after its origin has taken it back; without a hold it is gone."""

import json
from pathlib import Path

from tests.node.conftest import Pair, asked

PAPERS = [
    {
        "rid": rid,
        "kind": "surveillance.sighting",
        "subject": {"type": "vessel", "name": "INVENTED"},
        "event_time": "2026-03-01T00:00:00Z",
        "handling": {"level": "open", "caveats": []},
        "origin": "kcg",
        "body": {"what": f"invented sighting {rid}", "lat": 35.0, "lon": 129.2},
    }
    for rid in ("under-hold", "free")
]


def test_a_held_copy_is_listed_as_kept_with_its_content_and_a_free_one_as_a_tombstone(
    pair: Pair, tmp_path: Path
) -> None:
    file = tmp_path / "papers.jsonl"
    file.write_text("".join(json.dumps(paper) + "\n" for paper in PAPERS))
    asked(pair.kcg, "records.put", file=str(file), to="kcs", purpose="narcotics_interdiction")
    pair.carry()
    asked(pair.kcs, "records.hold", rid="under-hold", basis="an invented court order")

    for rid in ("under-hold", "free"):
        asked(pair.kcg, "records.retract", rid=rid, reason="invented")
    pair.carry()

    lines = pair.kcs.do("records.list", {"from": "kcg"}).body
    assert isinstance(lines, list)
    kept = [line for line in lines if line["state"] == "kept"]
    assert [(line["rid"], line["body"]["what"]) for line in kept] == [("under-hold", "invented sighting under-hold")]
    assert [(line["rid"], line["body"]) for line in lines if line["state"] != "kept"] == [("free", None)]
