"""Input that could not be read: counted in the ledger by source and code, so that a restart forgets none of it."""

from collections.abc import Mapping

import msgspec

from haemaru.ledger import Batch

QUARANTINED = "input.quarantined"


class Refused(msgspec.Struct, frozen=True):
    """What of one file or feed was set aside: how many by code, and the first places."""

    source: str
    codes: dict[str, int]
    places: list[str] = []


def note(batch: Batch, source: str, codes: Mapping[str, int], places: list[str]) -> None:
    """Writes down what was set aside; nothing where nothing was."""
    if codes:
        batch.append(QUARANTINED, msgspec.json.encode(Refused(source, dict(codes), places[:20])))
