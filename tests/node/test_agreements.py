"""Which agreement is in force and who suspended it, folded from the ledger and told to the partner."""

import re
from contextlib import suppress
from pathlib import Path

import pytest
from tests.node.conftest import MODEL, Pair, asked, written

from haemaru.agreement import load_agreement, standing_purpose
from haemaru.clock import FakeClock
from haemaru.node import Node
from haemaru.storage.errors import StorageFull
from haemaru.wording import Fault


def next_version(pair: Pair, folder: Path) -> str:
    """A further version of the agreement, signed by both."""
    text = pair.agreement.read_text()
    version = re.search(r'^version = "([^"]+)"', text, re.MULTILINE)
    assert version is not None
    file = folder / "next.toml"
    file.write_text(text.replace(version.group(0), f'version = "{version.group(1)}.next"', 1))
    for node in (pair.kcg, pair.kcs):
        node.do("agreement.sign", {"file": str(file)})
    return str(file)


def test_one_signature_is_not_enough(waiting: Pair) -> None:
    waiting.kcg.do("agreement.sign", {"file": str(waiting.agreement)})

    answer = waiting.kcg.do("agreement.adopt", {"file": str(waiting.agreement)})

    assert answer.exit_code == 1
    assert isinstance(answer.body, dict)
    assert answer.body["missing"] == ["kcs"]
    assert asked(waiting.kcg, "status")["agreement"]["state"] == "waiting"


def test_a_suspension_reaches_the_partner_and_ends_with_its_author(pair: Pair) -> None:
    asked(pair.kcg, "agreement.suspend", reason="drill")
    pair.carry()

    assert asked(pair.kcs, "status")["agreement"]["suspended_by"] == ["kcg"]
    asked(pair.kcs, "agreement.resume", reason="not ours to take back")
    pair.carry()
    assert asked(pair.kcs, "status")["agreement"]["state"] == "suspended"

    asked(pair.kcg, "agreement.resume", reason="over")
    pair.carry()
    assert [asked(node, "status")["agreement"]["state"] for node in (pair.kcg, pair.kcs)] == ["in_force"] * 2


def test_a_restart_forgets_no_suspension(pair: Pair, clock: FakeClock) -> None:
    asked(pair.kcg, "agreement.suspend", reason="drill")
    pair.kcg.close()

    with Node.open(pair.kcg.home.folder, clock=clock) as again:
        assert asked(again, "status")["agreement"]["suspended_by"] == ["kcg"]


def test_adopting_another_version_takes_nobodys_suspension_back(pair: Pair, tmp_path: Path) -> None:
    asked(pair.kcs, "agreement.suspend", reason="audit")
    pair.carry()

    answer = asked(pair.kcg, "agreement.adopt", file=next_version(pair, tmp_path))

    assert answer["state"] == "suspended"
    assert asked(pair.kcg, "status")["agreement"]["suspended_by"] == ["kcs"]


def test_one_party_alone_brings_no_replaced_version_back(pair: Pair, tmp_path: Path) -> None:
    asked(pair.kcg, "agreement.adopt", file=next_version(pair, tmp_path))

    with pytest.raises(Fault, match="agreement_was_replaced"):
        pair.kcg.do("agreement.adopt", {"file": str(pair.agreement)})


def test_what_was_not_committed_was_not_said(pair: Pair) -> None:
    asked(pair.kcg, "agreement.suspend", reason="drill")

    with suppress(StorageFull), pair.kcg.ledger.write() as batch:
        pair.kcg.agreements.resume(batch, "kcg-kcs-narcotics", "kcg", "over", "2026-03-02T09:00:00Z")
        raise StorageFull("disk")

    assert asked(pair.kcg, "status")["agreement"]["state"] == "suspended"


def second_agreement(pair: Pair, folder: Path) -> str:
    """Another agreement of the same two agencies, adopted by both beside the first."""
    text = pair.agreement.read_text().replace('id = "kcg-kcs-narcotics"', 'id = "second"', 1)
    file = folder / "second.toml"
    file.write_text(text)
    for command in ("agreement.sign", "agreement.adopt"):
        for node in (pair.kcg, pair.kcs):
            node.do(command, {"file": str(file)})
    return "second"


def states(node: Node) -> dict[str, str]:
    return {each["id"]: each["state"] for each in asked(node, "status")["agreements"]}


def test_a_node_in_two_agreements_suspends_one_of_them(pair: Pair, tmp_path: Path, clock: FakeClock) -> None:
    name = second_agreement(pair, tmp_path)

    asked(pair.kcg, "agreement.suspend", reason="drill", agreement=name)
    pair.carry()

    expected = {"kcg-kcs-narcotics": "in_force", "second": "suspended"}
    assert [states(node) for node in (pair.kcg, pair.kcs)] == [expected] * 2
    assert asked(pair.kcs, "status")["state"] == "working"
    assert asked(pair.kcs, "status")["agreement"]["id"] == "kcg-kcs-narcotics"
    pair.kcs.close()
    with Node.open(pair.kcs.home.folder, clock=clock) as again:
        assert states(again) == expected


def test_without_a_name_every_agreement_is_suspended_and_resumed(pair: Pair, tmp_path: Path) -> None:
    second_agreement(pair, tmp_path)

    asked(pair.kcg, "agreement.suspend", reason="drill")
    pair.carry()
    assert set(states(pair.kcs).values()) == {"suspended"}
    assert asked(pair.kcs, "status")["state"] == "suspended"

    asked(pair.kcg, "agreement.resume", reason="over")
    pair.carry()
    assert set(states(pair.kcs).values()) == {"in_force"}


def test_an_agreement_that_was_not_adopted_cannot_be_named(pair: Pair) -> None:
    with pytest.raises(Fault, match="agreement_not_adopted"):
        pair.kcg.do("agreement.suspend", {"reason": "drill", "agreement": "other"})


def test_a_record_is_put_under_the_agreement_that_is_named(pair: Pair, tmp_path: Path) -> None:
    name = second_agreement(pair, tmp_path)
    record = {
        "rid": "case-1",
        "kind": "operations.case",
        "subject": {"type": "vessel", "mmsi": 440123456},
        "event_time": "2026-03-02T08:30:00Z",
        "handling": {"level": "restricted", "caveats": []},
        "origin": "kcg",
        "body": {"title": "case"},
    }
    file = written(tmp_path / "records.jsonl", record)
    purpose = standing_purpose(load_agreement(MODEL.read_bytes(), "model"), "operations.case", "kcg", "kcs")

    asked(pair.kcg, "records.put", file=file, to="kcs", purpose=purpose, agreement=name)
    pair.carry()

    held = pair.kcs.exchange.holdings.find("case-1")
    assert held is not None
    assert held.header["agreement"]["id"] == name
