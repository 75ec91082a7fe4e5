"""A node takes contacts in: kept encrypted, noted in the ledger with their basis, twice read is once kept."""

from pathlib import Path

from tests.node.conftest import Pair, asked
from tests.surveillance.contacts.test_contacts import EVENT, ROWS


def test_a_file_of_contacts_is_taken_in_once_and_noted_with_its_basis(pair: Pair, tmp_path: Path) -> None:
    opened = pair.kcg
    (tmp_path / "radar.csv").write_bytes(ROWS)
    (tmp_path / "patrol.xml").write_bytes(EVENT)

    first = asked(opened, "feed.contacts", source=str(tmp_path / "radar.csv"), basis="model basis")
    again = asked(opened, "feed.contacts", source=str(tmp_path / "radar.csv"))
    other = asked(opened, "feed.contacts", source=str(tmp_path / "patrol.xml"))

    assert (first["new"], again["new"], other["new"]) == (2, 0, 1)
    assert [row.track for row in opened.contacts.read(0, 2**60)] == ["RADAR-7.42", "T1", "T2"]
    with opened.ledger.read() as tx:
        notes = [body for _, body in opened.ledger.entries(tx, kinds=("surveillance.contacts",))]
    assert [b"model basis" in note for note in notes] == [True, False]
    assert b"Hongdo" not in b"".join(path.read_bytes() for path in opened.home.folder.rglob("*.parquet"))
