"""Accounts: passwords are shown once, kept as hashes, and survive a restart; roles and locks are kept."""

from pathlib import Path

import pytest
from tests.node.conftest import MODEL, Pair

from haemaru.node import Node
from haemaru.node.desk import NodeDesk
from haemaru.node.init import Made, init_home
from haemaru.wording import Fault


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """A home with its first officer."""
    return init_home(tmp_path / "kcg", "kcg", MODEL, "demo", None, None)


def test_the_password_that_was_shown_is_the_one_that_counts(made: Made) -> None:
    with Node.open(Path(made.home)) as node:
        officer = node.accounts.check("officer", made.officer.password)

        assert officer is not None
        assert officer.role == "duty_officer"
        assert node.accounts.check("officer", made.officer.password + "x") is None
        assert node.accounts.check("nobody", made.officer.password) is None


def test_no_password_stands_in_the_home(made: Made) -> None:
    words = made.officer.password.encode()

    assert [path for path in Path(made.home).rglob("*") if path.is_file() and words in path.read_bytes()] == []


def test_an_account_survives_a_restart(made: Made) -> None:
    with Node.open(Path(made.home)) as node:
        password = node.accounts.add("second", "analyst")

    with Node.open(Path(made.home)) as node:
        assert node.accounts.check("second", password) is not None
        assert [account.name for account in node.accounts.all()] == ["officer", "second"]


def test_a_locked_account_cannot_sign_in_until_it_is_unlocked(made: Made) -> None:
    with Node.open(Path(made.home)) as node:
        password = node.accounts.add("second", "analyst")
        before = node.accounts.standing("second")
        node.accounts.lock("second")
        assert node.accounts.check("second", password) is None
        assert node.accounts.standing("second") is None

    with Node.open(Path(made.home)) as node:
        assert node.accounts.get("second").state == "locked"
        node.accounts.unlock("second")
        assert node.accounts.check("second", password) is not None
        assert node.accounts.standing("second") != before


def test_the_last_account_that_keeps_the_node_stays_open(made: Made) -> None:
    with Node.open(Path(made.home)) as node:
        node.accounts.add("second", "analyst")
        with pytest.raises(Fault, match="account_last"):
            node.accounts.lock("officer")
        node.accounts.add("third", "administrator")
        node.accounts.lock("officer")
        with pytest.raises(Fault, match="account_last"):
            node.accounts.lock("third")


def test_a_new_password_ends_the_old_one(made: Made) -> None:
    with Node.open(Path(made.home)) as node:
        new = node.accounts.renew("officer")

        assert node.accounts.check("officer", made.officer.password) is None
        assert node.accounts.check("officer", new) is not None


@pytest.mark.parametrize(
    ("name", "role", "code"),
    [
        ("officer", "analyst", "account_exists"),
        (" blank", "analyst", "account_name_unusable"),
        ("tab\tbed", "analyst", "account_name_unusable"),
        ("x" * 65, "analyst", "account_name_unusable"),
        ("", "analyst", "account_name_unusable"),
        ("second", "captain", "account_role_unknown"),
    ],
)
def test_an_account_that_cannot_be_is_refused(made: Made, name: str, role: str, code: str) -> None:
    with Node.open(Path(made.home)) as node, pytest.raises(Fault, match=code):
        node.accounts.add(name, role)


def test_who_approves_is_checked_by_password_and_by_role(pair: Pair) -> None:
    node = pair.kcg
    approver, analyst = node.accounts.add("haneul", "approver"), node.accounts.add("byeol", "analyst")
    for by, password, code in [
        ("haneul", "wrong", "approval_not_signed_in"),
        ("haneul", "", "approval_not_signed_in"),
        ("byeol", analyst, "role_may_not"),
        ("haneul", approver, "referral_unknown"),  # signed in: only the id is wrong
    ]:
        with pytest.raises(Fault, match=code):
            node.do("agreement.referred", {"approve": "no-such-id", "by": by, "password": password})


def test_the_console_hands_in_the_account_and_a_locked_one_can_order_nothing(pair: Pair) -> None:
    desk, accounts = NodeDesk(pair.kcg), pair.kcg.accounts
    accounts.add("haneul", "approver")
    accounts.add("byeol", "auditor")
    for by, code in [("haneul", "referral_unknown"), ("byeol", "role_may_not"), ("nobody", "approval_not_signed_in")]:
        with pytest.raises(Fault, match=code):
            desk.do("agreement.approve", {"id": "no-such-id", "by": by})
    accounts.lock("haneul")
    with pytest.raises(Fault, match="account_locked"):
        desk.do("ledger.verify", {"by": "haneul"})
