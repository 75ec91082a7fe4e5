"""The tables of the exchange: views of the ledger, and one spool for batches of positions on their way.

Nothing in them can be read without the node's keys: records and subjects appear only blinded, contents stay in the
ledger. The tables of `VIEWS` can be rebuilt from the ledger at any time; `SPOOL` is no view: it holds locked bytes
that the ledger knows by digest, from sealing to receipt on one side and from commit to Parquet on the other.
"""

from sqlalchemy import Index, MetaData, Table

from haemaru.exchange.columns import blind, text, whole
from haemaru.exchange.counting import count_in

METADATA = MetaData()
SPOOL = "exchange_spool"


Table("exchange_peers", METADATA, text("party", key=True), text("fingerprint"), whole("entry"), whole("at_ms"))
Table(
    "exchange_streams",
    METADATA,
    text("direction", key=True),
    text("peer", key=True),
    text("channel", key=True),
    whole("epoch", key=True),
    whole("last"),
    whole("acked"),
    whole("at_ms"),
)
_out = Table(
    "exchange_out",
    METADATA,
    text("peer", key=True),
    text("channel", key=True),
    whole("epoch", key=True),
    whole("seq", key=True),
    blind("rid"),
    whole("rev"),
    text("op"),
    text("kind"),
    text("state"),
    text("code"),
    blind("digest"),
    whole("entry"),
    whole("void_entry"),
    whole("source"),
    text("agreement"),
    whole("at_ms"),
)
Index("exchange_out_rid", _out.c.rid, _out.c.peer)
Index("exchange_out_entry", _out.c.peer, _out.c.entry)
_in = Table(
    "exchange_in",
    METADATA,
    text("peer", key=True),
    text("channel", key=True),
    whole("epoch", key=True),
    whole("seq", key=True),
    blind("rid"),
    whole("rev"),
    text("op"),
    text("kind"),
    text("origin"),
    text("state"),
    text("code"),
    blind("digest"),
    blind("leaf"),
    whole("entry"),
    whole("at_ms"),
)
Index("exchange_in_rid", _in.c.rid, _in.c.peer, _in.c.channel, _in.c.state)
Index("exchange_in_kind", _in.c.kind, _in.c.state, _in.c.peer, _in.c.code)
Index("exchange_in_entry", _in.c.entry)
_own = Table(
    "exchange_own",
    METADATA,
    blind("rid", key=True),
    whole("rev", key=True),
    text("kind"),
    text("state"),
    whole("entry"),
    whole("at_ms"),
)
Index("exchange_own_kind", _own.c.kind, _own.c.state)
Index("exchange_own_entry", _own.c.entry)
Table("exchange_keys", METADATA, blind("key", key=True), whole("entry", key=True))
_rulings = Table(
    "exchange_rulings",
    METADATA,
    text("id", key=True),
    blind("rid"),
    whole("rev"),
    text("kind"),
    text("peer"),
    text("purpose"),
    text("agreement"),
    text("state"),
    text("code"),
    whole("entry"),
    whole("at_ms"),
)
Index("exchange_rulings_rid", _rulings.c.rid)
Index("exchange_rulings_state", _rulings.c.state)
_answers = Table(
    "exchange_answers",
    METADATA,
    text("peer", key=True),
    blind("rid", key=True),
    whole("rev", key=True),
    text("op", key=True),
    text("answer"),
    whole("entry"),
    whole("asked_ms"),
    whole("at_ms"),
)
Index("exchange_answers_open", _answers.c.peer, _answers.c.answer, _answers.c.asked_ms)
Table("exchange_batches", METADATA, whole("entry", key=True), text("peer"), text("state"), text("digest"))
Table(
    "exchange_witness",
    METADATA,
    text("peer", key=True),
    whole("offered"),
    whole("countersigned"),
    text("code"),
    whole("at_ms"),
)
Table(SPOOL, METADATA, text("digest", key=True), blind("wrapped_key"), blind("cipher"))
count_in(METADATA)
VIEWS = tuple(name for name in METADATA.tables if name != SPOOL)
