"""Which ships were already seen at which moments of one day, so that a row is stored once however often it comes."""

import numpy as np
import numpy.typing as npt

from haemaru.surveillance.fixes import Fixes, Mask

DAY_MS = 86_400_000
_TAIL_LIMIT = 65_536

Keys = npt.NDArray[np.int64]
Heard = npt.NDArray[np.uint8]


def keys_of(fixes: Fixes) -> Keys:
    """One number for ship and moment within the day; needs 57 bits."""
    return fixes.mmsi.astype(np.int64) * DAY_MS + fixes.t % DAY_MS


class _Run:
    """Sorted keys with how many stations heard each."""

    def __init__(self, keys: Keys, heard: Heard) -> None:
        self.keys, self.heard = keys, heard

    @classmethod
    def empty(cls) -> "_Run":
        return cls(np.empty(0, np.int64), np.empty(0, np.uint8))

    def find(self, keys: Keys) -> tuple[npt.NDArray[np.int64], Mask]:
        if not len(self.keys):
            return np.zeros(len(keys), np.int64), np.zeros(len(keys), np.bool_)
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return at, self.keys[at] == keys

    def merged(self, keys: Keys, heard: Heard) -> "_Run":
        both = np.concatenate([self.keys, keys])
        order = np.argsort(both, kind="stable")
        return _Run(both[order], np.concatenate([self.heard, heard])[order])


class DayIndex:
    """The keys of one day: a long run that rarely changes and a short one that takes what comes in."""

    def __init__(self) -> None:
        self._long, self._short = _Run.empty(), _Run.empty()

    def __len__(self) -> int:
        return len(self._long.keys) + len(self._short.keys)

    def lacks(self, fixes: Fixes) -> Mask:
        """Which of these fixes have not been taken in; nothing changes."""
        keys = keys_of(fixes)
        return ~(self._long.find(keys)[1] | self._short.find(keys)[1])

    def take(self, fixes: Fixes) -> tuple[Mask, Mask]:
        """Takes distinct fixes in: which are new, and which are known but were now heard by more stations."""
        keys = keys_of(fixes)
        new = np.ones(len(fixes), np.bool_)
        louder = np.zeros(len(fixes), np.bool_)
        for run in (self._long, self._short):
            at, found = run.find(keys)
            new &= ~found
            more = found.copy()
            more[found] = fixes.heard[found] > run.heard[at[found]]
            run.heard[at[more]] = fixes.heard[more]
            louder |= more
        if new.any():
            self._short = self._short.merged(keys[new], fixes.heard[new])
            if len(self._short.keys) > _TAIL_LIMIT:
                self._long = self._long.merged(self._short.keys, self._short.heard)
                self._short = _Run.empty()
        return new, louder
