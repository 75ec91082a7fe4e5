"""What a fault shows of the value it refuses: short, printable, and never a second fault."""


def shown(value: object, limit: int = 40) -> str:
    """The first signs of a refused value; the name of its type where it is neither text nor a number of usual size."""
    if isinstance(value, str):
        return "".join(sign if sign.isprintable() else "?" for sign in value[:limit])
    # Writing out an int of thousands of digits raises in Python, so only small ones are shown.
    if isinstance(value, bool | float) or (isinstance(value, int) and abs(value) < 10**20):
        return str(value)
    return type(value).__name__
