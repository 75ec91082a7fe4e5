"""What the exchange refuses.

ExchangeError
├── FrameRefused       a whole frame: nothing of it is stored, the sender is told why and keeps its queue
├── EnvelopeRefused    one item of a good frame: kept in quarantine and acknowledged, so that it never blocks
├── ReceiptRefused     an answer that cannot be believed: the sender's cursor stays where it was
└── TransportFailed    the partner could not be reached: tried again later

Bad input of a person (a wrong fingerprint, a record of someone else) is a `Fault` of `wording` instead.
"""


class ExchangeError(Exception):
    """The root of everything the exchange raises by itself: a lower_snake code and the facts that go with it."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        return f"{self.code} {self.params}" if self.params else self.code


class FrameRefused(ExchangeError):
    """Nothing of this frame is stored; the code travels back in a refusal document."""


class EnvelopeRefused(ExchangeError):
    """One item cannot be accepted as a record; it is kept in quarantine under this code."""


class ReceiptRefused(ExchangeError):
    """The answer is not a receipt of this partner for this stream."""


class TransportFailed(ExchangeError):
    """The frame or its answer was lost on the way; whether it arrived is unknown."""
