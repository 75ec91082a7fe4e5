"""An agency's own rules: a file that counts only under the signature of a key whose statement is given.

`FILE.signatures` has the shape of an agreement's (`agreement/signatures.py`): a line of JSON with party, keyid, realm,
sha256 and signature, the signature over the other four under a type of its own. What decides whom the watch looks at is
not changed by whoever can write to a folder.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from haemaru.signing import Keys, Statement, pae, read_statement
from haemaru.surveillance.detection.rules import Rules, read_rules
from haemaru.wording import Fault

RULES_TYPE = "application/vnd.haemaru.rules-signature.v1"
_KEYS = ("party", "keyid", "realm", "sha256", "signature")


def rules_signature_line(keys: Keys, party: str, realm: str, rule_bytes: bytes) -> str:
    """The line, without a line feed, by which `party` signs these exact bytes for this realm."""
    digest = sha256(rule_bytes).hexdigest()
    signature = keys.sign(_message(party, keys.keyid, realm, digest))
    row = (party, keys.keyid, realm, digest, base64.b64encode(signature).decode())
    return json.dumps(dict(zip(_KEYS, row, strict=True)), ensure_ascii=False)


def read_signed_rules(path: Path, signers: Sequence[Path]) -> Rules:
    """The rules in a file that one of the signers signed; `Fault("rules_unsigned")` where none of them did."""
    data = path.read_bytes()
    statements = [read_statement(each.read_bytes()) for each in signers]
    beside = path.with_name(path.name + ".signatures")
    lines = beside.read_text("utf-8", "replace").splitlines() if beside.exists() else []
    if not any(_holds(line, data, statement) for line in lines for statement in statements):
        raise Fault("rules_unsigned", str(path), lines=len(lines), signers=len(statements))
    return read_rules(data, str(path))


def _holds(line: str, data: bytes, statement: Statement) -> bool:
    try:
        row = json.loads(line)
        told = {name: row[name] for name in _KEYS}
        signature = base64.b64decode(told["signature"], validate=True)
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error):
        return False
    if not all(isinstance(value, str) and "\n" not in value for value in told.values()):
        return False
    expected = (statement.party, statement.keyid, statement.realm, sha256(data).hexdigest())
    if tuple(told[name] for name in _KEYS[:4]) != expected:
        return False
    return statement.public.verify(_message(*expected), signature)


def _message(party: str, keyid: str, realm: str, digest: str) -> bytes:
    return pae(RULES_TYPE, "\n".join((party, keyid, realm, digest)).encode())
