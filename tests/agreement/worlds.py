"""Random agreements of invented parties and random records for them, small enough to meet one another often."""

from typing import Any

from hypothesis import strategies as st
from tests.agreement.conftest import agreement_of, clause_text

from haemaru.agreement import Agreement

KINDS = ("a.x", "a.y", "b.x")
PURPOSES = ("watch", "case")
LEVELS = ("open", "restricted", "confidential", "secret")
TEXTS = ("cargo", "tanker", "tug", "")
TIMES = ("2026-03-02T08:00:00Z", "2026-03-02T17:59:59.5+09:00", "2026-02-01T00:00:00Z", "2026-13-01T00:00:00Z", "soon")
PATTERNS = ("*", "*", "body.*",
            "body.t", "body.n", "body.o", "body.o.*", "body.o.d", "body.crew[].*", "body.crew[].name",
            "body.crew", "event_time", "subject.*", "body.lat", "body.lon")  # fmt: skip

numbers = st.sampled_from((0, 1, 2.5, -3, 15, 15.0, 20, 10, 91))
scalars = st.one_of(st.sampled_from(TEXTS), numbers, st.booleans(), st.none())


def _when(test: str, **values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"test": st.just(test), **values})


body_paths = st.sampled_from(("body.t", "body.n", "body.o.d", "body.lat", "subject.type"))
conditions = st.one_of(
    _when("handling_at_most", level=st.sampled_from(LEVELS)),
    _when("caveats_within", caveats=st.lists(st.sampled_from(("x", "y")), unique=True)),
    _when("caveat_present", caveat=st.sampled_from(("x", "y"))),
    _when("origin_in", parties=st.lists(st.sampled_from(("north", "east")), min_size=1, unique=True)),
    _when("area_within", area=st.just("box")),
    _when("age_at_most_hours", hours=st.sampled_from((0, 0.5, 1, 48))),
    _when("event_between", since=st.sampled_from(TIMES[:3])),
    _when("event_between", until=st.sampled_from(TIMES[:3])),
    _when("field_equals", path=body_paths, value=scalars.filter(lambda v: v is not None)),
    _when("field_in", path=body_paths, values=st.lists(scalars.filter(lambda v: v is not None), min_size=1)),
    _when("number_between", path=body_paths, min=numbers),
    _when("number_between", path=body_paths, max=numbers),
    _when("text_starts_with", path=body_paths, prefix=st.sampled_from(("c", "ta"))),
)
COARSENINGS: tuple[dict[str, Any], ...] = ({"step": 5}, {"step": 0.5}, {"hours": 6}, {"chars": 2})


@st.composite
def fields(draw: st.DrawFn, *, withholds: bool, plain: bool = False) -> dict[str, Any]:
    rule: dict[str, Any] = {"path": draw(st.sampled_from(PATTERNS))}
    if not withholds:
        treatments = ("keep", "keep", "keep", "drop", *(() if plain else ("coarsen", "pseudonymise")))
        rule["treatment"] = draw(st.sampled_from(treatments))
        if rule["treatment"] == "coarsen":
            rule.update(draw(st.sampled_from(COARSENINGS)))
    return rule


@st.composite
def clauses(draw: st.DrawFn, clause_id: str, effects: tuple[str, ...], *, plain: bool = False) -> str:
    """A clause; with `plain` no value is changed, only kept or dropped."""
    effect = draw(st.sampled_from(effects))
    withholds = effect == "withhold"
    keys: dict[str, Any] = {
        "kinds": draw(st.sampled_from((["*"], ["*"], ["a.*"], ["a.x"], ["a.y", "b.*"]))),
        "from_": draw(st.sampled_from((["*"], ["north"], ["east", "north"]))),
        "to": draw(st.sampled_from((["*"], ["south"]))),
        "when": draw(st.lists(conditions, max_size=2)),
        "fields": draw(st.lists(fields(withholds=withholds, plain=plain), min_size=0 if withholds else 1, max_size=3)),
        "refusal": draw(st.sampled_from(("open", "silent"))),
    }
    if not withholds:
        keys["purposes"] = draw(st.lists(st.sampled_from(PURPOSES), min_size=1, unique=True))
        keys["retention_days"] = draw(st.integers(1, 99))
        keys["onward"] = draw(st.sampled_from(("none", "ask", ["east"], ["east", "north"])))
    return clause_text(clause_id, effect, **keys)


ALL = ("release", "release", "release", "withhold", "refer", "demand")


@st.composite
def clause_lists(draw: st.DrawFn, effects: tuple[str, ...] = ALL, *, plain: bool = False) -> list[str]:
    return [draw(clauses(f"1.{n}", effects, plain=plain)) for n in range(draw(st.integers(1, 6)))]


def agreements(effects: tuple[str, ...] = ALL, *, plain: bool = False) -> st.SearchStrategy[Agreement]:
    return clause_lists(effects, plain=plain).map(lambda texts: agreement_of(*texts))


people = st.dictionaries(st.sampled_from(("name", "rank")), scalars, max_size=2)


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    """A record with any attribute absent, null or of another type."""
    maybe = st.booleans
    body: dict[str, Any] = draw(st.dictionaries(st.sampled_from(("t", "n", "lat", "lon")), scalars, max_size=4))
    if draw(maybe()):
        body["o"] = draw(st.one_of(st.dictionaries(st.sampled_from(("d", "e")), scalars, max_size=2), scalars))
    if draw(maybe()):
        body["crew"] = draw(st.lists(st.one_of(people, people, scalars), max_size=3))
    record: dict[str, Any] = {"rid": "r", "kind": draw(st.sampled_from(KINDS)), "body": body}
    if draw(maybe()):
        record["subject"] = {"type": draw(scalars)}
    if draw(st.integers(0, 4)):
        record["event_time"] = draw(st.sampled_from(TIMES))
    if draw(st.integers(0, 4)):
        record["origin"] = draw(st.sampled_from(("north", "east", "south", 5)))
    if draw(st.integers(0, 4)):
        record["handling"] = draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "level": st.sampled_from((*LEVELS, "cosmic", 3)),
                    "caveats": st.sampled_from(([], ["x"], ["x", "y"], ["x", 1], "x")),
                },
            )
        )
    return record


purposes = st.sampled_from((*PURPOSES, "curiosity"))
