"""What ships say about themselves: name, IMO number, call sign, type, size, destination.

A ship can say anything, and may say something else tomorrow. So nothing is overwritten: each value is a claim with the
time it was first and last heard and the feed it came from; `latest` is only a view of the newest claims. A claim that
rests on parts joined by their sequence number alone is `doubtful` until it is heard the same once more.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

import msgspec

from haemaru.surveillance.vessel_class import class_of_ship_type

FIELDS = ("name", "imo", "call_sign", "ship_type", "destination", "length_m", "beam_m", "draught_dm")


class Static(msgspec.Struct, frozen=True, omit_defaults=True):
    """One static report of one ship; what it does not tell is None."""

    mmsi: int
    at: int | None = None  # UTC ms
    name: str | None = None
    imo: int | None = None
    call_sign: str | None = None
    ship_type: int | None = None
    destination: str | None = None
    length_m: int | None = None
    beam_m: int | None = None
    draught_dm: int | None = None
    doubtful: tuple[str, ...] = ()  # fields that reach over parts which nothing but a sequence number joins

    def told(self) -> Iterator[tuple[str, str | int]]:
        """The fields that the report fills, with their values."""
        for field in FIELDS:
            value = getattr(self, field)
            if value is not None:
                yield field, value


class Claim(msgspec.Struct):
    """One value that a ship gave for one field, with when it was first and last heard and from which feed."""

    mmsi: int
    field: str
    value: str | int
    since: int | None
    until: int | None
    source: str
    heard: int = 1
    doubtful: bool = False


class StaticHistory:
    """All claims about all ships, and the newest of them as one `Static` a ship.

    One thread adds; others may read meanwhile: what they walk through is copied in one step first.
    """

    def __init__(self, claims: Iterable[Claim] = ()) -> None:
        self._claims: dict[int, list[Claim]] = {}
        self._latest: dict[int, Static] = {}
        self._classes: dict[int, int] = {}
        for claim in claims:
            self._claims.setdefault(claim.mmsi, []).append(claim)
        for mmsi in self._claims:
            self._renew(mmsi)

    def __len__(self) -> int:
        return len(self._claims)

    def add(self, report: Static, source: str = "") -> list[Claim]:
        """Takes a report in; the claims that are new or no longer doubtful."""
        held = self._claims.setdefault(report.mmsi, [])
        changed = []
        for field, value in report.told():
            newest = next((claim for claim in reversed(held) if claim.field == field and claim.source == source), None)
            if newest is not None and newest.value == value:
                changed += [newest] if self._hear_again(newest, report) else []
                continue
            claim = Claim(report.mmsi, field, value, report.at, report.at, source, 1, field in report.doubtful)
            held.append(claim)
            changed.append(claim)
        if changed:
            self._renew(report.mmsi)
        return changed

    @staticmethod
    def _hear_again(claim: Claim, report: Static) -> bool:
        again = claim.field not in report.doubtful or report.at is None or report.at != claim.until
        claim.heard += 1
        if report.at is not None:
            claim.until = report.at if claim.until is None else max(claim.until, report.at)
        settled = claim.doubtful and again
        claim.doubtful = claim.doubtful and not settled
        return settled

    def claims(self, mmsi: int | None = None) -> list[Claim]:
        """The claims about one ship, or about all, oldest first."""
        if mmsi is not None:
            return list(self._claims.get(mmsi, ()))
        return [claim for held in list(self._claims.values()) for claim in list(held)]

    def latest(self, mmsi: int) -> Static | None:
        """The newest value of each field that is not doubtful, or None where nothing is known of the ship."""
        return self._latest.get(mmsi)

    def classes(self) -> Mapping[int, int]:
        """The vessel class of every ship whose type is known, for `Picture` and decoders."""
        return MappingProxyType(self._classes)

    def find(self, text: str) -> list[int]:
        """The ships whose name, call sign, IMO number or MMSI holds `text` now or held it before."""
        wanted = text.strip().upper()
        return [
            mmsi
            for mmsi, held in list(self._claims.items())
            if wanted in str(mmsi)
            or any(claim.field in ("name", "call_sign", "imo") and wanted in str(claim.value).upper() for claim in held)
        ]

    def _renew(self, mmsi: int) -> None:
        latest = self._latest[mmsi] = self._view(mmsi)
        code = class_of_ship_type(latest.ship_type)
        if code:
            self._classes[mmsi] = code
        else:
            self._classes.pop(mmsi, None)

    def _view(self, mmsi: int) -> Static:
        newest: dict[str, Claim] = {}
        for claim in self._claims[mmsi]:
            if not claim.doubtful:
                known = newest.get(claim.field)
                if known is None or (claim.until or 0) >= (known.until or 0):
                    newest[claim.field] = claim
        at = max((claim.until for claim in newest.values() if claim.until is not None), default=None)
        return Static(mmsi, at, **{field: claim.value for field, claim in newest.items()})  # type: ignore[arg-type]
