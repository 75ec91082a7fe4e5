"""Whatever bytes come, a reader gives what they say or its own refusal, and never another error."""

import json
import os
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fuzz.targets import BY_NAME, TARGETS, Target

EXAMPLES = int(os.environ.get("HAEMARU_FUZZ", "80"))
NASTY = (
    b"\x00", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"9" * 400, b"-1", b"1e999", b"NaN", b"null", b"[]", b"{}",
    b"\\ud800", b"\n", b"\n\n", b"\xed\xa0\x80", b"[" * 3000, b'{"a":' * 2000, b"0001-01-01T00:00:00Z",
    b"9999-12-31T23:59:59Z", b"true", b"18446744073709551616", b"\xe2\x80\x94 ", b"====", b"=",
)  # fmt: skip
PLAIN: tuple[object, ...] = (
    None,
    True,
    -1,
    0,
    2**63,
    2**64,
    1e308,
    "",
    "\ud800",
    "\x00",
    "=",
    "a" * 300,
    [],
    {},
    [[]],
    [None],
)


def mutated(seed: bytes, luck: random.Random) -> bytes:
    """The bytes with a few wounds: flips, cuts, insertions, repeats."""
    data = bytearray(seed)
    for _ in range(luck.randint(1, 4)):
        at = luck.randint(0, len(data))
        end = min(len(data), at + luck.randint(1, 40))
        kind = luck.randrange(5)
        if kind == 0 and data:
            data[min(at, len(data) - 1)] ^= 1 << luck.randrange(8)
        elif kind == 1:
            del data[at:end]
        elif kind == 2:
            data[at:at] = luck.choice(NASTY)
        elif kind == 3:
            data[at:end] = luck.choice(NASTY)
        else:
            data[at:at] = data[at:end] * luck.randint(1, 30)
    return bytes(data)


def reshaped(seed: bytes, luck: random.Random) -> bytes:
    """JSON with one member replaced, taken away or moved: the shape a type check lets through or does not."""
    head, line_break, rest = seed.partition(b"\n")
    try:
        tree = json.loads(head)
    except ValueError:
        return mutated(seed, luck)
    holders = [tree]
    for holder in holders:
        inner = holder.values() if isinstance(holder, dict) else holder
        holders += [each for each in inner if isinstance(each, dict | list) and each]
    holder = luck.choice(holders)
    key = luck.choice([*holder]) if isinstance(holder, dict) else luck.randrange(len(holder))
    if luck.random() < 0.2:
        del holder[key]
    else:
        holder[key] = luck.choice(PLAIN)
    return json.dumps(tree, separators=(",", ":")).encode(errors="replace") + line_break + rest


@pytest.mark.parametrize("name", BY_NAME)
def test_every_seed_is_read(name: str) -> None:
    for seed in BY_NAME[name].seeds:
        BY_NAME[name].try_on(seed)


@pytest.mark.parametrize("name", BY_NAME)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_wounded_bytes_end_in_the_readers_own_refusal(name: str, data: st.DataObject) -> None:
    target: Target = BY_NAME[name]
    luck = random.Random(data.draw(st.integers(0, 2**64)))
    change = luck.choice((mutated, mutated, reshaped))

    target.try_on(change(luck.choice(target.seeds), luck))


@pytest.mark.parametrize("name", BY_NAME)
@settings(max_examples=EXAMPLES // 4, deadline=None, suppress_health_check=list(HealthCheck))
@given(noise=st.binary(max_size=400))
def test_noise_ends_in_the_readers_own_refusal(name: str, noise: bytes) -> None:
    BY_NAME[name].try_on(noise)


def test_each_target_has_seeds() -> None:
    assert [target.name for target in TARGETS if not target.seeds] == []
