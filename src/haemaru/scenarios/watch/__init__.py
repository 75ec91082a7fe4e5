"""A made-up watch over Korean waters: positions of thousands of invented ships, and the hidden truth of what they did.

`make(Order(...), folder)` writes it; the same order gives the same bytes. The truth is what a person who had been on
deck would tell. It knows nothing of the rules that look for it.
"""

from haemaru.scenarios.watch.making import Order, make

__all__ = ["Order", "make"]
