"""Accounts: passwords are shown once, kept as hashes, and survive a restart."""

from pathlib import Path

import pytest
from tests.node.conftest import MODEL

from haemaru.node import Node
from haemaru.node.init import Made, init_home


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """A home with its first officer."""
    return init_home(tmp_path / "kcg", "kcg", MODEL, "demo", None, None)


def test_the_password_that_was_shown_is_the_one_that_counts(made: Made) -> None:
    with Node.open(Path(made.home)) as node:
        officer = node.accounts.verify("officer", made.officer.password)

        assert officer is not None
        assert officer.role == "duty_officer"
        assert node.accounts.verify("officer", made.officer.password + "x") is None
        assert node.accounts.verify("nobody", made.officer.password) is None


def test_no_password_stands_in_the_home(made: Made) -> None:
    words = made.officer.password.encode()

    assert [path for path in Path(made.home).rglob("*") if path.is_file() and words in path.read_bytes()] == []


def test_an_account_survives_a_restart(made: Made) -> None:
    with Node.open(Path(made.home)) as node:
        password = node.accounts.create("second", "analyst")

    with Node.open(Path(made.home)) as node:
        assert node.accounts.verify("second", password) is not None
        assert node.accounts.names() == ["officer", "second"]
