"""From a URL to an engine: which database, is it safe there, and how its transactions begin."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, func, make_url, select

from upheld.errors import ConfigError, LedgerUnreachable

__all__ = ["SAMPLES", "database_file", "engine_for", "masked", "network_file_system", "take_turn", "unreachable"]

SAMPLES = '"sqlite:///.upheld/ledger.db" or "postgresql://user@host/database"'
_POSTGRESQL = ("postgres", "postgresql", "postgresql+psycopg")
_SECRETS = ("password", "sslpassword")  # what libpq takes in a URL's query as well
_BUSY_SECONDS = 30
# Any fixed number will do, as long as all writers of a database use the same one ("upheld", in ASCII).
_TURN = 0x75_70_68_65_6C_64

# SQLite's WAL shares memory between its processes and relies on locks that work; a file that comes over a network has
# neither (https://sqlite.org/wal.html, https://sqlite.org/howtocorrupt.html section 2). 9p is also how WSL 2 shows a
# Windows drive and how some virtual machines show a folder of their host: the same applies.
# fmt: off
_NETWORK = frozenset((
    "9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "fuse.cephfs", "fuse.curlftpfs", "fuse.davfs",
    "fuse.davfs2", "fuse.gcsfuse", "fuse.glusterfs", "fuse.goofys", "fuse.rclone", "fuse.s3fs", "fuse.smbnetfs",
    "fuse.sshfs", "fuse.vmhgfs-fuse", "gfs2", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2",
    "orangefs", "prl_fs", "smb2", "smb3", "smbfs", "sshfs", "vboxsf", "vmhgfs",
))
# fmt: on
_MOUNTS = Path("/proc/self/mountinfo")


def engine_for(text: str, *, make: bool) -> Engine:
    """Return an engine for the URL; with `make`, the folder of a SQLite file is made.

    Raises `ConfigError` where the URL names no usable place, and `LedgerUnreachable` where the folder cannot be made.
    """
    try:
        url = make_url(text)
    except (exc.ArgumentError, ValueError):
        # The text is not repeated: it may hold a password that nobody could find in it to mask.
        raise ConfigError(f"The ledger's URL cannot be read. It looks like {SAMPLES}.") from None
    if url.drivername == "sqlite":
        return _sqlite(url, make=make)
    if url.drivername in _POSTGRESQL:
        return _postgresql(url)
    raise ConfigError(
        f'The ledger cannot be kept in "{url.drivername}". It is a SQLite file or a PostgreSQL database: {SAMPLES}.'
    )


def masked(url: URL) -> str:
    """Return the URL for people to read, without any password in it."""
    shown = url.set(drivername=url.get_backend_name()).difference_update_query(_SECRETS)
    return shown.render_as_string(hide_password=True)


def unreachable(url: URL, did: str, error: BaseException) -> LedgerUnreachable:
    """Return the error that says what could not be done, and why, without the password."""
    said = " ".join(str(getattr(error, "orig", None) or error).split())
    for secret in (url.password, *(url.query.get(name) for name in _SECRETS)):
        if secret:
            said = said.replace(str(secret), "***")
    stop = "" if said.endswith((".", "?", "!")) else "."
    look = "Is the file writable, and is its disk full?" if url.drivername == "sqlite" else "Is the database running?"
    return LedgerUnreachable(
        f"The ledger at {masked(url)} could not be {did}: {said}{stop} {look} `upheld doctor` checks it."
    )


def database_file(url: URL) -> Path | None:
    """Return the file of a SQLite ledger; `None` for PostgreSQL."""
    return Path(url.database or "") if url.drivername == "sqlite" else None


def network_file_system(file: Path, mounts: str) -> str | None:
    """Return the kind of network file system that the file is on, or `None`.

    `mounts` is the text of `/proc/self/mountinfo` (proc(5)).
    """
    best: tuple[int, str] = (-1, "")
    place = file.resolve()
    for line in mounts.splitlines():
        before, dash, after = line.partition(" - ")
        if not dash or len(before.split()) < 5 or not after.split():
            continue
        # Blanks, tabs, newlines and backslashes stand as octal numbers.
        point = Path(re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), before.split()[4]))
        # Of several mounts on the same place the last one is seen.
        if place.is_relative_to(point) and len(point.parts) >= best[0]:
            best = (len(point.parts), after.split()[0])
    return best[1] if best[1] in _NETWORK else None


def take_turn(connection: Connection) -> None:
    """Wait until no other writer of this database is in a transaction; hold the others back until this one ends.

    SQLite has done so with BEGIN IMMEDIATE. PostgreSQL hands out `seq` when a row is inserted, not when it is
    committed: without this, a reader who has seen 8 could miss 7, committed later. It also makes a lease and what is
    written under it follow one another.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_TURN)))


def _sqlite(url: URL, *, make: bool) -> Engine:
    name = url.database or ""
    if name in ("", ":memory:") or name.startswith("file:") or url.query:
        raise ConfigError(
            f'The ledger at "{masked(url)}" is no plain file. Workers and later runs read it too: '
            f'name one, such as "sqlite:///.upheld/ledger.db".'
        )
    file = Path(name)
    mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape") if _MOUNTS.exists() else ""
    if kind := network_file_system(file, mounts):
        raise ConfigError(
            f"The ledger at {masked(url)} is on a network file system ({kind}), where SQLite can lose what was "
            f'written. Put the file on a local disk, or use PostgreSQL: --ledger "postgresql://user@host/database".'
        )
    if make:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unreachable(url, "made", error) from error
    # Absolute, since a later connection must find the same file wherever the process stands then.
    engine = create_engine(url.set(database=str(file.absolute())), connect_args={"timeout": _BUSY_SECONDS})

    # SQLAlchemy, "Using SQLAlchemy to emit BEGIN in lieu of SQLite's transaction control": the driver would begin a
    # transaction late and deferred, and two that read first and write then can never both go on.
    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        # FULL, not NORMAL: in WAL, NORMAL can lose the last commits with the machine's power, and an action is
        # written down before it is done. It costs one fsync per append: 0.3 ms instead of 0.02 ms on a common disk,
        # where a step in the browser takes 100 ms.
        connection.execute("PRAGMA synchronous=FULL")

    @event.listens_for(engine, "begin")
    def _began(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(url: URL) -> Engine:
    arguments: dict[str, Any] = {} if "connect_timeout" in url.query else {"connect_timeout": 10}
    try:
        return create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args=arguments,
            pool_pre_ping=True,
            # A server may be set to another level, whose snapshot would be older than our turn.
            isolation_level="READ COMMITTED",
        )
    except ImportError as error:
        raise ConfigError(
            f"The ledger at {masked(url)} needs the PostgreSQL driver, which is not installed ({error}). "
            f'Run: pip install "upheld[postgres]"'
        ) from error
