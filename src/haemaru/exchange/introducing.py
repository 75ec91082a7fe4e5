"""Which of a node's own keys a partner knows by now: the one it was told of in the last message that it acknowledged.

A new statement travels as a control message that is signed with the key before it. Until the partner has acknowledged
that message, frames up to it and receipts are signed with the earlier key, and the other channels wait: so nobody is
ever shown a signature of a key that it has not heard of.
"""

from haemaru.exchange.entries import SealedFacts, read_entry
from haemaru.exchange.envelope import read_envelope
from haemaru.exchange.house import House
from haemaru.exchange.messages import KeyNews
from haemaru.signing import Keys
from haemaru.storage import Tx

_NEWS = (
    "SELECT o.seq, o.entry FROM exchange_out o JOIN exchange_streams s ON s.direction = 'out' AND s.peer = o.peer"
    " AND s.channel = o.channel AND s.epoch = o.epoch"
    " WHERE o.peer = :peer AND o.channel = 'control' AND o.state = 'sealed' AND o.kind = :kind"
    " AND o.seq > s.acked AND o.seq >= :first ORDER BY o.epoch DESC, o.seq LIMIT 1"
)


def news_ahead(tx: Tx, peer: str, first: int = 0) -> tuple[int, int] | None:
    """Number and entry of the first statement that the partner has not acknowledged, from that number on."""
    row = tx.one(_NEWS, peer=peer, kind=KeyNews.kind, first=first)
    return None if row is None else (row[0], row[1])


def keys_towards(house: House, tx: Tx, peer: str, first: int = 0) -> Keys:
    """The keys that the partner knows when it has taken in everything before that number of the control channel."""
    news = news_ahead(tx, peer, first)
    if news is None:
        return house.keys
    named = house.tally.introduced.get(peer)
    if named is None:
        _, envelope = read_entry(house.ledger.body(tx, news[1]), SealedFacts)
        named = next((signature.keyid for signature in read_envelope(envelope).signatures), "")
    return house.keys.held(named) or house.keys
