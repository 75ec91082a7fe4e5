"""The room scenarios."""
