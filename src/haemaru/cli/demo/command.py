"""The command itself: sets the two houses up, tells the story, counts, or stays up for two browsers."""

import signal
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import click

from haemaru.cli.demo import story
from haemaru.cli.demo.houses import House, make_houses, make_witness, story_began
from haemaru.cli.demo.live import stay
from haemaru.cli.demo.report import figures
from haemaru.cli.options import json_option
from haemaru.cli.output import language, show
from haemaru.node import Answer
from haemaru.scenarios import World
from haemaru.scenarios.okgye import build
from haemaru.wording import Fault, say

_DEFAULT_HOME = Path("demo-home")


@click.command()
@click.option("--once", is_flag=True, help="Tell the story at once, print its figures and stop.")
@click.option("--feed", "source", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Real AIS log.")
@click.option("--seed", type=int, default=1, show_default=True, help="Which invented world.")
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), help="Where the two homes are kept.")
@click.option("--open/--no-open", "open_browser", default=True, help="Open the two consoles in a browser.")
@json_option
def demo(once: bool, source: Path | None, seed: int, home: Path | None, open_browser: bool, as_json: bool) -> None:
    """Runs two nodes, a witness and one invented story: tip, case, merged picture, demand, dog team, training."""
    # SIGTERM ends both nodes as Ctrl-C does; a shell that starts us in the background makes us deaf to SIGINT.
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, signal.default_int_handler)
    feed = None if source is None else str(source.resolve())
    if once:
        with tempfile.TemporaryDirectory(prefix="haemaru-demo-") as scratch:
            body = run_once(Path(home or scratch).resolve(), feed, seed)
        show(Answer(body, 0 if _is_sound(body) else 1), as_json)
        return
    folder = (home or _DEFAULT_HOME).resolve()
    is_new = not (folder / "demo.json").exists()
    tell("demo.setup" if is_new else "demo.again", folder=folder)
    houses = make_houses(folder)
    witness = make_witness(folder, houses)
    world = build(seed, story_began(folder))
    try:
        _start({**houses, witness.party: witness})
        if is_new:
            tell_story(houses, world, folder, feed)
            story.watch(houses, witness, tell)
        stay(houses, world, open_browser)
    except KeyboardInterrupt:
        pass
    finally:
        _stop({**houses, witness.party: witness})


def tell(key: str, **params: Any) -> None:
    """One line of progress on a terminal; silent in a pipe."""
    if sys.stderr.isatty():
        click.echo(say(key, language(), **params), err=True)


def _start(houses: dict[str, House]) -> None:
    tell("demo.start")
    for house in houses.values():
        house.start()


def _stop(houses: dict[str, House]) -> None:
    stops = [threading.Thread(target=house.stop) for house in houses.values()]
    for stop in stops:
        stop.start()
    for stop in stops:
        stop.join()


def run_once(folder: Path, feed: str | None, seed: int) -> dict[str, Any]:
    """The whole story on two fresh nodes, and its figures."""
    if (folder / "demo.json").exists():
        raise Fault("demo_home_used", str(folder))
    tell("demo.setup", folder=folder)
    houses = make_houses(folder)
    witness = make_witness(folder, houses)
    world = build(seed, story_began(folder))
    try:
        _start({**houses, witness.party: witness})
        told = tell_story(houses, world, folder, feed)
        story.watch(houses, witness, tell)
        return figures(houses, told, witness)
    finally:
        _stop({**houses, witness.party: witness})


def tell_story(houses: dict[str, House], world: World, folder: Path, feed: str | None) -> story.Told:
    """Every step of the story, from the papers in the drawers to the outcome."""
    told = story.Told()
    story.load(houses, world, folder, tell)
    story.feed(houses, world, folder, feed, tell)
    story.tip(houses, world, folder, told, tell)
    story.demand(houses, world, told, tell)
    story.support(houses, world, folder, told, tell)
    story.reports(houses, world, told, tell)
    story.outcome(houses, world, told, tell)
    story.training(houses, world, folder, told, tell)
    story.wait_for(lambda: story.drained(houses), "receipts")
    return told


def _is_sound(body: dict[str, Any]) -> bool:
    records = body["records"]
    return (
        records["lost"] == records["duplicates"] == body["released_without_clause"] == 0
        and body["tip_to_picture_s"] < 60
        and all(ledger["ok"] for ledger in body["ledger"].values())
        and all(body["witness"]["countersigned"].values())
    )
