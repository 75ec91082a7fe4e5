"""What a team, person or device is proven able to do, and until when.

Training issues certificates and resources check them, so the word for it stands here, where both may read it. A
certificate holds for the whole of a mission or not at all, and a team's belongs to the pair: another handler voids it.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from haemaru.values.instant import parse_time
from haemaru.values.interval import Interval
from haemaru.wording import Fault, Reason

Status = Literal["issued", "suspended", "revoked"]


class Certificate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A proof of ability: who holds it, for what, since and until when, and whether it still stands."""

    id: str
    holder: str
    capability: str
    issued: str
    until: str
    issuer: str
    substances: tuple[str, ...] = ()
    handler: str = ""
    status: Status = "issued"


def read_certificate(value: object, where: str = "certificate") -> Certificate:
    """The certificate in a plain JSON object; raises `Fault("bad_certificate")` naming what is wrong."""
    if not isinstance(value, Mapping):
        raise Fault("bad_certificate", where, problem="not an object")
    try:
        certificate = msgspec.convert(dict(value), Certificate)
    except msgspec.ValidationError as problem:
        raise Fault("bad_certificate", where, problem=str(problem)[:200]) from None
    if parse_time(certificate.until, f"{where}.until") < parse_time(certificate.issued, f"{where}.issued"):
        raise Fault("bad_certificate", where, problem="until is before issued")
    return certificate


def certificate_json(certificate: Certificate) -> dict[str, object]:
    """The certificate as a plain JSON object."""
    plain: dict[str, object] = msgspec.json.decode(msgspec.json.encode(certificate))
    return plain


def why_invalid(certificate: Certificate, window: Interval, handler: str = "") -> Reason | None:
    """Why the certificate does not hold for all of `window` (and this handler), or None when it does."""
    if certificate.status != "issued":
        return Reason(f"certificate_{certificate.status}", {"certificate": certificate.id})
    if certificate.handler and handler and certificate.handler != handler:
        return Reason("certificate_of_other_handler", {"certificate": certificate.id})
    if parse_time(certificate.issued) > window.since:
        return Reason("certificate_not_yet_valid", {"certificate": certificate.id, "issued": certificate.issued})
    if window.until is None or parse_time(certificate.until) < window.until:
        return Reason("certificate_ends_before", {"certificate": certificate.id, "until": certificate.until})
    return None
