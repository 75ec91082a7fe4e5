"""How the node, its links, its feed and its ledger are."""

import msgspec

from haemaru.wording import Bilingual, Reason

Counts = dict[str, int]


class Channel(msgspec.Struct, frozen=True):
    """One stream between this node and a partner, both directions counted."""

    channel: str
    epoch: int = 1
    sealed: int = 0
    sent: int = 0
    acknowledged: int = 0
    received: int = 0
    duplicates: int = 0
    void: int = 0
    lost: int = 0
    quarantined: Counts = {}
    refused: Counts = {}


class KeyTold(msgspec.Struct, frozen=True):
    """The newest key of a partner: why it is believed, since when, whether it was revoked, how many came before."""

    how: str = ""
    since: str = ""
    revoked: bool = False
    earlier: int = 0


class Peer(msgspec.Struct, frozen=True):
    """A partner's node as this node knows it. `link` is up, down or never."""

    party: str
    name: Bilingual | None = None
    url: str = ""
    fingerprint: str = ""
    key: KeyTold | None = None
    link: str = "never"
    last_receipt: str | None = None
    channels: list[Channel] = []


class Feed(msgspec.Struct, frozen=True):
    """Where positions come from. `shifted`: times were moved to now, as realm demo does.

    `stalled`: it runs and has brought no row for `silent_s`, which says nothing about ships.
    """

    source: str = ""
    running: bool = False
    lag_s: float | None = None
    last: str | None = None
    sentences: int = 0
    messages: int = 0
    quarantined: Counts = {}
    silent_s: float | None = None
    stalled: bool = False
    shifted: bool = False
    invented: bool = False


class Positions(msgspec.Struct, frozen=True):
    """Rows towards the partner: observed = shared + withheld, by the first refusing clause."""

    observed: int = 0
    shared: int = 0
    withheld: Counts = {}


class LedgerState(msgspec.Struct, frozen=True):
    """How long the ledger is and who countersigned it last."""

    size: int = 0
    root: str = ""
    checkpoint: str | None = None
    countersigned_by: str | None = None
    countersigned_at: str | None = None
    countersigned_size: int | None = None


class Health(msgspec.Struct, frozen=True):
    """The machine's side of the node."""

    version: str = ""
    started: str | None = None
    memory_mb: float | None = None
    disk_free_mb: float | None = None
    journal_mb: float | None = None
    database: str = ""
    home: str = ""
    problems: list[Reason] = []


class Status(msgspec.Struct, frozen=True):
    """How the node is. `state` is working, waiting or suspended; `suspension` says why."""

    party: str
    realm: str
    state: str
    party_name: Bilingual | None = None
    keyid: str = ""
    fingerprint: str = ""
    suspension: Reason | None = None
    vessels: int = 0
    feed: Feed = Feed()
    positions: Positions = Positions()
    peers: list[Peer] = []
    ledger: LedgerState = LedgerState()
    health: Health = Health()


class EntryRow(msgspec.Struct, frozen=True):
    """A ledger entry as a list shows it."""

    index: int
    at: str
    kind: str
    leaf: str = ""


class Step(msgspec.Struct, frozen=True):
    """A step of the demo's story: done, now or next, and the page that shows it."""

    title: Bilingual
    state: str
    text: Bilingual | None = None
    link: str = ""
    at: str | None = None
