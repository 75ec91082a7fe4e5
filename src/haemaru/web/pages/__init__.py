"""The pages of the console, one module each: handlers that read the desk and fill one template."""

from typing import Any

from haemaru.web.pages import (
    agreement,
    cases,
    exchange,
    health,
    ledger,
    ogc,
    records,
    sea,
    sign_in,
    support,
    tips,
    training,
    watch,
)

# Every route of the console that a person may open.
PAGES: tuple[Any, ...] = (
    *sign_in.ROUTES,
    *watch.ROUTES,
    *sea.ROUTES,
    *tips.ROUTES,
    *cases.ROUTES,
    *records.ROUTES,
    *exchange.ROUTES,
    *agreement.ROUTES,
    *support.ROUTES,
    *training.ROUTES,
    *ledger.ROUTES,
    *health.ROUTES,
    *ogc.ROUTES,
)

__all__ = ["PAGES"]
