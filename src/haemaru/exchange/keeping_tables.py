"""What a node has to remember of the records it keeps: holds, exports, time limits, and what it owes and is owed.

Views of the ledger like those of `tables`, blinded in the same way; every one of them can be rebuilt.
"""

from sqlalchemy import Index, MetaData, Table

from haemaru.exchange.columns import blind, text, whole

METADATA = MetaData()


_holds = Table("exchange_holds", METADATA, whole("entry", key=True), blind("rid"), text("state"), whole("at_ms"))
Index("exchange_holds_rid", _holds.c.rid)
_exports = Table("exchange_exports", METADATA, whole("entry", key=True), blind("rid"), whole("at_ms"))
Index("exchange_exports_rid", _exports.c.rid)
# Where the content of an own record stands in the ledger, and which own records are on their way out of it.
_bodies = Table("exchange_bodies", METADATA, whole("entry", key=True), blind("rid"))
Index("exchange_bodies_rid", _bodies.c.rid)
Table("exchange_leaving", METADATA, blind("rid", key=True), whole("entry"))
_retention = Table(
    "exchange_retention",
    METADATA,
    text("side", key=True),
    text("peer", key=True),
    blind("rid", key=True),
    whole("rev"),
    whole("until_ms"),
    whole("entry"),
)
Index("exchange_retention_until", _retention.c.until_ms)
_disposals = Table(
    "exchange_disposals",
    METADATA,
    text("id", key=True),
    text("peer"),
    blind("rid"),
    whole("rev"),
    text("kind"),
    whole("until_ms"),
    text("state"),
    whole("entry"),
    whole("at_ms"),
)
Index("exchange_disposals_rid", _disposals.c.rid)
Index("exchange_disposals_open", _disposals.c.peer, _disposals.c.state, _disposals.c.at_ms)
_onward = Table(
    "exchange_onward",
    METADATA,
    text("id", key=True),
    text("side"),
    text("peer"),
    blind("rid"),
    whole("rev"),
    text("receiver"),
    text("state"),
    whole("entry"),
    whole("at_ms"),
)
Index("exchange_onward_rid", _onward.c.rid)
Index("exchange_onward_open", _onward.c.peer, _onward.c.side, _onward.c.state, _onward.c.at_ms)
_given = Table(
    "exchange_given",
    METADATA,
    text("peer", key=True),
    blind("rid", key=True),
    whole("rev", key=True),
    text("op", key=True),
    text("answer"),
    whole("backups"),
    whole("erasure"),
    whole("entry"),
    whole("at_ms"),
)
Index("exchange_given_backups", _given.c.peer, _given.c.backups, _given.c.at_ms)
VIEWS = tuple(METADATA.tables)
