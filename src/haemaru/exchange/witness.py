"""Each side keeps the other's ledger honest: a checkpoint, a proof that it only grew, and a signature in return.

A node offers its checkpoint after so many records or so much time, on the control channel, and waits for the answer
before it offers the next. Where it trusts a witness (`oversight`), the witness is asked first, and its line travels
under the note. The partner checks the proof against what it countersigned last. A fork is refused, the contradicting
notes are kept as a portable proof, and both consoles show it. A ledger that was put back after a restore says so
(`declare_restart`), and the partner goes on from there with an alarm.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from msgspec import UNSET

from haemaru.clock import format_time, from_ms, to_ms
from haemaru.exchange import entries
from haemaru.exchange.entries import OfferedFacts, RestartedFacts, entry_bytes
from haemaru.exchange.house import Heard, House
from haemaru.exchange.messages import Checkpoint, Countersignature, Message, Past, Restart, RestartAnswer
from haemaru.exchange.outbox import Outbox
from haemaru.exchange.oversight import OTHER_START, Oversight
from haemaru.exchange.peers import Peer, PeerBook
from haemaru.ledger import Batch, Link, Watching, read_checkpoint
from haemaru.ledger import Checkpoint as Note
from haemaru.ledger.merkle import EMPTY_ROOT
from haemaru.ledger.notes import is_countersigned_by, is_signed_by, origin_of, read_claim, read_restart
from haemaru.ledger.partners import unwitnessed
from haemaru.signing import PublicKeys
from haemaru.storage import Tx
from haemaru.values import parse_time
from haemaru.wording import Fault

ASKED_AGAIN = frozenset({OTHER_START, "checkpoint_unwitnessed"})
"""Refusals after which the next checkpoint is offered all the same."""

_RESTORED = "restored from a backup"


class Witness:
    """Offers checkpoints, and answers those of partners."""

    def __init__(self, house: House, peers: PeerBook, outbox: Outbox, oversight: Oversight) -> None:
        self._house = house
        self._peers = peers
        self._outbox = outbox
        self._oversight = oversight
        self._starts: dict[str, int] = {}
        house.hears[Checkpoint] = self._countersign
        house.hears[Countersignature] = self._keep
        house.hears[Restart] = self._take_restart
        house.hears[RestartAnswer] = self._keep_answer

    def offer(self, *, force: bool = False) -> list[str]:
        """Offers a checkpoint to every partner to whom one is due, and names them; `force` asks for all."""
        ledger = self._house.ledger
        with ledger.read() as tx:
            due = [peer.party for peer in self._peers.all(tx) if self._is_due(tx, peer.party, force)]
        if not due:
            return []
        # The first proof after a start reads every leaf: not while the one writer is held.
        ledger.root_at(ledger.size)
        with ledger.write() as batch:
            checkpoint = self._checkpoint(batch)
            if not self._is_witnessed(batch.tx, checkpoint):
                return []  # its turn comes with the witness's line, or when that was waited for long enough
            lines = b"".join(self._oversight.lines(batch.tx, checkpoint.size).values())
            for peer in due:
                self._offer(batch, peer, checkpoint.note + lines, checkpoint.size)
        return due

    def declare_restart(self, batch: Batch, peer: str, reason: str = "") -> dict[str, Any]:
        """Tells a partner, and every trusted witness, that this ledger was put back; gives from where it goes on."""
        house = self._house
        self._peers.get(batch.tx, peer)
        told = house.ledger.restarts.declare(batch, peer, house.ids.new(), reason or _RESTORED)
        self._starts.pop(peer, None)
        batch.append(entries.RESTARTED, entry_bytes(RestartedFacts(peer=peer, size=told.size)))
        message = Restart(**self._head(peer), restart=told.note.decode())
        self._outbox.send_message(batch, peer, message)
        for witness in self._oversight.all(batch.tx):
            house.ledger.restarts.declare(batch, witness.party, house.ids.new(), reason or _RESTORED)
        return {"id": told.id, "size": told.size, "root": told.root.hex(), "reason": told.reason}

    def told(self, tx: Tx, peer: str) -> dict[str, Any]:
        """What an officer must know of a partner's ledger: without the witness since when, disputes, restarts."""
        trusted = self._oversight.all(tx)
        missing: dict[str, Any] | None = None
        if trusted:
            count, since = unwitnessed(tx, peer, min(each.since for each in trusted))
            missing = {"count": count, "since": None if since is None else format_time(from_ms(since))}
        row = tx.one("SELECT count(*), sum(portable) FROM dispute WHERE party = :party", party=peer)
        disputes, proved = (0, 0) if row is None else (row[0], int(row[1] or 0))
        restarted = [each for each in self._house.ledger.restarts.listed(tx) if each["party"] == peer]
        return {
            "unwitnessed": missing,
            "disputes": disputes,
            "proved": proved,
            "restarted": next((each for each in restarted if each["acknowledged"] is None), None),
        }

    def _is_due(self, tx: Tx, peer: str, force: bool) -> bool:
        settings = self._house.settings
        row = tx.one("SELECT offered, countersigned, code, at_ms FROM exchange_witness WHERE peer = :peer", peer=peer)
        if row is None:
            return False
        offered, countersigned, code, at_ms = row
        if (code and code not in ASKED_AGAIN) or offered > countersigned:
            return False
        if force or (code == OTHER_START and peer in self._starts):
            return True
        # Only what this partner sent, or gets a number for, is a reason: the rhythm of the offers must not tell of
        # records that were withheld from it. Control messages are none: each checkpoint would be one for the next.
        new = 0
        for table in ("exchange_in", "exchange_out"):
            found = tx.one(
                f"SELECT count(*) FROM {table} WHERE peer = :peer AND entry >= :size AND channel <> 'control'",
                peer=peer,
                size=offered,
            )
            new += found[0] if found else 0
        waited = to_ms(self._house.clock.now()) - at_ms
        return new >= settings.checkpoint_entries or (
            new > 0 and waited >= settings.checkpoint_after.total_seconds() * 1000
        )

    def _checkpoint(self, batch: Batch) -> Note:
        """A new checkpoint; or the newest, while it waits for a witness's line or has just got one."""
        ledger = self._house.ledger
        newest = ledger.latest_checkpoint(batch.tx)
        if newest is not None and self._oversight.all(batch.tx):
            age = self._house.clock.now() - parse_time(newest.at, "at")
            if age < self._house.settings.witness_wait + timedelta(seconds=10):
                return newest
        return ledger.checkpoint(batch)

    def _is_witnessed(self, tx: Tx, checkpoint: Note) -> bool:
        """Whether every witness that would sign has signed, or was waited for long enough."""
        lines = self._oversight.lines(tx, checkpoint.size)
        missing = [each for each in self._oversight.all(tx) if each.party not in lines]
        if not any(each.code in ("", OTHER_START) for each in missing):
            return True
        age = self._house.clock.now() - parse_time(checkpoint.at, "at")
        return age >= self._house.settings.witness_wait

    def _head(self, peer: str) -> dict[str, Any]:
        house = self._house
        return {
            "id": house.ids.new(),
            "realm": house.realm,
            "from_": house.party,
            "to": peer,
            "created": house.now(),
        }

    def _offer(self, batch: Batch, peer: str, note: bytes, size: int) -> None:
        tx = batch.tx
        row = tx.one("SELECT countersigned FROM exchange_witness WHERE peer = :peer", peer=peer)
        first = self._past(row[0] if row else 0, size)
        # Also from where each witness stands: without its line the partner asks for that proof.
        others = {self._oversight.signed(tx, each.party) for each in self._oversight.all(tx)}
        others |= {self._starts.get(peer, 0)}
        also = tuple(self._past(other, size) for other in sorted(others - {0, first.size, size}) if other < size)
        message = Checkpoint(
            **self._head(peer),
            checkpoint=note.decode(),
            old_size=first.size,
            old_root=first.root,
            proof=first.proof,
            also=also or UNSET,
        )
        batch.append(entries.OFFERED, entry_bytes(OfferedFacts(peer=peer, size=size)))
        self._outbox.send_message(batch, peer, message)

    def _past(self, old: int, size: int) -> Past:
        ledger = self._house.ledger
        root = ledger.root_at(old) if old else EMPTY_ROOT
        return Past(old, root.hex(), tuple(step.hex() for step in ledger.consistency(old, size)))

    def _countersign(self, batch: Batch, peer: Peer, message: Message) -> Heard:
        assert isinstance(message, Checkpoint)  # noqa: S101 - registered for this type
        ledger, party = self._house.ledger, peer.party
        note, code, size, held = "", "", 0, ""
        try:
            links = [_link(message.old_size, message.old_root or "", message.proof)]
            links += [_link(past.size, past.root, past.proof) for past in message.also or ()]
            witnesses = {each.party: each.public for each in self._oversight.all(batch.tx)}
            watching = Watching(witnesses, self._oversight.seen.get(party))
            offered = message.checkpoint.encode()
            public = _signer(peer, offered)
            note = ledger.accept_partner_checkpoint(batch, party, public, offered, links, watching).decode()
            size = int(note.split("\n", 2)[1])
        except Fault as fault:
            code = fault.code
        except ValueError:
            code = "checkpoint_unreadable"
        if code:
            last = ledger.partner_checkpoint(batch.tx, party)
            shown = self._oversight.seen.get(party) if code == "checkpoint_unwitnessed" else last
            held = "" if shown is None else shown.note.decode()
        answer = Countersignature(
            **self._head(party), size=size, checkpoint=note or None, refused=code or None, held=held or UNSET
        )
        self._outbox.send_message(batch, party, answer)
        return Heard(code, size)

    def _keep(self, batch: Batch, peer: Peer, message: Message) -> Heard:
        assert isinstance(message, Countersignature)  # noqa: S101 - registered for this type
        code = message.refused or "countersignature_missing"
        if message.checkpoint is not None:
            try:
                note = message.checkpoint.encode()
                public = _countersigner(peer, self._house.realm, note)
                self._house.ledger.store_countersignature(batch, peer.party, public, message.size, note)
                self._starts.pop(peer.party, None)
                return Heard("", message.size)
            except Fault as fault:
                code = fault.code
        if code == "countersignature_unknown_checkpoint":
            # An answer to what this ledger offered before it was put back: no reproach, and no line of use.
            return Heard()
        if code == OTHER_START:
            start, code = self._oversight.common(self._oversight.own(message.held or ""))
            self._starts[peer.party] = start
        return Heard(code)

    def _take_restart(self, batch: Batch, peer: Peer, message: Message) -> Heard:
        assert isinstance(message, Restart)  # noqa: S101 - registered for this type
        code, name = "", ""
        try:
            told = message.restart.encode()
            name = read_restart(told).id
            if self._house.ledger.restarts.take(batch, peer.party, _signer(peer, told), told):
                # What the witness signed before the restart is no measure for what comes after it.
                self._oversight.seen.pop(peer.party, None)
        except Fault as fault:
            code = fault.code
        answer = RestartAnswer(**self._head(peer.party), restart=name, refused=code or None)
        self._outbox.send_message(batch, peer.party, answer)
        return Heard(code)

    def _keep_answer(self, batch: Batch, peer: Peer, message: Message) -> Heard:
        assert isinstance(message, RestartAnswer)  # noqa: S101 - registered for this type
        code = message.refused or ""
        self._house.ledger.restarts.answered(batch, peer.party, message.restart, code)
        return Heard(code)


def alarms_of(told: Mapping[str, Any]) -> list[str]:
    """The alarms that what is told of a partner's ledger raises."""
    found = {
        "ledger_restarted": told["restarted"] is not None,
        "ledger_disputed": told["disputes"] > 0,
        "ledger_unwitnessed": told["unwitnessed"] is not None and told["unwitnessed"]["count"] > 0,
    }
    return [code for code, is_so in found.items() if is_so]


def _link(size: int, root: str, proof: tuple[str, ...]) -> Link:
    return Link(size, bytes.fromhex(root), tuple(bytes.fromhex(step) for step in proof))


def _signer(peer: Peer, note: bytes) -> PublicKeys:
    """The key of the partner that signed the note: one sealed before a rotation arrives under the earlier key."""
    claim = read_claim(note)
    return next((public for public in peer.keys if is_signed_by(claim, public)), peer.public)


def _countersigner(peer: Peer, realm: str, note: bytes) -> PublicKeys:
    checkpoint, name = read_checkpoint(note), origin_of(realm, peer.party)
    return next((public for public in peer.keys if is_countersigned_by(checkpoint, name, public)), peer.public)
