"""The compiled path of the AIS decoder: what `scalar` does line by line, done to a block at once, with equal results.

`follow` walks through the lines of a block. `scan` reads one into a row of numbers; a line of a rare form is left to
the scalar reader. Then come times and stations (`origins`), parts of messages (`parts`), repeated receptions
(`heard`) and fields (`messages`). Imported only where numba is.
"""
