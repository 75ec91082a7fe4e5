"""A console over a fake desk, and somebody signed in at it. Litestar's client needs httpx, which warns nowhere here."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient
from tests.web.desks import FakeDesk

from haemaru.clock import FakeClock
from haemaru.web.app import create_app


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


class Browser:
    """A client that keeps cookies and sends forms as a browser does: with the token of the page."""

    def __init__(self, client: TestClient[Any]) -> None:
        self.client = client

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(path, follow_redirects=False, **more)

    def token(self, path: str) -> str:
        found = re.search(r'name="form_token" value="([^"]+)"', self.get(path).text)
        assert found is not None, path
        return found[1]

    def send(self, path: str, page: str, **fields: str) -> Any:
        data = {"form_token": self.token(page), **fields}
        return self.client.post(path, data=data, follow_redirects=False)

    def sign_in(self, lang: str = "en") -> "Browser":
        self.get(f"/login?lang={lang}")
        answer = self.send("/login", "/login", name="haneul", password="right-words")
        assert answer.status_code == 303
        return self


@pytest.fixture
def visitor(desk: FakeDesk, clock: FakeClock) -> Iterator[Browser]:
    with TestClient(create_app(desk, clock=clock)) as client:
        yield Browser(client)


@pytest.fixture
def officer(visitor: Browser) -> Browser:
    return visitor.sign_in()
