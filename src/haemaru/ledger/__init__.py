"""The room ledger."""
