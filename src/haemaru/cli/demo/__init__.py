"""`haemaru demo`: two agencies, two nodes, one invented story, from the telephone call to the dog team's return.

Both nodes are real: each its own process, home, keys and database, talking over loopback HTTP under the signed model
agreement. With `--once` the story is told at once and counted; without it the nodes stay up for two browsers, with
traffic that moves, until Ctrl-C; a second start finds what the first one left.
"""

from haemaru.cli.demo.command import demo

__all__ = ["demo"]
