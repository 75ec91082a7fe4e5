"""Portable proofs that the holder of a key signed two histories: checked offline, with nothing but the proof itself.

A proof is a small JSON file with two signed notes of one ledger. It proves one of four things:

- `two_roots`: the notes give the same size two different roots;
- `other_past`: the longer ledger begins with another root than the one signed for the shorter: hashes lead from
  `old_root` to the root of the longer, and the shorter note names a root that is not `old_root`;
- `shrunk`: the shorter ledger was signed at a later moment than the longer. A node never signs a checkpoint with an
  earlier time than the one before, whatever its clock says, so this order cannot come from a clock;
- `two_restarts`: two different restarts bear one name.

Whoever holds the file needs no witness, no partner and no database. What it cannot say is why: a party whose disk
failed has signed two histories too, and says so by a signed restart.
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence

import msgspec

from haemaru.ledger.merkle import HASH_BYTES, verify_consistency
from haemaru.ledger.notes import Claim, Restart, is_signed_by, read_claim
from haemaru.signing import PublicKeys, SigningError, Statement
from haemaru.values import parse_time
from haemaru.wording import Fault

EVIDENCE_TYPE = "haemaru-ledger-proof"
EVIDENCE_MAX_BYTES = 64 * 1024
_PROOF_MAX = 64


class SignKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A public signing key: its suite, and its bytes in base64."""

    suite: str
    sign: str


class Evidence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The file: which sort of proof, with which key, and the two notes exactly as they were signed."""

    type: str
    v: int
    kind: str
    key: SignKey
    held: str
    offered: str
    old_root: str = ""
    proof: tuple[str, ...] = ()

    @property
    def digest(self) -> bytes:
        """The name of the contradiction: what was offered against what was signed before."""
        return digest_of(self.offered)


class Proved(msgspec.Struct, frozen=True):
    """What a proof proves: that the holder of `keyid` signed two histories of the ledger `origin`."""

    kind: str
    origin: str
    keyid: str
    sizes: tuple[int, int]
    signed: tuple[str, str]


def digest_of(note: str) -> bytes:
    """SHA-256 of a note."""
    return hashlib.sha256(note.encode()).digest()


def find_evidence(
    public: PublicKeys, held: Claim, offered: Claim, old_root: bytes = b"", proof: Sequence[bytes] = ()
) -> Evidence | None:
    """The proof that these two notes contradict each other, or None where they may both be true.

    `proof` leads from `old_root`, the root of the shorter ledger as the longer one has it, to the root of the longer.
    """
    key = SignKey(public.suite, base64.b64encode(public.sign).decode())
    steps = tuple(step.hex() for step in proof[:_PROOF_MAX])
    for kind in ("two_restarts", "two_roots", "other_past", "shrunk"):
        made = Evidence(
            type=EVIDENCE_TYPE,
            v=1,
            kind=kind,
            key=key,
            held=held.note.decode(),
            offered=offered.note.decode(),
            old_root=old_root.hex() if kind == "other_past" else "",
            proof=steps if kind == "other_past" else (),
        )
        try:
            prove(made)
        except Fault:
            continue
        return made
    return None


def evidence_bytes(evidence: Evidence) -> bytes:
    """The file as it is handed on."""
    return msgspec.json.format(msgspec.json.encode(evidence)) + b"\n"


def read_evidence(data: bytes) -> Evidence:
    """Reads such a file; raises `Fault("proof_unreadable")`."""
    try:
        if len(data) > EVIDENCE_MAX_BYTES:
            raise ValueError(f"{len(data)} bytes")
        found = msgspec.json.decode(data, type=Evidence)
        if found.type != EVIDENCE_TYPE or found.v != 1 or len(found.proof) > _PROOF_MAX:
            raise ValueError(f"{found.type[:40]} v{found.v}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise Fault("proof_unreadable", "proof", problem=str(error)[:200]) from None
    return found


def prove(evidence: Evidence, statement: Statement | None = None) -> Proved:
    """What the file proves; raises a `Fault` where it proves nothing, or not about the keys of `statement`."""
    try:
        public = PublicKeys(evidence.key.suite, base64.b64decode(evidence.key.sign, validate=True), b"")
        held, offered = read_claim(evidence.held.encode()), read_claim(evidence.offered.encode())
        is_signed = is_signed_by(held, public) and is_signed_by(offered, public)
        proof = [bytes.fromhex(step) for step in evidence.proof]
        old_root = bytes.fromhex(evidence.old_root)
    except (ValueError, binascii.Error, SigningError) as error:
        raise Fault("proof_unreadable", "proof", problem=str(error)[:200]) from None
    if not is_signed:
        raise Fault("proof_not_signed", "proof", keyid=public.keyid)
    if held.origin != offered.origin:
        raise Fault("proof_of_two_ledgers", "proof", one=held.origin, other=offered.origin)
    if not _contradict(evidence.kind, held, offered, old_root, proof):
        raise Fault("proof_proves_nothing", "proof", kind=evidence.kind[:40])
    if statement is not None:
        _check_owner(statement, public, held.origin)
    return Proved(evidence.kind, held.origin, public.keyid, (held.size, offered.size), (held.at, offered.at))


def _contradict(kind: str, held: Claim, offered: Claim, old_root: bytes, proof: list[bytes]) -> bool:
    if kind == "two_restarts":
        both = isinstance(held, Restart) and isinstance(offered, Restart) and held.id == offered.id
        return both and held.text != offered.text
    if kind == "two_roots":
        return held.size == offered.size and held.root != offered.root
    small, large = (held, offered) if held.size < offered.size else (offered, held)
    if kind == "other_past":
        differs = 0 < small.size < large.size and len(old_root) == HASH_BYTES and old_root != small.root
        return differs and verify_consistency(small.size, large.size, old_root, large.root, proof)
    if kind == "shrunk":
        # A restart says itself that the ledger shrank: of the two it is no contradiction but the explanation.
        if isinstance(held, Restart) or isinstance(offered, Restart) or small.size == large.size:
            return False
        return parse_time(small.at, "at") > parse_time(large.at, "at")
    return False


def _check_owner(statement: Statement, public: PublicKeys, origin: str) -> None:
    if statement.public.sign != public.sign or statement.suite != public.suite:
        raise Fault("proof_of_other_key", "statement", keyid=public.keyid, given=statement.keyid)
    if origin != f"haemaru/{statement.realm}/{statement.party}":
        raise Fault("proof_of_other_ledger", "statement", origin=origin[:200], party=statement.party)
