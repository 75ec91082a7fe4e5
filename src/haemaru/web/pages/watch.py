"""The watch: where the ships are, on a map and in a table that is its equal, and what came in last."""

from typing import Any

from litestar import Response

from haemaru.web import places, shapes
from haemaru.web.routes import Here, NumberInPath, Reader, shows
from haemaru.web.wire import Frames

LISTED = 200
LATEST = 6


@shows("/")
def watch(console: Here, visit: Reader) -> Response[Any]:
    """The first page of a shift."""
    read, desk = console.reading, console.desk
    text = visit.asked("text")
    received = [row for row in read.many(desk.records({"limit": 60}), shapes.RecordRow, "records") if row.held_from]
    return console.page(
        visit,
        "watch",
        text=text,
        vessels=read.many(desk.vessels(LISTED, text), shapes.VesselRow, "vessels"),
        tips=read.many(desk.tips(LATEST), shapes.TipRow, "tips")[:LATEST],
        received=[row for row in received if not row.kind.startswith("surveillance.position")][:LATEST],
        story=read.many(desk.story(), shapes.Step, "story"),
        card=None,
        clauses=console.clauses(),
    )


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


ROUTES = (watch, picture, vessel, place_names, bar)
