"""What a node has to remember of the records it keeps: holds, exports, time limits, and what it owes and is owed.

Views of the ledger like those of `tables`, blinded in the same way; every one of them can be rebuilt.
"""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, Table, Text

METADATA = MetaData()


def _key(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True)


def _whole(name: str, *, key: bool = False) -> Column[int]:
    return Column(name, BigInteger, primary_key=key, autoincrement=False, nullable=False)


def _blind(name: str, *, key: bool = False) -> Column[bytes]:
    return Column(name, LargeBinary, primary_key=key, nullable=False)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


_holds = Table("exchange_holds", METADATA, _whole("entry", key=True), _blind("rid"), _text("state"), _whole("at_ms"))
Index("exchange_holds_rid", _holds.c.rid)
_exports = Table("exchange_exports", METADATA, _whole("entry", key=True), _blind("rid"), _whole("at_ms"))
Index("exchange_exports_rid", _exports.c.rid)
# Where the content of an own record stands in the ledger, and which own records are on their way out of it.
_bodies = Table("exchange_bodies", METADATA, _whole("entry", key=True), _blind("rid"))
Index("exchange_bodies_rid", _bodies.c.rid)
Table("exchange_leaving", METADATA, _blind("rid", key=True), _whole("entry"))
_retention = Table(
    "exchange_retention",
    METADATA,
    _key("side"),
    _key("peer"),
    _blind("rid", key=True),
    _whole("rev"),
    _whole("until_ms"),
    _whole("entry"),
)
Index("exchange_retention_until", _retention.c.until_ms)
_disposals = Table(
    "exchange_disposals",
    METADATA,
    _key("id"),
    _text("peer"),
    _blind("rid"),
    _whole("rev"),
    _text("kind"),
    _whole("until_ms"),
    _text("state"),
    _whole("entry"),
    _whole("at_ms"),
)
Index("exchange_disposals_rid", _disposals.c.rid)
_onward = Table(
    "exchange_onward",
    METADATA,
    _key("id"),
    _text("side"),
    _text("peer"),
    _blind("rid"),
    _whole("rev"),
    _text("receiver"),
    _text("state"),
    _whole("entry"),
    _whole("at_ms"),
)
Index("exchange_onward_rid", _onward.c.rid)
Table(
    "exchange_given",
    METADATA,
    _key("peer"),
    _blind("rid", key=True),
    _whole("rev", key=True),
    _key("op"),
    _text("answer"),
    _whole("backups"),
    _whole("erasure"),
    _whole("entry"),
    _whole("at_ms"),
)
VIEWS = tuple(METADATA.tables)
