"""At which handling level the node marks what it writes by itself: demands, cases, messages of support, positions."""

from haemaru.agreement import Agreement

_USUAL = "restricted"


def usual_level(agreement: Agreement | None) -> str:
    """`restricted`, where the agreement knows that level; else its lowest.

    A level off the ladder would be put in quarantine by every partner, the demand or request with it.
    """
    levels = agreement.handling_levels if agreement else (_USUAL,)
    return _USUAL if _USUAL in levels else levels[0]
