"""The first schema: every table of the house, written by tools/first_migration.py from their declarations."""

# ruff: noqa: E501 - a trigger is one statement

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes all tables."""
    op.create_table(
        "body",
        sa.Column("idx", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("cipher", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("idx"),
    )
    op.create_table(
        "checkpoint",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("size"),
    )
    op.create_table(
        "countersignature",
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("party", "size"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "dispute",
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("portable", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("party", "digest"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "entry",
        sa.Column("idx", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("idx"),
    )
    op.create_index("entry_kind", "entry", ["kind", "idx"], unique=False)
    op.create_table(
        "erasure",
        sa.Column("idx", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("idx"),
    )
    op.create_table(
        "exchange_answers",
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("rid", sa.LargeBinary(), nullable=False),
        sa.Column("rev", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("op", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("asked_ms", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("peer", "rid", "rev", "op"),
    )
    op.create_index("exchange_answers_open", "exchange_answers", ["peer", "answer", "asked_ms"], unique=False)
    op.create_table(
        "exchange_approvals",
        sa.Column("entry", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_index("exchange_approvals_id", "exchange_approvals", ["id"], unique=False)
    op.create_table(
        "exchange_asks",
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("rid", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("answer_entry", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("direction", "peer", "id"),
    )
    op.create_index("exchange_asks_open", "exchange_asks", ["direction", "answer", "entry"], unique=False)
    op.create_table(
        "exchange_batches",
        sa.Column("entry", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_table(
        "exchange_bodies",
        sa.Column("entry", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rid", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_index("exchange_bodies_rid", "exchange_bodies", ["rid"], unique=False)
    op.create_table(
        "exchange_clause_kept",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("rid", sa.LargeBinary(), nullable=False),
        sa.Column("agreement", sa.Text(), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", "clause"),
    )
    op.create_index("exchange_clause_kept_rid", "exchange_clause_kept", ["rid"], unique=False)
    op.create_table(
        "exchange_clause_out",
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("does", sa.Text(), nullable=False),
        sa.Column("rid", sa.LargeBinary(), nullable=False),
        sa.Column("agreement", sa.Text(), nullable=False),
        sa.Column("op", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("event_ms", sa.BigInteger(), nullable=False),
        sa.Column("sealed_ms", sa.BigInteger(), nullable=False),
        sa.Column("acked_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("peer", "channel", "epoch", "seq", "clause", "does"),
    )
    op.create_index("exchange_clause_out_clause", "exchange_clause_out", ["agreement", "clause"], unique=False)
    op.create_index("exchange_clause_out_rid", "exchange_clause_out", ["rid"], unique=False)
    op.create_table(
        "exchange_clause_streams",
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("acked", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("peer", "channel", "epoch"),
    )
    op.create_table(
        "exchange_comparisons",
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("asker", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("rounds", sa.BigInteger(), nullable=False),
        sa.Column("digests", sa.BigInteger(), nullable=False),
        sa.Column("missing", sa.BigInteger(), nullable=False),
        sa.Column("altered", sa.BigInteger(), nullable=False),
        sa.Column("unknown", sa.BigInteger(), nullable=False),
        sa.Column("cut", sa.BigInteger(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("session"),
    )
    op.create_table(
        "exchange_conflated",
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("peer"),
    )
    op.create_table(
        "exchange_counts",
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("what", "peer", "channel", "epoch", "state", "code", "label"),
    )
    op.create_table(
        "exchange_differences",
        sa.Column("asker", sa.Text(), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("asker", "peer", "channel", "epoch", "seq"),
    )
    op.create_index("exchange_differences_state", "exchange_differences", ["peer", "code", "state"], unique=False)
    op.create_table(
        "exchange_disposals",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("rid", sa.LargeBinary(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("exchange_disposals_open", "exchange_disposals", ["peer", "state", "at_ms"], unique=False)
    op.create_index("exchange_disposals_rid", "exchange_disposals", ["rid"], unique=False)
    op.create_table(
        "exchange_exports",
        sa.Column("entry", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rid", sa.LargeBinary(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_index("exchange_exports_rid", "exchange_exports", ["rid"], unique=False)
    op.create_table(
        "exchange_given",
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("rid", sa.LargeBinary(), nullable=False),
        sa.Column("rev", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("op", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("backups", sa.BigInteger(), nullable=False),
        sa.Column("erasure", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("peer", "rid", "rev", "op"),
    )
    op.create_index("exchange_given_backups", "exchange_given", ["peer", "backups", "at_ms"], unique=False)
    op.create_table(
        "exchange_holds",
        sa.Column("entry", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rid", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_index("exchange_holds_rid", "exchange_holds", ["rid"], unique=False)
    op.create_table(
        "exchange_in",
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rid", sa.LargeBinary(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("op", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("peer", "channel", "epoch", "seq"),
    )
    op.create_index("exchange_in_entry", "exchange_in", ["entry"], unique=False)
    op.create_index("exchange_in_kind", "exchange_in", ["kind", "state", "peer", "code"], unique=False)
    op.create_index("exchange_in_rid", "exchange_in", ["rid", "peer", "channel", "state"], unique=False)
    op.create_table(
        "exchange_keys",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("entry", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "entry"),
    )
    op.create_table(
        "exchange_lease_asks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("agreement", sa.Text(), nullable=False),
        sa.Column("asked_ms", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "exchange_leases",
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("agreement", sa.Text(), nullable=False),
        sa.Column("asked_ms", sa.BigInteger(), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("peer", "agreement"),
    )
    op.create_table(
        "exchange_leaving",
        sa.Column("rid", sa.LargeBinary(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("rid"),
    )
    op.create_table(
        "exchange_modes",
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("peer"),
    )
    op.create_table(
        "exchange_onward",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("rid", sa.LargeBinary(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("exchange_onward_open", "exchange_onward", ["peer", "side", "state", "at_ms"], unique=False)
    op.create_index("exchange_onward_rid", "exchange_onward", ["rid"], unique=False)
    op.create_table(
        "exchange_out",
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rid", sa.LargeBinary(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("op", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("void_entry", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.BigInteger(), nullable=False),
        sa.Column("agreement", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("peer", "channel", "epoch", "seq"),
    )
    op.create_index("exchange_out_entry", "exchange_out", ["peer", "entry"], unique=False)
    op.create_index("exchange_out_rid", "exchange_out", ["rid", "peer"], unique=False)
    op.create_table(
        "exchange_oversight",
        sa.Column("witness", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("witness"),
    )
    op.create_table(
        "exchange_own",
        sa.Column("rid", sa.LargeBinary(), nullable=False),
        sa.Column("rev", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("rid", "rev"),
    )
    op.create_index("exchange_own_entry", "exchange_own", ["entry"], unique=False)
    op.create_index("exchange_own_kind", "exchange_own", ["kind", "state"], unique=False)
    op.create_table(
        "exchange_peers",
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("party"),
    )
    op.create_table(
        "exchange_put_back",
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("peer"),
    )
    op.create_table(
        "exchange_retention",
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("rid", sa.LargeBinary(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("side", "peer", "rid"),
    )
    op.create_index("exchange_retention_until", "exchange_retention", ["until_ms"], unique=False)
    op.create_table(
        "exchange_rulings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("rid", sa.LargeBinary(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("agreement", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("exchange_rulings_rid", "exchange_rulings", ["rid"], unique=False)
    op.create_index("exchange_rulings_state", "exchange_rulings", ["state"], unique=False)
    op.create_table(
        "exchange_spool",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("cipher", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "exchange_statements",
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("keyid", sa.Text(), nullable=False),
        sa.Column("box_keyid", sa.Text(), nullable=False),
        sa.Column("suite", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("over_entry", sa.BigInteger(), nullable=False),
        sa.Column("over_ms", sa.BigInteger(), nullable=False),
        sa.Column("revoked_entry", sa.BigInteger(), nullable=False),
        sa.Column("revoked_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("party", "keyid"),
    )
    op.create_table(
        "exchange_streams",
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("acked", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("direction", "peer", "channel", "epoch"),
    )
    op.create_table(
        "exchange_witness",
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("offered", sa.BigInteger(), nullable=False),
        sa.Column("countersigned", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("peer"),
    )
    op.create_table(
        "head",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "own_restart",
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("answered", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("party", "id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "partner_checkpoint",
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("era", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("witnessed", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("party", "era", "size"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "position_tally",
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("peer", "word", "clause"),
    )
    op.create_table(
        "restart",
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("era", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("acknowledged", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("party", "id"),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER exchange_out_comes AFTER INSERT ON exchange_out FOR EACH ROW BEGIN INSERT INTO exchange_counts (what, peer, channel, epoch, state, code, label, number) SELECT 'out', NEW.peer, NEW.channel, NEW.epoch, NEW.state, NEW.code, CASE WHEN NEW.channel <> 'track' AND NEW.op IN ('put', 'reply', 'correct') THEN 'paper' ELSE '' END, 1 WHERE 1 = 1 ON CONFLICT (what, peer, channel, epoch, state, code, label) DO UPDATE SET number = exchange_counts.number + 1; INSERT INTO exchange_counts (what, peer, channel, epoch, state, code, label, number) SELECT 'waiting', NEW.peer, NEW.channel, NEW.epoch, NEW.state, NEW.code, NEW.agreement, 1 WHERE EXISTS (SELECT 1 FROM exchange_streams s WHERE s.direction = 'out' AND s.peer = NEW.peer AND s.channel = NEW.channel AND s.epoch = NEW.epoch AND NEW.seq > s.acked) ON CONFLICT (what, peer, channel, epoch, state, code, label) DO UPDATE SET number = exchange_counts.number + 1; END"
        )
        op.execute(
            "CREATE TRIGGER exchange_out_changes BEFORE UPDATE OF state, code, agreement ON exchange_out FOR EACH ROW WHEN (OLD.state <> NEW.state OR OLD.code <> NEW.code OR OLD.agreement <> NEW.agreement) BEGIN UPDATE exchange_counts SET number = number - 1 WHERE what = 'out' AND peer = OLD.peer AND channel = OLD.channel AND epoch = OLD.epoch AND state = OLD.state AND code = OLD.code AND label = CASE WHEN OLD.channel <> 'track' AND OLD.op IN ('put', 'reply', 'correct') THEN 'paper' ELSE '' END AND 1 = 1; DELETE FROM exchange_counts WHERE what = 'out' AND peer = OLD.peer AND channel = OLD.channel AND epoch = OLD.epoch AND state = OLD.state AND code = OLD.code AND label = CASE WHEN OLD.channel <> 'track' AND OLD.op IN ('put', 'reply', 'correct') THEN 'paper' ELSE '' END AND number = 0; UPDATE exchange_counts SET number = number - 1 WHERE what = 'waiting' AND peer = OLD.peer AND channel = OLD.channel AND epoch = OLD.epoch AND state = OLD.state AND code = OLD.code AND label = OLD.agreement AND EXISTS (SELECT 1 FROM exchange_streams s WHERE s.direction = 'out' AND s.peer = OLD.peer AND s.channel = OLD.channel AND s.epoch = OLD.epoch AND OLD.seq > s.acked); DELETE FROM exchange_counts WHERE what = 'waiting' AND peer = OLD.peer AND channel = OLD.channel AND epoch = OLD.epoch AND state = OLD.state AND code = OLD.code AND label = OLD.agreement AND number = 0; INSERT INTO exchange_counts (what, peer, channel, epoch, state, code, label, number) SELECT 'out', NEW.peer, NEW.channel, NEW.epoch, NEW.state, NEW.code, CASE WHEN NEW.channel <> 'track' AND NEW.op IN ('put', 'reply', 'correct') THEN 'paper' ELSE '' END, 1 WHERE 1 = 1 ON CONFLICT (what, peer, channel, epoch, state, code, label) DO UPDATE SET number = exchange_counts.number + 1; INSERT INTO exchange_counts (what, peer, channel, epoch, state, code, label, number) SELECT 'waiting', NEW.peer, NEW.channel, NEW.epoch, NEW.state, NEW.code, NEW.agreement, 1 WHERE EXISTS (SELECT 1 FROM exchange_streams s WHERE s.direction = 'out' AND s.peer = NEW.peer AND s.channel = NEW.channel AND s.epoch = NEW.epoch AND NEW.seq > s.acked) ON CONFLICT (what, peer, channel, epoch, state, code, label) DO UPDATE SET number = exchange_counts.number + 1; END"
        )
        op.execute(
            "CREATE TRIGGER exchange_out_goes BEFORE DELETE ON exchange_out FOR EACH ROW BEGIN UPDATE exchange_counts SET number = number - 1 WHERE what = 'out' AND peer = OLD.peer AND channel = OLD.channel AND epoch = OLD.epoch AND state = OLD.state AND code = OLD.code AND label = CASE WHEN OLD.channel <> 'track' AND OLD.op IN ('put', 'reply', 'correct') THEN 'paper' ELSE '' END AND 1 = 1; DELETE FROM exchange_counts WHERE what = 'out' AND peer = OLD.peer AND channel = OLD.channel AND epoch = OLD.epoch AND state = OLD.state AND code = OLD.code AND label = CASE WHEN OLD.channel <> 'track' AND OLD.op IN ('put', 'reply', 'correct') THEN 'paper' ELSE '' END AND number = 0; UPDATE exchange_counts SET number = number - 1 WHERE what = 'waiting' AND peer = OLD.peer AND channel = OLD.channel AND epoch = OLD.epoch AND state = OLD.state AND code = OLD.code AND label = OLD.agreement AND EXISTS (SELECT 1 FROM exchange_streams s WHERE s.direction = 'out' AND s.peer = OLD.peer AND s.channel = OLD.channel AND s.epoch = OLD.epoch AND OLD.seq > s.acked); DELETE FROM exchange_counts WHERE what = 'waiting' AND peer = OLD.peer AND channel = OLD.channel AND epoch = OLD.epoch AND state = OLD.state AND code = OLD.code AND label = OLD.agreement AND number = 0; END"
        )
        op.execute(
            "CREATE TRIGGER exchange_in_comes AFTER INSERT ON exchange_in FOR EACH ROW BEGIN INSERT INTO exchange_counts (what, peer, channel, epoch, state, code, label, number) SELECT 'in', NEW.peer, NEW.channel, NEW.epoch, NEW.state, NEW.code, CASE WHEN NEW.channel <> 'track' AND NEW.op IN ('put', 'reply', 'correct') THEN 'paper' ELSE '' END, 1 WHERE 1 = 1 ON CONFLICT (what, peer, channel, epoch, state, code, label) DO UPDATE SET number = exchange_counts.number + 1; INSERT INTO exchange_counts (what, peer, channel, epoch, state, code, label, number) SELECT 'twice', NEW.peer, NEW.channel, 0, '', '', '', 1 WHERE NEW.state = 'held' AND EXISTS (SELECT 1 FROM exchange_in i WHERE i.rid = NEW.rid AND i.peer = NEW.peer AND i.channel = NEW.channel AND i.state = 'held' AND NOT (i.epoch = NEW.epoch AND i.seq = NEW.seq)) ON CONFLICT (what, peer, channel, epoch, state, code, label) DO UPDATE SET number = exchange_counts.number + 1; END"
        )
        op.execute(
            "CREATE TRIGGER exchange_in_changes BEFORE UPDATE OF state, code ON exchange_in FOR EACH ROW WHEN (OLD.state <> NEW.state OR OLD.code <> NEW.code) BEGIN UPDATE exchange_counts SET number = number - 1 WHERE what = 'in' AND peer = OLD.peer AND channel = OLD.channel AND epoch = OLD.epoch AND state = OLD.state AND code = OLD.code AND label = CASE WHEN OLD.channel <> 'track' AND OLD.op IN ('put', 'reply', 'correct') THEN 'paper' ELSE '' END AND 1 = 1; DELETE FROM exchange_counts WHERE what = 'in' AND peer = OLD.peer AND channel = OLD.channel AND epoch = OLD.epoch AND state = OLD.state AND code = OLD.code AND label = CASE WHEN OLD.channel <> 'track' AND OLD.op IN ('put', 'reply', 'correct') THEN 'paper' ELSE '' END AND number = 0; UPDATE exchange_counts SET number = number - 1 WHERE what = 'twice' AND peer = OLD.peer AND channel = OLD.channel AND epoch = 0 AND state = '' AND code = '' AND label = '' AND OLD.state = 'held' AND EXISTS (SELECT 1 FROM exchange_in i WHERE i.rid = OLD.rid AND i.peer = OLD.peer AND i.channel = OLD.channel AND i.state = 'held' AND NOT (i.epoch = OLD.epoch AND i.seq = OLD.seq)); DELETE FROM exchange_counts WHERE what = 'twice' AND peer = OLD.peer AND channel = OLD.channel AND epoch = 0 AND state = '' AND code = '' AND label = '' AND number = 0; INSERT INTO exchange_counts (what, peer, channel, epoch, state, code, label, number) SELECT 'in', NEW.peer, NEW.channel, NEW.epoch, NEW.state, NEW.code, CASE WHEN NEW.channel <> 'track' AND NEW.op IN ('put', 'reply', 'correct') THEN 'paper' ELSE '' END, 1 WHERE 1 = 1 ON CONFLICT (what, peer, channel, epoch, state, code, label) DO UPDATE SET number = exchange_counts.number + 1; INSERT INTO exchange_counts (what, peer, channel, epoch, state, code, label, number) SELECT 'twice', NEW.peer, NEW.channel, 0, '', '', '', 1 WHERE NEW.state = 'held' AND EXISTS (SELECT 1 FROM exchange_in i WHERE i.rid = NEW.rid AND i.peer = NEW.peer AND i.channel = NEW.channel AND i.state = 'held' AND NOT (i.epoch = NEW.epoch AND i.seq = NEW.seq)) ON CONFLICT (what, peer, channel, epoch, state, code, label) DO UPDATE SET number = exchange_counts.number + 1; END"
        )
        op.execute(
            "CREATE TRIGGER exchange_in_goes BEFORE DELETE ON exchange_in FOR EACH ROW BEGIN UPDATE exchange_counts SET number = number - 1 WHERE what = 'in' AND peer = OLD.peer AND channel = OLD.channel AND epoch = OLD.epoch AND state = OLD.state AND code = OLD.code AND label = CASE WHEN OLD.channel <> 'track' AND OLD.op IN ('put', 'reply', 'correct') THEN 'paper' ELSE '' END AND 1 = 1; DELETE FROM exchange_counts WHERE what = 'in' AND peer = OLD.peer AND channel = OLD.channel AND epoch = OLD.epoch AND state = OLD.state AND code = OLD.code AND label = CASE WHEN OLD.channel <> 'track' AND OLD.op IN ('put', 'reply', 'correct') THEN 'paper' ELSE '' END AND number = 0; UPDATE exchange_counts SET number = number - 1 WHERE what = 'twice' AND peer = OLD.peer AND channel = OLD.channel AND epoch = 0 AND state = '' AND code = '' AND label = '' AND OLD.state = 'held' AND EXISTS (SELECT 1 FROM exchange_in i WHERE i.rid = OLD.rid AND i.peer = OLD.peer AND i.channel = OLD.channel AND i.state = 'held' AND NOT (i.epoch = OLD.epoch AND i.seq = OLD.seq)); DELETE FROM exchange_counts WHERE what = 'twice' AND peer = OLD.peer AND channel = OLD.channel AND epoch = 0 AND state = '' AND code = '' AND label = '' AND number = 0; END"
        )
        op.execute(
            "CREATE TRIGGER exchange_own_comes AFTER INSERT ON exchange_own FOR EACH ROW BEGIN INSERT INTO exchange_counts (what, peer, channel, epoch, state, code, label, number) SELECT 'own', '', '', 0, '', '', '', 1 WHERE NOT EXISTS (SELECT 1 FROM exchange_own o WHERE o.rid = NEW.rid AND o.rev <> NEW.rev) ON CONFLICT (what, peer, channel, epoch, state, code, label) DO UPDATE SET number = exchange_counts.number + 1; END"
        )
        op.execute(
            "CREATE TRIGGER exchange_own_changes BEFORE UPDATE OF rid ON exchange_own FOR EACH ROW WHEN (OLD.rid <> NEW.rid) BEGIN UPDATE exchange_counts SET number = number - 1 WHERE what = 'own' AND peer = '' AND channel = '' AND epoch = 0 AND state = '' AND code = '' AND label = '' AND NOT EXISTS (SELECT 1 FROM exchange_own o WHERE o.rid = OLD.rid AND o.rev <> OLD.rev); DELETE FROM exchange_counts WHERE what = 'own' AND peer = '' AND channel = '' AND epoch = 0 AND state = '' AND code = '' AND label = '' AND number = 0; INSERT INTO exchange_counts (what, peer, channel, epoch, state, code, label, number) SELECT 'own', '', '', 0, '', '', '', 1 WHERE NOT EXISTS (SELECT 1 FROM exchange_own o WHERE o.rid = NEW.rid AND o.rev <> NEW.rev) ON CONFLICT (what, peer, channel, epoch, state, code, label) DO UPDATE SET number = exchange_counts.number + 1; END"
        )
        op.execute(
            "CREATE TRIGGER exchange_own_goes BEFORE DELETE ON exchange_own FOR EACH ROW BEGIN UPDATE exchange_counts SET number = number - 1 WHERE what = 'own' AND peer = '' AND channel = '' AND epoch = 0 AND state = '' AND code = '' AND label = '' AND NOT EXISTS (SELECT 1 FROM exchange_own o WHERE o.rid = OLD.rid AND o.rev <> OLD.rev); DELETE FROM exchange_counts WHERE what = 'own' AND peer = '' AND channel = '' AND epoch = 0 AND state = '' AND code = '' AND label = '' AND number = 0; END"
        )
        op.execute(
            "CREATE TRIGGER exchange_answers_comes AFTER INSERT ON exchange_answers FOR EACH ROW BEGIN INSERT INTO exchange_counts (what, peer, channel, epoch, state, code, label, number) SELECT 'answers', NEW.peer, '', 0, NEW.answer, '', '', 1 WHERE 1 = 1 ON CONFLICT (what, peer, channel, epoch, state, code, label) DO UPDATE SET number = exchange_counts.number + 1; END"
        )
        op.execute(
            "CREATE TRIGGER exchange_answers_changes BEFORE UPDATE OF answer ON exchange_answers FOR EACH ROW WHEN (OLD.answer <> NEW.answer) BEGIN UPDATE exchange_counts SET number = number - 1 WHERE what = 'answers' AND peer = OLD.peer AND channel = '' AND epoch = 0 AND state = OLD.answer AND code = '' AND label = '' AND 1 = 1; DELETE FROM exchange_counts WHERE what = 'answers' AND peer = OLD.peer AND channel = '' AND epoch = 0 AND state = OLD.answer AND code = '' AND label = '' AND number = 0; INSERT INTO exchange_counts (what, peer, channel, epoch, state, code, label, number) SELECT 'answers', NEW.peer, '', 0, NEW.answer, '', '', 1 WHERE 1 = 1 ON CONFLICT (what, peer, channel, epoch, state, code, label) DO UPDATE SET number = exchange_counts.number + 1; END"
        )
        op.execute(
            "CREATE TRIGGER exchange_answers_goes BEFORE DELETE ON exchange_answers FOR EACH ROW BEGIN UPDATE exchange_counts SET number = number - 1 WHERE what = 'answers' AND peer = OLD.peer AND channel = '' AND epoch = 0 AND state = OLD.answer AND code = '' AND label = '' AND 1 = 1; DELETE FROM exchange_counts WHERE what = 'answers' AND peer = OLD.peer AND channel = '' AND epoch = 0 AND state = OLD.answer AND code = '' AND label = '' AND number = 0; END"
        )
        op.execute(
            "CREATE TRIGGER exchange_streams_acknowledged BEFORE UPDATE OF acked ON exchange_streams FOR EACH ROW WHEN (NEW.direction = 'out' AND NEW.acked > OLD.acked) BEGIN UPDATE exchange_counts SET number = number - (SELECT count(*) FROM exchange_out o WHERE o.peer = NEW.peer AND o.channel = NEW.channel AND o.epoch = NEW.epoch AND o.seq > OLD.acked AND o.seq <= NEW.acked AND o.state = exchange_counts.state AND o.code = exchange_counts.code AND o.agreement = exchange_counts.label) WHERE exchange_counts.what = 'waiting' AND exchange_counts.peer = NEW.peer AND exchange_counts.channel = NEW.channel AND exchange_counts.epoch = NEW.epoch; DELETE FROM exchange_counts WHERE exchange_counts.what = 'waiting' AND exchange_counts.peer = NEW.peer AND exchange_counts.channel = NEW.channel AND exchange_counts.epoch = NEW.epoch AND number = 0; END"
        )
        op.execute(
            "CREATE TRIGGER exchange_streams_forgotten BEFORE UPDATE OF acked ON exchange_streams FOR EACH ROW WHEN (NEW.direction = 'out' AND NEW.acked < OLD.acked) BEGIN INSERT INTO exchange_counts (what, peer, channel, epoch, state, code, label, number) SELECT 'waiting', o.peer, o.channel, o.epoch, o.state, o.code, o.agreement, count(*) FROM exchange_out o WHERE o.peer = NEW.peer AND o.channel = NEW.channel AND o.epoch = NEW.epoch AND o.seq > NEW.acked AND o.seq <= OLD.acked GROUP BY o.peer, o.channel, o.epoch, o.state, o.code, o.agreement ON CONFLICT (what, peer, channel, epoch, state, code, label) DO UPDATE SET number = exchange_counts.number + excluded.number; END"
        )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE OR REPLACE FUNCTION exchange_out_comes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO exchange_counts (what, peer, channel, epoch, state, code, label, number) SELECT 'out', NEW.peer, NEW.channel, NEW.epoch, NEW.state, NEW.code, CASE WHEN NEW.channel <> 'track' AND NEW.op IN ('put', 'reply', 'correct') THEN 'paper' ELSE '' END, 1 WHERE 1 = 1 ON CONFLICT (what, peer, channel, epoch, state, code, label) DO UPDATE SET number = exchange_counts.number + 1; INSERT INTO exchange_counts (what, peer, channel, epoch, state, code, label, number) SELECT 'waiting', NEW.peer, NEW.channel, NEW.epoch, NEW.state, NEW.code, NEW.agreement, 1 WHERE EXISTS (SELECT 1 FROM exchange_streams s WHERE s.direction = 'out' AND s.peer = NEW.peer AND s.channel = NEW.channel AND s.epoch = NEW.epoch AND NEW.seq > s.acked) ON CONFLICT (what, peer, channel, epoch, state, code, label) DO UPDATE SET number = exchange_counts.number + 1; RETURN NULL; END $$"
        )
        op.execute(
            "CREATE TRIGGER exchange_out_comes AFTER INSERT ON exchange_out FOR EACH ROW EXECUTE FUNCTION exchange_out_comes()"
        )
        op.execute(
            "CREATE OR REPLACE FUNCTION exchange_out_changes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE exchange_counts SET number = number - 1 WHERE what = 'out' AND peer = OLD.peer AND channel = OLD.channel AND epoch = OLD.epoch AND state = OLD.state AND code = OLD.code AND label = CASE WHEN OLD.channel <> 'track' AND OLD.op IN ('put', 'reply', 'correct') THEN 'paper' ELSE '' END AND 1 = 1; DELETE FROM exchange_counts WHERE what = 'out' AND peer = OLD.peer AND channel = OLD.channel AND epoch = OLD.epoch AND state = OLD.state AND code = OLD.code AND label = CASE WHEN OLD.channel <> 'track' AND OLD.op IN ('put', 'reply', 'correct') THEN 'paper' ELSE '' END AND number = 0; UPDATE exchange_counts SET number = number - 1 WHERE what = 'waiting' AND peer = OLD.peer AND channel = OLD.channel AND epoch = OLD.epoch AND state = OLD.state AND code = OLD.code AND label = OLD.agreement AND EXISTS (SELECT 1 FROM exchange_streams s WHERE s.direction = 'out' AND s.peer = OLD.peer AND s.channel = OLD.channel AND s.epoch = OLD.epoch AND OLD.seq > s.acked); DELETE FROM exchange_counts WHERE what = 'waiting' AND peer = OLD.peer AND channel = OLD.channel AND epoch = OLD.epoch AND state = OLD.state AND code = OLD.code AND label = OLD.agreement AND number = 0; INSERT INTO exchange_counts (what, peer, channel, epoch, state, code, label, number) SELECT 'out', NEW.peer, NEW.channel, NEW.epoch, NEW.state, NEW.code, CASE WHEN NEW.channel <> 'track' AND NEW.op IN ('put', 'reply', 'correct') THEN 'paper' ELSE '' END, 1 WHERE 1 = 1 ON CONFLICT (what, peer, channel, epoch, state, code, label) DO UPDATE SET number = exchange_counts.number + 1; INSERT INTO exchange_counts (what, peer, channel, epoch, state, code, label, number) SELECT 'waiting', NEW.peer, NEW.channel, NEW.epoch, NEW.state, NEW.code, NEW.agreement, 1 WHERE EXISTS (SELECT 1 FROM exchange_streams s WHERE s.direction = 'out' AND s.peer = NEW.peer AND s.channel = NEW.channel AND s.epoch = NEW.epoch AND NEW.seq > s.acked) ON CONFLICT (what, peer, channel, epoch, state, code, label) DO UPDATE SET number = exchange_counts.number + 1; RETURN NEW; END $$"
        )
        op.execute(
            "CREATE TRIGGER exchange_out_changes BEFORE UPDATE OF state, code, agreement ON exchange_out FOR EACH ROW WHEN (OLD.state <> NEW.state OR OLD.code <> NEW.code OR OLD.agreement <> NEW.agreement) EXECUTE FUNCTION exchange_out_changes()"
        )
        op.execute(
            "CREATE OR REPLACE FUNCTION exchange_out_goes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE exchange_counts SET number = number - 1 WHERE what = 'out' AND peer = OLD.peer AND channel = OLD.channel AND epoch = OLD.epoch AND state = OLD.state AND code = OLD.code AND label = CASE WHEN OLD.channel <> 'track' AND OLD.op IN ('put', 'reply', 'correct') THEN 'paper' ELSE '' END AND 1 = 1; DELETE FROM exchange_counts WHERE what = 'out' AND peer = OLD.peer AND channel = OLD.channel AND epoch = OLD.epoch AND state = OLD.state AND code = OLD.code AND label = CASE WHEN OLD.channel <> 'track' AND OLD.op IN ('put', 'reply', 'correct') THEN 'paper' ELSE '' END AND number = 0; UPDATE exchange_counts SET number = number - 1 WHERE what = 'waiting' AND peer = OLD.peer AND channel = OLD.channel AND epoch = OLD.epoch AND state = OLD.state AND code = OLD.code AND label = OLD.agreement AND EXISTS (SELECT 1 FROM exchange_streams s WHERE s.direction = 'out' AND s.peer = OLD.peer AND s.channel = OLD.channel AND s.epoch = OLD.epoch AND OLD.seq > s.acked); DELETE FROM exchange_counts WHERE what = 'waiting' AND peer = OLD.peer AND channel = OLD.channel AND epoch = OLD.epoch AND state = OLD.state AND code = OLD.code AND label = OLD.agreement AND number = 0; RETURN OLD; END $$"
        )
        op.execute(
            "CREATE TRIGGER exchange_out_goes BEFORE DELETE ON exchange_out FOR EACH ROW EXECUTE FUNCTION exchange_out_goes()"
        )
        op.execute(
            "CREATE OR REPLACE FUNCTION exchange_in_comes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO exchange_counts (what, peer, channel, epoch, state, code, label, number) SELECT 'in', NEW.peer, NEW.channel, NEW.epoch, NEW.state, NEW.code, CASE WHEN NEW.channel <> 'track' AND NEW.op IN ('put', 'reply', 'correct') THEN 'paper' ELSE '' END, 1 WHERE 1 = 1 ON CONFLICT (what, peer, channel, epoch, state, code, label) DO UPDATE SET number = exchange_counts.number + 1; INSERT INTO exchange_counts (what, peer, channel, epoch, state, code, label, number) SELECT 'twice', NEW.peer, NEW.channel, 0, '', '', '', 1 WHERE NEW.state = 'held' AND EXISTS (SELECT 1 FROM exchange_in i WHERE i.rid = NEW.rid AND i.peer = NEW.peer AND i.channel = NEW.channel AND i.state = 'held' AND NOT (i.epoch = NEW.epoch AND i.seq = NEW.seq)) ON CONFLICT (what, peer, channel, epoch, state, code, label) DO UPDATE SET number = exchange_counts.number + 1; RETURN NULL; END $$"
        )
        op.execute(
            "CREATE TRIGGER exchange_in_comes AFTER INSERT ON exchange_in FOR EACH ROW EXECUTE FUNCTION exchange_in_comes()"
        )
        op.execute(
            "CREATE OR REPLACE FUNCTION exchange_in_changes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE exchange_counts SET number = number - 1 WHERE what = 'in' AND peer = OLD.peer AND channel = OLD.channel AND epoch = OLD.epoch AND state = OLD.state AND code = OLD.code AND label = CASE WHEN OLD.channel <> 'track' AND OLD.op IN ('put', 'reply', 'correct') THEN 'paper' ELSE '' END AND 1 = 1; DELETE FROM exchange_counts WHERE what = 'in' AND peer = OLD.peer AND channel = OLD.channel AND epoch = OLD.epoch AND state = OLD.state AND code = OLD.code AND label = CASE WHEN OLD.channel <> 'track' AND OLD.op IN ('put', 'reply', 'correct') THEN 'paper' ELSE '' END AND number = 0; UPDATE exchange_counts SET number = number - 1 WHERE what = 'twice' AND peer = OLD.peer AND channel = OLD.channel AND epoch = 0 AND state = '' AND code = '' AND label = '' AND OLD.state = 'held' AND EXISTS (SELECT 1 FROM exchange_in i WHERE i.rid = OLD.rid AND i.peer = OLD.peer AND i.channel = OLD.channel AND i.state = 'held' AND NOT (i.epoch = OLD.epoch AND i.seq = OLD.seq)); DELETE FROM exchange_counts WHERE what = 'twice' AND peer = OLD.peer AND channel = OLD.channel AND epoch = 0 AND state = '' AND code = '' AND label = '' AND number = 0; INSERT INTO exchange_counts (what, peer, channel, epoch, state, code, label, number) SELECT 'in', NEW.peer, NEW.channel, NEW.epoch, NEW.state, NEW.code, CASE WHEN NEW.channel <> 'track' AND NEW.op IN ('put', 'reply', 'correct') THEN 'paper' ELSE '' END, 1 WHERE 1 = 1 ON CONFLICT (what, peer, channel, epoch, state, code, label) DO UPDATE SET number = exchange_counts.number + 1; INSERT INTO exchange_counts (what, peer, channel, epoch, state, code, label, number) SELECT 'twice', NEW.peer, NEW.channel, 0, '', '', '', 1 WHERE NEW.state = 'held' AND EXISTS (SELECT 1 FROM exchange_in i WHERE i.rid = NEW.rid AND i.peer = NEW.peer AND i.channel = NEW.channel AND i.state = 'held' AND NOT (i.epoch = NEW.epoch AND i.seq = NEW.seq)) ON CONFLICT (what, peer, channel, epoch, state, code, label) DO UPDATE SET number = exchange_counts.number + 1; RETURN NEW; END $$"
        )
        op.execute(
            "CREATE TRIGGER exchange_in_changes BEFORE UPDATE OF state, code ON exchange_in FOR EACH ROW WHEN (OLD.state <> NEW.state OR OLD.code <> NEW.code) EXECUTE FUNCTION exchange_in_changes()"
        )
        op.execute(
            "CREATE OR REPLACE FUNCTION exchange_in_goes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE exchange_counts SET number = number - 1 WHERE what = 'in' AND peer = OLD.peer AND channel = OLD.channel AND epoch = OLD.epoch AND state = OLD.state AND code = OLD.code AND label = CASE WHEN OLD.channel <> 'track' AND OLD.op IN ('put', 'reply', 'correct') THEN 'paper' ELSE '' END AND 1 = 1; DELETE FROM exchange_counts WHERE what = 'in' AND peer = OLD.peer AND channel = OLD.channel AND epoch = OLD.epoch AND state = OLD.state AND code = OLD.code AND label = CASE WHEN OLD.channel <> 'track' AND OLD.op IN ('put', 'reply', 'correct') THEN 'paper' ELSE '' END AND number = 0; UPDATE exchange_counts SET number = number - 1 WHERE what = 'twice' AND peer = OLD.peer AND channel = OLD.channel AND epoch = 0 AND state = '' AND code = '' AND label = '' AND OLD.state = 'held' AND EXISTS (SELECT 1 FROM exchange_in i WHERE i.rid = OLD.rid AND i.peer = OLD.peer AND i.channel = OLD.channel AND i.state = 'held' AND NOT (i.epoch = OLD.epoch AND i.seq = OLD.seq)); DELETE FROM exchange_counts WHERE what = 'twice' AND peer = OLD.peer AND channel = OLD.channel AND epoch = 0 AND state = '' AND code = '' AND label = '' AND number = 0; RETURN OLD; END $$"
        )
        op.execute(
            "CREATE TRIGGER exchange_in_goes BEFORE DELETE ON exchange_in FOR EACH ROW EXECUTE FUNCTION exchange_in_goes()"
        )
        op.execute(
            "CREATE OR REPLACE FUNCTION exchange_own_comes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO exchange_counts (what, peer, channel, epoch, state, code, label, number) SELECT 'own', '', '', 0, '', '', '', 1 WHERE NOT EXISTS (SELECT 1 FROM exchange_own o WHERE o.rid = NEW.rid AND o.rev <> NEW.rev) ON CONFLICT (what, peer, channel, epoch, state, code, label) DO UPDATE SET number = exchange_counts.number + 1; RETURN NULL; END $$"
        )
        op.execute(
            "CREATE TRIGGER exchange_own_comes AFTER INSERT ON exchange_own FOR EACH ROW EXECUTE FUNCTION exchange_own_comes()"
        )
        op.execute(
            "CREATE OR REPLACE FUNCTION exchange_own_changes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE exchange_counts SET number = number - 1 WHERE what = 'own' AND peer = '' AND channel = '' AND epoch = 0 AND state = '' AND code = '' AND label = '' AND NOT EXISTS (SELECT 1 FROM exchange_own o WHERE o.rid = OLD.rid AND o.rev <> OLD.rev); DELETE FROM exchange_counts WHERE what = 'own' AND peer = '' AND channel = '' AND epoch = 0 AND state = '' AND code = '' AND label = '' AND number = 0; INSERT INTO exchange_counts (what, peer, channel, epoch, state, code, label, number) SELECT 'own', '', '', 0, '', '', '', 1 WHERE NOT EXISTS (SELECT 1 FROM exchange_own o WHERE o.rid = NEW.rid AND o.rev <> NEW.rev) ON CONFLICT (what, peer, channel, epoch, state, code, label) DO UPDATE SET number = exchange_counts.number + 1; RETURN NEW; END $$"
        )
        op.execute(
            "CREATE TRIGGER exchange_own_changes BEFORE UPDATE OF rid ON exchange_own FOR EACH ROW WHEN (OLD.rid <> NEW.rid) EXECUTE FUNCTION exchange_own_changes()"
        )
        op.execute(
            "CREATE OR REPLACE FUNCTION exchange_own_goes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE exchange_counts SET number = number - 1 WHERE what = 'own' AND peer = '' AND channel = '' AND epoch = 0 AND state = '' AND code = '' AND label = '' AND NOT EXISTS (SELECT 1 FROM exchange_own o WHERE o.rid = OLD.rid AND o.rev <> OLD.rev); DELETE FROM exchange_counts WHERE what = 'own' AND peer = '' AND channel = '' AND epoch = 0 AND state = '' AND code = '' AND label = '' AND number = 0; RETURN OLD; END $$"
        )
        op.execute(
            "CREATE TRIGGER exchange_own_goes BEFORE DELETE ON exchange_own FOR EACH ROW EXECUTE FUNCTION exchange_own_goes()"
        )
        op.execute(
            "CREATE OR REPLACE FUNCTION exchange_answers_comes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO exchange_counts (what, peer, channel, epoch, state, code, label, number) SELECT 'answers', NEW.peer, '', 0, NEW.answer, '', '', 1 WHERE 1 = 1 ON CONFLICT (what, peer, channel, epoch, state, code, label) DO UPDATE SET number = exchange_counts.number + 1; RETURN NULL; END $$"
        )
        op.execute(
            "CREATE TRIGGER exchange_answers_comes AFTER INSERT ON exchange_answers FOR EACH ROW EXECUTE FUNCTION exchange_answers_comes()"
        )
        op.execute(
            "CREATE OR REPLACE FUNCTION exchange_answers_changes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE exchange_counts SET number = number - 1 WHERE what = 'answers' AND peer = OLD.peer AND channel = '' AND epoch = 0 AND state = OLD.answer AND code = '' AND label = '' AND 1 = 1; DELETE FROM exchange_counts WHERE what = 'answers' AND peer = OLD.peer AND channel = '' AND epoch = 0 AND state = OLD.answer AND code = '' AND label = '' AND number = 0; INSERT INTO exchange_counts (what, peer, channel, epoch, state, code, label, number) SELECT 'answers', NEW.peer, '', 0, NEW.answer, '', '', 1 WHERE 1 = 1 ON CONFLICT (what, peer, channel, epoch, state, code, label) DO UPDATE SET number = exchange_counts.number + 1; RETURN NEW; END $$"
        )
        op.execute(
            "CREATE TRIGGER exchange_answers_changes BEFORE UPDATE OF answer ON exchange_answers FOR EACH ROW WHEN (OLD.answer <> NEW.answer) EXECUTE FUNCTION exchange_answers_changes()"
        )
        op.execute(
            "CREATE OR REPLACE FUNCTION exchange_answers_goes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE exchange_counts SET number = number - 1 WHERE what = 'answers' AND peer = OLD.peer AND channel = '' AND epoch = 0 AND state = OLD.answer AND code = '' AND label = '' AND 1 = 1; DELETE FROM exchange_counts WHERE what = 'answers' AND peer = OLD.peer AND channel = '' AND epoch = 0 AND state = OLD.answer AND code = '' AND label = '' AND number = 0; RETURN OLD; END $$"
        )
        op.execute(
            "CREATE TRIGGER exchange_answers_goes BEFORE DELETE ON exchange_answers FOR EACH ROW EXECUTE FUNCTION exchange_answers_goes()"
        )
        op.execute(
            "CREATE OR REPLACE FUNCTION exchange_streams_acknowledged() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE exchange_counts SET number = number - (SELECT count(*) FROM exchange_out o WHERE o.peer = NEW.peer AND o.channel = NEW.channel AND o.epoch = NEW.epoch AND o.seq > OLD.acked AND o.seq <= NEW.acked AND o.state = exchange_counts.state AND o.code = exchange_counts.code AND o.agreement = exchange_counts.label) WHERE exchange_counts.what = 'waiting' AND exchange_counts.peer = NEW.peer AND exchange_counts.channel = NEW.channel AND exchange_counts.epoch = NEW.epoch; DELETE FROM exchange_counts WHERE exchange_counts.what = 'waiting' AND exchange_counts.peer = NEW.peer AND exchange_counts.channel = NEW.channel AND exchange_counts.epoch = NEW.epoch AND number = 0; RETURN NEW; END $$"
        )
        op.execute(
            "CREATE TRIGGER exchange_streams_acknowledged BEFORE UPDATE OF acked ON exchange_streams FOR EACH ROW WHEN (NEW.direction = 'out' AND NEW.acked > OLD.acked) EXECUTE FUNCTION exchange_streams_acknowledged()"
        )
        op.execute(
            "CREATE OR REPLACE FUNCTION exchange_streams_forgotten() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO exchange_counts (what, peer, channel, epoch, state, code, label, number) SELECT 'waiting', o.peer, o.channel, o.epoch, o.state, o.code, o.agreement, count(*) FROM exchange_out o WHERE o.peer = NEW.peer AND o.channel = NEW.channel AND o.epoch = NEW.epoch AND o.seq > NEW.acked AND o.seq <= OLD.acked GROUP BY o.peer, o.channel, o.epoch, o.state, o.code, o.agreement ON CONFLICT (what, peer, channel, epoch, state, code, label) DO UPDATE SET number = exchange_counts.number + excluded.number; RETURN NEW; END $$"
        )
        op.execute(
            "CREATE TRIGGER exchange_streams_forgotten BEFORE UPDATE OF acked ON exchange_streams FOR EACH ROW WHEN (NEW.direction = 'out' AND NEW.acked < OLD.acked) EXECUTE FUNCTION exchange_streams_forgotten()"
        )


def downgrade() -> None:
    """Removes them."""
    op.drop_table("restart")
    op.drop_table("position_tally")
    op.drop_table("partner_checkpoint")
    op.drop_table("own_restart")
    op.drop_table("head")
    op.drop_table("exchange_witness")
    op.drop_table("exchange_streams")
    op.drop_table("exchange_statements")
    op.drop_table("exchange_spool")
    op.drop_table("exchange_rulings")
    op.drop_table("exchange_retention")
    op.drop_table("exchange_put_back")
    op.drop_table("exchange_peers")
    op.drop_table("exchange_own")
    op.drop_table("exchange_oversight")
    op.drop_table("exchange_out")
    op.drop_table("exchange_onward")
    op.drop_table("exchange_modes")
    op.drop_table("exchange_leaving")
    op.drop_table("exchange_leases")
    op.drop_table("exchange_lease_asks")
    op.drop_table("exchange_keys")
    op.drop_table("exchange_in")
    op.drop_table("exchange_holds")
    op.drop_table("exchange_given")
    op.drop_table("exchange_exports")
    op.drop_table("exchange_disposals")
    op.drop_table("exchange_differences")
    op.drop_table("exchange_counts")
    op.drop_table("exchange_conflated")
    op.drop_table("exchange_comparisons")
    op.drop_table("exchange_clause_streams")
    op.drop_table("exchange_clause_out")
    op.drop_table("exchange_clause_kept")
    op.drop_table("exchange_bodies")
    op.drop_table("exchange_batches")
    op.drop_table("exchange_asks")
    op.drop_table("exchange_approvals")
    op.drop_table("exchange_answers")
    op.drop_table("erasure")
    op.drop_table("entry")
    op.drop_table("dispute")
    op.drop_table("countersignature")
    op.drop_table("checkpoint")
    op.drop_table("body")
