"""The door from the browser: one console per node, in Korean and in English, and the exchange's HTTP address.

Pages are rendered here from what the node's desk tells; no page decides anything. The map's library and coastline are
built into `static` beforehand (`python -m haemaru.web.build`), so a console needs no network but its own node.
"""
