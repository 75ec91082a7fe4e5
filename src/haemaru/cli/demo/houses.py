"""The demo's two homes and the witness's: made once, signed by both, then each run as a process of its own."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from haemaru.cli.door import act
from haemaru.clock import SystemClock, format_time
from haemaru.node.home import Home
from haemaru.node.init import free_address, init_home
from haemaru.node.witness_home import init_witness, is_witness_home
from haemaru.values.instant import parse_time
from haemaru.wording import Fault

PARTIES = ("kcg", "kcs")
WITNESS = "witness"
AGREEMENT = "kcg-kcs-narcotics.toml"
_READY_S = 60


@dataclass(slots=True)
class House:
    """One agency's home in the demo, or the witness's, and the process that serves it while it runs."""

    party: str
    folder: Path
    password: str = ""
    console: str = ""
    process: "subprocess.Popen[str] | None" = field(default=None, repr=False)
    words: tuple[str, ...] = ("run",)

    def do(self, command: str, **params: Any) -> dict[str, Any]:
        """Gives the node one command and tells its answer."""
        body = act(self.folder, command, params).body
        if not isinstance(body, dict):
            raise Fault("demo_failed", command, detail="one object was expected")
        return body

    def lines(self, command: str, **params: Any) -> list[dict[str, Any]]:
        """Gives the node one command that answers with a list."""
        body = act(self.folder, command, params).body
        return body if isinstance(body, list) else [body]

    def start(self) -> None:
        """Starts the node and waits until it says that it is ready."""
        log = (self.folder / "node.log").open("a")
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "haemaru", *self.words, str(self.folder)],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        assert self.process.stdout is not None  # noqa: S101 - a pipe was asked for
        line = self.process.stdout.readline()
        if not line:
            raise Fault("demo_failed", str(self.folder / "node.log"), detail=f"{self.party}: {self._last_word()}")
        self.console = json.loads(line).get("console", "")

    def _last_word(self) -> str:
        told = (self.folder / "node.log").read_text(errors="replace").splitlines()
        try:
            return str(json.loads(told[-1])["error"]["what"])
        except (IndexError, KeyError, TypeError, ValueError):
            return "did not become ready"

    def stop(self) -> None:
        """Stops the node as an operator would."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(_READY_S)
            except subprocess.TimeoutExpired:
                self.process.kill()


def agreement_file() -> Path:
    """The model agreement: in the package, or beside `src` in a checkout."""
    packaged = Path(str(files("haemaru"))) / "agreements" / AGREEMENT
    return packaged if packaged.exists() else Path(__file__).parents[4] / "agreements" / AGREEMENT


def make_houses(folder: Path) -> dict[str, House]:
    """The two homes in `folder`: made, introduced and under the signed agreement; found again where they stand."""
    kept = folder / "demo.json"
    if kept.exists():
        passwords = msgspec.json.decode(kept.read_bytes(), type=dict[str, str])
        return {party: House(party, folder / party, passwords[party]) for party in PARTIES}
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    agreement = folder / AGREEMENT
    agreement.write_bytes(agreement_file().read_bytes())
    houses: dict[str, House] = {}
    for party in PARTIES:
        made = init_home(folder / party, party, agreement, "demo", None, None)
        houses[party] = House(party, folder / party, made.officer.password)
    _introduce(houses)
    for command in ("agreement.sign", "agreement.adopt"):
        for house in houses.values():
            house.do(command, file=str(agreement))
    kept.touch(mode=0o600)
    kept.write_bytes(msgspec.json.encode({party: house.password for party, house in houses.items()}))
    return houses


def make_witness(folder: Path, houses: Mapping[str, House]) -> House:
    """The home of the witness that both nodes trust; homes of an earlier demo get one too."""
    place = folder / WITNESS
    if not is_witness_home(place):
        made = init_witness(place, WITNESS, "demo", free_address())
        for house in houses.values():
            statement = Home(house.folder).statement
            heard = json.loads(statement.read_bytes())["fingerprint"]
            act(place, "witness.add", {"statement": statement.read_text(), "fingerprint": heard, "where": house.party})
            house.do(
                "witness.trust",
                statement=Path(made.statement).read_text(),
                url=f"http://{made.listen}",
                fingerprint=made.fingerprint,
            )
    return House(WITNESS, place, words=("witness", "run"))


def story_began(folder: Path) -> datetime:
    """The moment the story of these homes began; the first asking sets it, so that a restart moves no ship."""
    kept = folder / "began.txt"
    if not kept.exists():
        kept.write_text(format_time(SystemClock().now()))
    return parse_time(kept.read_text(), str(kept))


def _introduce(houses: Mapping[str, House]) -> None:
    for house in houses.values():
        for other in houses.values():
            if other is not house:
                statement = Home(other.folder).statement.read_text()
                house.do(
                    "peer.add",
                    statement=statement,
                    url=f"http://{Home(other.folder).settings().listen}",
                    fingerprint=json.loads(statement)["fingerprint"],
                )
