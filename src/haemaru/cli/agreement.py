"""`haemaru agreement`: read it, sign it, adopt it, ask it."""

from pathlib import Path
from typing import Any

import click
import msgspec

from haemaru.agreement import clause_facts, load_agreement, odrl_policy
from haemaru.agreement import decide as decide_record
from haemaru.agreement import explain as explain_agreement
from haemaru.agreement.cedar import cedar_policies
from haemaru.cli.door import act
from haemaru.cli.options import file_argument, home_argument, json_option, signed_in
from haemaru.cli.output import language, show
from haemaru.node import Answer
from haemaru.records.record import MAX_DEPTH
from haemaru.values.instant import parse_time
from haemaru.wording import Fault

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_AGREEMENT = click.argument("agreement_file", metavar="AGREEMENT", type=_FILE)
_HOME_OPTION = click.option("--home", "home", required=True, type=click.Path(path_type=Path))
_NAMED = click.option("--agreement", "name", default=None, metavar="ID", help="One agreement; without it, all of them.")
_REASON = click.option("--reason", required=True, help="Why.")


@click.group()
def agreement() -> None:
    """The agreement that decides what may leave."""


@agreement.command()
@_AGREEMENT
@json_option
def check(agreement_file: Path, as_json: bool) -> None:
    """Reads an agreement file and names the first thing that is wrong with it."""
    read = load_agreement(agreement_file.read_bytes(), str(agreement_file))
    body = {
        "id": read.id,
        "version": read.version,
        "hash": read.hash,
        "parties": [party.id for party in read.parties],
        "clauses": len(read.clauses),
    }
    show(Answer(body), as_json)


@agreement.command()
@_AGREEMENT
@click.argument("record_file", metavar="RECORD.json", type=_FILE)
@click.option("--from", "from_", required=True)
@click.option("--to", "to", required=True)
@click.option("--purpose", required=True)
@click.option("--at", required=True, help="The moment of the decision, RFC 3339.")
@json_option
def decide(agreement_file: Path, record_file: Path, from_: str, to: str, purpose: str, at: str, as_json: bool) -> None:
    """May this record leave? Names for every field the clause that releases or withholds it."""
    read = load_agreement(agreement_file.read_bytes(), str(agreement_file))
    record = _record(record_file)
    decision = decide_record(read, record, from_, to, purpose, parse_time(at, "--at"))
    show(Answer(decision.as_json()), as_json)


def _record(file: Path) -> dict[str, Any]:
    try:
        record = msgspec.json.decode(file.read_bytes())
    except msgspec.DecodeError as error:
        raise Fault("bad_json", str(file), detail=str(error)) from None
    except RecursionError:
        raise Fault("record_too_deep", str(file), limit=MAX_DEPTH) from None
    if not isinstance(record, dict):
        raise Fault("bad_json", str(file), detail="a record is one JSON object")
    for name in ("rid", "kind"):
        if not isinstance(record.get(name), str) or not record[name]:
            raise Fault("record_incomplete", str(file), name=name)
    return record


@agreement.command()
@_AGREEMENT
@click.option("--home", "home", default=None, type=click.Path(path_type=Path), help="Tell what it did at this node.")
@click.option("--clause", "clause", default=None, metavar="ID", help="Only this clause.")
@click.option("--since", "since", default=None, metavar="TIME", help="Count from this moment on, RFC 3339.")
@json_option
def explain(agreement_file: Path, home: Path | None, clause: str | None, since: str | None, as_json: bool) -> None:
    """Prints the agreement clause by clause in the reader's language; with --home also what each clause did."""
    read = load_agreement(agreement_file.read_bytes(), str(agreement_file))
    if clause is not None and read.find_clause(clause) is None:
        raise Fault("clause_unknown", clause[:100], id=read.id)
    if since is not None and home is None:
        raise click.UsageError("--since needs --home")
    body: dict[str, Any] = {"id": read.id, "version": read.version, "hash": read.hash}
    did = None
    if home is None:
        body["clauses"] = [clause_facts(each) for each in read.clauses if clause in (None, each.id)]
    else:
        params = {"file": str(agreement_file.resolve()), "clause": clause, "since": since}
        body = act(home, "agreement.explain", params).body  # type: ignore[assignment]  # one object
        did = {each["id"]: each["did"] for each in body["clauses"]}
    if as_json:
        show(Answer(body), as_json)
    else:
        click.echo(explain_agreement(read, language(), clause, did))


@agreement.command()
@_AGREEMENT
@click.option("--format", "form", required=True, type=click.Choice(("odrl", "cedar")), help="What to write it as.")
def export(agreement_file: Path, form: str) -> None:
    """Prints the agreement as an ODRL policy (JSON-LD, for registries) or as Cedar policies (for a second judge)."""
    read = load_agreement(agreement_file.read_bytes(), str(agreement_file))
    if form == "odrl":
        click.echo(msgspec.json.format(msgspec.json.encode(odrl_policy(read)), indent=1).decode())
    else:
        click.echo(cedar_policies(read))


@agreement.command()
@click.argument("old", type=_FILE)
@click.argument("new", type=_FILE)
@_HOME_OPTION
@click.option("--limit", type=click.IntRange(min=0), default=None, help="List at most so many of each; totals stay.")
@json_option
def diff(old: Path, new: Path, home: Path, limit: int | None, as_json: bool) -> None:
    """Replays past traffic under a draft and lists what would newly leave or stay."""
    params = {"old": str(old.resolve()), "new": str(new.resolve()), "limit": limit}
    answer = act(home, "agreement.diff", params)
    show(answer if as_json else Answer(msgspec.to_builtins(answer.body), answer.exit_code), as_json)


@agreement.command()
@file_argument
@_HOME_OPTION
@json_option
def sign(file: Path, home: Path, as_json: bool) -> None:
    """Signs the exact bytes of an agreement file with the node's key, in FILE.signatures."""
    show(act(home, "agreement.sign", {"file": str(file.resolve())}), as_json)


@agreement.command()
@home_argument
@file_argument
@json_option
def adopt(home: Path, file: Path, as_json: bool) -> None:
    """Puts an agreement in force once every party has signed it for this realm with a known key."""
    show(act(home, "agreement.adopt", {"file": str(file.resolve())}), as_json)


@agreement.command()
@home_argument
@_REASON
@_NAMED
@json_option
def suspend(home: Path, reason: str, name: str | None, as_json: bool) -> None:
    """Suspends an agreement at once; nothing leaves under it until it is resumed."""
    show(act(home, "agreement.suspend", {"reason": reason, "agreement": name}), as_json)


@agreement.command()
@home_argument
@_REASON
@_NAMED
@json_option
def resume(home: Path, reason: str, name: str | None, as_json: bool) -> None:
    """Takes this party's suspension back."""
    show(act(home, "agreement.resume", {"reason": reason, "agreement": name}), as_json)


@agreement.command()
@home_argument
@click.option("--approve", default=None, metavar="ID")
@click.option("--refuse", default=None, metavar="ID")
@click.option("--reason", default=None)
@click.option(
    "--by", "by", default=None, metavar="NAME", help="Your account; password in HAEMARU_PASSWORD or on stdin."
)
@json_option
def referred(
    home: Path, approve: str | None, refuse: str | None, reason: str | None, by: str | None, as_json: bool
) -> None:
    """Lists what waits for a person's decision; --approve or --refuse decides one."""
    if approve and refuse:
        raise click.UsageError("choose one of --approve and --refuse")
    if refuse and not reason:
        raise click.UsageError("--refuse needs --reason")
    if by and not (approve or refuse):
        raise click.UsageError("--by needs --approve or --refuse")
    params = {"approve": approve, "refuse": refuse, "reason": reason, **signed_in(by)}
    show(act(home, "agreement.referred", params), as_json)
