"""How the kernel is compiled, and where the machine code is kept.

Compiled code goes to `NUMBA_CACHE_DIR`, else to `haemaru/kernel` in the user's cache folder, below the digest of the
kernel's sources: numba itself looks only at the file of the outermost function, and an upgrade that changed an inner
one would go on deciding by the old rules. Where nothing can be written the code is compiled anew in each process; it is
never kept in a folder that others may write to, for what is read back is executed.
"""

import os
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numba

_HERE = Path(__file__).parent


def _digest() -> str:
    sources = [*sorted(_HERE.glob("*.py")), _HERE.parent / "geometry.py", _HERE.parent / "tags.py"]
    return sha256(b"\0".join([numba.__version__.encode(), *(path.read_bytes() for path in sources)])).hexdigest()[:16]


def cache_folder() -> Path | None:
    """The folder for compiled code, made where it is not there; None where none can be written."""
    named = os.environ.get("NUMBA_CACHE_DIR")
    root = os.environ.get("XDG_CACHE_HOME")
    try:
        base = Path(named) if named else (Path(root) if root else Path.home() / ".cache") / "haemaru" / "kernel"
        folder = base / _digest()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except (OSError, RuntimeError):  # RuntimeError: a user without a home
        return None


_FOLDER = cache_folder()
if _FOLDER is not None:
    numba.config.CACHE_DIR = str(_FOLDER)


def compiled(function: Callable[..., Any], *, apart: bool = False) -> Callable[..., Any]:
    """The function as machine code: it is compiled at its first call and kept where that is possible.

    It is made part of whoever calls it, unless it stands `apart` because it is seldom called. It may make no arrays:
    with reference counts, or with a call for each step, a row costs several times as much.
    """
    options = {"cache": _FOLDER is not None, "nogil": True, "error_model": "numpy", "_nrt": False}
    made: Callable[..., Any] = numba.njit(forceinline=not apart, **options)(function)
    return made


def compiled_apart(function: Callable[..., Any]) -> Callable[..., Any]:
    """As `compiled`, for what is seldom called or called from outside."""
    return compiled(function, apart=True)
