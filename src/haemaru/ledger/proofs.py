"""A proof that leaves the house: that an entry stands in a ledger, to be checked by anybody who has the public keys.

A proof file is one JSON object: whose ledger, the checkpoint with every signature line under it, and for each entry
what its leaf is made of and the path to the root. The body of an entry is shown only where that was asked for; without
it the proof tells when something of this kind was written down, that it has not changed since, and nothing of what it
said.
"""

import base64
import binascii
import struct
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from haemaru.clock import format_time, from_ms
from haemaru.ledger.leaves import Opened, commitment_of, leaf_of
from haemaru.ledger.ledger import Ledger, unlock
from haemaru.ledger.merkle import verify_inclusion
from haemaru.ledger.notes import Checkpoint, lines_under, origin_of, read_checkpoint, with_lines
from haemaru.signing import PublicKeys
from haemaru.storage import Tx
from haemaru.wording import Fault

PROOF_MAX_BYTES = 64 * 2**20


class Proved(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry: what its leaf covers, the path to the root, and its salt and body where they are shown."""

    entry: int
    at: str
    at_ms: int
    kind: str
    commitment: str
    leaf: str
    path: tuple[str, ...]
    salt: str | None = None
    body: str | None = None


class Proof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Entries of one ledger, and the checkpoint they stand under with all its signature lines."""

    party: str
    realm: str
    size: int
    root: str
    checkpoint: str
    entries: tuple[Proved, ...]


def prove(ledger: Ledger, tx: Tx, indexes: Sequence[int], *, is_open: bool = False) -> Proof:
    """The proof for entries under the checkpoint that most signed, the newest of them; raises a `Fault`.

    The caller sees to it that some checkpoint covers the entries (`Ledger.checkpoint`).
    """
    wanted = sorted(set(indexes))
    note = _best(tx, max(wanted, default=0))
    if note is None:
        raise Fault("ledger_not_covered", "ledger", index=wanted[-1])
    return Proof(
        party=ledger.party,
        realm=ledger.realm,
        size=note.size,
        root=note.root.hex(),
        checkpoint=note.note.decode(),
        entries=tuple(_proved(ledger, tx, index, note.size, is_open) for index in wanted),
    )


def _best(tx: Tx, index: int) -> Checkpoint | None:
    rows = tx.all("SELECT size, note FROM checkpoint WHERE size > :index ORDER BY size DESC", index=index)
    lines: dict[int, list[bytes]] = {}
    for size, line in tx.all("SELECT size, line FROM countersignature WHERE size > :index ORDER BY party", index=index):
        lines.setdefault(size, []).append(line if isinstance(line, bytes) else str(line).encode())
    best = max(rows, key=lambda row: (len(lines.get(row[0], ())), row[0]), default=None)
    return None if best is None else with_lines(read_checkpoint(best[1]), *lines.get(best[0], ()))


def _proved(ledger: Ledger, tx: Tx, index: int, size: int, is_open: bool) -> Proved:
    row = tx.one("SELECT at_ms, kind, leaf FROM entry WHERE idx = :idx", idx=index)
    if row is None:
        raise Fault("ledger_no_entry", f"entry {index}", index=index)
    at_ms, kind, leaf = row
    opened: Opened | None = None
    locked = tx.one("SELECT wrapped_key, cipher FROM body WHERE idx = :idx", idx=index)
    if locked is not None:
        opened = unlock(ledger.vault, index, *locked)
        commitment = commitment_of(opened.salt, opened.body)
    else:
        erased = tx.one("SELECT commitment FROM erasure WHERE idx = :idx", idx=index)
        commitment = bytes(erased[0]) if erased is not None else b""
    shown = opened if is_open else None
    return Proved(
        entry=index,
        at=format_time(from_ms(at_ms)),
        at_ms=at_ms,
        kind=kind,
        commitment=commitment.hex(),
        leaf=bytes(leaf).hex(),
        path=tuple(step.hex() for step in ledger.inclusion(index, size)),
        salt=None if shown is None else base64.b64encode(shown.salt).decode(),
        body=None if shown is None else base64.b64encode(shown.body).decode(),
    )


def read_proof(data: bytes, where: str = "proof") -> Proof:
    """A proof file; raises `Fault("inclusion_unreadable")`."""
    try:
        if len(data) > PROOF_MAX_BYTES:
            raise ValueError("length")
        return msgspec.json.decode(data, type=Proof)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as problem:
        raise Fault("inclusion_unreadable", where, problem=str(problem)[:200]) from None


def check_proof(proof: Proof, keys: Mapping[str, Sequence[PublicKeys]]) -> dict[str, Any]:
    """Who signed the checkpoint, by these public keys of parties, and everything that does not hold."""
    checkpoint = read_checkpoint(proof.checkpoint.encode())
    problems = [f"entry {each.entry}: {code}" for each in proof.entries if (code := _wrong(each, checkpoint))]
    origin = origin_of(proof.realm, proof.party)
    is_ours = (checkpoint.origin, checkpoint.size, checkpoint.root.hex()) == (origin, proof.size, proof.root)
    if not is_ours:
        problems.append("checkpoint: root_differs")
    if not proof.entries:
        problems.append("proof: entry_missing")
    names = {origin_of(proof.realm, party): party for party in sorted(keys)}
    lines = lines_under(checkpoint, {name: keys[party] for name, party in names.items()})
    if origin not in lines or lines[origin] is None:
        problems.append(
            "checkpoint: signature_key_unknown" if origin not in names else "checkpoint: ledger_signature_wrong"
        )
    for name, holds in lines.items():
        if holds is False:
            code = "ledger_signature_wrong" if name == origin else "countersignature_wrong"
            problems.append(f"checkpoint: {code}" + ("" if name == origin else f" ({names.get(name, name)})"))
    partners = {party: lines.get(name) is True for name, party in names.items() if party != proof.party}
    return {
        "ok": not problems,
        "party": proof.party,
        "realm": proof.realm,
        "size": proof.size,
        "at": checkpoint.at,
        "entries": len(proof.entries),
        "countersigned_by": [party for party, is_signed in partners.items() if is_signed],
        "not_countersigned_by": [party for party, is_signed in partners.items() if not is_signed],
        "signed_by_unknown": [name for name, holds in lines.items() if holds is None and name != origin],
        "problems": problems,
    }


def _wrong(each: Proved, checkpoint: Checkpoint) -> str:
    try:
        commitment, leaf = bytes.fromhex(each.commitment), bytes.fromhex(each.leaf)
        path = [bytes.fromhex(step) for step in each.path]
        if each.salt is not None and each.body is not None:
            salt, body = (base64.b64decode(text, validate=True) for text in (each.salt, each.body))
            if commitment_of(salt, body) != commitment:
                return "commitment_differs"
        if leaf_of(each.entry, each.at_ms, each.kind, commitment) != leaf:
            return "leaf_differs"
        if format_time(from_ms(each.at_ms)) != each.at:
            return "time_differs"
        return "" if verify_inclusion(leaf, each.entry, checkpoint.size, path, checkpoint.root) else "path_differs"
    except (ValueError, binascii.Error, OverflowError, struct.error):
        return "proof_unreadable"
