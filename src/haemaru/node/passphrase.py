"""Where a home's passphrase comes from when no person is asked, and what is said when it does not open the keys."""

import os
from pathlib import Path

from haemaru.node.home import Home
from haemaru.signing import KeyFolder, KeysUnreadable, Passphrase
from haemaru.wording import Fault

VARIABLE = "HAEMARU_PASSPHRASE"
FILE_VARIABLE = "HAEMARU_PASSPHRASE_FILE"


def from_environment() -> bytes | None:
    """The passphrase in HAEMARU_PASSPHRASE, or in the file that HAEMARU_PASSPHRASE_FILE names."""
    given = os.environ.get(VARIABLE)
    if given is not None:
        return os.fsencode(given)
    file = os.environ.get(FILE_VARIABLE)
    return None if file is None else from_file(Path(file))


def from_file(file: Path) -> bytes:
    """The first line of a file; raises `Fault("passphrase_empty")`."""
    line = (file.read_bytes().splitlines() or [b""])[0]
    if not line:
        raise Fault("passphrase_empty", str(file))
    return line


def open_folder(home: Home, passphrase: Passphrase = from_environment) -> KeyFolder:
    """The folder of a home's keys; raises `Fault` where a passphrase is needed or another one."""
    try:
        return KeyFolder(home.keys, passphrase)
    except KeysUnreadable as error:
        if error.code in ("passphrase_needed", "passphrase_wrong"):
            raise Fault(error.code, str(home.folder)) from None
        raise
