"""The room node."""
