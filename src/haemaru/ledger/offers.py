"""What a node says to a witness, as bytes: a checkpoint offered with its proof, after the model of C2SP tlog-witness.

    old 1024 CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
    <a hash of the consistency proof in base64, one on a line>

    <the signed note>

The first line names the size that the witness signed last and the root it has now; "old 0" and the root of the empty
tree where it has signed none. Unlike the model the line holds the root: then the proof tells on whoever changed it.
"""

import base64
import binascii

import msgspec

from haemaru.ledger.evidence import Evidence
from haemaru.ledger.merkle import HASH_BYTES
from haemaru.ledger.notes import NOTE_MAX_BYTES
from haemaru.ledger.partners import Link
from haemaru.wording import Fault

PROOF_MAX = 63
OFFER_MAX_BYTES = NOTE_MAX_BYTES + 128 + PROOF_MAX * 45
ANSWER_MAX_BYTES = 2 * 1024 * 1024


class Refused(msgspec.Struct, frozen=True):
    """A witness's no: why, and the offerer's own note that it holds."""

    code: str
    held: str = ""


class Watched(msgspec.Struct, frozen=True):
    """What a witness tells of a ledger it watches: the newest note with its line, and every proof against its owner."""

    note: str
    proofs: tuple[Evidence, ...] = ()


def write_offer(link: Link, note: bytes) -> bytes:
    """The bytes of an offer."""
    lines = [f"old {link.size} {base64.b64encode(link.root).decode()}"]
    lines += [base64.b64encode(step).decode() for step in link.proof]
    return "\n".join(lines).encode() + b"\n\n" + note


def read_offer(data: bytes) -> tuple[Link, bytes]:
    """The proof and the note of an offer; raises `Fault("offer_unreadable")`."""
    try:
        if len(data) > OFFER_MAX_BYTES:
            raise ValueError("length")
        head, _, note = data.partition(b"\n\n")
        first, *steps = head.decode("ascii").split("\n")
        word, size, root = first.split(" ")
        if word != "old" or not size.isdigit() or len(size) > 18 or str(int(size)) != size or len(steps) > PROOF_MAX:
            raise ValueError("first line")
        proof = tuple(base64.b64decode(step, validate=True) for step in steps)
        link = Link(int(size), base64.b64decode(root, validate=True), proof)
        if any(len(each) != HASH_BYTES for each in (link.root, *proof)) or not note:
            raise ValueError("hash")
    except (ValueError, binascii.Error) as error:
        raise Fault("offer_unreadable", "offer", problem=str(error)[:200]) from None
    return link, note
