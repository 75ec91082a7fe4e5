"""The compiled path of the AIS decoder: what `scalar` does line by line, done to a block at once, with equal results.

`scan` reads every line of a block into a row of numbers; lines of a rare form are left to the scalar reader. `follow`
then walks the rows in their order: times and stations (`origins`), parts of messages (`parts`), repeated receptions
(`heard`), fields (`messages`). Imported only where numba is.
"""
