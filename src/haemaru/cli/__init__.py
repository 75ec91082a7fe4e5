"""The door from the shell: `haemaru <noun> <verb>`.

A command that names a HOME goes through the control socket of the node that runs there; where none runs, it takes the
home's lock and does the work itself. `--json` prints exactly one object (JSON Lines where a list is asked for);
errors are one object on standard error. Exit 0 fine, 1 problems found, 2 bad usage or input.
"""

__all__ = ["main"]


def main() -> None:
    """Runs a command; the tree of commands is read only here, for `haemaru.cli.witnessing` does without it."""
    from haemaru.cli.main import main as run

    run()
