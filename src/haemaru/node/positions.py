"""What the node's own sensors and its partners see: stores, picture, ship claims, and what is shared of it.

Rows that a feed brings are first weighed against the clauses and sealed for the partners, then noted in the ledger,
all in one transaction, then written to Parquet. A kill between the two makes the feed bring the rows again: the
receiver knows each row by ship and moment, so none is there twice.
"""

import hashlib
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec
import numpy as np

from haemaru.agreement import standing_purpose
from haemaru.clock import Clock, format_time, from_ms, to_ms
from haemaru.exchange import Exchange, Held
from haemaru.exchange.release import PSEUDONYMS
from haemaru.ledger import Batch, Ledger
from haemaru.node.agreements import AgreementDesk
from haemaru.node.home import Home, Settings
from haemaru.node.identities import KIND as IDENTITY
from haemaru.node.identities import heard, tell
from haemaru.node.levels import usual_level
from haemaru.node.outlived import Outliving
from haemaru.node.tallies import BATCH, BatchNote, Towards, read_outlived, read_tally
from haemaru.operations import KnownVessel
from haemaru.signing import Keys, Vault
from haemaru.surveillance import (
    DAY_MS,
    FOREVER,
    MISSING,
    UNITS_PER_DEGREE,
    Claim,
    Fixes,
    Static,
    StaticHistory,
    joined,
)
from haemaru.surveillance.picture import Picture, PictureColumns
from haemaru.surveillance.picture import load as load_picture
from haemaru.surveillance.picture import save as save_picture
from haemaru.surveillance.share import Handling, conflated, outlived, read_shared, refusal_of_rows, share, still_young
from haemaru.surveillance.store import PositionStore
from haemaru.values import parse_time
from haemaru.values.position import Position
from haemaru.wording import Fault

KIND = "surveillance.position"
CLAIMS = "surveillance.claims"
NO_BASIS = "no_legal_basis"
"""Why rows of a feed stay that needs a legal basis and has none; counted where clauses are."""
_log = logging.getLogger(__name__)
_FEW_SHIPS = 4


class SurveillanceDesk:
    """Takes observed rows in, shares what may be shared, and tells where ships are."""

    def __init__(
        self, home: Home, settings: Settings, keys: Keys, clock: Clock, ledger: Ledger, agreements: AgreementDesk,
        exchange: Exchange,
    ) -> None:  # fmt: skip
        self._home, self._party, self._clock = home, settings.party, clock
        self._ledger, self._agreements, self._exchange = ledger, agreements, exchange
        self._vault = Vault(keys.vault)
        self._key = hashlib.sha256(b"haemaru-positions-v1" + keys.vault).digest()
        self._own = PositionStore(home.positions / "own", self._key)
        # Rows of feeds that need a legal basis and have none: shown here, used for nothing that could leave.
        self._kept = PositionStore(home.positions / "kept", self._key)
        self._shared: dict[str, PositionStore] = {}
        for folder in home.positions.glob("from-*"):
            self._store_of(folder.name.removeprefix("from-"))
        self._picture = self._restored()
        self._saved = self._picture.version
        self._clauses = {peer: _clause(header) for peer, header in exchange.newest_positions().items()}
        self._lock = threading.RLock()
        self._outliving = Outliving(clock, ledger, self._picture, self._shared, self._lock)
        self._watchers: list[Callable[[Fixes], None]] = []
        self.feed: dict[str, Any] = {}
        self.running_feeds: dict[str, threading.Event] = {}
        self._statics = StaticHistory(self._load_claims())
        exchange.on_positions(self._receive, refusal_of_rows)
        exchange.on_received(self._identity)
        exchange.on_recheck(self._recheck)
        exchange.on_thin(self._rest, conflated)
        for held in exchange.holdings.records_of(IDENTITY):
            self._identity(held)

    def _restored(self) -> Picture:
        picture = Picture(self._party)
        if self._home.picture.exists():
            try:
                columns, sources = load_picture(self._home.picture, self._vault)
            except Fault as fault:
                # Only a view of what the stores hold: it fills again with the next rows.
                _log.warning("the picture begins empty: %s", fault.code)
                return picture
            for place, source in enumerate(sources):
                rows = columns.take(columns.source == place)
                shown = {name: column for name, column in rows.columns().items() if name != "source"}
                picture.update(Fixes.of(**shown), source if place else None, until_ms=rows.kept_until)
        return picture

    def _load_claims(self) -> list[Claim]:
        with self._ledger.read() as tx:
            return [
                claim
                for _, body in self._ledger.entries(tx, kinds=(CLAIMS,))
                for claim in msgspec.json.decode(body, type=list[Claim])
            ]

    def take(self, fixes: Fixes, statics: list[Static], source: str, may_leave: bool = True) -> int:
        """Takes a batch of a feed in: shared, noted, stored, on the picture; how many rows were new.

        Without `may_leave` (a feed that needs a legal basis and has none) nothing of it is told to anybody.
        """
        with self._lock, self._ledger.write() as batch:
            if may_leave:
                self._take_statics(batch, statics, source)
            fresh = (self._own if may_leave else self._kept).fresh(self._classed(fixes))
            if len(fresh):
                note = BatchNote(len(fresh), digest_of(fresh), source, self._share(batch, fresh, may_leave))
                batch.append(BATCH, msgspec.json.encode(note))
                batch.after_commit(lambda: self._keep(fresh, source, may_leave))
        return len(fresh)

    def on_observed(self, take: Callable[[Fixes], None]) -> None:
        """`take` is given every new row of the own feeds, before it is stored; what may not leave is not among them."""
        self._watchers.append(take)

    def _keep(self, fresh: Fixes, source: str, may_leave: bool) -> None:
        for take in self._watchers if may_leave else ():
            take(fresh)
        (self._own if may_leave else self._kept).append(fresh, source)
        self._picture.update(fresh, None, self._statics.classes())

    def _classed(self, fixes: Fixes) -> Fixes:
        classes = self._statics.classes()
        known = [classes.get(int(mmsi), int(code)) for mmsi, code in zip(fixes.mmsi, fixes.vessel_class, strict=True)]
        return fixes.replace(vessel_class=known) if len(fixes) else fixes

    def _take_statics(self, batch: Batch, statics: list[Static], source: str) -> None:
        changed = [claim for static in statics for claim in self._statics.add(static, source)]
        if not changed:
            return
        batch.append(CLAIMS, msgspec.json.encode(changed))
        now = self._clock.now()
        if self._agreements.refusal(now) is not None:
            return
        level = usual_level(self._agreements.current())
        for mmsi in dict.fromkeys(claim.mmsi for claim in changed):
            latest = self._statics.latest(mmsi)
            if latest is not None:
                tell(self._exchange, batch, latest, self._agreements.between, self._clock, level)

    def _share(self, batch: Batch, fresh: Fixes, may_leave: bool) -> dict[str, Towards]:
        peers = [peer.party for peer in self._exchange.peers()]
        if not may_leave:
            return {peer: Towards(len(fresh), 0, {NO_BASIS: len(fresh)}) for peer in peers}
        return {peer: self._share_with(batch, peer, fresh) for peer in peers}

    def _share_with(self, batch: Batch, peer: str, fresh: Fixes) -> Towards:
        """Each agreement with a partner is asked, in the order of adoption, about what those before it kept."""
        now = self._clock.now()
        left, rows = fresh, 0
        withheld = {"none" if self._agreements.adopted() else "agreement_waiting": len(fresh)}
        for agreement in self._agreements.between(peer):
            purpose = standing_purpose(agreement, KIND, self._party, peer)
            refusal = self._agreements.refusal_of(agreement, now)
            if purpose is None or refusal is not None or not len(left):
                withheld = {refusal.code: len(left)} if refusal is not None and not rows else withheld
                continue
            key = self._vault.blind(PSEUDONYMS)
            level = Handling(usual_level(agreement))
            way = (self._party, peer)
            shared = share(agreement, left, way, purpose, now, handling=level, pseudonym_key=key)
            self._exchange.put_positions(batch, peer, purpose, shared.groups, agreement, now)
            left, rows, withheld = left.take(shared.kept), rows + shared.rows, shared.withheld
        return Towards(len(fresh), rows, withheld)

    def _receive(self, header: dict[str, Any], arrow: bytes) -> None:
        fixes = read_shared(arrow)
        peer, signed = str(header["peer"]), header.get("retain_until")
        until_ms = FOREVER if signed is None else to_ms(parse_time(str(signed)))
        with self._lock:
            self._store_of(peer).append(fixes, peer, until_ms)
            self._picture.update(fixes, peer, until_ms=until_ms)
            self._clauses[peer] = _clause(header)

    def _recheck(self, header: Mapping[str, Any], arrow: bytes, at: datetime) -> str | None:
        agreement = self._agreements.find(str(header["agreement"]["hash"]))
        return None if agreement is None else outlived(agreement, header, arrow, at)

    def _rest(self, header: Mapping[str, Any], arrow: bytes, at: datetime) -> tuple[bytes, int] | None:
        agreement = self._agreements.find(str(header["agreement"]["hash"]))
        return None if agreement is None else still_young(agreement, header, arrow, at)

    def _identity(self, held: Held) -> None:
        if held.kind != IDENTITY or held.peer is None or held.state != "held":
            return
        static = heard(held)
        if static is not None:
            with self._lock:
                self._statics.add(static, held.origin)

    def _store_of(self, peer: str) -> PositionStore:
        if peer not in self._shared:
            self._shared[peer] = PositionStore(self._home.positions / f"from-{peer}", self._key)
        return self._shared[peer]

    @contextmanager
    def still(self) -> Iterator[None]:
        """Takes nothing in while the block lasts."""
        with self._lock:
            yield

    def tick(self) -> None:
        """Writes the picture file when it has changed, and ends rows whose time is over; called each second."""
        version = self._picture.version
        if version != self._saved:
            save_picture(self._home.picture, self._picture.snapshot(), self._picture.sources, self._vault)
            self._saved = version
        self._outliving.tick()

    def close(self) -> None:
        """Closes the stores."""
        self._own.close()
        self._kept.close()
        for store in self._shared.values():
            store.close()

    def observed(self, since_ms: int = 0) -> Iterator[Fixes]:
        """All rows of the node's own sensors from the day of `since_ms` on, a UTC day at a time, the oldest first."""
        for day in self._own.days():
            start = to_ms(parse_time(f"{day}T00:00:00Z"))
            if start + DAY_MS > since_ms:
                yield self._own.read(start, start + DAY_MS)

    def stored(self, since_ms: int, until_ms: int, ships: Sequence[int] | None) -> Fixes:
        """The stored rows of the own sensors in a time, of these ships (of all: None)."""
        if ships is not None and len(ships) <= _FEW_SHIPS:
            return joined(self._own.read(since_ms, until_ms, ship) for ship in ships)
        rows = self._own.read(since_ms, until_ms)
        return rows if ships is None else rows.take(np.isin(rows.mmsi, list(ships)))

    def classes(self) -> Mapping[int, int]:
        """The vessel class of every ship whose type is known."""
        return self._statics.classes()

    # What is known

    def columns(self) -> PictureColumns:
        """The picture now."""
        return self._picture.snapshot()

    def vessel_count(self) -> int:
        """How many vessels are on the picture."""
        return len(self._picture)

    def static(self, mmsi: int) -> Static | None:
        """The newest values a ship told of itself."""
        return self._statics.latest(mmsi)

    def claims(self, mmsi: int) -> list[Claim]:
        """Everything a ship told of itself, with when and to whom."""
        return self._statics.claims(mmsi)

    def source_name(self, place: int) -> str:
        """The party whose sensors a picture row came from."""
        return self._picture.sources[place] if place < len(self._picture.sources) else ""

    def clause_of(self, place: int) -> str | None:
        """The clause under which the newest batch came from the source of a picture row; None for own rows."""
        return self._clauses.get(self.source_name(place)) or None

    def path(self, mmsi: int, since_ms: int, until_ms: int) -> list[dict[str, Any]]:
        """Where a ship was, from own rows and partners', in the order of time."""
        found = [store.read(since_ms, until_ms, mmsi) for store in (self._own, self._kept, *self._shared.values())]
        rows = [
            {
                "at": format_time(from_ms(int(fixes.t[i]))),
                "lat": int(fixes.lat[i]) / UNITS_PER_DEGREE,
                "lon": int(fixes.lon[i]) / UNITS_PER_DEGREE,
                "sog": None if int(fixes.sog[i]) == MISSING else int(fixes.sog[i]) / 10,
            }
            for fixes in found
            for i in range(len(fixes))
        ]
        return sorted(rows, key=lambda row: str(row["at"]))

    def known_vessels(self) -> list[KnownVessel]:
        """Every ship on the picture with what it tells of itself, for `operations.candidates`."""
        return known_vessels(self._picture.snapshot(), self._statics)

    def position_status(self) -> dict[str, Any]:
        """Observed, shared and withheld rows, over all partners and by partner; partners' rows that were outlived."""
        with self._ledger.read() as tx:
            tally, outlived = read_tally(tx), read_outlived(tx)
        total = {"observed": 0, "shared": 0, "withheld": {}}
        first = next(iter(tally.values()), None)
        if first is not None:
            total = msgspec.to_builtins(first)
        return {**total, "towards": msgspec.to_builtins(tally), "outlived": sum(outlived.values())}

    def feed_status(self) -> dict[str, Any]:
        """The feed that ran last, with its counts."""
        return dict(self.feed)


def _clause(header: Mapping[str, Any]) -> str:
    return str(next(iter(header.get("clauses", ())), ""))


def known_vessels(picture: PictureColumns, statics: StaticHistory) -> list[KnownVessel]:
    """The ships of a picture with what they tell of themselves, and those that only told and were never placed."""
    found = []
    for row in range(len(picture)):
        mmsi = int(picture.mmsi[row])
        sog = int(picture.sog[row])
        place = Position(int(picture.lat[row]), int(picture.lon[row]))
        knots = None if sog == MISSING else sog / 10
        found.append(_known(mmsi, statics.latest(mmsi), place, knots, from_ms(int(picture.t[row]))))
    placed = set(picture.mmsi.tolist())
    named = {claim.mmsi for claim in statics.claims()} - placed
    return found + [_known(mmsi, statics.latest(mmsi), None, None, None) for mmsi in sorted(named)]


def _known(
    mmsi: int, static: Static | None, place: Position | None, knots: float | None, seen_at: datetime | None
) -> KnownVessel:
    told = static or Static(mmsi)
    return KnownVessel(
        mmsi=mmsi,
        imo=told.imo or None,
        name=told.name or "",
        call_sign=told.call_sign or "",
        ship_type=told.ship_type,
        destination=told.destination or "",
        position=place,
        knots=knots,
        seen_at=seen_at,
    )


def digest_of(fixes: Fixes) -> str:
    """SHA-256 over the columns of a batch, in their fixed order."""
    digest = hashlib.sha256()
    for column in fixes.columns().values():
        digest.update(column.tobytes())
    return digest.hexdigest()
