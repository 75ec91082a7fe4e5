"""The console of one node: what its pages share. Built once by `create_app` and handed to every handler."""

from pathlib import Path
from typing import Any

from litestar import Response
from litestar.response import Redirect

from haemaru.clock import Clock, to_ms
from haemaru.web import build, render, shapes
from haemaru.web.desk import COMMANDS, Desk, Reading
from haemaru.web.sessions import Lockout, Sessions
from haemaru.web.visits import Door, Visit
from haemaru.web.wire import Frames
from haemaru.wording import Fault

HTML = "text/html"
# The pages in the order of the menu: name (also its word and icon), address, the letter after `g`.
MENU = (
    ("watch", "/", "w"),
    ("sea", "/sea", "e"),
    ("tips", "/tips", "t"),
    ("cases", "/cases", "c"),
    ("records", "/records", "r"),
    ("exchange", "/exchange", "x"),
    ("agreement", "/agreement", "a"),
    ("support", "/support", "s"),
    ("training", "/training", "n"),
    ("ledger", "/ledger", "l"),
    ("health", "/health", "h"),
)
_ORDERS = dict(COMMANDS)


class Console:
    """Reads the desk, gives its orders and renders its pages."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self.desk = desk
        self.clock = clock
        self.reading = Reading(desk)
        self.sessions = Sessions()
        self.lockout = Lockout()
        self.door = Door(self.sessions, self.lockout, desk.accounts, clock, desk.statement())
        self.frames = Frames(desk.picture, lambda: to_ms(clock.now()))
        self._templates = render.environment()

    def order(self, visit: Visit, command: str, **params: object) -> Any:
        """Gives one of `desk.COMMANDS` in the officer's name; what is not listed there no page can order."""
        if not params.keys() <= set(_ORDERS[command]):
            raise KeyError(f"{command} takes no {sorted(params.keys() - set(_ORDERS[command]))}")
        return self.desk.do(command, {**params, "by": visit.officer})

    def page(self, visit: Visit, name: str, /, **facts: object) -> Response[str]:
        """The page `name` as a whole, with the frame that every page has."""
        facts.setdefault("status", self.reading.status())
        return self.bare(visit, f"pages/{name}.html", 200, here=name, **facts)

    def bare(self, visit: Visit, template: str, code: int = 200, /, **facts: object) -> Response[str]:
        """A template without asking the node anything."""
        html = self._templates.get_template(template).render(
            visit=visit,
            menu=MENU,
            realm=self.desk.realm,
            party=self.desk.party,
            own_party=self.desk.party,
            map_built=build.built(),
            **render.words(visit.lang),
            **{"status": None, "here": "", "clauses": {}, **facts},
        )
        return Response(html, media_type=HTML, status_code=code)

    def wrong(self, visit: Visit, fault: Fault, code: int) -> Response[str]:
        """The page that says what went wrong, why, and what to do; it asks the node nothing."""
        return self.bare(visit, "pages/fault.html", code, fault=fault)

    def clauses(self) -> dict[str, shapes.Clause]:
        """Every clause by its id, of several agreements the first, for the tables that say why."""
        found: dict[str, shapes.Clause] = {}
        for agreement in self.reading.agreements():
            for article in agreement.articles:
                for clause in article.clauses:
                    found.setdefault(clause.id, clause)
        return found

    def partners(self) -> list[str]:
        """The other parties that this node knows."""
        return [peer.party for peer in self.reading.status().peers]


def back(path: str, done: str) -> Response[Any]:
    """After an order: to the page that shows its result, with a word that it was done."""
    joint = "&" if "?" in path else "?"
    return Redirect(f"{path}{joint}done={done}", status_code=303)


STATIC = Path(__file__).parent / "static"
