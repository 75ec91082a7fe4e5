"""The room agreement."""
