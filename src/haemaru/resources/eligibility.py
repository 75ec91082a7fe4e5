"""May this team go? Computed for the whole mission, with every reason, and never kept as a flag.

First cut: the capability, the substances, the certificate (of this pair, for all of the window), boarding, and other
commitments. Rest and heat come with the duty log. `expires_at` says until when the answer holds at most.
"""

from collections.abc import Iterable, Sequence

import msgspec

from haemaru.clock import format_time
from haemaru.records import Certificate, why_invalid
from haemaru.resources.lifecycle import State
from haemaru.resources.supports import Support
from haemaru.resources.teams import DogTeam, Need
from haemaru.values import Interval, parse_time
from haemaru.wording import Reason

_HOLDS_THE_TEAM = frozenset({State.COMMITTED, State.DEPLOYED, State.RETURN_REQUESTED})


class Commitment(msgspec.Struct, frozen=True, kw_only=True):
    """A team that is promised for a stretch of time."""

    team: str
    support: str
    since: str
    until: str


class Eligibility(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a team may go, every reason why not, the proofs that were read, and how long the answer holds."""

    team: str
    ok: bool
    blocking: tuple[Reason, ...]
    evidence: tuple[str, ...]
    expires_at: str


def commitments(supports: Iterable[Support]) -> list[Commitment]:
    """The promises that supports hold: from the commit until the team is released."""
    return [
        Commitment(team=support.team_id, support=support.id, since=support.since, until=support.until)
        for support in supports
        if support.state in _HOLDS_THE_TEAM
    ]


def eligibility(team: DogTeam, need: Need, window: Interval, promised: Sequence[Commitment] = ()) -> Eligibility:
    """Whether the team may serve the need for all of the window, with every reason why not."""
    blocking: list[Reason] = []
    if need.capability not in team.capabilities:
        blocking.append(Reason("team_lacks_capability", {"team": team.id, "capability": need.capability}))
    if need.boarding and not team.boarding_ok:
        blocking.append(Reason("team_cannot_board", {"team": team.id}))
    reasons, proofs = _certified(team, need, window)
    blocking += reasons
    for promise in promised:
        taken = Interval(parse_time(promise.since), parse_time(promise.until))
        if promise.team == team.id and taken.overlaps(window):
            blocking.append(Reason("team_promised_elsewhere", {"team": team.id, "support": promise.support}))
    ends = [parse_time(proof.until) for proof in proofs]
    return Eligibility(
        team=team.id,
        ok=not blocking,
        blocking=tuple(blocking),
        evidence=tuple(proof.id for proof in proofs),
        expires_at=format_time(min(ends)) if ends else format_time(window.since),
    )


def _certified(team: DogTeam, need: Need, window: Interval) -> tuple[list[Reason], list[Certificate]]:
    held = [proof for proof in team.certificates if proof.holder == team.id and proof.capability == need.capability]
    if not held:
        return [Reason("team_has_no_certificate", {"team": team.id, "capability": need.capability})], []
    faults = {proof.id: why_invalid(proof, window, team.handler) for proof in held}
    good = [proof for proof in held if faults[proof.id] is None]
    if not good:
        return [reason for reason in faults.values() if reason is not None], []
    # Substances may be spread over certificates; each must be proven by one that holds for the whole window.
    known = {substance for proof in good for substance in proof.substances}
    missing = [substance for substance in need.substances if substance not in known]
    unproven = [Reason("team_not_trained_for", {"team": team.id, "substances": ", ".join(missing)})] if missing else []
    return unproven, good
