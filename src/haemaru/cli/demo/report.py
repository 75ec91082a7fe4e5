"""The demo's figures, asked of the two nodes and of nothing else."""

from typing import Any

from haemaru.cli.demo.houses import House
from haemaru.cli.demo.story import Told, seats_taken, support_state


def figures(houses: dict[str, House], told: Told, witness: House) -> dict[str, Any]:
    """The keys of contracts.md section 9, nested at their dots."""
    status = {party: house.do("status") for party, house in houses.items()}
    positions = status["kcg"]["positions"]
    channels = {party: _channels(found) for party, found in status.items()}
    received = {party: house.lines("records.list") for party, house in houses.items()}
    came = {
        party: [line for line in lines if line["stream"] is not None and line["state"] == "held"]
        for party, lines in received.items()
    }
    states = [{support_state(house, name) for house in houses.values()} for name in told.supports]
    return {
        "positions": {
            "observed": positions["observed"],
            "shared": positions["shared"],
            "withheld": positions["withheld"],
        },
        "records": {
            "sealed": sum(_sum(channels[party], "sealed") for party in houses),
            "received": sum(_sum(channels[party], "received") for party in houses),
            "lost": sum(_sum(channels[party], "lost") for party in houses),
            "duplicates": sum(_sum(channels[party], "duplicates") for party in houses),
            "void": sum(_sum(channels[party], "void") for party in houses),
            "quarantined": sum(sum(c["quarantined"].values()) for party in houses for c in channels[party]),
        },
        "tip_to_picture_s": told.tip["took_s"],
        "picture": {
            "facts": len(told.tip["picture"]["facts"]),
            "holders": sorted({fact["holder"] for fact in told.tip["picture"]["facts"]}),
            "candidates": len(told.tip["candidates"]),
        },
        "released_without_clause": sum(_without_clause(house) for house in houses.values()),
        "reports": {
            "shared": sum(line["kind"] == "intelligence.report" for lines in came.values() for line in lines),
            "corrected": sum(
                line["kind"] == "intelligence.report" and line["rev"] > 1 for lines in came.values() for line in lines
            ),
        },
        "demands": {"answered": told.demands},
        "support": {
            "requested": len(told.supports),
            "committed": sum(_committed(houses, name) for name in told.supports),
            "returned": sum(state == {"released"} for state in states),
        },
        "training": {"seats_taken": seats_taken(houses["kcg"], told.session)},
        "ledger": {party: house.do("ledger.verify") for party, house in houses.items()},
        "witness": _watched(witness),
    }


def _watched(witness: House) -> dict[str, Any]:
    watched = witness.do("status")["watched"]
    return {
        "countersigned": {each["party"]: each["checkpoints"] for each in watched},
        "disputes": sum(each["disputes"] for each in watched),
        "ledger": witness.do("ledger.verify")["ok"],
    }


def _committed(houses: dict[str, House], name: str) -> bool:
    """Whether both nodes hold the owner's commitment of this support."""
    return all(
        any(each["message"] == "commit_resource" for each in support["history"])
        for house in houses.values()
        for support in house.do("resources.list")["supports"]
        if support["id"] == name
    )


def _channels(status: dict[str, Any]) -> list[dict[str, Any]]:
    return [channel for peer in status["peers"] for channel in peer["channels"]]


def _sum(channels: list[dict[str, Any]], name: str) -> int:
    return sum(int(channel[name]) for channel in channels)


def _without_clause(house: House) -> int:
    """How many present fields of received records no clause of the header stands behind; asked of the receiver."""
    return int(house.do("records.audit")["released_without_clause"])
