"""Which rooms have tables; what the migrations make, and the test that compares them, begin here."""

from sqlalchemy import MetaData

from haemaru.exchange.approvals import METADATA as APPROVALS
from haemaru.exchange.asks import METADATA as ASKS
from haemaru.exchange.clauses import METADATA as CLAUSES
from haemaru.exchange.comparison import METADATA as COMPARISON
from haemaru.exchange.conflated import METADATA as CONFLATED
from haemaru.exchange.keeping_tables import METADATA as KEEPING
from haemaru.exchange.keyring import METADATA as KEYRING
from haemaru.exchange.leasing import METADATA as LEASES
from haemaru.exchange.oversight_view import METADATA as OVERSIGHT
from haemaru.exchange.pulling_modes import METADATA as MODES
from haemaru.exchange.tables import METADATA as EXCHANGE
from haemaru.ledger.tables import MARKS
from haemaru.ledger.tables import METADATA as LEDGER
from haemaru.node.tallies import METADATA as TALLIES

ROOMS: tuple[MetaData, ...] = (
    LEDGER,
    MARKS,
    EXCHANGE,
    ASKS,
    KEYRING,
    KEEPING,
    TALLIES,
    APPROVALS,
    CLAUSES,
    COMPARISON,
    MODES,
    CONFLATED,
    OVERSIGHT,
    LEASES,
)
