"""Counts that the database keeps while rows come, change and go, so that the status costs the same at any size.

Each row of `exchange_counts` is a number of rows of another table that are alike:

    out      items of own streams, by state and code          label `paper` where the item is a paper (see `PAPERS`)
    in       items of partners' streams, by state and code    the same
    waiting  items beyond the receipts, by state and code     label: the hash of the agreement they were sealed under
    twice    by how much more than once records are held
    own      own records
    answers  questions to partners about records, by answer

It is a view like every other: what the triggers make of a rebuild is what they made of the life before it. No row of 0
stays. Only the triggers write here.
"""

from sqlalchemy import MetaData, Table

from haemaru.exchange.columns import text, whole
from haemaru.storage import Trigger, declare

COUNTS = "exchange_counts"
PAPERS = ("put", "reply", "correct")
_KEY = ("what", "peer", "channel", "epoch", "state", "code", "label")
_UP = f"ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET number = {COUNTS}.number + 1"
_PAPER = "CASE WHEN {row}.channel <> 'track' AND {row}.op IN (" + ", ".join(f"'{op}'" for op in PAPERS) + ")"
_PAPER += " THEN 'paper' ELSE '' END"
_ITEM = ("{row}.peer", "{row}.channel", "{row}.epoch", "{row}.state", "{row}.code")
_SAME = "{one}.peer = {row}.peer AND {one}.channel = {row}.channel AND {one}.epoch = {row}.epoch"
_BEYOND = (
    "EXISTS (SELECT 1 FROM exchange_streams s WHERE s.direction = 'out' AND "
    + _SAME.replace("{one}", "s")
    + " AND {row}.seq > s.acked)"
)
_AGAIN = (
    "{row}.state = 'held' AND EXISTS (SELECT 1 FROM exchange_in i WHERE i.rid = {row}.rid AND i.peer = {row}.peer"
    " AND i.channel = {row}.channel AND i.state = 'held' AND NOT (i.epoch = {row}.epoch AND i.seq = {row}.seq))"
)
_OTHER = "NOT EXISTS (SELECT 1 FROM exchange_own o WHERE o.rid = {row}.rid AND o.rev <> {row}.rev)"
# What is counted of a row, and on what condition.
_OUT = ((("'out'", *_ITEM, _PAPER), ""), (("'waiting'", *_ITEM, "{row}.agreement"), _BEYOND))
_IN = ((("'in'", *_ITEM, _PAPER), ""), (("'twice'", "{row}.peer", "{row}.channel", "0", "''", "''", "''"), _AGAIN))
_OWN = ((("'own'", "''", "''", "0", "''", "''", "''"), _OTHER),)
_ANSWERS = ((("'answers'", "{row}.peer", "''", "0", "{row}.answer", "''", "''"), ""),)

_Counted = tuple[tuple[tuple[str, ...], str], ...]


def _more(counted: _Counted, row: str) -> list[str]:
    return [
        f"INSERT INTO {COUNTS} ({', '.join(_KEY)}, number) SELECT {', '.join(place)}, 1 WHERE {when or '1 = 1'} {_UP}"
        .replace("{row}", row)
        for place, when in counted
    ]  # fmt: skip


def _fewer(counted: _Counted, row: str) -> list[str]:
    done = []
    for place, when in counted:
        here = " AND ".join(f"{name} = {value}" for name, value in zip(_KEY, place, strict=True))
        done.append(f"UPDATE {COUNTS} SET number = number - 1 WHERE {here} AND {when or '1 = 1'}".replace("{row}", row))
        done.append(f"DELETE FROM {COUNTS} WHERE {here} AND number = 0".replace("{row}", row))
    return done


def _triggers(table: str, changing: tuple[str, ...], counted: _Counted) -> tuple[Trigger, ...]:
    changed = " OR ".join(f"OLD.{name} <> NEW.{name}" for name in changing)
    both = (*_fewer(counted, "OLD"), *_more(counted, "NEW"))
    return (
        Trigger(f"{table}_comes", table, "INSERT", tuple(_more(counted, "NEW"))),
        Trigger(f"{table}_changes", table, f"UPDATE OF {', '.join(changing)}", both, changed),
        Trigger(f"{table}_goes", table, "DELETE", tuple(_fewer(counted, "OLD"))),
    )


_OF_STREAM = f"{COUNTS}.what = 'waiting' AND " + _SAME.format(one=COUNTS, row="NEW")
_ACKNOWLEDGED = Trigger(
    "exchange_streams_acknowledged",
    "exchange_streams",
    "UPDATE OF acked",
    (
        f"UPDATE {COUNTS} SET number = number - (SELECT count(*) FROM exchange_out o WHERE "
        + _SAME.format(one="o", row="NEW")
        + f" AND o.seq > OLD.acked AND o.seq <= NEW.acked AND o.state = {COUNTS}.state AND o.code = {COUNTS}.code"
        f" AND o.agreement = {COUNTS}.label) WHERE {_OF_STREAM}",
        f"DELETE FROM {COUNTS} WHERE {_OF_STREAM} AND number = 0",
    ),
    "NEW.direction = 'out' AND NEW.acked > OLD.acked",
)
# A partner that was put back to an older state is behind its own receipts: the cursor goes back.
_FORGOTTEN = Trigger(
    "exchange_streams_forgotten",
    "exchange_streams",
    "UPDATE OF acked",
    (
        f"INSERT INTO {COUNTS} ({', '.join(_KEY)}, number)"
        " SELECT 'waiting', o.peer, o.channel, o.epoch, o.state, o.code, o.agreement, count(*) FROM exchange_out o"
        f" WHERE {_SAME.format(one='o', row='NEW')} AND o.seq > NEW.acked AND o.seq <= OLD.acked"
        " GROUP BY o.peer, o.channel, o.epoch, o.state, o.code, o.agreement"
        f" ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET number = {COUNTS}.number + excluded.number",
    ),
    "NEW.direction = 'out' AND NEW.acked < OLD.acked",
)


def count_in(metadata: MetaData) -> None:
    """Declares the table of counts and what keeps it, beside the tables that are counted."""
    keys = [whole(name, key=True) if name == "epoch" else text(name, key=True) for name in _KEY]
    Table(COUNTS, metadata, *keys, whole("number"))
    declare(
        metadata,
        *_triggers("exchange_out", ("state", "code", "agreement"), _OUT),
        *_triggers("exchange_in", ("state", "code"), _IN),
        *_triggers("exchange_own", ("rid",), _OWN),
        *_triggers("exchange_answers", ("answer",), _ANSWERS),
        _ACKNOWLEDGED,
        _FORGOTTEN,
    )
