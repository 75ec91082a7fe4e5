"""The command tree and the one place where a fault becomes an exit code."""

import os
import sys

import click

from haemaru import __version__
from haemaru.cli.accounts import accounts
from haemaru.cli.agreement import agreement
from haemaru.cli.ais import ais
from haemaru.cli.alerts import alerts
from haemaru.cli.bench import bench
from haemaru.cli.contacts import contacts
from haemaru.cli.coverage import coverage
from haemaru.cli.demand import demand
from haemaru.cli.demo import demo
from haemaru.cli.detect import detect
from haemaru.cli.exchange import exchange
from haemaru.cli.features import features
from haemaru.cli.feed import feed
from haemaru.cli.home import backup, init, rebuild, restore, status
from haemaru.cli.keys import keys
from haemaru.cli.ledger import ledger
from haemaru.cli.operations import operations
from haemaru.cli.output import show_fault
from haemaru.cli.peer import peer
from haemaru.cli.records import records
from haemaru.cli.resources import resources
from haemaru.cli.rules import rules
from haemaru.cli.run import run
from haemaru.cli.scenarios import scenarios
from haemaru.cli.training import training
from haemaru.cli.witness import witness
from haemaru.node.files import file_fault
from haemaru.signing import SigningError
from haemaru.storage import StorageError
from haemaru.wording import Fault


@click.group()
@click.version_option(__version__)
def haemaru() -> None:
    """Haemaru: border agencies act as one at sea without handing over their data."""


COMMANDS = (
    accounts, agreement, ais, alerts, backup, bench, contacts, coverage, demand, demo, detect, exchange, features,
    feed, init, keys, ledger, operations, peer, rebuild, records, resources, restore, rules, run, scenarios, status,
    training, witness,
)  # fmt: skip

for _command in COMMANDS:
    haemaru.add_command(_command)


def main() -> None:
    """Runs a command and leaves with 0, 1 or 2 (contracts.md section 1)."""
    try:
        haemaru(standalone_mode=False)
    except Fault as fault:
        show_fault(fault)
        sys.exit(2)
    except StorageError as error:
        show_fault(Fault(error.code, error.where, detail=error.detail))
        sys.exit(2)
    except SigningError as error:
        show_fault(Fault("keys_unusable", error.where, detail=error.code))
        sys.exit(2)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.exceptions.NoArgsIsHelpError as asked:
        # Whoever types only a noun wants to read what can follow, not an object.
        click.echo(asked.ctx.get_help() if asked.ctx else "", err=True)
        sys.exit(2)
    except click.BadParameter as error:
        where = " ".join(sys.argv[1:3])
        is_file = error.param is not None and isinstance(error.param.type, click.Path)
        show_fault(Fault("file_unusable" if is_file else "bad_usage", where, detail=error.format_message()))
        sys.exit(2)
    except click.ClickException as error:
        show_fault(Fault("bad_usage", " ".join(sys.argv[1:3]), detail=error.format_message()))
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except (OSError, UnicodeDecodeError) as error:
        show_fault(file_fault(error))
        sys.exit(2)
    except Exception as error:  # noqa: BLE001 - a mistake of ours is told like any other, never as a traceback
        show_fault(Fault("unexpected", type(error).__name__, detail=str(error)))
        sys.exit(2)
