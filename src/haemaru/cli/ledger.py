"""`haemaru ledger`: is the history what it was, and what did partners sign that cannot be true?"""

import getpass
from pathlib import Path

import click
import msgspec

from haemaru.cli.door import act
from haemaru.cli.options import file_argument, home_argument, json_option
from haemaru.cli.output import show
from haemaru.cli.passphrase import ask
from haemaru.ledger import prove, read_evidence
from haemaru.ledger.evidence import EVIDENCE_MAX_BYTES
from haemaru.ledger.proofs import PROOF_MAX_BYTES, check_proof, read_proof
from haemaru.node import Answer
from haemaru.node.control import ask_running
from haemaru.node.home import Home
from haemaru.node.verifying import verify_home
from haemaru.node.witness_home import is_witness_home
from haemaru.signing import PublicKeys, StatementRefused, read_statement
from haemaru.wording import Fault


@click.group()
def ledger() -> None:
    """The history of a node."""


@ledger.command()
@home_argument
@json_option
def verify(home: Path, as_json: bool) -> None:
    """Reads every entry, body, salt, checkpoint and countersignature and names the first that is not what it was."""
    place = Home(home.resolve())
    # Without a running node the home is not opened as a node: it may be damaged, and that is the question.
    answer = ask_running(place.socket, "ledger.verify", {})
    if answer is None and is_witness_home(place.folder):
        answer = act(home, "ledger.verify", {})
    elif answer is None:
        found = verify_home(place, ask)
        answer = Answer(found, 0 if found["ok"] else 1)
    show(answer, as_json)


@ledger.command()
@home_argument
@click.option("--write", type=click.Path(path_type=Path, file_okay=False), help="Write each proof to a file in FOLDER.")
@json_option
def disputes(home: Path, write: Path | None, as_json: bool) -> None:
    """Lists what partners signed that cannot be true together, each with the proof that convinces a third person."""
    show(act(home, "ledger.disputes", {"write": None if write is None else str(write.resolve())}), as_json)


@ledger.command("dispute-check")
@file_argument
@click.option("--statement", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Whose key it must be.")
@json_option
def dispute_check(file: Path, statement: Path | None, as_json: bool) -> None:
    """Checks such a proof with nothing else: exit 0 where the holder of its key signed two histories, 1 where not."""
    evidence = read_evidence(_bytes(file, EVIDENCE_MAX_BYTES))
    try:
        owner = None if statement is None else read_statement(_bytes(statement, EVIDENCE_MAX_BYTES))
    except StatementRefused as refused:
        raise Fault("peer_statement_refused", str(statement), problem=str(refused)) from None
    try:
        found = msgspec.to_builtins(prove(evidence, owner))
    except Fault as fault:
        if fault.code == "proof_unreadable":
            raise
        show(Answer({"proved": False, "why": fault.code, **fault.params}, 1), as_json)
        return
    named = {"statement": None if owner is None else owner.fingerprint}
    show(Answer({"proved": True, **found, **named}), as_json)


@ledger.command()
@home_argument
@click.option("--acknowledge", "name", default=None, help="The restart that was looked into; needs --reason.")
@click.option("--reason", default=None, help="What was found out.")
@click.option("--by", default=None, help="Who looked into it; the name of the shell's user otherwise.")
@json_option
def restarts(home: Path, name: str | None, reason: str | None, by: str | None, as_json: bool) -> None:
    """Lists ledgers that were put back to an older state, or ends the alarm of one after an officer looked into it."""
    if name is None:
        show(act(home, "ledger.restarts", {}), as_json)
        return
    who = by or getpass.getuser()
    show(act(home, "ledger.acknowledge", {"id": name, "reason": reason or "", "by": who}), as_json)


@ledger.command("prove")
@home_argument
@click.option("--entry", type=click.IntRange(min=0), default=None, help="One entry, by its number.")
@click.option("--rid", default=None, help="Every entry about this record.")
@click.option("--open", "is_open", is_flag=True, help="Show salt and body too: whoever gets the proof can read them.")
@json_option
def prove_(home: Path, entry: int | None, rid: str | None, is_open: bool, as_json: bool) -> None:
    """Proves that entries stand in the ledger: leaf, path, and the checkpoint with everybody who signed it."""
    if (entry is None) == (rid is None):
        raise click.UsageError("Name either --entry or --rid.")
    show(act(home, "ledger.prove", {"entry": entry, "rid": rid, "open": is_open}), as_json)


@ledger.command("check-proof")
@file_argument
@click.option(
    "--statement",
    "statements",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A party's statement of its keys; may be given more than once.",
)
@json_option
def check(file: Path, statements: tuple[Path, ...], as_json: bool) -> None:
    """Checks a proof without any home: paths, root, and who signed the checkpoint; exit 1 where something fails."""
    proof = read_proof(_bytes(file, PROOF_MAX_BYTES), str(file))
    keys: dict[str, list[PublicKeys]] = {}
    for path in statements:
        try:
            statement = read_statement(_bytes(path, EVIDENCE_MAX_BYTES))
        except StatementRefused as refused:
            raise Fault("peer_statement_refused", str(path), problem=str(refused)) from None
        if statement.realm == proof.realm:
            keys.setdefault(statement.party, []).append(statement.public)
    found = check_proof(proof, keys)
    show(Answer(found, 0 if found["ok"] else 1), as_json)


def _bytes(file: Path, most: int) -> bytes:
    """What stands in a file of somebody else, and one byte more than may stand there at most."""
    with file.open("rb") as stream:
        return stream.read(most + 1)
