"""The demo after the story: two consoles stay up, and the ships go on moving, until Ctrl-C."""

import socket
import threading
import webbrowser
from collections.abc import Iterator

import click

from haemaru.cli.demo.houses import House
from haemaru.cli.demo.story import live_lines
from haemaru.cli.output import language
from haemaru.scenarios import World
from haemaru.wording import Fault, say


def stay(houses: dict[str, House], world: World, open_browser: bool) -> None:
    """Prints addresses and passwords, feeds live traffic over loopback UDP, and waits to be stopped."""
    lang = language()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"udp://127.0.0.1:{port}"
    listen = threading.Thread(target=_listen, args=(houses["kcg"], url), daemon=True)
    listen.start()
    threading.Thread(target=_send, args=(live_lines(world), port), daemon=True).start()
    click.echo("")
    for house in houses.values():
        click.echo(say("demo.console", lang, party=house.party, console=house.console))
        click.echo(say("demo.login", lang, user="officer", password=house.password))
    click.echo(say("demo.notice", lang))
    click.echo(say("demo.stop", lang))
    if open_browser:
        for house in houses.values():
            webbrowser.open(house.console)
    while all(house.process is not None and house.process.poll() is None for house in houses.values()):
        threading.Event().wait(1.0)


def _listen(house: House, url: str) -> None:
    try:
        house.do("feed.ais", source=url, invented=True)
    except Fault as fault:
        # Ctrl-C reaches the nodes too: the feed ends with the node that reads it.
        if fault.code != "node_went_away":
            raise


def _send(lines: Iterator[bytes], port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        for line in lines:
            out.sendto(line if line.endswith(b"\n") else line + b"\r\n", ("127.0.0.1", port))
