"""What one node tells another outside the streams (a standing, a pull): who said it, to whom, and whether it signed."""

from typing import Protocol, TypeVar

import msgspec

from haemaru.exchange.envelope import read_envelope
from haemaru.exchange.errors import EnvelopeRefused
from haemaru.exchange.house import House
from haemaru.exchange.peers import Peer, PeerBook


class Addressed(Protocol):
    """What everything that is told outside the streams names."""

    @property
    def realm(self) -> str:
        """Where it counts."""
        ...

    @property
    def from_(self) -> str:
        """Who tells it."""
        ...

    @property
    def to(self) -> str:
        """Who is told."""
        ...


_Told = TypeVar("_Told", bound=Addressed)


def read_told(
    house: House, peers: PeerBook, data: bytes, kind: str, shape: type[_Told], limit: int
) -> tuple[_Told, Peer, bytes]:
    """What a partner tells this node, the partner, and the signed bytes; raises `EnvelopeRefused` for anything else."""
    if len(data) > limit:
        raise EnvelopeRefused("frame_too_large")
    try:
        envelope = read_envelope(data)
        content = envelope.content
        if envelope.payloadType != kind:
            raise EnvelopeRefused("frame_unreadable")
        told = msgspec.json.decode(content, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise EnvelopeRefused("frame_unreadable") from None
    if told.to != house.party:
        raise EnvelopeRefused("frame_other_recipient")
    if told.realm != house.realm:
        raise EnvelopeRefused("frame_other_realm")
    with house.ledger.read() as tx:
        peer = peers.find(tx, told.from_)
    if peer is None:
        raise EnvelopeRefused("frame_unknown_peer")
    keys = [public for public in peers.signing(peer) if public.suite == envelope.suite]
    if not any(envelope.is_signed_by(public, content) for public in keys):
        raise EnvelopeRefused("frame_bad_signature")
    return told, peer, content
