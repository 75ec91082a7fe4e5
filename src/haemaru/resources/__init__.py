"""The room resources."""
