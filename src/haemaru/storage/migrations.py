"""Migrations: small steps that bring an older database to today's tables.

Alembic costs 39 MB and a third of a second to import, so it is asked only when the version written in the database is
not the newest one in the folder.
"""

import re
from pathlib import Path

import sqlalchemy

_REVISION = re.compile(r"^revision\b[^=]*=\s*[\"']([^\"']+)[\"']", re.MULTILINE)
_DOWN = re.compile(r"^down_revision\b[^=]*=\s*(.+)$", re.MULTILINE)
_NAMES = re.compile(r"[\"']([^\"']+)[\"']")


def newest(script_location: Path) -> frozenset[str]:
    """The revisions that no other one follows; one name where history is a line."""
    revisions: set[str] = set()
    followed: set[str] = set()
    for path in (script_location / "versions").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        revisions.update(_REVISION.findall(text))
        for line in _DOWN.findall(text):
            followed.update(_NAMES.findall(line))
    return frozenset(revisions - followed)


def upgrade(connection: sqlalchemy.Connection, script_location: Path) -> None:
    """Runs the steps that are missing, within the transaction of `connection`."""
    if _version(connection) == newest(script_location):
        return
    from alembic.config import Config  # see above
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(script_location))
    script = ScriptDirectory.from_config(config)
    with EnvironmentContext(
        config, script, fn=lambda revision, _context: script._upgrade_revs("head", revision), destination_rev="head"
    ) as environment:
        environment.configure(connection=connection, render_as_batch=True)
        environment.run_migrations()


def _version(connection: sqlalchemy.Connection) -> frozenset[str]:
    if not sqlalchemy.inspect(connection).has_table("alembic_version"):
        return frozenset()
    return frozenset(row[0] for row in connection.exec_driver_sql("SELECT version_num FROM alembic_version"))
