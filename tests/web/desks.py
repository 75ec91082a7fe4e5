"""A desk that needs no node: invented ships, an invented case, and a list of the orders it was given."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from haemaru.wording import Fault, Reason

NOW = "2026-03-02T09:00:00Z"
NOW_MS = 1_772_442_000_000
CASE = "0195555a-0000-7000-8000-0000000000c1"
TIP = "0195555a-0000-7000-8000-0000000000a1"
REPORT = "0195555a-0000-7000-8000-0000000000b1"
OWN = "0195555a-0000-7000-8000-0000000000b2"
HOSTILE = "<script>alert(1)</script>\u202egpj.exe\"'>"
NAMES = ("HAN BIT", "SEO RIN", "DONG PURUN", "MIRAE STAR", "OCEAN SAMPLE", "NAMHAE PEARL", "GEUMGANG 7", "BADA SORI")
CLASSES = ("unknown", "cargo", "tanker", "passenger", "fishing", "tug", "high_speed", "pleasure", "sar")


@dataclass(frozen=True)
class Officer:
    name: str
    role: str = "duty_officer"


class Accounts:
    def verify(self, name: str, password: str, /) -> Officer | None:
        return Officer(name) if (name, password) == ("haneul", "right-words") else None


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


def columns(count: int, seed: int = 1) -> Columns:
    """Vessels scattered over Korean waters."""
    rng = np.random.default_rng(seed)
    around = np.array([(35.0, 129.2), (37.4, 126.3), (34.5, 126.2), (37.6, 129.3), (33.4, 126.4), (34.6, 127.8)])
    spot = around[rng.integers(0, len(around), count)] + rng.normal(0, 0.55, (count, 2))
    return Columns(
        mmsi=np.arange(900_000_001, 900_000_001 + count, dtype=np.int32),
        t=NOW_MS - rng.integers(0, 900_000, count),
        lat=(spot[:, 0] * 600_000).astype(np.int32),
        lon=(spot[:, 1] * 600_000).astype(np.int32),
        sog=rng.integers(0, 180, count).astype(np.int16),
        cog=rng.integers(0, 3600, count).astype(np.int16),
        vessel_class=rng.integers(0, 9, count).astype(np.uint8),
        source=(rng.random(count) < 0.15).astype(np.uint8),
    )


def both(ko: str, en: str) -> dict[str, str]:
    return {"ko": ko, "en": en}


def clause(number: str, effect: str, ko: str, en: str, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "effect": effect,
        "text": both(ko, en),
        "from": ["kcs"],
        "to": ["kcg"],
        "purposes": ["narcotics_investigation"],
        "basis": both("관세법 제116조 (예시, 검토 예정)", "Customs Act Art. 116 (example, to be confirmed)"),
        "basis_status": "to_be_confirmed",
        "retention": "365",
        "onward": "ask",
        "promise": "60",
        **more,
    }


CLAUSES = [
    clause("1.1", "release", "해양 마약범죄 정보보고는 등급과 함께 상대 기관에 제공한다.",
           "Intelligence reports on marine narcotics crimes are given to the other party with their grade.",
           kinds=["intelligence.report"], fields={"body.summary": "keep", "body.grade": "keep", "body.source": "pseudonymise"}),
    clause("1.4", "withhold", "정보원의 신원은 제공하지 않는다.", "The identity of an informant is never given.",
           kinds=["intelligence.report"], fields={"body.informant": "drop"}),
    clause("2.1", "release", "감시구역 안의 화물선과 유조선의 위치를 제공한다.",
           "Positions of cargo ships and tankers within the watch areas are given.", kinds=["surveillance.position"]),
    clause("2.6", "demand", "통관자료는 서면 요구가 있을 때에만 제공한다.",
           "Customs clearance data is given only in answer to a written demand.", kinds=["customs.clearance"]),
    clause("2.7", "refer", "용의 선박의 선적 상세는 담당자의 승인을 받아 제공한다.",
           "Cargo details of a ship under suspicion leave after a person has approved.", kinds=["surveillance.inspection"]),
]  # fmt: skip


@dataclass
class FakeDesk:
    """Implements `haemaru.web.desk.Desk` from memory."""

    party: str = "kcg"
    realm: str = "demo"
    count: int = 240
    accounts: Accounts = field(default_factory=Accounts)
    orders: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    state: str = "working"

    def do(self, command: str, params: Any, /) -> Any:
        self.orders.append((command, dict(params)))
        if command == "operations.tip":
            return {"case": CASE, "candidates": [], "picture": []}
        if command == "ledger.verify":
            return {"ok": True, "entries": 1204, "checkpoints": 12, "countersignatures": 11, "first_bad": None}
        return {}

    def status(self) -> dict[str, Any]:
        stream = {"epoch": 1, "sent": 41, "acknowledged": 41, "sealed": 41, "received": 37}
        return {
            "party": self.party, "realm": self.realm, "state": self.state, "keyid": "3fa9c1d27be04466",
            "party_name": both("해양경찰청", "Korea Coast Guard"), "fingerprint": "3fa9c1d27be04466" * 4,
            "vessels": self.count,
            "feed": {"source": "scenario okgye (seed 1)", "running": True, "lag_s": 0.8, "last": NOW, "invented": True,
                     "sentences": 26146, "messages": 26077, "shifted": True,
                     "quarantined": {"truncated": 13, "bad_checksum": 2}},
            "positions": {"observed": 48210, "shared": 31877, "withheld": {"2.2": 15904, "none": 429}},
            "peers": [{"party": "kcs", "name": both("관세청", "Korea Customs Service"), "url": "http://127.0.0.1:8802",
                       "fingerprint": "b81d0f92aa63c7e5" * 4, "link": "up", "last_receipt": NOW,
                       "channels": [{"channel": "intelligence", **stream}, {"channel": "request", **stream, "void": 1},
                                    {"channel": "track", **stream, "sealed": 913, "sent": 912, "acknowledged": 911,
                                     "quarantined": {"unknown_kind": 2}}]}],
            "ledger": {"size": 1204, "root": "9c41e7b05fd2a836" * 4, "checkpoint": NOW, "countersigned_by": "kcs",
                       "countersigned_at": NOW, "countersigned_size": 1180},
            "health": {"version": "0.1.0", "started": "2026-03-02T08:12:11Z", "memory_mb": 142.0,
                       "disk_free_mb": 81223.0, "database": "SQLite 3.53.4", "home": "/tmp/demo/kcg"},
        }  # fmt: skip

    def picture(self) -> Columns:
        return columns(self.count)

    def vessels(self, limit: int, text: str = "") -> list[dict[str, Any]]:
        found = columns(min(limit, self.count, 60))
        rows = []
        for i in range(len(found.mmsi)):
            name = NAMES[i % len(NAMES)]
            if text.upper() not in name and text not in str(found.mmsi[i]):
                continue
            rows.append({
                "mmsi": int(found.mmsi[i]), "at": NOW, "lat": float(found.lat[i] / 600_000), "lon": float(found.lon[i] / 600_000),
                "name": name, "vessel_class": CLASSES[found.vessel_class[i]], "sog": float(found.sog[i] / 10),
                "cog": float(found.cog[i] / 10), "age_s": float((NOW_MS - found.t[i]) / 1000),
                "source": "kcs" if found.source[i] else "kcg", "clause": "2.1" if found.source[i] else None,
            })  # fmt: skip
        return rows

    def vessel(self, mmsi: int) -> dict[str, Any] | None:
        if not 900_000_001 <= mmsi < 900_000_001 + self.count:
            return None
        path = [
            {"at": NOW, "lat": 37.6, "lon": 129.1, "sog": 9 + (i % 7) - (6 if 30 < i < 42 else 0)} for i in range(72)
        ]
        return {
            "mmsi": mmsi, "at": NOW, "lat": 37.61, "lon": 129.07, "name": "HAN BIT", "vessel_class": "cargo",
            "sog": 9.4, "cog": 311.0, "age_s": 12.0, "source": "kcs", "clause": "2.1", "imo": 9000003,
            "call_sign": "XSMP3", "destination": "KR OKGYE", "observed_original": "2025-04-01T21:10:00Z",
            "claims": [
                {"field": "flag", "value": "XA", "origin": "kcg", "kind": "surveillance.sighting", "at": NOW, "disputed": True},
                {"field": "flag", "value": "XB", "origin": "kcs", "kind": "surveillance.port_call", "at": NOW, "clause": "2.1",
                 "disputed": True},
                {"field": "last_port", "value": HOSTILE, "origin": "kcs", "at": NOW, "clause": "2.1"}],
            "path": path, "records": [self.records({})[0]], "cases": [CASE],
        }  # fmt: skip

    def records(self, filters: Any) -> list[dict[str, Any]]:
        ship = {"type": "vessel", "mmsi": 900000003, "imo": 9000003, "name": "HAN BIT"}
        rows = [
            {"rid": REPORT, "kind": "intelligence.report", "origin": "kcs", "held_from": "kcs", "seq": 37, "rev": 2},
            {"rid": OWN, "kind": "surveillance.sighting", "origin": "kcg"},
            {"rid": TIP, "kind": "operations.tip", "origin": "kcg"},
            {"rid": "0195555a-0000-7000-8000-0000000000b4", "kind": "surveillance.port_call", "origin": "kcs",
             "held_from": "kcs", "seq": 36},
            {"rid": "0195555a-0000-7000-8000-0000000000b5", "kind": "intelligence.feedback", "origin": "kcs",
             "held_from": "kcs", "seq": 31, "state": "retracted"},
        ]  # fmt: skip
        more = {"event_time": NOW, "subject": ship, "level": "restricted", "caveats": ["no_onward"],
                "channel": "intelligence", "epoch": 1}  # fmt: skip
        return [{**more, **row} for row in rows if str(row["kind"]).startswith(filters.get("kind", ""))]

    def record(self, rid: str) -> dict[str, Any] | None:
        base = next((row for row in self.records({}) if row["rid"] == rid), None)
        if base is None:
            return None
        released = [
            {"path": "body.summary", "value": "약 1 t, 기관실 코퍼댐 " + HOSTILE, "clause": "1.1", "treatment": "keep"},
            {"path": "body.grade", "value": {"source": "B", "information": 2}, "clause": "1.1", "treatment": "keep"},
            {"path": "body.source", "value": "p-4471", "clause": "1.1", "treatment": "pseudonymise"},
            {"path": "body.last_port", "value": "Sample Port", "clause": "2.1", "treatment": "keep"},
        ]
        withheld = [
            {"path": "body.informant", "clause": "1.4", "reason": Reason("web_test_reason")},
            {"path": "body.declared_weight_kg", "clause": "none", "reason": None},
        ]
        more: dict[str, Any] = {"purpose": "narcotics_investigation", "agreement": "f0e1d2" * 8, "fields": released,
                "received": NOW, "retain_until": "2027-03-02T09:00:00Z", "withheld": withheld, "refs": [TIP],
                "history": [{"op": "put", "at": NOW, "rev": 1, "by": "kcs"}, {"op": "correct", "at": NOW, "rev": 2}]}  # fmt: skip
        if base["origin"] == self.party:
            more["fields"] = [{"path": row["path"], "value": row["value"]} for row in released]
            more["withheld"] = []
            more["leaving"] = [
                {
                    "party": "kcs",
                    "verdict": "release",
                    "purpose": "narcotics_investigation",
                    "released": released,
                    "withheld": withheld,
                    "sealed_at": NOW,
                    "acknowledged_at": NOW,
                }
            ]
        return {**base, **more}

    def tips(self, limit: int = 100) -> list[dict[str, Any]]:
        return [
            {"rid": TIP, "at": NOW, "origin": "kcg", "case": CASE, "vessel": "HAN BIT", "mmsi": 900000003,
             "state": "open", "took_s": 3.2,
             "text": "남미에서 온 벌크선이 새벽에 옥계에 들어온다고 함. 기관실 쪽에 무언가 숨겼다고 들었음."},
            {"rid": "0195555a-0000-7000-8000-0000000000a2", "at": NOW, "origin": "kcs", "text": HOSTILE, "state": "closed"},
        ][:limit]  # fmt: skip

    def cases(self) -> list[dict[str, Any]]:
        return [{"rid": CASE, "opened": NOW, "state": "open", "origin": "kcg", "title": "HAN BIT · 옥계 (가상)",
                 "vessel": "HAN BIT", "mmsi": 900000003, "facts": 9, "open_demands": 1, "took_s": 3.2}]  # fmt: skip

    def case(self, rid: str) -> dict[str, Any] | None:
        if rid != CASE:
            return None
        why = [Reason("web_test_reason"), Reason("web_test_reason")]
        fact = {"at": NOW, "rid": REPORT}
        return {
            **self.cases()[0], "tip": self.tips()[0]["text"], "tip_rid": TIP,
            "candidates": [
                {"rank": 1, "mmsi": 900000003, "imo": 9000003, "name": "HAN BIT", "reasons": why, "chosen": True},
                {"rank": 2, "mmsi": 900000007, "name": "GEUMGANG 7", "reasons": why[:1], "against": why[:1]}],
            "picture": [
                {**fact, "field": "name", "value": "HAN BIT", "origin": "kcg", "kind": "surveillance.sighting"},
                {**fact, "field": "flag", "value": "XA", "origin": "kcg", "kind": "surveillance.sighting", "disputed": True},
                {**fact, "field": "flag", "value": "XB", "origin": "kcs", "kind": "surveillance.port_call", "clause": "2.1",
                 "disputed": True},
                {**fact, "field": "last_port", "value": "Sample Port", "origin": "kcs", "kind": "surveillance.port_call",
                 "clause": "2.1"},
                {**fact, "field": "summary", "value": HOSTILE, "origin": "kcs", "kind": "intelligence.report", "clause": "1.1",
                 "treatment": "pseudonymise"}],
            "held": [{"party": "kcs", "kind": "customs.clearance", "clause": "2.6", "reason": Reason("web_test_reason"),
                      "can_demand": True, "statute": "관세법 제116조 제1항 제2호 (예시)"}],
            "demands": [d for d in self.demands() if d["case"] == CASE], "supports": self.supports(),
            "events": [{"at": NOW, "what": "tip", "by": "haneul"}, {"at": NOW, "what": "picture", "params": {"rid": "3"}}],
        }  # fmt: skip

    def agreement(self) -> dict[str, Any] | None:
        titles = [both("정보", "Intelligence"), both("감시", "Surveillance")]
        return {
            "id": "kcg-kcs-narcotics", "version": "1", "hash": "f0e1d2" * 10, "state": "in_force", "effective": NOW,
            "title": both("해양 마약범죄 공동대응 협약 (예시)", "Cooperation against drug trafficking by sea (model)"),
            "parties": [{"id": "kcg", "name": both("해양경찰청", "Korea Coast Guard"), "signed": True, "keyid": "3fa9c1d2"},
                        {"id": "kcs", "name": both("관세청", "Korea Customs Service"), "signed": True, "keyid": "b81d0f92"}],
            "articles": [{"id": str(n + 1), "title": title, "clauses": [c for c in CLAUSES if c["id"][0] == str(n + 1)]}
                         for n, title in enumerate(titles)],
        }  # fmt: skip

    def referred(self) -> list[dict[str, Any]]:
        return [{"id": "ref-1", "rid": OWN, "kind": "surveillance.inspection", "to": "kcs", "at": NOW, "clause": "2.7",
                 "paths": ["body.finding", "body.cargo"], "subject": {"type": "vessel", "name": "HAN BIT"}}]  # fmt: skip

    def demands(self) -> list[dict[str, Any]]:
        more = {"party": "kcs", "kind": "customs.clearance", "created": NOW, "due": "2026-03-02T10:00:00Z", "clause": "2.6",
                "statute": "관세법 제116조 (예시)", "letter": "KCG-2026-03-02-01", "officer": "haneul", "case": CASE,
                "purpose": "narcotics_investigation", "subject": {"type": "vessel", "name": "HAN BIT"}}  # fmt: skip
        return [{**more, "id": "dem-1", "direction": "in", "state": "open"},
                {**more, "id": "dem-2", "direction": "out", "state": "released", "answer": REPORT}]  # fmt: skip

    def supports(self) -> list[dict[str, Any]]:
        steps = [{"at": NOW, "what": what, "by": by} for what, by in (("requested", "kcg"), ("offered", "kcs"))]
        return [{"id": "sup-1", "capability": "dog_team", "state": "offered", "requested_by": "kcg", "asked_of": "kcs",
                 "need_by": "2026-03-02T12:00:00Z", "place": "옥계", "case": CASE, "resource": "Team Sample 2",
                 "history": steps, "next": ["requisition", "refuse"], "clause": None}]  # fmt: skip

    def sessions(self) -> list[dict[str, Any]]:
        return [{"id": "ses-1", "title": both("선저 은닉 검색 기법 (가상)", "Searching hull hiding places (invented)"),
                 "host": "kcs", "starts": "2026-04-06T00:00:00Z", "ends": "2026-04-07T08:00:00Z", "place": "Sample Hall",
                 "seats": 20, "taken": 13, "can_apply": True, "prerequisites": ["boarding_basic"],
                 "ours": [{"person": "Sample Person 1", "state": "enrolled", "at": NOW}]}]  # fmt: skip

    def entries(self, limit: int) -> list[dict[str, Any]]:
        kinds = ("frame.accepted", "record.stored", "receipt.taken", "checkpoint.made")
        return [
            {"index": 1203 - i, "at": NOW, "kind": kinds[i % 4], "leaf": f"{i:02x}" * 32} for i in range(min(limit, 12))
        ]

    def story(self) -> list[dict[str, Any]]:
        told = (("두 노드가 협약에 서명", "Two nodes sign the agreement", "done", "/agreement"),
                ("전화 제보 접수", "A tip comes by phone", "now", f"/cases/{CASE}"),
                ("통관자료 요구", "Customs data is demanded", "next", ""),
                ("탐지견 지원", "A dog team is lent", "next", "/support"))  # fmt: skip
        return [{"title": both(ko, en), "state": state, "link": link} for ko, en, state, link in told]

    def exchange_accept(self, data: bytes, /) -> bytes:
        if data != b"frames":
            raise Fault("web_not_found", "frame")
        return b"receipt"

    def statement(self) -> bytes:
        return b'{"party":"' + self.party.encode() + b'"}'
