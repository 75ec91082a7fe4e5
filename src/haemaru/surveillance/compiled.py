"""Compiled code: numba, imported where it is first needed, with a cache that outlives the process.

Functions marked `compiled` live in modules that nothing imports at start; whoever needs one imports its module then.
The cache lies in NUMBA_CACHE_DIR, or in the user's cache folder, below a digest of the sources: numba looks only at a
function's own file when it asks whether its cache is stale, but what it calls counts too. Where nothing can be written
the code is compiled anew in each process; it is never kept where others may write, for what is read back is executed.

Indices are not checked unless NUMBA_BOUNDSCHECK is set (a test does that), so each such module says why its own are
right.
"""

import os
import tempfile
from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar, cast

_F = TypeVar("_F", bound=Callable[..., Any])


@cache
def cache_folder(sources: Path, version: str) -> Path | None:
    """Where the compiled code of the modules in this folder is kept, as these and those one floor up stand now."""
    checked = os.environ.get("NUMBA_BOUNDSCHECK", "")
    digest = blake2b(f"{version} {checked}".encode(), digest_size=8)
    for path in (Path(__file__), *sorted(sources.glob("*.py")), *sorted(sources.parent.glob("*.py"))):
        digest.update(path.read_bytes())
    named, root = os.environ.get("NUMBA_CACHE_DIR"), os.environ.get("XDG_CACHE_HOME")
    try:
        base = Path(named) if named else (Path(root) if root else Path.home() / ".cache") / "haemaru" / "kernel"
        folder = base / digest.hexdigest()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except (OSError, RuntimeError):  # RuntimeError: a user without a home
        return None


def compiled(function: _F, apart: bool = False) -> _F:
    """The function as machine code, compiled at its first call and kept; raises ImportError where numba is absent.

    It becomes part of whoever calls it, unless it stands `apart` because it is seldom called or called from outside.
    It may make no arrays: counting references would cost more than the work.
    """
    import numba

    folder = cache_folder(Path(function.__code__.co_filename).parent, numba.__version__)
    options = {"cache": folder is not None, "nogil": True, "error_model": "numpy", "_nrt": False}
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder or before)
    try:
        return cast(_F, numba.njit(forceinline=not apart, **options)(function))
    finally:
        numba.config.CACHE_DIR = before


def compiled_apart(function: _F) -> _F:
    """As `compiled`, for what is seldom called or called from outside."""
    return compiled(function, apart=True)
