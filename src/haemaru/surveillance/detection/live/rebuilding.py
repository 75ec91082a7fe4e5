"""Puts ships that were worked out anew into the place of what was known of them.

Layer 1 looks at one ship at a time, so a ship's state and facts can be made again from her own rows without touching
any other's.
"""

import numpy as np
import numpy.typing as npt

from haemaru.surveillance.detection.kernel.layout import S_LAST_T, S_MMSI, S_SLOT
from haemaru.surveillance.detection.state import State


def last_times(state: State) -> dict[int, int]:
    """The time of the last row of each ship."""
    ships = state.ships[: len(state)]
    return dict(zip(ships[:, S_MMSI].tolist(), ships[:, S_LAST_T].tolist(), strict=True))


def with_ships(state: State, ships: npt.NDArray[np.int64], made: State) -> State:
    """`state` with these ships exchanged for those of `made`; a ship that `made` does not know is forgotten."""
    kept = ~np.isin(state.ships[: len(state), S_MMSI], ships)
    left_ships, left_parts = _taken(state, np.flatnonzero(kept))
    new_ships, new_parts = _taken(made, np.arange(len(made)))
    slots = new_ships[:, S_SLOT:]
    slots[slots >= 0] += len(left_parts)
    merged = State(
        ships=np.concatenate([left_ships, new_ships]),
        parts=np.concatenate([left_parts, new_parts]),
        missed=state.missed.copy(),
    )
    merged.counts[:] = len(merged.ships), len(merged.parts)
    return merged.ready()


def _taken(state: State, places: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    ships = state.ships[places]
    slots = ships[:, S_SLOT:]
    held = slots >= 0
    parts = state.parts[slots[held]]
    slots[held] = np.arange(int(held.sum()))
    return ships, parts
