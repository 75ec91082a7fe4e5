"""A hidden rid and a free one cost a node the same work at every door: the same statements in the same order.

A time measured is a sample; what is done for it can be listed. Customs holds records that a silent clause keeps. The
coast guard uses the name of one of them, then a name that never was, at each door through which a rid can come in.
Every statement that customs gives its store, every key it opens and every signature it makes is written down.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nacl.signing import SigningKey
from tests.node.conftest import Pair, asked, written
from tests.node.test_two_worlds import PLAIN, REPORT, forge_retraction, record

from haemaru.exchange.messages import OnwardAsk
from haemaru.node import Node
from haemaru.records import CHANNELS
from haemaru.signing import Vault
from haemaru.storage.transaction import Tx

Door = Callable[[Node, Path, str], None]


def ask(kcg: Node, _: Path, rid: str) -> None:
    asked(kcg, "records.ask", rid=rid, purpose="narcotics_investigation", **{"from": "kcs"})


def ask_onward(kcg: Node, _: Path, rid: str) -> None:
    """Asks to pass on what was never received; by hand, for an honest node does not ask it."""
    house = kcg.exchange.house
    with kcg.ledger.write() as batch:
        message = OnwardAsk(
            id=house.ids.new(), realm=house.realm, from_="kcg", to="kcs", created=house.now(), rid=rid, rev=1,
            receiver="kng", purpose="narcotics_investigation", reason="x",
        )  # fmt: skip
        kcg.exchange._outbox.send_message(batch, "kcs", message)


def refer_to(kcg: Node, folder: Path, rid: str) -> None:
    _put(kcg, folder, record(f"about-{rid}", "intelligence.report", REPORT, PLAIN, refs=[rid]))


def write_under(kcg: Node, folder: Path, rid: str) -> None:
    _put(kcg, folder, record(rid, "intelligence.report", REPORT, PLAIN))


def correct(kcg: Node, _: Path, rid: str) -> None:
    asked(kcg, "records.correct", rid=rid, body={**REPORT, "text": "second"})


def take_back(kcg: Node, _: Path, rid: str) -> None:
    asked(kcg, "records.retract", rid=rid, reason="guess")


def take_back_what_was_never_sent(kcg: Node, _: Path, rid: str) -> None:
    with kcg.ledger.write() as batch:
        forge_retraction(kcg, batch, rid)


def _put(kcg: Node, folder: Path, one: dict[str, Any]) -> None:
    asked(
        kcg,
        "records.put",
        file=written(folder / "records.jsonl", one | {"origin": "kcg"}),
        to="kcs",
        purpose="narcotics_investigation",
    )


def work_of(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All that customs does about what the coast guard sends it now, up to its answers; then those are carried."""
    done: list[str] = []
    for channel in CHANNELS:
        while (frame := pair.kcg.exchange.next_frame("kcs", channel)) is not None:
            with monkeypatch.context() as patch:
                _note_all(patch, done)
                receipt = pair.kcs.exchange.accept(frame)
            pair.kcg.exchange.take_receipt("kcs", receipt)
    with monkeypatch.context() as patch:
        _note_all(patch, done)
        for _ in range(2):
            pair.kcs.exchange.asking.tick()
    pair.carry()
    return done


def _note_all(patch: pytest.MonkeyPatch, done: list[str]) -> None:
    for owner, name in ((Tx, "_execute"), (Tx, "many"), (Vault, "lock"), (Vault, "unlock"), (Vault, "blind")):
        patch.setattr(owner, name, _noted(done, name, getattr(owner, name)))
    patch.setattr("nacl.signing.SigningKey.sign", _noted(done, "sign", SigningKey.sign))


def _noted(done: list[str], name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def note(self: Any, *args: Any, **params: Any) -> Any:
        done.append(f"{name} {args[0]}" if name in ("_execute", "many") else name)
        return function(self, *args, **params)

    return note


# The first of all fills what is remembered between two questions, for either.
FIRST, HIDDEN, FREE = (f"0195555a-0000-7000-8000-00000000000{each}" for each in "abc")


@pytest.mark.parametrize(
    "doors",
    [
        [ask],
        [ask_onward],
        [refer_to],
        [take_back_what_was_never_sent],
        [write_under, correct, correct, take_back],
    ],
    ids=lambda doors: doors[-1].__name__,
)
def test_a_hidden_rid_costs_what_a_free_one_costs(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, doors: list[Door]
) -> None:
    secret = record(HIDDEN, "intelligence.report", REPORT, {"level": "secret", "caveats": []})
    stored = asked(pair.kcs, "records.put", file=written(tmp_path / "kept.jsonl", secret))
    pair.carry()
    assert stored["stored"] == 1

    for door in doors:
        worked = []
        for rid in (FIRST, HIDDEN, FREE):
            door(pair.kcg, tmp_path, rid)
            worked.append(work_of(pair, monkeypatch))
        assert worked[1] == worked[2], door.__name__
        assert len(worked[1]) > 10
