"""Names and long messages as numbers that nobody can make collide.

Two polynomials modulo the prime 2^31 - 1 over pieces of three bytes, at places drawn in secret for each stream: two
different texts of n bytes give the same number with a chance of at most (n / 3 / 2^31)^2, whoever wrote them. Equal
numbers are therefore taken for equal texts. 0 is kept for "none".
"""

from typing import Final

from haemaru.surveillance.compiled import compiled, compiled_apart
from haemaru.surveillance.feeds.ais_nmea.kernel.digits import octet_at
from haemaru.surveillance.feeds.ais_nmea.kernel.layout import SECRET, WORDS, Numbers, Octets

_PRIME: Final = (1 << 31) - 1


@compiled_apart
def name(block: Octets, start: int, end: int, mem: Numbers) -> int:
    """The number of the bytes from `start` to `end`, commas read as colons; 0 where there are none."""
    if start >= end:
        return 0
    one, other = mem[SECRET + 2], mem[SECRET + 3]
    first, second = mem[SECRET], mem[SECRET + 1]
    at = start
    while at < end:
        piece = end - at
        value = 0
        for byte in range(at, min(at + 3, end)):
            octet = octet_at(block, byte)
            value = value << 8 | (58 if octet == 44 else octet)
        if piece >= 3:
            piece = 3
        value = value << 2 | piece  # a shorter last piece differs from one that begins with zeros
        one = (one * first + value) % _PRIME
        other = (other * second + value) % _PRIME
        at += 3
    return (one << 31 | other) + 1


@compiled
def words(mem: Numbers, start: int, end: int) -> int:
    """The number of some of the words of 60 bits of the message at hand; 0 where there are none."""
    if start >= end:
        return 0
    one, other = mem[SECRET + 2], mem[SECRET + 3]
    first, second = mem[SECRET], mem[SECRET + 1]
    for at in range(start, end):
        for half in range(2):
            value = mem[WORDS + at] >> 30 if half == 0 else mem[WORDS + at] & 0x3FFFFFFF
            one = (one * first + value) % _PRIME
            other = (other * second + value) % _PRIME
    return (one << 31 | other) + 1


@compiled_apart
def joined(number: int, value: int, mem: Numbers) -> int:
    """The number of a text and one more value (below 2^31)."""
    one = ((number - 1) >> 31) * mem[SECRET] + value + 1
    other = ((number - 1) & _PRIME) * mem[SECRET + 1] + value + 1
    return ((one % _PRIME) << 31 | other % _PRIME) + 1
