"""The room geography."""
