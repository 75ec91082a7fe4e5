"""A desk that needs no node: invented ships and one invented case (`facts.json`), and the orders it was given."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from haemaru.exchange import Pulled
from haemaru.storage import StorageFull
from haemaru.surveillance.features import Feature
from haemaru.wording import Fault

NOW = "2026-03-02T09:00:00Z"
NOW_MS = 1_772_442_000_000
CASE = "0195555a-0000-7000-8000-0000000000c1"
TIP = "0195555a-0000-7000-8000-0000000000a1"
REPORT = "0195555a-0000-7000-8000-0000000000b1"
OWN = "0195555a-0000-7000-8000-0000000000b2"
HOSTILE = "<script>alert(1)</script>\u202egpj.exe\"'>"
NAMES = ("HAN BIT", "SEO RIN", "DONG PURUN", "MIRAE STAR", "OCEAN SAMPLE", "NAMHAE PEARL", "GEUMGANG 7", "BADA SORI")
CLASSES = ("unknown", "cargo", "tanker", "passenger", "fishing", "tug", "high_speed", "pleasure", "sar")
FACTS: dict[str, Any] = json.loads(Path(__file__).with_name("facts.json").read_text("utf-8"))
FOUND: dict[str, Any] = json.loads(Path(__file__).with_name("findings.json").read_text("utf-8"))
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Officer:
    name: str
    role: str = "duty_officer"
    standing: int = 0


class Accounts:
    def __init__(self) -> None:
        self.changed = 0

    def check(self, name: str, password: str, /) -> Officer | None:
        known = name in ("haneul", "byeol") and password == "right-words"
        return Officer(name, standing=self.changed) if known else None

    def standing(self, name: str, /) -> int | None:
        return self.changed


@dataclass
class Columns:
    mmsi: Any
    t: Any
    lat: Any
    lon: Any
    sog: Any
    cog: Any
    vessel_class: Any
    source: Any


def columns(count: int, seed: int = 1, now_ms: int = NOW_MS) -> Columns:
    """Vessels scattered around six invented gatherings in Korean waters."""
    rng = np.random.default_rng(seed)
    around = np.array([(34.6, 129.4), (36.9, 125.6), (34.0, 125.6), (37.7, 129.7), (33.0, 126.6), (34.1, 127.9)])
    spot = around[rng.integers(0, len(around), count)] + rng.normal(0, 0.4, (count, 2))
    return Columns(
        mmsi=np.arange(900_000_001, 900_000_001 + count, dtype=np.int32),
        t=now_ms - rng.integers(0, 700_000, count),
        lat=(spot[:, 0] * 600_000).astype(np.int32),
        lon=(spot[:, 1] * 600_000).astype(np.int32),
        sog=rng.integers(0, 180, count).astype(np.int16),
        cog=rng.integers(0, 3600, count).astype(np.int16),
        vessel_class=rng.integers(0, 9, count).astype(np.uint8),
        source=(rng.random(count) < 0.15).astype(np.uint8),
    )


@dataclass
class FakeDesk:
    """Implements `haemaru.web.desk.Desk` from memory."""

    party: str = "kcg"
    realm: str = "demo"
    count: int = 240
    accounts: Accounts = field(default_factory=Accounts)
    orders: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    state: str = "working"
    now_ms: int = NOW_MS
    receivers: int = 1
    asked_of_us: Rows = field(default_factory=list)
    changed: dict[str, Any] = field(default_factory=dict)
    approvals: Rows = field(default_factory=list)
    needed: int = 1
    verdict: dict[str, Any] = field(
        default_factory=lambda: {"ok": True, "entries": 1204, "checkpoints": 12, "first_bad": None}
    )

    def do(self, command: str, params: Any, /) -> Any:
        self.orders.append((command, dict(params)))
        if command == "operations.tip":
            return {"case": CASE, "candidates": [], "picture": []}
        if command == "surveillance.sight":
            return {"rid": OWN, "sealed": 1}
        if command == "agreement.approve":
            self.approvals.append({"by": params["by"], "at": NOW})
            return {"outcome": "waiting" if len(self.approvals) < self.needed else "sealed"}
        if command in ("records.correct", "records.retract"):
            return {"rid": params["rid"], "receivers": self.receivers}
        return self.verdict if command == "ledger.verify" else {}

    def status(self) -> dict[str, Any]:
        own = {"party": self.party, "realm": self.realm, "state": self.state, "vessels": self.count}
        return {**FACTS["status"], **own}

    def picture(self) -> Columns:
        return columns(self.count, now_ms=self.now_ms)

    def coverage(self) -> dict[str, Any]:
        spot = {"cell": 1, "lat": 34.125, "lon": 124.625, "hours": [NOW]}
        return {
            "at": NOW, "since": NOW, "hours": 12, "cell_deg": 0.25, "cells": 401,
            "by_hour": [{"at": NOW, "covered": 300, "patrol_only": 1, "blind": 101}],
            "by_party": {"kcg": 290, "kcs": 40, "together": 300},
            "blind": [{**spot, "cell": 715_458}], "patrol_only": [{**spot, "by": ["kcg: 3005"]}],
            "sensors": [{"party": "kcs", "name": HOSTILE, "kind": "radar", "lat": 34.0, "lon": 125.0, "range_nm": 20}],
            "heard_cells": {"kcg": 12},
        }  # fmt: skip

    def findings(self) -> dict[str, Any]:
        return dict(FOUND["list"])

    def finding(self, rid: str) -> dict[str, Any] | None:
        row = next((each for each in FOUND["list"]["findings"] if each["rid"] == rid), None)
        return row and {**row, **FOUND["one"]}

    def features(self, collection: str) -> list[Feature]:
        return [
            Feature(
                id=str(number), shape="Point", coordinates=[124.0 + number, 34.0], since_ms=NOW_MS, until_ms=NOW_MS,
                properties={"name": collection, "rule": "gap", "state": "ongoing"},
            )
            for number in range(5)
        ]  # fmt: skip

    def vessels(self, limit: int, text: str = "") -> Rows:
        found = columns(min(limit, self.count, 60))
        rows = []
        for i, mmsi in enumerate(found.mmsi.tolist()):
            partner = bool(found.source[i])
            rows.append(
                {
                    "mmsi": mmsi,
                    "at": NOW,
                    "name": NAMES[i % len(NAMES)],
                    "lat": float(found.lat[i] / 600_000),
                    "lon": float(found.lon[i] / 600_000),
                    "vessel_class": CLASSES[found.vessel_class[i]],
                    "sog": float(found.sog[i] / 10),
                    "cog": float(found.cog[i] / 10),
                    "age_s": float((NOW_MS - found.t[i]) / 1000),
                    "source": "kcs" if partner else "kcg",
                    "clause": "2.1" if partner else None,
                }
            )
        return [row for row in rows if text.upper() in f"{row['name']} {row['mmsi']}"]

    def vessel(self, mmsi: int) -> dict[str, Any] | None:
        known = 900_000_001 <= mmsi < 900_000_001 + self.count
        return {**FACTS["vessel"], "mmsi": mmsi} if known else None

    def records(self, filters: Any) -> Rows:
        return [row for row in FACTS["records"] if row["kind"].startswith(filters.get("kind", ""))]

    def record(self, rid: str) -> dict[str, Any] | None:
        found: dict[str, Any] | None = next((row for row in FACTS["records"] if row["rid"] == rid), None)
        return found and {**found, **FACTS["own" if found["origin"] == self.party else "received"], **self.changed}

    def tips(self, limit: int = 100) -> Rows:
        return list(FACTS["tips"][:limit])

    def cases(self) -> Rows:
        return list(FACTS["cases"])

    def case(self, rid: str) -> dict[str, Any] | None:
        return dict(FACTS["case"]) if rid == CASE else None

    def agreements(self) -> Rows:
        return [FACTS["agreement"], {**FACTS["agreement"], "id": "second"}]

    def histories(self) -> dict[str, Any]:
        return dict(FACTS["histories"])

    def clause(self, name: str, of: str = "") -> dict[str, Any] | None:
        return {**FACTS["deeds"], "id": name} if name in ("2.1", "2.6") else None

    def duties(self) -> dict[str, Any]:
        return dict(FACTS["duties"])

    def referred(self) -> Rows:
        return list(FACTS["referred"])

    def demands(self) -> Rows:
        return list(FACTS["demands"])

    def supports(self) -> Rows:
        return [*FACTS["supports"], *self.asked_of_us]

    def sessions(self) -> Rows:
        return list(FACTS["sessions"])

    def entries(self, limit: int) -> Rows:
        kinds = ("frame.accepted", "record.stored", "receipt.taken", "checkpoint.made")
        leaves = [(i, f"{i:02x}" * 32) for i in range(min(limit, 12))]
        return [{"index": 1203 - i, "at": NOW, "kind": kinds[i % 4], "leaf": leaf} for i, leaf in leaves]

    def story(self) -> Rows:
        return list(FACTS["story"]) if self.realm == "demo" else []

    def exchange_pull(self, data: bytes, /) -> Pulled:
        return Pulled(answer=b"HAEMARU\x01frame" if data == b"pull" else None)

    def exchange_next(self, pulled: Pulled, /) -> bytes | None:
        return None

    def exchange_receipt(self, data: bytes, /) -> bytes:
        return b"" if data == b"receipt" else b"refused"

    def exchange_accept(self, data: bytes, /) -> bytes:
        if data == b"too much":
            raise StorageFull("sqlite:////srv/kcg/haemaru.db", "database or disk is full\n(in COMMIT)")
        if data != b"frames":
            raise Fault("web_not_found", "frame")
        return b"receipt"

    def statement(self) -> bytes:
        return b'{"party":"' + self.party.encode() + b'"}'
