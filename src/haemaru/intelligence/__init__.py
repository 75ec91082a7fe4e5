"""The room intelligence."""
