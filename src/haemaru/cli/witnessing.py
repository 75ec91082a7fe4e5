"""`python -m haemaru.cli.witnessing WHOME`: what `haemaru witness run` becomes, so that a witness stays small.

The tree of commands brings every engine of a node with it; this process begins anew without them.
"""

import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

from haemaru.cli.output import show_fault
from haemaru.cli.serving import listen_on, loopback, quiet_server, say_ready
from haemaru.node.control import ControlServer
from haemaru.node.passphrase import from_environment, from_file
from haemaru.node.witness_home import WitnessHome
from haemaru.signing import SigningError
from haemaru.storage import StorageError
from haemaru.web.witness_door import witness_app
from haemaru.wording import Fault


def serve(folder: Path, passphrase: Path | None) -> None:
    """Serves the witness of a home until SIGTERM or SIGINT."""
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    ask = from_environment if passphrase is None else lambda: from_file(passphrase)
    with WitnessHome.open(folder, passphrase=ask) as witness:
        address = loopback(witness.settings.listen)
        with listen_on(address) as listener:
            control = ControlServer(witness.home.socket, witness.do)
            server = quiet_server(witness_app(witness), "off")
            control.start()
            try:
                threading.Thread(target=_end, args=(server, stopped), daemon=True).start()
                threading.Thread(target=_announce, args=(server, address, stopped), daemon=True).start()
                server.run(sockets=[listener])
            finally:
                control.close()


def _end(server: Any, stopped: threading.Event) -> None:
    stopped.wait()
    server.should_exit = True


def _announce(server: Any, address: tuple[str, int], stopped: threading.Event) -> None:
    while not server.started:
        if stopped.wait(0.02):
            return
    say_ready({"ready": True, "witness": f"http://{address[0]}:{address[1]}/w/v1", "pid": os.getpid()})


def main() -> None:
    """Serves, and leaves with 0 or, where it could not begin, with 2."""
    folder, *passphrase = (Path(word) for word in sys.argv[1:])
    try:
        serve(folder, passphrase[0] if passphrase else None)
    except Fault as fault:
        show_fault(fault)
        sys.exit(2)
    except StorageError as error:
        show_fault(Fault(error.code, error.where, detail=error.detail))
        sys.exit(2)
    except SigningError as error:
        show_fault(Fault("keys_unusable", error.where, detail=error.code))
        sys.exit(2)


if __name__ == "__main__":
    main()
