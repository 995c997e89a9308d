"""Which revision a ledger is of, and bringing it up to this one. Only the controlling process migrates."""

from __future__ import annotations

import sqlite3
import threading

import tenacity
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    column,
    inspect,
    select,
    table,
)

from upheld.errors import ConfigError, UsageError
from upheld.ledger.connect import database_file, masked, take_turn
from upheld.ledger.tables import metadata

__all__ = ["REVISIONS", "VERSION_TABLE", "check", "migrate"]

# Oldest first, as in `migrations/versions`; a test compares. Workers look here, so that they need not load Alembic.
REVISIONS = ("0001",)
# Not Alembic's usual name: a PostgreSQL database may be shared with an application that uses Alembic itself.
VERSION_TABLE = "ledger_version"

_alembic = threading.Lock()  # `alembic.context` is one per process


def check(engine: Engine) -> None:
    """Return if the ledger is of this code's revision.

    Raises `UsageError` where it is not there, older, or newer.
    """
    file = database_file(engine.url)
    if file is not None and not file.exists():  # to connect would make an empty one
        found = None
    else:
        with engine.connect() as connection:
            found = _revision(connection)
    _refuse_newer(engine, found)
    if found is None:
        raise UsageError(f"There is no ledger at {masked(engine.url)} yet. `upheld run` makes it.")
    if found != REVISIONS[-1]:
        raise UsageError(
            f"The ledger at {masked(engine.url)} was made by an older upheld (revision {found}; this one writes "
            f"{REVISIONS[-1]}). The next `upheld run` brings it up to date."
        )


def migrate(engine: Engine) -> None:
    """Make the ledger, or bring it up to this code's revision; any number of processes may do so at once.

    Raises `UsageError` where it is newer than this code, `ConfigError` where SQLite cannot keep a WAL there.
    """
    if engine.dialect.name == "sqlite":
        _use_wal(engine)
    with engine.execution_options(writes=True).begin() as connection:
        take_turn(connection)
        found = _revision(connection)
        _refuse_newer(engine, found)
        if found is None and engine.dialect.name == "sqlite":
            _make(connection)
        elif found != REVISIONS[-1]:
            _upgrade(connection)


def _make(connection: Connection) -> None:
    """Make a new ledger as the migrations would; Alembic takes longer to load than a small run takes to sweep."""
    version = Table(
        VERSION_TABLE,
        MetaData(),
        Column("version_num", String(32), nullable=False),
        PrimaryKeyConstraint("version_num", name=f"{VERSION_TABLE}_pkc"),
    )
    version.create(connection)
    metadata.create_all(connection, checkfirst=False)
    connection.execute(version.insert().values(version_num=REVISIONS[-1]))


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.scalar(select(column("version_num")).select_from(table(VERSION_TABLE)))
    return found


def _refuse_newer(engine: Engine, found: str | None) -> None:
    if found is not None and found not in REVISIONS:
        raise UsageError(
            f"The ledger at {masked(engine.url)} was made by a newer upheld (revision {found}; this one knows up to "
            f"{REVISIONS[-1]}). Update this one: pip install --upgrade upheld"
        )


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "upheld.ledger:migrations")  # a resource: works from a wheel
    config.set_main_option("path_separator", "os")
    config.attributes.update(connection=connection, version_table=VERSION_TABLE)
    with _alembic:
        command.upgrade(config, "head")


@tenacity.retry(  # SQLite's busy timeout does not cover the change of the journal's mode
    retry=tenacity.retry_if_exception(
        lambda error: isinstance(error, sqlite3.OperationalError) and "locked" in str(error)
    ),
    stop=tenacity.stop_after_delay(30),
    wait=tenacity.wait_random(0.01, 0.1),
    reraise=True,
)
def _use_wal(engine: Engine) -> None:
    """Write-ahead logging, which the file remembers: readers never wait for writers, nor writers for readers."""
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        mode = cursor.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    finally:
        raw.close()
    if str(mode).lower() != "wal":
        raise ConfigError(
            f"The ledger at {masked(engine.url)} is on a file system that cannot share memory between processes "
            f'(SQLite stays in "{mode}" mode). Put it on a local disk, or use PostgreSQL.'
        )
