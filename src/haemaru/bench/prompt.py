"""From the sensor to the partner's console: two real nodes, AIS by UDP at one, the moving picture of the other.

Every invented ship reports once a second, each time a little further north; the picture of the partner's console is
asked for as its browser does. What is measured is the time from a datagram to the answer that first shows its place.
"""

import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Thread
from typing import Any, Final

import httpx2
import numpy as np
from pyais import encode_dict

_POLL_S: Final = 0.3
_HEADER: Final = 24
_AGREEMENT: Final = Path(__file__).parents[3] / "agreements" / "kcg-kcs-narcotics.toml"
_PATIENCE_S: Final = 30.0
_SETTLE_S: Final = 3.0
_STEP: Final = 0.0005


def measure(*, rate: int = 2_000, seconds: int = 10) -> dict[str, Any]:
    """Percentiles of the time from a ship's report to the partner's picture, at `rate` reports a second."""
    with tempfile.TemporaryDirectory(prefix="haemaru-bench-") as folder, ExitStack() as stack:
        near, far = _nodes(Path(folder), stack)
        port = _free_port()
        feed = stack.enter_context(_command("feed", "ais", near["home"], f"udp://127.0.0.1:{port}"))
        stack.callback(feed.terminate)
        ships = [440_000_000 + number for number in range(rate)]
        reports = [[_report(ship, step) for ship in ships] for step in range(seconds)]
        _until_listening(near["home"])
        _introduce(ships, port)
        sent: dict[tuple[int, int], float] = {}
        sender = Thread(target=_send, args=(ships, reports, port, sent), daemon=True)
        sender.start()
        seen = _watch(far, seconds * rate)
        sender.join()
        took = np.array([seen[report] - at for report, at in sent.items() if report in seen]) * 1e3
        shown = {f"p{at}": round(float(np.percentile(took, at)), 1) for at in (50, 95, 99, 100)} if len(took) else {}
        return {
            "rows_per_second": rate,
            "sent": len(sent),
            "seen": len(took),
            "sensor_to_partner_console_ms": shown,
            "picture_asked_every_s": _POLL_S,
        }


def _command(*words: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "haemaru", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _asked(*words: object) -> Any:
    process = _command(*words)
    told, _ = process.communicate(timeout=60)
    return json.loads(told) if told.strip() else None


def _nodes(folder: Path, stack: ExitStack) -> list[dict[str, Any]]:
    """Two running nodes under the model agreement, each with its officer's password."""
    nodes = [
        _asked("init", folder / party, "--party", party, "--agreement", _AGREEMENT, "--realm", "demo", "--json")
        for party in ("kcg", "kcs")
    ]
    for one, other in (nodes, nodes[::-1]):
        to = ("--url", f"http://{other['listen']}", "--fingerprint", other["fingerprint"])
        _asked("peer", "add", one["home"], other["statement"], *to, "--json")
    copy = folder / "agreement.toml"
    copy.write_bytes(_AGREEMENT.read_bytes())
    for each in nodes:
        _asked("agreement", "sign", copy, "--home", each["home"], "--json")
    for each in nodes:
        _asked("agreement", "adopt", each["home"], copy, "--json")
    for each in nodes:
        process = stack.enter_context(_command("run", each["home"]))
        stack.callback(process.terminate)
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        each |= json.loads(process.stdout.readline())
    return nodes


def _until_listening(home: str) -> None:
    """Datagrams to a port that nobody has opened yet are lost."""
    until = time.monotonic() + _PATIENCE_S
    while not _asked("status", home, "--json")["feed"].get("running"):
        if time.monotonic() > until:
            raise TimeoutError("the feed did not start")
    time.sleep(_SETTLE_S)


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _report(ship: int, step: int) -> bytes:
    lat, lon = 34 + ship % 1_000 / 500 + step * _STEP, 125.2 + ship % 997 / 1_000
    told = {"type": 1, "mmsi": ship, "lat": lat, "lon": lon, "speed": 12.0, "course": 0.0, "second": step % 60}
    return "".join(f"{line}\r\n" for line in encode_dict(told)).encode()


def _introduce(ships: list[int], port: int) -> None:
    """Each ship says that she carries cargo: without a known class nothing is shared."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        for number, ship in enumerate(ships):
            told = {"type": 24, "partno": 1, "mmsi": ship, "ship_type": 70, "callsign": "D7XX"}
            for line in encode_dict(told):
                out.sendto(f"{line}\r\n".encode(), ("127.0.0.1", port))
            if number % 100 == 99:
                time.sleep(0.2)
    time.sleep(_SETTLE_S + len(ships) / 400)  # each is a record of its own, sealed for the partner


def _send(ships: list[int], reports: list[list[bytes]], port: int, sent: dict[tuple[int, int], float]) -> None:
    begun = time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        for step, round_ in enumerate(reports):
            for number, (ship, report) in enumerate(zip(ships, round_, strict=True)):
                if number % 20 == 0:
                    time.sleep(max(0.0, begun + step + number / len(ships) - time.monotonic()))
                out.sendto(report, ("127.0.0.1", port))
                sent[ship, step] = time.monotonic()


def _watch(node: dict[str, Any], wanted: int) -> dict[tuple[int, int], float]:
    """When each report was first in the picture of a console, by ship and step."""
    seen: dict[tuple[int, int], float] = {}
    until = time.monotonic() + _PATIENCE_S
    with httpx2.Client(base_url=node["console"], trust_env=False) as browser:
        _sign_in(browser, node["officer"])
        for ships, lats in _pictures(browser):
            now = time.monotonic()
            for ship, lat in zip(ships, lats, strict=True):
                step = round((lat / 1e6 - 34 - ship % 1_000 / 500) / _STEP)
                seen.setdefault((ship, step), now)
            if len(seen) >= wanted or now > until:
                return seen
    return seen


def _sign_in(browser: httpx2.Client, officer: dict[str, str]) -> None:
    page = browser.get("/login").text
    token = page.partition('name="form_token" value="')[2].partition('"')[0]
    form = {"form_token": token, "name": officer["name"], "password": officer["password"]}
    browser.post("/login", data=form)


def _pictures(browser: httpx2.Client) -> Iterator[tuple[list[int], list[int]]]:
    frame = ""
    while True:
        began = time.monotonic()
        data = browser.get("/picture.bin" + frame).content
        count, number = np.frombuffer(data[8:16], "<u4").tolist()
        frame = f"?since={number}"
        ships, lats = data[_HEADER : _HEADER + 4 * count], data[_HEADER + 8 * count : _HEADER + 12 * count]
        yield np.frombuffer(ships, "<u4").tolist(), np.frombuffer(lats, "<i4").tolist()
        time.sleep(max(0.0, _POLL_S - (time.monotonic() - began)))
