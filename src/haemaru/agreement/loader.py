"""From exact bytes to an `Agreement`: one pass, every table checked, every wrong word named with its place.

Order: the agreement's own table, parties, articles, areas, then clauses, which may use the names read before. The hash
is taken over the bytes as they are, so two files that read alike but differ in a blank are two agreements.
"""

import tomllib
from hashlib import sha256

from haemaru.agreement.conditions import CONDITIONS, Condition
from haemaru.agreement.model import (
    HEADER_LEAVES,
    LEASE_MINUTES,
    Agreement,
    Area,
    Article,
    Clause,
    Effect,
    FieldRule,
    Party,
    Refusal,
)
from haemaru.agreement.tables import Lines, Names, Table
from haemaru.agreement.treatments import Coarsening, Treatment
from haemaru.wording import Fault

_TESTS = {condition.test: condition for condition in CONDITIONS}
_LONGEST_LEASE = 10_080  # a week
_COARSENINGS = ("step", "hours", "chars")


def load_agreement(data: bytes, where: str) -> Agreement:
    """Reads and checks an agreement file; raises `Fault` naming place and remedy when anything is not as documented."""
    root = _parse(data, where)
    head = root.table("agreement")
    parties, articles, areas = _parties(root), _articles(root), _areas(root)
    names = Names(
        parties=tuple(party.id for party in parties),
        articles=tuple(article.number for article in articles),
        levels=head.texts("handling_levels"),
        areas={area.id: area.polygon for area in areas},
    )
    clauses = tuple(_clause(table, names) for table in root.tables("clause"))
    _refuse_twice(root, "clause", [clause.id for clause in clauses])
    effective, expires = head.moment("effective"), head.find_moment("expires")
    if expires is not None and expires <= effective:
        raise head.wrong("expires", "date-time after effective")
    agreement = Agreement(
        id=head.text("id"),
        version=head.text("version"),
        hash=sha256(data).hexdigest(),
        title=head.bilingual("title"),
        notice=head.bilingual("notice"),
        effective=effective,
        expires=expires,
        handling_levels=names.levels,
        parties=parties,
        articles=articles,
        areas=areas,
        clauses=clauses,
        lease_minutes=head.whole("lease_minutes", high=_LONGEST_LEASE) if head.has("lease_minutes") else LEASE_MINUTES,
    )
    head.finish()
    root.finish()
    return agreement


def _parse(data: bytes, where: str) -> Table:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Fault("agreement_not_utf8", where, offset=error.start) from None
    try:
        return Table(tomllib.loads(text), where, Lines(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Fault("agreement_not_toml", where, detail=str(error)) from None


def _refuse_twice(root: Table, what: str, ids: list[str]) -> None:
    for place, name in enumerate(ids):
        if name in ids[:place]:
            raise root.fault("agreement_id_twice", what=what, id=name)


def _parties(root: Table) -> tuple[Party, ...]:
    parties = []
    for table in root.tables("party"):
        parties.append(Party(table.text("id"), table.bilingual("name")))
        if parties[-1].id == "*":
            raise table.wrong("id", "string other than *")
        table.finish()
    _refuse_twice(root, "party", [party.id for party in parties])
    return tuple(parties)


def _articles(root: Table) -> tuple[Article, ...]:
    articles = []
    for table in root.tables("article"):
        articles.append(Article(table.whole("number"), table.bilingual("title")))
        table.finish()
    _refuse_twice(root, "article", [str(article.number) for article in articles])
    return tuple(articles)


def _areas(root: Table) -> tuple[Area, ...]:
    areas = []
    for table in root.tables("area", needed=False):
        areas.append(Area(table.text("id"), table.bilingual("name"), _polygon(table)))
        table.finish()
    _refuse_twice(root, "area", [area.id for area in areas])
    return tuple(areas)


def _polygon(table: Table) -> tuple[tuple[float, float], ...]:
    expected = "array of at least 3 different [lon, lat] in degrees"
    corners: list[tuple[float, float]] = []
    rows = table.raw("polygon")
    for row in rows if isinstance(rows, list) else ():
        numbers = isinstance(row, list) and len(row) == 2 and all(type(x) in (int, float) for x in row)
        if not (numbers and abs(row[0]) <= 180 and abs(row[1]) <= 90):
            raise table.wrong("polygon", expected)
        corners.append((float(row[0]), float(row[1])))
    if corners and corners[0] == corners[-1]:
        corners.pop()
    if len(set(corners)) < 3:
        raise table.wrong("polygon", expected)
    return tuple(corners)


def _clause(table: Table, names: Names) -> Clause:
    clause_id = table.text("id")
    table.called(f"clause {clause_id}")
    if clause_id == "none":
        raise table.wrong("id", "string other than none")
    article = table.whole("article")
    if article not in names.articles:
        raise table.wrong("article", "one of " + ", ".join(map(str, names.articles)))
    effect = Effect(table.word("effect", tuple(Effect)))
    acts = effect is not Effect.WITHHOLD  # a clause that can release something tells for what, and for how long
    parties = (*names.parties, "*")
    clause = Clause(
        id=clause_id,
        article=article,
        effect=effect,
        refusal=Refusal(table.word("refusal", tuple(Refusal), Refusal.OPEN)),
        kinds=_kinds(table),
        from_=table.words("from", parties),
        to=table.words("to", parties),
        purposes=table.texts("purposes") if acts or table.has("purposes") else (),
        fields=tuple(_field(inner, effect) for inner in table.tables("fields", needed=acts)),
        when=tuple(_condition(inner, names) for inner in table.tables("when", needed=False)),
        legal_basis=table.bilingual("legal_basis"),
        text=table.bilingual("text"),
        retention_days=table.whole("retention_days", high=36_500) if acts else None,
        onward=_onward(table, names) if acts else "none",
        promise_s=table.whole("promise_s") if acts and table.has("promise_s") else None,
        persons=table.whole("persons", high=2) if effect is Effect.REFER and table.has("persons") else 1,
        statute=table.text("statute") if effect is Effect.DEMAND else None,
        conflate_s=table.whole("conflate_s", high=86_400) if _may_conflate(table, acts) else None,
    )
    table.finish()
    return clause


def _may_conflate(table: Table, acts: bool) -> bool:
    """Only positions may be thinned out, and only by a clause that releases them and says so."""
    return acts and table.raw("kinds") == ["surveillance.position"] and table.has("conflate_s")


def _kinds(table: Table) -> tuple[str, ...]:
    kinds = table.texts("kinds")
    for kind in kinds:
        if "*" in kind.removesuffix("*") or (kind.endswith("*") and kind != "*" and not kind.endswith(".*")):
            raise table.wrong("kinds", 'kind, "room.*" or "*"')
    return kinds


def _onward(table: Table, names: Names) -> str | tuple[str, ...]:
    if isinstance(table.raw("onward"), list):
        return table.words("onward", names.parties)
    return table.word("onward", ("none", "ask"))


def _field(table: Table, effect: Effect) -> FieldRule:
    path = table.text("path")
    base = path.removesuffix(".*")
    if base in HEADER_LEAVES:
        raise table.fault("agreement_header_path", "path", path=path)
    if path != "*" and ("*" in base or not all(base.split("."))):
        raise table.wrong("path", 'path, path.* or "*"')
    withholds = effect is Effect.WITHHOLD
    known = (Treatment.DROP,) if withholds else tuple(Treatment)
    default = Treatment.DROP if withholds else Treatment.KEEP
    treatment = Treatment(table.word("treatment", known, default))
    coarsening = _coarsening(table) if treatment is Treatment.COARSEN else None
    table.finish()
    return FieldRule(path, treatment, coarsening)


def _coarsening(table: Table) -> Coarsening:
    given = [how for how in _COARSENINGS if table.has(how)]
    if len(given) != 1:
        raise table.fault("agreement_coarsening_unclear", "treatment", known=", ".join(_COARSENINGS))
    if given[0] != "step":
        return Coarsening(given[0], table.whole(given[0], high=1_000_000))
    step = table.number("step")
    if step <= 0:
        raise table.wrong("step", "number above 0")
    return Coarsening("step", step)


def _condition(table: Table, names: Names) -> Condition:
    condition = _TESTS[table.word("test", tuple(_TESTS))].read(table, names)
    table.finish()
    return condition
