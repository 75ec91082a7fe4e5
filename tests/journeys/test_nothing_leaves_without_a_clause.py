"""Promise 1 and 7 on real processes: every released token arrives, no withheld one; no disk tells any without keys."""

import json
import random
from pathlib import Path
from typing import Any

from tests.journeys.house_pair import Served, haemaru, lines, make_pair, until

RECORDS = 60
FIELDS = [f"f{number:02d}" for number in range(12)]


def agreement(kept: list[str]) -> str:
    """Two invented parties; one clause that keeps a chosen half of the fields."""
    rules = "\n".join(f'[[clause.fields]]\npath = "body.{name}"\ntreatment = "keep"' for name in kept)
    return f"""
[agreement]
id = "invented"
version = "1"
effective = 2020-01-01T00:00:00Z
handling_levels = ["open", "closed"]
title.ko = "가상 협약"
title.en = "Invented agreement"
notice.ko = "가상"
notice.en = "invented"

[[party]]
id = "alpha"
name.ko = "가상 기관 가"
name.en = "Invented agency A"

[[party]]
id = "beta"
name.ko = "가상 기관 나"
name.en = "Invented agency B"

[[article]]
number = 1
title.ko = "제1조"
title.en = "Article 1"

[[clause]]
id = "1.1"
article = 1
effect = "release"
kinds = ["test.paper"]
from = ["alpha"]
to = ["beta"]
purposes = ["test"]
retention_days = 30
onward = "none"
text.ko = "가상 조항"
text.en = "An invented clause"
legal_basis.ko = "법률 검토 필요"
legal_basis.en = "to be confirmed by counsel"

{rules}
"""


def papers(luck: random.Random) -> list[dict[str, Any]]:
    """Records with a token of its own in every field."""
    return [
        {
            "rid": f"rid-{number}",
            "kind": "test.paper",
            "subject": {"type": "vessel", "name": f"subject{luck.getrandbits(64):016x}"},
            "event_time": "2026-03-01T00:00:00Z",
            "handling": {"level": "open", "caveats": []},
            "origin": "alpha",
            "body": {name: f"token{luck.getrandbits(96):024x}" for name in FIELDS},
        }
        for number in range(RECORDS)
    ]


def bytes_of(served: Served) -> bytes:
    """Every byte of a home except its keys."""
    return b"\n".join(
        path.read_bytes()
        for path in served.home.rglob("*")
        if path.is_file() and "keys" not in path.relative_to(served.home).parts
    )


def test_released_tokens_arrive_withheld_ones_do_not_and_no_disk_tells_any(tmp_path: Path) -> None:
    luck = random.Random(7)
    kept = luck.sample(FIELDS, len(FIELDS) // 2)
    text = tmp_path / "invented.toml"
    text.write_text(agreement(kept))
    records = papers(luck)
    file = tmp_path / "papers.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in records))
    alpha, beta = make_pair(tmp_path / "homes", text, ("alpha", "beta"))
    alpha.start()
    beta.start()

    told = haemaru("records", "put", alpha.home, file, "--to", "beta", "--purpose", "test", "--json")
    again = haemaru("records", "put", alpha.home, file, "--to", "beta", "--purpose", "test", "--json")
    until(lambda: len(lines("records", "list", beta.home, "--from", "alpha", "--json")) == RECORDS)
    arrived = json.dumps(lines("records", "list", beta.home, "--from", "alpha", "--json"))
    verified = [haemaru("ledger", "verify", each.home, "--json")["ok"] for each in (alpha, beta)]
    assert [alpha.stop(), beta.stop()] == [0, 0]

    assert told["sealed"] == RECORDS
    assert again["known"] == RECORDS
    assert verified == [True, True]
    disks = bytes_of(alpha) + bytes_of(beta)
    for record in records:
        assert record["subject"]["name"] not in arrived
        assert record["subject"]["name"].encode() not in disks
        for name, token in record["body"].items():
            assert (token in arrived) == (name in kept)
            assert token.encode() not in disks
