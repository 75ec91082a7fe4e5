"""The automaton's inner loop, compiled by numba when first used: whole numbers in, whole numbers out.

Nothing imports this package but `automaton.py` and `places.py`, at first use, because numba costs 80 MB and seconds.
"""
