"""The watch: where the ships are, on a map and in a table that is its equal, and what came in last."""

from typing import Any

from litestar import Response

from haemaru.web import places, shapes
from haemaru.web.console import Console
from haemaru.web.routes import Here, NumberInPath, Reader, shows
from haemaru.web.wire import Frames

LISTED = 200
LATEST = 6
LOOKED_THROUGH = 60


@shows("/")
def watch(console: Here, visit: Reader) -> Response[Any]:
    """The first page of a shift."""
    read, desk = console.reading, console.desk
    text = visit.asked("text")
    return console.page(
        visit,
        "watch",
        text=text,
        vessels=read.many(desk.vessels(LISTED, text), shapes.VesselRow, "vessels"),
        tips=read.many(desk.tips(LATEST), shapes.TipRow, "tips")[:LATEST],
        received=_received(console)[:LATEST],
        story=read.many(desk.story(), shapes.Step, "story"),
        card=None,
        clauses=console.clauses(),
    )


def _received(console: Console) -> list[shapes.RecordRow]:
    rows = console.reading.many(console.desk.records({"limit": LOOKED_THROUGH}), shapes.RecordRow, "records")
    return [row for row in rows if row.held_from and row.kind != "surveillance.position"]


@shows("/news")
def news(console: Here, visit: Reader) -> Response[Any]:
    """How many tips and records came after those that the page shows: told, never pushed under the reader's eyes."""
    tips = [row.rid for row in console.reading.many(console.desk.tips(LOOKED_THROUGH), shapes.TipRow, "tips")]
    received = [row.rid for row in _received(console)]
    fresh = _before(tips, visit.asked("tip")) + _before(received, visit.asked("record"))
    return console.bare(visit, "parts/news.html", fresh=fresh)


def _before(newest_first: list[str], known: str) -> int:
    return newest_first.index(known) if known in newest_first else len(newest_first)


@shows("/picture.bin")
def picture(console: Here, visit: Reader) -> Response[bytes]:
    """The moving picture in TRK1: whole, or what changed since the frame that the browser names."""
    since = visit.asked("since")
    frames: Frames = console.frames
    data = frames.after(int(since) if since.isdigit() and len(since) < 12 else None)
    return Response(data, media_type="application/octet-stream")


@shows("/vessels/{mmsi:int}")
def vessel(console: Here, visit: Reader, mmsi: NumberInPath) -> Response[Any]:
    """A ship card, as a page of its own and as a part of the watch."""
    card = console.reading.one(console.desk.vessel(mmsi), shapes.Vessel, f"MMSI {mmsi}")
    if visit.partial:
        return console.bare(visit, "parts/ship.html", card=card, clauses=console.clauses())
    return console.page(visit, "vessel", card=card, clauses=console.clauses())


@shows("/places.json")
def place_names(visit: Reader) -> dict[str, Any]:
    """Ports and anchorages as GeoJSON points, named in the reader's language."""
    return places.labels(visit.lang)


@shows("/bar")
def bar(console: Here, visit: Reader) -> Response[Any]:
    """The status bar alone, asked for every few seconds."""
    return console.bare(visit, "parts/bar.html", status=console.reading.status())


ROUTES = (watch, news, picture, vessel, place_names, bar)
