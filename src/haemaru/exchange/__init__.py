"""Sealed streams between nodes: nothing lost, nothing twice, nothing without a clause, everything can be taken back.

The life of a record: it is put for a receiver, and the agreement decides (`release`). What it releases is copied under
a header, signed, and given the next number of its stream, in one ledger transaction (`outbox`); what waits for a person
is listed (`referrals`). When its turn comes it is decided again; what may no longer leave travels as a void
(`sending`). A frame packs, encrypts and signs what has no receipt yet (`frame`). The partner checks it from the outside
in (`inbox`), each item from all sides (`items`), takes it into its own ledger (`arrivals`) and answers with a signed
receipt, which alone moves the sender's cursor (`receipt`). Later its origin may correct it or take it back (`recall`),
and every copy answers. The same frames travel by HTTP (`pusher`) and on a disk (`courier`).

Streams have no gaps and no clocks: (sender, receiver, channel, epoch) and a number. Every table is a view of the
ledger (`views`). PROTOCOL.md is the contract; its bytes are golden files.
"""

from haemaru.exchange.asking import Question
from haemaru.exchange.errors import EnvelopeRefused, ExchangeError, FrameRefused, ReceiptRefused, TransportFailed
from haemaru.exchange.exchange import Exchange
from haemaru.exchange.holdings import Held, Holdings
from haemaru.exchange.house import SETTINGS, Agreements, Settings
from haemaru.exchange.limits import LIMITS, Limits
from haemaru.exchange.messages import Notice
from haemaru.exchange.outbox import PutResult
from haemaru.exchange.peers import Peer
from haemaru.exchange.puller import Puller
from haemaru.exchange.pulling import Pulled
from haemaru.exchange.pusher import Pusher
from haemaru.exchange.receipt import Receipt, Refusal, is_refusal
from haemaru.exchange.referrals import Judged
from haemaru.exchange.transport import HttpTransport, MemoryTransport, PullTransport, Transport
from haemaru.exchange.views import exchange_projections

__all__ = [
    "LIMITS",
    "SETTINGS",
    "Agreements",
    "EnvelopeRefused",
    "Exchange",
    "ExchangeError",
    "FrameRefused",
    "Held",
    "Holdings",
    "HttpTransport",
    "Judged",
    "Limits",
    "MemoryTransport",
    "Notice",
    "Peer",
    "PullTransport",
    "Pulled",
    "Puller",
    "Pusher",
    "PutResult",
    "Question",
    "Receipt",
    "ReceiptRefused",
    "Refusal",
    "Settings",
    "Transport",
    "TransportFailed",
    "exchange_projections",
    "is_refusal",
]
