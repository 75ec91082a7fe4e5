"""The tables of the ledger. What each column holds, and how a changed byte in it is found: docs/reference/ledger.md.

`entry`, `body` and `head` are the ledger itself. The others are views of entries of kind `ledger.*`, each row naming
its entry, so that a row that was changed, added or taken away differs from the history it came from.
"""

import sqlalchemy as sa

METADATA = sa.MetaData()

ENTRY = sa.Table(
    "entry",
    METADATA,
    sa.Column("idx", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("leaf", sa.LargeBinary, nullable=False),
    sa.Index("entry_kind", "kind", "idx"),
)

BODY = sa.Table(
    "body",
    METADATA,
    sa.Column("idx", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
    sa.Column("cipher", sa.LargeBinary, nullable=False),
)

HEAD = sa.Table(
    "head",
    METADATA,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("frontier", sa.LargeBinary, nullable=False),
    sa.Column("mac", sa.LargeBinary, nullable=False),
)

MARKS = sa.MetaData()

sa.Table(
    "checkpoint",
    MARKS,
    sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("note", sa.LargeBinary, nullable=False),
    sa.Column("entry", sa.BigInteger, nullable=False),
)

sa.Table(
    "countersignature",
    MARKS,
    sa.Column("party", sa.Text, primary_key=True),
    sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("line", sa.LargeBinary, nullable=False),
    sa.Column("entry", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

sa.Table(
    "partner_checkpoint",
    MARKS,
    sa.Column("party", sa.Text, primary_key=True),
    sa.Column("era", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("note", sa.LargeBinary, nullable=False),
    sa.Column("witnessed", sa.BigInteger, nullable=False),
    sa.Column("entry", sa.BigInteger, nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

sa.Table(
    "dispute",
    MARKS,
    sa.Column("party", sa.Text, primary_key=True),
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("portable", sa.BigInteger, nullable=False),
    sa.Column("entry", sa.BigInteger, nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

sa.Table(
    "restart",
    MARKS,
    sa.Column("party", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("era", sa.BigInteger, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("held", sa.BigInteger, nullable=False),
    sa.Column("entry", sa.BigInteger, nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("acknowledged", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

sa.Table(
    "own_restart",
    MARKS,
    sa.Column("party", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("entry", sa.BigInteger, nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("answered", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

sa.Table(
    "erasure",
    MARKS,
    sa.Column("idx", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("commitment", sa.LargeBinary, nullable=False),
    sa.Column("entry", sa.BigInteger, nullable=False),
)
