"""The messages of a support, made: each is checked against the life cycle before it exists.

A message that would be refused by the other node is refused here first, with the same reason; so a node never sends a
commit for a team that is not its own.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from haemaru.records import Record, Stamp
from haemaru.resources.eligibility import Eligibility
from haemaru.resources.messages import PREFIX, read_message
from haemaru.resources.supports import Support, why_refused
from haemaru.resources.teams import DogTeam, Need, team_json
from haemaru.wording import Fault, Reason


def request_resource(
    stamp: Stamp,
    subject: Mapping[str, Any],
    need: Need,
    asked: str,
    text: str = "",
    *,
    sources: Iterable[Mapping[str, Any]] = (),
) -> Record:
    """Asks the party `asked` for a team; the rid of this record is the name of the support.

    Place and hour of a need come from somewhere: `sources` are the records they were taken from, such as a case.
    """
    body = {"need": team_json(need), "asked": asked, **_text(text)}
    sources = list(sources)
    refs = tuple(str(source["rid"]) for source in sources)
    return _checked(Support(id=stamp.rid), stamp.record(f"{PREFIX}request_resource", subject, body, refs, sources))


def offer_unasked(
    stamp: Stamp,
    subject: Mapping[str, Any],
    need: Need,
    team: DogTeam,
    offered_to: str,
    *,
    sources: Iterable[Mapping[str, Any]] = (),
) -> Record:
    """Offers a team that nobody asked for; the rid of this record is the name of the support."""
    body = {"need": team_json(need), "team": team_json(team), "offered_to": offered_to}
    record = stamp.record(f"{PREFIX}offer_unsolicited_resource", subject, body, sources=sources)
    return _checked(Support(id=stamp.rid), record)


def make_message(
    stamp: Stamp,
    support: Support,
    name: str,
    body: Mapping[str, Any],
    *,
    sources: Iterable[Mapping[str, Any]] = (),
) -> Record:
    """Any other of the 16 messages of a support; raises `Fault("support_message_refused")` when it would not count.

    It is handled as strictly as every message before it, and as `sources`.
    """
    last = support.history[-1][0] if support.history else support.id
    told = {"support": support.id, "after": last, **body}
    labels = [*support.sources, *sources]
    record = stamp.record(f"{PREFIX}{name}", support.subject, told, refs=(support.id,), sources=labels)
    return _checked(support, record)


def offer(
    stamp: Stamp,
    support: Support,
    team: DogTeam,
    found: Eligibility,
    *,
    sources: Iterable[Mapping[str, Any]] = (),
) -> Record:
    """Offers a team in answer to the request, with the proofs of its eligibility; a team that may not go is refused.

    `sources` is the record in which the team is kept.
    """
    if not found.ok or found.team != team.id:
        raise Fault("team_not_eligible", f"team {team.id}", team=team.id, reasons=_codes(found.blocking))
    proof = {"evidence": list(found.evidence), "expires_at": found.expires_at}
    body = {"answer": "accepted", "team": team_json(team), "eligibility": proof}
    return make_message(stamp, support, "response_to_request_resource", body, sources=sources)


def decline(stamp: Stamp, support: Support, reason: Reason) -> Record:
    """Declines the request, with the reason; possible until the team is committed."""
    body = {"answer": "declined", "reason": {"code": reason.code, "params": dict(reason.params)}}
    return make_message(stamp, support, "response_to_request_resource", body)


def requisition(stamp: Stamp, support: Support) -> Record:
    """The borrower takes the offer."""
    return make_message(stamp, support, "requisition_resource", {"team": support.team_id})


def commit(stamp: Stamp, support: Support) -> Record:
    """The owner, and nobody else, promises the team for the time that was asked for."""
    body = {"team": support.team_id, "since": support.since, "until": support.until}
    return make_message(stamp, support, "commit_resource", body)


def report_status(stamp: Stamp, support: Support, status: str, text: str = "") -> Record:
    """Says how the deployment stands; `deployed` is the moment the team is there."""
    return make_message(stamp, support, "report_resource_deployment_status", {"status": status, **_text(text)})


def ask_return(stamp: Stamp, support: Support, text: str) -> Record:
    """The owner asks for its team back."""
    return make_message(stamp, support, "request_return", {"text": text})


def answer_return(stamp: Stamp, support: Support, answer: str, text: str = "") -> Record:
    """The borrower answers that: `accepted` or `declined`; the team is back only when it is released."""
    return make_message(stamp, support, "response_to_request_return", {"answer": answer, **_text(text)})


def release(stamp: Stamp, support: Support, text: str = "") -> Record:
    """The borrower gives the team back."""
    return make_message(stamp, support, "release_resource", _text(text))


def _text(text: str) -> dict[str, str]:
    return {"text": text} if text else {}


def _codes(reasons: tuple[Reason, ...]) -> str:
    return ", ".join(reason.code for reason in reasons) or "-"


def _checked(support: Support, record: Record) -> Record:
    reason = why_refused(support, read_message(record))
    if reason is not None:
        raise Fault("support_message_refused", f"support {support.id}", reason=reason.code, state=support.state.value)
    return record
