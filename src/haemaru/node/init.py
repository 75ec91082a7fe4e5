"""`init`: makes a home with keys, statement, database, the agreement it waits for, and one officer."""

import shutil
import socket
from pathlib import Path

import msgspec

from haemaru.agreement import load_agreement
from haemaru.clock import SystemClock, format_time
from haemaru.node.home import OWN_DATABASE, Home, Settings, read_address
from haemaru.node.node import Node
from haemaru.signing import SUITE, KeyFolder, NodeKeys, make_statement, read_statement
from haemaru.wording import Fault


class FirstOfficer(msgspec.Struct, frozen=True):
    """The account that `init` makes; its password is shown this once."""

    name: str
    password: str
    role: str


class Made(msgspec.Struct, frozen=True):
    """What `haemaru init --json` prints."""

    home: str
    party: str
    realm: str
    listen: str
    suite: str
    keyid: str
    fingerprint: str
    statement: str
    state: str
    officer: FirstOfficer


def init_home(
    folder: Path,
    party: str,
    agreement: Path,
    realm: str,
    listen: str | None,
    database: str | None,
    suite: str = SUITE,
    passphrase: bytes | None = None,
) -> Made:
    """Makes a home; refuses a folder that is one already, or a party the agreement does not name."""
    home = Home(folder)
    data = agreement.read_bytes()
    read = load_agreement(data, str(agreement))
    if party not in {each.id for each in read.parties}:
        raise Fault("party_not_in_agreement", party, parties=", ".join(each.id for each in read.parties))
    if home.settings_file.exists():
        raise Fault("home_exists", str(folder))
    if listen is not None:
        read_address(listen)
    home.make()
    keys = NodeKeys.generate(suite)
    KeyFolder(home.keys).create(keys, passphrase)
    statement = make_statement(keys, party, realm, format_time(SystemClock().now()))
    home.statement.write_bytes(statement)
    home.agreements.mkdir(exist_ok=True)
    shutil.copyfile(agreement, home.agreements / agreement.name)
    home.write_settings(Settings(party, realm, listen or free_address(), database or OWN_DATABASE, agreement.name))
    with Node.open(folder, passphrase=lambda: passphrase) as node:
        with node.ledger.write() as batch:
            batch.append("node.created", msgspec.json.encode({"party": party, "realm": realm, "keyid": keys.keyid}))
            node.agreements.receive(batch, agreement.name, data)
        password = node.accounts.add("officer", "duty_officer")
        settings = node.settings
    return Made(
        home=str(folder),
        party=party,
        realm=realm,
        listen=settings.listen,
        suite=keys.suite,
        keyid=keys.keyid,
        fingerprint=read_statement(statement).fingerprint,
        statement=str(home.statement),
        state="waiting",
        officer=FirstOfficer("officer", password, "duty_officer"),
    )


def free_address() -> str:
    """A free port of this machine, as it stands in settings."""
    # Chosen once and written down: a partner must find the same address after a restart.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"
