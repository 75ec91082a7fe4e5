"""A home is the folder of one node: its settings, keys, database, positions, lock and control socket.

HOME/haemaru.toml      settings, written once by `init`
HOME/keys/             signing, encryption and storage keys (0600)
HOME/statement.json    the public keys, self-signed, to be handed to partners
HOME/agreements/       the agreement files as they were given, with their signatures
HOME/node.db           the ledger and its projections (unless `--database` names another place)
HOME/node.db.lock      held by the one process that has that database, whichever home it works for
HOME/positions/        Parquet by UTC day, encrypted
HOME/contacts/         radar and patrol contacts by UTC day, encrypted (not in a backup: they can be fed in again)
HOME/live/             snapshot and journal of live detection, encrypted (made again from the positions if lost)
HOME/zones.geojson     the agency's own ports and zones for detection, where it has put any
HOME/put-back          left by a restore until the node was opened once
HOME/lock              held by the one process that writes here
HOME/control.sock      how commands reach a running node (0600)
"""

import fcntl
import os
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, Annotated, Literal

import msgspec

from haemaru.clock import AheadClock, Clock, SystemClock
from haemaru.wording import Fault

REALMS = ("live", "demo")
OWN_DATABASE = "sqlite:///node.db"
LOOPBACK = ("127.0.0.1", "localhost", "::1")

_SQLITE = "sqlite:///"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `init` decides once for a node."""

    party: str
    realm: str
    listen: str
    database: str
    """`postgresql://...`, or `sqlite:///PATH`: a path without a leading slash is meant from the home."""
    agreement: str
    disposal: Literal["proposed", "automatic"] = "proposed"
    """Whether a received record whose retention is over waits for an approver."""
    answer_due_h: Annotated[float, msgspec.Meta(gt=0, le=8760)] = 24.0
    """After how many hours an answer that a partner owes, or this node, is overdue."""
    clock_ahead_h: Annotated[float, msgspec.Meta(ge=0, le=87600)] = 0.0
    """For a trial: by how many hours this node's clock goes ahead of the machine's. Never in the realm `live`."""


@dataclass(frozen=True, slots=True)
class Home:
    """The places inside one home folder."""

    folder: Path

    @property
    def settings_file(self) -> Path:
        """Where the settings stand."""
        return self.folder / "haemaru.toml"

    @property
    def keys(self) -> Path:
        """The folder of the node's private keys."""
        return self.folder / "keys"

    @property
    def statement(self) -> Path:
        """The node's public statement of its keys."""
        return self.folder / "statement.json"

    @property
    def agreements(self) -> Path:
        """The folder of agreement files and their signatures."""
        return self.folder / "agreements"

    @property
    def positions(self) -> Path:
        """The folder of encrypted position files."""
        return self.folder / "positions"

    @property
    def picture(self) -> Path:
        """The encrypted file of the latest state of all vessels."""
        return self.folder / "picture.arrow"

    @property
    def put_back(self) -> Path:
        """The mark that a restore leaves: partners know more of this home than it does, until streams are reopened."""
        return self.folder / "put-back"

    @property
    def socket(self) -> Path:
        """The control socket of a running node."""
        return self.folder / "control.sock"

    def make(self) -> None:
        """Makes the folder, and shuts it to other users where it was there already."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder.chmod(0o700)

    def settings(self) -> Settings:
        """Reads the settings; raises `Fault("no_home")` where there is no home."""
        try:
            return msgspec.convert(tomllib.loads(self.settings_file.read_text()), Settings)
        except FileNotFoundError:
            raise Fault("no_home", str(self.folder)) from None
        except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            raise Fault("bad_settings", str(self.settings_file), detail=str(error)) from None

    def clock(self) -> Clock:
        """The clock that the settings name; raises `Fault("clock_ahead_live")` where a live node's would go ahead."""
        settings = self.settings()
        if not settings.clock_ahead_h:
            return SystemClock()
        if settings.realm == "live":
            raise Fault("clock_ahead_live", str(self.settings_file), hours=settings.clock_ahead_h)
        return AheadClock(timedelta(hours=settings.clock_ahead_h))

    def database(self, settings: Settings) -> str:
        """The full address of the database: what the settings name within the home moves with the home."""
        path = settings.database.removeprefix(_SQLITE)
        return settings.database if path == settings.database else f"{_SQLITE}{self.folder.absolute() / path}"

    def write_settings(self, settings: Settings) -> None:
        """Writes the settings file, for its owner only: the address of a database may hold a password."""
        lines = [f"{name} = {_toml(value)}" for name, value in msgspec.structs.asdict(settings).items() if value]
        self.settings_file.touch(mode=0o600)
        self.settings_file.write_text("# Written by haemaru init.\n" + "\n".join(lines) + "\n")

    def lock(self) -> IO[str]:
        """Takes the lock that only one process can hold; the kernel frees it however that process ends."""
        handle = (self.folder / "lock").open("a")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            raise Fault("home_locked", str(self.folder)) from None
        return handle


def _toml(value: str | float) -> str:
    return str(value) if isinstance(value, float) else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def read_address(text: str) -> tuple[str, int]:
    """Host and port of `ADDRESS:PORT`; raises `Fault("address_unusable")`."""
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise Fault("address_unusable", text[:200])
    return host.removeprefix("[").removesuffix("]"), int(port)


def short_socket(path: Path) -> tuple[str, int]:
    """A name for `path` that fits into a socket address (108 bytes), and the folder handle to close after use."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    return f"/proc/self/fd/{folder}/{path.name}", folder
