"""How a page is put on the road: `@shows("/tips")` for what is read, `@takes("/tips")` for what is ordered.

Handlers are plain functions, because a node answers synchronously, and each runs in a worker thread. Litestar's own
`sync_to_thread` is not used: in 2.25 a handler that is registered more than once is wrapped more than once, and then
answers with a coroutine instead of a response.
"""

import functools
from collections.abc import Callable
from typing import Any

from litestar import get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath

from haemaru.web.console import Console
from haemaru.web.visits import Visit

# What a handler may ask for, by these names: `console`, `visit`, `form`.
Here = NamedDependency[Console]
Reader = NamedDependency[Visit]
Form = NamedDependency[dict[str, str]]
# What stands in the path.
InPath = FromPath[str]
NumberInPath = FromPath[int]


def shows(path: str, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """A page or a part of one, read with GET."""
    return lambda fn: get(path, **options)(in_thread(fn))


def takes(path: str, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """An order, given with POST."""
    return lambda fn: post(path, **options)(in_thread(fn))


def in_thread(fn: Callable[..., Any]) -> Callable[..., Any]:
    """The function with its own signature, run in a worker thread."""

    @functools.wraps(fn)
    async def threaded(**given: Any) -> Any:
        return await sync_to_thread(functools.partial(fn, **given))

    return threaded
