"""The columns that the tables of the exchange are made of: none is ever empty; what is secret stands there blinded."""

from sqlalchemy import BigInteger, Column, LargeBinary, Text


def text(name: str, *, key: bool = False) -> Column[str]:
    """A word in clear: a party, a state, a code, a name that a node made up."""
    return Column(name, Text, primary_key=key, nullable=False)


def whole(name: str, *, key: bool = False) -> Column[int]:
    """A whole number."""
    return Column(name, BigInteger, primary_key=key, autoincrement=False, nullable=False)


def blind(name: str, *, key: bool = False) -> Column[bytes]:
    """Bytes that say nothing to others: a blinded identifier, a digest, a locked content."""
    return Column(name, LargeBinary, primary_key=key, nullable=False)
