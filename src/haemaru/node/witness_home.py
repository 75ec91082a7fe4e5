"""The home of a witness: a third small node that countersigns what others say of their ledgers, and nothing else.

WHOME/witness.toml     settings, written once by `witness init`
WHOME/keys/            its keys (0600)
WHOME/statement.json   its public keys, self-signed, to be handed to the nodes
WHOME/witness.db       a ledger of its own: whom it watches, what it signed, which proofs and restarts it keeps
WHOME/lock, control.sock   as in the home of a node

It holds no records, has no agreement, no partner and no console. Every answer is given after the commit, so a witness
that is killed at any moment has signed nothing that it does not remember.
"""

import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import msgspec

from haemaru.clock import Clock, SystemClock, format_time, from_ms
from haemaru.ledger import Evidence, Ledger, Watching, read_checkpoint
from haemaru.ledger.notes import Claim, is_signed_by, line_of, origin_of, read_restart
from haemaru.ledger.offers import Refused, Watched, read_offer
from haemaru.node import histories
from haemaru.node.answer import Answer
from haemaru.node.home import Home, read_address
from haemaru.node.passphrase import from_environment, open_folder
from haemaru.node.watched import WATCHED, WatchedFacts, WatchedView
from haemaru.signing import (
    SUITE,
    KeyFolder,
    Keys,
    NodeKeys,
    Passphrase,
    PublicKeys,
    StatementRefused,
    make_statement,
    read_handover,
    read_statement,
)
from haemaru.storage import Database, Tx
from haemaru.wording import Fault

SETTINGS_FILE = "witness.toml"
_SHOWN_PROOFS = 8
_MOST_KEYS = 64  # of one party: who has changed them more often asks for `witness add`


class WitnessSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `witness init` decides once."""

    party: str
    realm: str
    listen: str


class MadeWitness(msgspec.Struct, frozen=True):
    """What `haemaru witness init --json` prints."""

    home: str
    party: str
    realm: str
    listen: str
    suite: str
    keyid: str
    fingerprint: str
    statement: str


def is_witness_home(folder: Path) -> bool:
    """Whether a witness lives there."""
    return (folder / SETTINGS_FILE).exists()


def read_settings(folder: Path) -> WitnessSettings:
    """The settings of a witness's home; raises `Fault("no_witness_home")` where there is none."""
    file = folder / SETTINGS_FILE
    try:
        return msgspec.convert(tomllib.loads(file.read_text()), WitnessSettings)
    except FileNotFoundError:
        raise Fault("no_witness_home", str(folder)) from None
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Fault("bad_settings", str(file), detail=str(error)) from None


def init_witness(folder: Path, party: str, realm: str, listen: str, suite: str = SUITE) -> MadeWitness:
    """Makes the home of a witness; refuses a folder that is a home already."""
    home = Home(folder)
    if home.settings_file.exists() or is_witness_home(folder):
        raise Fault("home_exists", str(folder))
    read_address(listen)
    keys = NodeKeys.generate(suite)
    try:
        data = make_statement(keys, party, realm, format_time(SystemClock().now()))
    except StatementRefused:
        raise Fault("witness_bad_party", "--party", party=party[:100]) from None
    home.make()
    KeyFolder(home.keys).create(keys)
    home.statement.write_bytes(data)
    file = folder / SETTINGS_FILE
    file.touch(mode=0o600)
    values = {"party": party, "realm": realm, "listen": listen}
    lines = [f"{name} = {msgspec.json.encode(value).decode()}" for name, value in values.items()]
    file.write_text("# Written by haemaru witness init.\n" + "\n".join(lines) + "\n")
    with WitnessHome.open(folder) as witness, witness.ledger.write() as batch:
        batch.append("witness.created", msgspec.json.encode({"party": party, "realm": realm, "keyid": keys.keyid}))
    statement = read_statement(data)
    return MadeWitness(
        home=str(folder),
        party=party,
        realm=realm,
        listen=listen,
        suite=keys.suite,
        keyid=keys.keyid,
        fingerprint=statement.fingerprint,
        statement=str(home.statement),
    )


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose ledger a note is about, and the key that signed it."""

    party: str
    public: PublicKeys


@dataclass(frozen=True, slots=True)
class Stranger:
    """Nobody whom this witness watches: what it answers."""

    status: int
    answer: bytes


class WitnessHome:
    """An open witness: what it is offered, and what it answers."""

    def __init__(self, home: Home, settings: WitnessSettings, keys: Keys, lock: IO[str], clock: Clock) -> None:
        self.home = home
        self.settings = settings
        self.clock = clock
        self._keys = keys
        self._lock = lock
        self._database = Database.open(f"sqlite:///{home.folder / 'witness.db'}")
        self.ledger = Ledger(self._database, keys, clock, settings.party, settings.realm, (WatchedView(),))
        self._known: dict[int, PublicKeys] = {}

    @classmethod
    def open(cls, folder: Path, *, clock: Clock | None = None, passphrase: Passphrase = from_environment) -> Self:
        """Opens the witness of a home; raises `Fault("home_locked")` where another process has it."""
        settings, home = read_settings(folder), Home(folder)
        lock = home.lock()
        try:
            return cls(home, settings, open_folder(home, passphrase).load(), lock, clock or SystemClock())
        except BaseException:
            lock.close()
            raise

    def close(self) -> None:
        """Gives the home back."""
        self._database.close()
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # What nodes say to it

    def add_checkpoint(self, data: bytes) -> tuple[int, bytes]:
        """The answer to an offer: 200 and the line, after the commit; or a status and why not."""
        try:
            link, note = read_offer(data)
            offered = read_checkpoint(note)
        except Fault as fault:
            return 400, _refused(fault.code)
        owner = self._owner(offered)
        if isinstance(owner, Stranger):
            return owner.status, owner.answer
        party, public = owner.party, owner.public
        try:
            with self.ledger.write() as batch:
                bare = offered.text + b"\n" + line_of(offered, offered.origin)
                watching = Watching(hearsay=True)
                signed = self.ledger.accept_partner_checkpoint(batch, party, public, bare, [link], watching)
        except Fault as fault:
            with self.ledger.read() as tx:
                held = self.ledger.partner_checkpoint(tx, party)
            return 409, _refused(fault.code, "" if held is None else held.note.decode())
        return 200, line_of(read_checkpoint(signed), origin_of(self.settings.realm, self.settings.party))

    def take_restart(self, data: bytes) -> tuple[int, bytes]:
        """The answer to a declared restart: 200, or a status and why not."""
        try:
            told = read_restart(data)
        except Fault as fault:
            return 400, _refused(fault.code)
        owner = self._owner(told)
        if isinstance(owner, Stranger):
            return owner.status, owner.answer
        party, public = owner.party, owner.public
        try:
            with self.ledger.write() as batch:
                bare = told.text + b"\n" + line_of(told, told.origin)
                self.ledger.restarts.take(batch, party, public, bare, hearsay=True)
        except Fault as fault:
            return 409, _refused(fault.code)
        return 200, _refused("")

    def take_keys(self, data: bytes) -> tuple[int, bytes]:
        """The answer to a handover of keys: 200 where keys that are watched signed it, or a status and why not."""
        try:
            handover = read_handover(data)
            found = handover.read()
        except StatementRefused as refused:
            return 400, _refused(refused.code)
        with self.ledger.write() as batch:
            known = self._keys_of(batch.tx, found.party)
            if found.realm != self.settings.realm or not known:
                return 404, _refused("ledger_unknown")
            if not any(handover.is_signed_by(each) for each in known) or len(known) >= _MOST_KEYS:
                return 403, _refused("checkpoint_signature_wrong")
            if found.keyid not in {each.keyid for each in known}:
                batch.append(WATCHED, msgspec.json.encode(WatchedFacts(handover.statement)))
        return 200, _refused("")

    def watched(self, party: str) -> tuple[int, bytes]:
        """The newest note of a party with our line, and every proof against its key that is kept here."""
        with self.ledger.read() as tx:
            held = self.ledger.partner_checkpoint(tx, party)
            if held is None:
                return 404, _refused("ledger_unknown")
            kept = [each["proof"] for each in self.ledger.disputes(tx) if each["party"] == party and each["proof"]]
        proofs = tuple(msgspec.convert(proof, Evidence) for proof in kept[:_SHOWN_PROOFS])
        return 200, msgspec.json.encode(Watched(held.note.decode(), proofs))

    def statement(self) -> bytes:
        """Its public keys, signed by itself."""
        return self.home.statement.read_bytes()

    # What its officer orders

    def do(self, command: str, params: dict[str, Any]) -> Answer:
        """Carries out one command; raises `Fault` where it cannot."""
        found = _COMMANDS.get(command)
        if found is None:
            raise Fault("not_for_witnesses", str(self.home.folder), command=command.replace(".", " "))
        return found(self, params)

    def add(self, params: dict[str, Any]) -> Answer:
        """Watches a node whose statement has the fingerprint that was read aloud; another key of it is added."""
        try:
            found = read_statement(params["statement"].encode())
        except StatementRefused as refused:
            raise Fault("peer_statement_refused", params["where"], problem=str(refused)) from None
        heard = "".join(mark for mark in params["fingerprint"].lower() if mark not in " :-\n")
        if heard != found.fingerprint:
            raise Fault("peer_fingerprint_differs", "fingerprint", given=heard[:100])
        if found.realm != self.settings.realm:
            raise Fault("peer_other_realm", params["where"], realm=found.realm, own=self.settings.realm)
        if found.party == self.settings.party:
            raise Fault("peer_is_self", params["where"], party=found.party)
        with self.ledger.write() as batch:
            sql = "SELECT 1 FROM watched WHERE party = :party AND keyid = :keyid"
            if batch.tx.one(sql, party=found.party, keyid=found.keyid) is None:
                batch.append(WATCHED, msgspec.json.encode(WatchedFacts(params["statement"])))
        return Answer({"party": found.party, "keyid": found.keyid, "fingerprint": found.fingerprint})

    def status(self, _params: dict[str, Any]) -> Answer:
        """Whom it watches, how far it signed, and what is wrong."""
        statement = read_statement(self.statement())
        body = {
            "party": self.settings.party,
            "realm": self.settings.realm,
            "witness": f"http://{self.settings.listen}/w/v1",
            "keyid": statement.keyid,
            "fingerprint": statement.fingerprint,
            "watched": self._told(),
            "ledger": {"size": self.ledger.size, "root": self.ledger.root().hex()},
            "health": {"memory_mb": _memory_mb()},
        }
        return Answer(body)

    def verify(self, _params: dict[str, Any]) -> Answer:
        """Reads its whole ledger; exit 1 where something is not what it was."""
        found = self.ledger.verify()
        return Answer(msgspec.to_builtins(found), 0 if found.ok else 1)

    def _told(self) -> list[dict[str, Any]]:
        with self.ledger.read() as tx:
            restarts = [each for each in self.ledger.restarts.listed(tx) if each["acknowledged"] is None]
            found = []
            for (party,) in tx.all("SELECT DISTINCT party FROM watched ORDER BY party"):
                held = self.ledger.partner_checkpoint(tx, party)
                at = tx.one("SELECT max(at_ms), count(*) FROM partner_checkpoint WHERE party = :party", party=party)
                disputes = tx.one("SELECT count(*), sum(portable) FROM dispute WHERE party = :party", party=party)
                found.append(
                    {
                        "party": party,
                        "keyids": [keys.keyid for keys in self._keys_of(tx, party)],
                        "countersigned_size": 0 if held is None else held.size,
                        "checkpoints": at[1] if at else 0,
                        "at": format_time(from_ms(at[0])) if at and at[0] is not None else None,
                        "disputes": disputes[0] if disputes else 0,
                        "proved": int(disputes[1] or 0) if disputes else 0,
                        "restarted": next((each for each in restarts if each["party"] == party), None),
                    }
                )
        return found

    def _owner(self, claim: Claim) -> "Owner | Stranger":
        party = claim.origin.rpartition("/")[2]
        with self.ledger.read() as tx:
            keys = self._keys_of(tx, party)
        if claim.origin != origin_of(self.settings.realm, party) or not keys:
            return Stranger(404, _refused("ledger_unknown"))
        public = next((each for each in keys if is_signed_by(claim, each)), None)
        return Stranger(403, _refused("checkpoint_signature_wrong")) if public is None else Owner(party, public)

    def _keys_of(self, tx: Tx, party: str) -> list[PublicKeys]:
        rows = tx.all("SELECT entry FROM watched WHERE party = :party ORDER BY entry DESC", party=party)
        for (entry,) in rows:
            if entry not in self._known:
                facts = msgspec.json.decode(self.ledger.body(tx, entry), type=WatchedFacts)
                self._known[entry] = facts.read().public
        return [self._known[entry] for (entry,) in rows]


_COMMANDS: dict[str, Callable[[WitnessHome, dict[str, Any]], Answer]] = {
    "ledger.acknowledge": histories.acknowledge,
    "ledger.disputes": histories.disputes,
    "ledger.restarts": histories.restarts,
    "ledger.verify": WitnessHome.verify,
    "status": WitnessHome.status,
    "witness.add": WitnessHome.add,
}


def _refused(code: str, held: str = "") -> bytes:
    return msgspec.json.encode(Refused(code, held))


def _memory_mb() -> float:
    # The highest mark of this process is that of the shell command it began as.
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGESIZE") / 2**20, 1)
