"""The ODRL export: real libraries read it without a network, it has ODRL's shape, every clause is in it, no more."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from pyshacl import validate
from rdflib import RDF, XSD, Graph, Literal, Namespace, URIRef
from rdflib.term import Node
from tests.agreement.conftest import agreement_of, clause_text

from haemaru.agreement import Agreement, Clause, Effect, load_agreement, odrl_policy

ROOT = Path(__file__).parents[2]
ODRL = Namespace("http://www.w3.org/ns/odrl/2/")
DCT = Namespace("http://purl.org/dc/terms/")
HM = Namespace("urn:haemaru:odrl:1:")
COARSE = {"path": "body.n", "treatment": "coarsen", "step": 5}
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
SHAPES = Path(__file__).with_name("odrl-shapes.ttl")


def model(name: str) -> Agreement:
    return load_agreement((ROOT / "agreements" / f"{name}.toml").read_bytes(), name)


def every_condition() -> Agreement:
    """One clause of each effect, and one with each condition that there is."""
    tests: list[dict[str, Any]] = [
        {"test": "handling_at_most", "level": "restricted"},
        {"test": "caveats_within", "caveats": []},
        {"test": "caveat_present", "caveat": "third party"},
        {"test": "origin_in", "parties": ["north", "east"]},
        {"test": "area_within", "area": "box"},
        {"test": "age_at_most_hours", "hours": 6},
        {"test": "event_between", "since": "2026-01-01T00:00:00Z", "until": "2026-06-01T00:00:00Z"},
        {"test": "field_equals", "path": "body.flag", "value": True},
        {"test": "field_in", "path": "body.class", "values": ["cargo", 7]},
        {"test": "number_between", "path": "body.sog", "min": 0.5, "max": 3},
        {"test": "text_starts_with", "path": "body.name", "prefix": "HAN"},
    ]
    return agreement_of(
        clause_text("1.1", "release", when=tests, onward=["north", "east"]),
        clause_text("1.2", "withhold", fields=[{"path": "body.who"}]),
        clause_text("1.3", "refer", persons=2, onward="ask"),
        clause_text("1.4", "demand", promise_s=30),
        clause_text(
            "1.5", "release", fields=[{"path": "body.n", "treatment": "coarsen", "step": 5}], **{"from": ["north"]}
        ),
    )


AGREEMENTS = [model("kcg-kcs-narcotics"), model("three-seas-trafficking"), every_condition()]
each_agreement = pytest.mark.parametrize("agreement", AGREEMENTS, ids=lambda each: each.id)


def graph_of(agreement: Agreement) -> Graph:
    return Graph().parse(data=msgspec.json.encode(odrl_policy(agreement)), format="json-ld")


@each_agreement
def test_the_policy_has_the_shape_of_the_odrl_model(agreement: Agreement) -> None:
    conforms, _, report = validate(graph_of(agreement), shacl_graph=Graph().parse(SHAPES), advanced=True)

    assert conforms, report


def test_the_shapes_do_find_a_fault() -> None:
    graph = graph_of(AGREEMENTS[0])
    for rule in list(graph.subjects(RDF.type, ODRL.Permission))[:1]:
        graph.remove((rule, ODRL.action, None))

    assert not validate(graph, shacl_graph=Graph().parse(SHAPES))[0]


def values(graph: Graph, node: Any, name: URIRef) -> list[Any]:
    found: list[Any] = list(graph.objects(node, name))
    return [value.toPython() for value in found]


def read_back(graph: Graph, rule: Node) -> dict[str, Any]:
    """What a rule says of its clause, from the graph alone."""
    target = graph.value(rule, ODRL.target)
    constraints = list(graph.objects(rule, ODRL.constraint))
    duties = {str(graph.value(duty, ODRL.action)): duty for duty in graph.objects(rule, ODRL.duty)}
    purposes = [
        str(value).removeprefix(f"{HM}purpose:")
        for constraint in constraints
        if graph.value(constraint, ODRL.leftOperand) == ODRL.purpose
        for value in graph.objects(constraint, ODRL.rightOperand)
    ]
    fields = [
        (*values(graph, each, HM.place), *values(graph, each, HM.path), *values(graph, each, HM.treatment))
        for each in graph.objects(target, HM.fieldRule)
    ]
    return {
        "effect": values(graph, rule, HM.effect)[0],
        "refusal": values(graph, rule, HM.refusal)[0],
        "kinds": sorted(values(graph, target, HM.kind)),
        "from": _names(graph, graph.value(rule, ODRL.assigner)),
        "to": _names(graph, graph.value(rule, ODRL.assignee)),
        "purposes": sorted(purposes),
        "fields": sorted(fields),
        "conditions": sorted({*[source for each in constraints for source in values(graph, each, HM.source)]}),
        "text": sorted((text.language, str(text)) for text in graph.objects(rule, DCT.description)),  # type: ignore[attr-defined]
        "basis": sorted((text.language, str(text)) for text in graph.objects(rule, HM.legalBasis)),  # type: ignore[attr-defined]
        "retention": _limit(graph, duties.get(str(ODRL.delete))),
        "onward": _onward(graph, duties.get(str(ODRL.nextPolicy))),
        "persons": _limit(graph, duties.get(str(ODRL.obtainConsent))),
        "statute": values(graph, duties[str(HM.demand)], HM.statute) if str(HM.demand) in duties else [],
        "promise": _limit(graph, URIRef(f"{rule}:promise")),
    }


def _names(graph: Graph, party: Node | None) -> list[str]:
    members: list[Node | None] = [*graph.subjects(ODRL.partOf, party)] or [party]
    return sorted(str(member).rsplit(":", 1)[1] for member in members)


def _limit(graph: Graph, duty: Node | None) -> str | None:
    constraint = graph.value(duty, ODRL.constraint) if duty is not None else None
    right = graph.value(constraint, ODRL.rightOperand) if constraint is not None else None
    return str(right) if isinstance(right, Literal) else None


def _onward(graph: Graph, duty: Node | None) -> list[str]:
    return [] if duty is None else values(graph, graph.value(duty, ODRL.target), HM.onward)


def _duration(text: str) -> str:
    # rdflib writes 60 seconds as one minute: the same length, another text.
    return str(Literal(text, datatype=XSD.duration))


def told(agreement: Agreement, clause: Clause) -> dict[str, Any]:
    """The same of the clause itself."""
    everybody = sorted(agreement.party_ids)
    acts = clause.effect is not Effect.WITHHOLD
    onward = clause.onward if isinstance(clause.onward, str) else "+".join(sorted(clause.onward))
    return {
        "effect": clause.effect.value,
        "refusal": clause.refusal.value,
        "kinds": sorted(clause.kinds),
        "from": everybody if "*" in clause.from_ else sorted(clause.from_),
        "to": everybody if "*" in clause.to else sorted(clause.to),
        "purposes": sorted(clause.purposes),
        "fields": [(place, rule.path, rule.treatment.value) for place, rule in enumerate(clause.fields)],
        "conditions": sorted({condition.words() for condition in clause.when}),
        "text": [("en", clause.text.en), ("ko", clause.text.ko)],
        "basis": [("en", clause.legal_basis.en), ("ko", clause.legal_basis.ko)],
        "retention": _duration(f"P{clause.retention_days}D") if acts else None,
        "onward": [onward] if acts else [],
        "persons": str(clause.persons) if clause.effect is Effect.REFER else None,
        "statute": [clause.statute] if clause.statute else [],
        "promise": _duration(f"PT{clause.promise_s}S") if clause.promise_s else None,
    }


@each_agreement
def test_every_clause_is_there_as_it_was_signed_and_nothing_else_is(agreement: Agreement) -> None:
    graph = graph_of(agreement)
    rules = {str(name): rule for rule, _, name in graph.triples((None, HM.clause, None))}

    assert {name: read_back(graph, rule) for name, rule in rules.items()} == {
        clause.id: told(agreement, clause) for clause in agreement.clauses
    }
    [policy] = graph.subjects(RDF.type, ODRL.Agreement)
    listed = {rule for kind in (ODRL.permission, ODRL.prohibition) for rule in graph.objects(policy, kind)}
    assert listed == set(rules.values())
    assert len(list(graph.objects(policy, ODRL.obligation))) == sum(c.promise_s is not None for c in agreement.clauses)
    assert values(graph, policy, HM.hash) == [agreement.hash]


def test_a_name_that_no_address_can_hold_is_written_so_that_one_can() -> None:
    graph = graph_of(agreement_of(clause_text("제1조 <a b>", "release", purposes=['수사 "1"'])))

    [rule] = graph.subjects(RDF.type, ODRL.Permission)
    assert values(graph, rule, HM.clause) == ["제1조 <a b>"]
    graph.serialize(format="nt")
