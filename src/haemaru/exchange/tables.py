"""The tables of the exchange: views of the ledger, and one spool for batches of positions on their way.

Nothing in them can be read without the node's keys: records and subjects appear only blinded, contents stay in the
ledger. The tables of `VIEWS` can be rebuilt from the ledger at any time; `SPOOL` is no view: it holds locked bytes
that the ledger knows by digest, from sealing to receipt on one side and from commit to Parquet on the other.
"""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, Table, Text

METADATA = MetaData()
SPOOL = "exchange_spool"


def _key(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True)


def _whole(name: str, *, key: bool = False) -> Column[int]:
    return Column(name, BigInteger, primary_key=key, autoincrement=False, nullable=False)


def _blind(name: str, *, key: bool = False) -> Column[bytes]:
    return Column(name, LargeBinary, primary_key=key, nullable=False)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


Table("exchange_peers", METADATA, _key("party"), _text("fingerprint"), _whole("entry"), _whole("at_ms"))
Table(
    "exchange_streams",
    METADATA,
    _key("direction"),
    _key("peer"),
    _key("channel"),
    _whole("epoch", key=True),
    _whole("last"),
    _whole("acked"),
    _whole("at_ms"),
)
_out = Table(
    "exchange_out",
    METADATA,
    _key("peer"),
    _key("channel"),
    _whole("epoch", key=True),
    _whole("seq", key=True),
    _blind("rid"),
    _whole("rev"),
    _text("op"),
    _text("kind"),
    _text("state"),
    _text("code"),
    _blind("digest"),
    _whole("entry"),
    _whole("void_entry"),
    _whole("source"),
    _text("agreement"),
    _whole("at_ms"),
)
Index("exchange_out_rid", _out.c.rid, _out.c.peer)
Index("exchange_out_count", _out.c.peer, _out.c.channel, _out.c.epoch, _out.c.state, _out.c.code)
Index("exchange_out_entry", _out.c.peer, _out.c.entry)
_in = Table(
    "exchange_in",
    METADATA,
    _key("peer"),
    _key("channel"),
    _whole("epoch", key=True),
    _whole("seq", key=True),
    _blind("rid"),
    _whole("rev"),
    _text("op"),
    _text("kind"),
    _text("origin"),
    _text("state"),
    _text("code"),
    _blind("digest"),
    _blind("leaf"),
    _whole("entry"),
    _whole("at_ms"),
)
Index("exchange_in_rid", _in.c.rid, _in.c.peer, _in.c.channel, _in.c.state)
Index("exchange_in_count", _in.c.peer, _in.c.channel, _in.c.epoch, _in.c.state, _in.c.code)
Index("exchange_in_kind", _in.c.kind, _in.c.state)
Index("exchange_in_entry", _in.c.entry)
_own = Table(
    "exchange_own",
    METADATA,
    _blind("rid", key=True),
    _whole("rev", key=True),
    _text("kind"),
    _text("state"),
    _whole("entry"),
    _whole("at_ms"),
)
Index("exchange_own_kind", _own.c.kind, _own.c.state)
Index("exchange_own_entry", _own.c.entry)
Table("exchange_keys", METADATA, _blind("key", key=True), _whole("entry", key=True))
_rulings = Table(
    "exchange_rulings",
    METADATA,
    _key("id"),
    _blind("rid"),
    _whole("rev"),
    _text("kind"),
    _text("peer"),
    _text("purpose"),
    _text("agreement"),
    _text("state"),
    _text("code"),
    _whole("entry"),
    _whole("at_ms"),
)
Index("exchange_rulings_rid", _rulings.c.rid)
Table(
    "exchange_answers",
    METADATA,
    _key("peer"),
    _blind("rid", key=True),
    _whole("rev", key=True),
    _key("op"),
    _text("answer"),
    _whole("entry"),
    _whole("asked_ms"),
    _whole("at_ms"),
)
Table("exchange_batches", METADATA, _whole("entry", key=True), _text("peer"), _text("state"), _text("digest"))
Table(
    "exchange_witness",
    METADATA,
    _key("peer"),
    _whole("offered"),
    _whole("countersigned"),
    _text("code"),
    _whole("at_ms"),
)
Table(SPOOL, METADATA, _key("digest"), _blind("wrapped_key"), _blind("cipher"))
VIEWS = tuple(name for name in METADATA.tables if name != SPOOL)
