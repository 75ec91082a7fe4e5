"""The room surveillance."""
