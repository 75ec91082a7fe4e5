"""Commands of support: ask for a team, and every later step of its life, from either node.

A node's own teams are own records of kind `resources.team`, which no clause names: a partner learns of a team only
from an offer. The state of a support is folded from the messages each time; nothing is stored as a flag.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from haemaru.clock import format_time
from haemaru.node.answer import Answer
from haemaru.node.commands.records import check_party
from haemaru.node.files import read_object
from haemaru.node.hands import hand, must_find, share
from haemaru.records import RESOURCE_MESSAGES, Stamp, channel_of
from haemaru.resources import (
    DogTeam,
    Eligibility,
    Need,
    State,
    Support,
    answer_return,
    ask_return,
    commit,
    commitments,
    decline,
    eligibility,
    fold,
    make_message,
    offer,
    read_need,
    read_team,
    release,
    report_status,
    request_resource,
    requisition,
)
from haemaru.wording import Fault, Reason

if TYPE_CHECKING:
    from haemaru.node.node import Node
    from haemaru.records import Record

TEAM = "resources.team"
_OFFERED = (State.OFFERED, State.REQUISITIONED)


def stamp(node: "Node", to: str = "") -> Stamp:
    """The stamp of one new record of support or training, for a partner or for all."""
    return hand(node, to=to).stamp


def supports(node: "Node") -> list[Support]:
    """Every support this node takes part in, folded from the messages of both sides."""
    messages: list[tuple[int, Record]] = []
    for name in RESOURCE_MESSAGES:
        messages += [(held.entry, held.record) for held in node.exchange.holdings.records_of(f"resources.{name}")]
    return fold(record for _, record in sorted(messages, key=lambda one: one[0]))


def own_teams(node: "Node") -> list[DogTeam]:
    """The teams this agency has registered."""
    return [read_team(held.record["body"]) for held in node.exchange.holdings.records_of(TEAM)]


def find_support(node: "Node", name: str) -> Support:
    """The support of that name; `Fault("support_unknown")`."""
    for support in supports(node):
        if support.id == name:
            return support
    raise Fault("support_unknown", name)


def _send(node: "Node", record: "Record", to: str) -> str:
    with node.ledger.write() as batch:
        results = share(node, batch, record, [to])
    node.workers.wake()
    return results[0].outcome if results else "withheld"


def request(node: "Node", params: dict[str, Any]) -> Answer:
    """Asks a partner for a team: a filled-in form, or the console's few fields."""
    form = read_object(params["file"]) if "file" in params else _need_form(node, params)
    to = str(params["to"])
    check_party(node, to)
    need = read_need(form.get("need", form))
    case = params.get("case")
    subject = {"type": "case", "id": case} if case else {"type": "place", "name": need.place or "-"}
    # Whoever sends a dog learns where and when; both come from the case, and its labels with them.
    sources = [must_find(node, str(case), "operations.case", "tip_needs_case").record] if case else []
    record = request_resource(stamp(node, to), subject, need, to, str(params.get("text") or ""), sources=sources)
    return Answer({"id": record["rid"], "to": to, "outcome": _send(node, record, to)})


def _need_form(node: "Node", params: dict[str, Any]) -> dict[str, Any]:
    now = node.clock.now()
    since = str(params.get("need_by") or format_time(now + timedelta(hours=2)))
    return {
        "capability": params.get("capability") or "k9.narcotics",
        "since": since,
        "until": params.get("until") or format_time(now + timedelta(days=1)),
        "substances": list(params.get("substances") or ()),
        "place": params.get("place") or "",
        "text": params.get("text") or "",
    }


def step(node: "Node", params: dict[str, Any]) -> Answer:
    """One step in the life of a support: offer, decline, requisition, commit, deploy, ask_return, return or release."""
    support = find_support(node, str(params["id"]))
    name = str(params["step"])
    record = _message(node, support, name, params)
    other = support.owner if support.borrower == node.party else support.borrower
    outcome = _send(node, record, other)
    after = find_support(node, support.id)
    return Answer(
        {"id": support.id, "step": name, "state": after.state.value, "rid": record["rid"], "outcome": outcome}
    )


def _message(node: "Node", support: Support, name: str, params: dict[str, Any]) -> "Record":
    text = str(params.get("reason") or params.get("text") or "")
    if name == "offer":
        team, found = _best(node, support, params.get("team"))
        kept = [held.record for held in node.exchange.holdings.records_of(TEAM) if held.record["body"]["id"] == team.id]
        return offer(stamp(node), support, team, found, sources=kept)
    if name == "decline":
        return decline(stamp(node), support, Reason("support_declined_by_owner", {"text": text or "-"}))
    if name == "requisition":
        return requisition(stamp(node), support)
    if name == "commit":
        _check_free(node, support)
        return commit(stamp(node), support)
    if name == "deploy":
        return report_status(stamp(node), support, "deployed", text)
    if name == "ask_return":
        return ask_return(stamp(node), support, text or "-")
    if name == "return":
        return answer_return(stamp(node), support, "accepted", text)
    if name == "release":
        return release(stamp(node), support, text)
    raise Fault("support_step_unknown", name, steps="offer, decline, requisition, commit, deploy, ask_return, release")


def _best(node: "Node", support: Support, wanted: object) -> tuple[DogTeam, Eligibility]:
    need = read_need(support.need)
    weighed = weigh(node, need)
    # A team that stands in another open offer is not picked by itself; an officer may still name it.
    offered = {one.team_id for one in supports(node) if one.state in _OFFERED and one.owner == node.party}
    for team, found in weighed:
        if (found.ok and wanted is None and team.id not in offered) or team.id == wanted:
            return team, found
    reasons = sorted({reason.code for _, found in weighed for reason in found.blocking})
    raise Fault("team_not_eligible", str(wanted or "-"), team=str(wanted or "-"), reasons=", ".join(reasons) or "-")


def _check_free(node: "Node", support: Support) -> None:
    """A commit is a promise: the team is weighed again, because others may have been promised it since the offer."""
    for team, found in weigh(node, read_need(support.need)):
        if team.id == support.team_id and not found.ok:
            reasons = ", ".join(reason.code for reason in found.blocking)
            raise Fault("team_not_eligible", support.id, team=team.id, reasons=reasons)


def weigh(node: "Node", need: Need) -> list[tuple[DogTeam, Eligibility]]:
    """Every own team with its eligibility for a need, in the order they were registered."""
    promised = commitments(supports(node))
    return [(team, eligibility(team, need, need.window, promised)) for team in own_teams(node)]


def next_steps(node: "Node", support: Support) -> list[str]:
    """The steps that are open to this node now."""
    mine = support.owner == node.party
    table = {
        State.REQUESTED: (["offer", "decline"], []),
        State.OFFERED: (["decline"], ["requisition"]),
        State.REQUISITIONED: (["commit", "decline"], []),
        State.COMMITTED: (["deploy", "ask_return"], ["deploy", "release"]),
        State.DEPLOYED: (["ask_return"], ["release"]),
        # `return` only tells the owner that it is agreed to; what ends the loan is the release.
        State.RETURN_REQUESTED: ([], ["release"]),
    }
    owner, borrower = table.get(support.state, ([], []))
    return owner if mine else borrower


def line(node: "Node", support: Support) -> dict[str, Any]:
    """A support as lists show it."""
    return {
        "id": support.id,
        "state": support.state.value,
        "borrower": support.borrower,
        "owner": support.owner,
        "need": support.need,
        "team": support.team_id,
        "since": support.since,
        "until": support.until,
        "status": support.status,
        "next": next_steps(node, support),
        "history": [{"rid": rid, "message": name, "state": state.value} for rid, name, state in support.history],
        "refused": [{"rid": one.rid, "message": one.message, "reason": one.reason.code} for one in support.refused],
    }


def list_(node: "Node", _params: dict[str, Any]) -> Answer:
    """Lists supports with their state, and what did not count."""
    return Answer({"supports": [line(node, each) for each in supports(node)]})


def send(node: "Node", params: dict[str, Any]) -> Answer:
    """Sends one EDXL-RM message written as JSON: `{"message": "RequestQuote", "support": ID, ...}`."""
    form = read_object(params["file"])
    word = str(form.pop("message", ""))
    name = "".join("_" + letter.lower() if letter.isupper() else letter for letter in word).strip("_")
    if name == "request_resource":
        return request(node, {"file": params["file"], "to": params["to"]})
    if name not in RESOURCE_MESSAGES or channel_of(f"resources.{name}") != "request":
        raise Fault("support_step_unknown", word or "message", steps=", ".join(RESOURCE_MESSAGES))
    support = find_support(node, str(form.pop("support", "")))
    record = make_message(stamp(node), support, name, form)
    outcome = _send(node, record, str(params["to"]))
    return Answer({"id": support.id, "rid": record["rid"], "outcome": outcome})
