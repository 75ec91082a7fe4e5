"""Commands on the officers of a node: add, list, lock, unlock, give a new password."""

from typing import TYPE_CHECKING, Any

from haemaru.node.accounts import Account
from haemaru.node.answer import Answer

if TYPE_CHECKING:
    from haemaru.node.node import Node


def add(node: "Node", params: dict[str, Any]) -> Answer:
    """Makes an account; its password is told this once."""
    password = node.accounts.add(params["name"], params["role"])
    return Answer({"name": params["name"], "role": params["role"], "password": password})


def list_(node: "Node", _params: dict[str, Any]) -> Answer:
    """Every account, by name."""
    return Answer({"accounts": [_told(account) for account in node.accounts.all()]})


def lock(node: "Node", params: dict[str, Any]) -> Answer:
    """Shuts an account and ends its sessions."""
    node.accounts.lock(params["name"])
    return Answer(_told(node.accounts.get(params["name"])))


def unlock(node: "Node", params: dict[str, Any]) -> Answer:
    """Opens an account again."""
    node.accounts.unlock(params["name"])
    return Answer(_told(node.accounts.get(params["name"])))


def password(node: "Node", params: dict[str, Any]) -> Answer:
    """Gives an account a new password, told this once."""
    return Answer({"name": params["name"], "password": node.accounts.renew(params["name"])})


def _told(account: Account) -> dict[str, Any]:
    return {"name": account.name, "role": account.role, "state": account.state, "created": account.created}
