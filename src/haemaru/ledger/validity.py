"""Which key counted when: signatures in the ledger are checked with the keys of their own time."""

from collections.abc import Iterable, Sequence

import msgspec

from haemaru.signing import PublicKeys


class KeyTime(msgspec.Struct, frozen=True):
    """Public keys that counted from entry `since` until before entry `until`; without `until`, they still do."""

    public: PublicKeys
    since: int = 0
    until: int | None = None

    def counts_at(self, entry: int) -> bool:
        """Whether they counted when that entry was written."""
        return self.since <= entry and (self.until is None or entry < self.until)


KeyTimes = PublicKeys | Sequence[KeyTime]
"""The keys of one party: those it always had, or each with its time."""


def keys_at(times: KeyTimes | None, entry: int) -> Iterable[PublicKeys]:
    """The keys that counted at an entry."""
    if times is None:
        return ()
    if isinstance(times, PublicKeys):
        return (times,)
    return [time.public for time in times if time.counts_at(entry)]
