"""Who has signed an agreement: one line of `FILE.signatures` for each party, over the exact bytes of the file.

A line is JSON: party, keyid, realm, sha256 (hex, of the exact bytes) and signature (base64, over the pre-authentication
encoding of the other four, one a line, under a type of its own). The realm is inside, so a signature for `demo` never
counts `live`; keys come from statements that officers have trusted, never from the line itself.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from haemaru.agreement.model import Agreement
from haemaru.signing import Keys, Statement, pae
from haemaru.wording import Reason

SIGNATURE_TYPE = "application/vnd.haemaru.agreement-signature.v1"
_KEYS = ("party", "keyid", "realm", "sha256", "signature")


class RefusedSignature(NamedTuple):
    """A line that does not count: its number from 1, the party it names, and why."""

    line: int
    party: str
    reason: Reason


class Signatures(NamedTuple):
    """Who has signed, who has not, and which lines do not count."""

    signed: tuple[str, ...]
    missing: tuple[str, ...]
    refused: tuple[RefusedSignature, ...]


def signature_line(keys: Keys, party: str, realm: str, agreement_bytes: bytes) -> str:
    """The line, without a line feed, by which `party` signs these exact bytes for this realm."""
    digest = sha256(agreement_bytes).hexdigest()
    signature = keys.sign(_message(party, keys.keyid, realm, digest))
    row = (party, keys.keyid, realm, digest, base64.b64encode(signature).decode())
    return json.dumps(dict(zip(_KEYS, row, strict=True)), ensure_ascii=False)


Trusted = Statement | Sequence[Statement]
"""The statement of a party's keys, or every one of it whose key counts, the newest first."""


def who_signed(agreement: Agreement, realm: str, lines: Iterable[str], statements: Mapping[str, Trusted]) -> Signatures:
    """Whose signatures stand under the agreement in this realm, by the keys of the trusted statements."""
    signed: set[str] = set()
    refused: list[RefusedSignature] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        row = _read(line)
        reason = Reason("signature_unreadable") if row is None else _refusal(agreement, realm, row, statements)
        if reason is not None:
            refused.append(RefusedSignature(number, row["party"] if row else "-", reason))
        elif row is not None:
            signed.add(row["party"])
    ids = [party.id for party in agreement.parties]
    return Signatures(
        tuple(name for name in ids if name in signed),
        tuple(name for name in ids if name not in signed),
        tuple(refused),
    )


def _message(party: str, keyid: str, realm: str, digest: str) -> bytes:
    return pae(SIGNATURE_TYPE, "\n".join((party, keyid, realm, digest)).encode())


def _read(line: str) -> dict[str, str] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    fine = isinstance(row, dict) and set(row) == set(_KEYS)
    # A line feed inside a value could make two different rows sign the same bytes.
    return row if fine and all(isinstance(v, str) and "\n" not in v for v in row.values()) else None


def _refusal(
    agreement: Agreement, realm: str, row: Mapping[str, str], statements: Mapping[str, Trusted]
) -> Reason | None:
    party = row["party"]
    if party not in agreement.party_ids:
        return Reason("signature_party_unknown", {"party": party})
    if row["realm"] != realm:
        return Reason("signature_other_realm", {"realm": row["realm"]})
    if row["sha256"] != agreement.hash:
        return Reason("signature_other_bytes")
    trusted = statements.get(party)
    if not trusted:
        return Reason("signature_key_unknown", {"party": party})
    # A party may have signed before it changed its keys.
    every = (trusted,) if isinstance(trusted, Statement) else trusted
    statement = next((each for each in every if each.public.keyid == row["keyid"]), every[0])
    if statement.party != party or statement.realm != realm or statement.public.keyid != row["keyid"]:
        return Reason("signature_key_differs", {"party": party})
    try:
        signature = base64.b64decode(row["signature"], validate=True)
    except (binascii.Error, ValueError):
        return Reason("signature_unreadable")
    message = _message(party, row["keyid"], realm, row["sha256"])
    return None if statement.public.verify(message, signature) else Reason("signature_wrong", {"party": party})
