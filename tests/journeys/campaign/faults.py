"""Which faults there are, and the whole schedule of a campaign out of one number."""

import random
from dataclasses import dataclass

WIRE = {
    "cut_request": 8,  # the cable goes in the middle of a byte stream
    "cut_answer": 8,
    "lose_answer": 10,  # the receiver has committed, the sender never hears of it
    "drip": 4,  # a few bytes at a time
    "stall_request": 4,
    "stall_answer": 4,
    "flip_head": 2,
    "flip_request": 6,
    "flip_answer": 6,
    "short_request": 4,  # well-formed HTTP around a truncated frame
    "short_answer": 4,
    "repeat": 6,
    "twin": 5,  # the same request twice at the same time
    "repeat_old": 8,  # requests of long ago once more
    "old_answer": 4,  # an answer of long ago instead of carrying anything
    "swap_answer": 4,  # carried, and then an answer of long ago
    "overtake": 8,  # kept back, and delivered after later ones
    "refuse": 3,
    "broken_gateway": 2,
    "wrong_page": 2,
    "cable": 4,  # nothing at all for a while
}
HOMES = {"kill": 30, "kill_both": 5, "restart": 5, "freeze": 15, "disk_full": 30, "kill_while_full": 10}
_HOME_SHARE = 0.18
PUT_BACK = "put_back"
"""A home is lost and made again from its backup: each one once in so many faults, and at least once."""
_PUT_BACK_EVERY = 500


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: what, to which side, and the draws that say how exactly."""

    number: int
    kind: str
    side: int
    gap_s: float
    """How long to wait after the fault before it."""
    share: float
    """Where in the bytes, or how full."""
    seconds: float
    count: int

    @property
    def is_wire(self) -> bool:
        return self.kind in WIRE


def put_backs(count: int) -> dict[int, tuple[int, int]]:
    """By the number of the fault with which a home is put back: before which one its backup is made, and its side."""
    rounds = max(1, count // _PUT_BACK_EVERY)
    span = count // (2 * rounds)
    return {span * turn + span * 4 // 5: (span * turn + span * 2 // 5, turn % 2) for turn in range(2 * rounds) if span}


def schedule(seed: int, count: int, pace_s: float = 0.5) -> list[Fault]:
    """`count` faults; the same seed gives the same ones for ever."""
    luck = random.Random(seed)
    found = []
    lost = put_backs(count)
    for number in range(count):
        kinds = HOMES if luck.random() < _HOME_SHARE else WIRE
        kind = luck.choices([*kinds], [*kinds.values()])[0]
        gap = luck.expovariate(1 / pace_s)
        side, share = luck.randrange(2), luck.random()
        kind, side = (PUT_BACK, lost[number][1]) if number in lost else (kind, side)
        found.append(Fault(number, kind, side, min(gap, 4 * pace_s), share, luck.uniform(0.1, 1.5), luck.randint(1, 6)))
    return found
