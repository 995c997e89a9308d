"""A real PostgreSQL for the tests: a cluster of its own in a temporary folder, gone with the session."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.needs import needs, postgres_binaries

__all__ = ["Cluster", "postgres_cluster"]


@dataclass(frozen=True)
class Cluster:
    """A running server that is reached by a socket in `folder`."""

    folder: Path

    def new_database(self) -> str:
        """Make an empty database and return its URL."""
        name = f"ledger_{uuid.uuid4().hex}"
        with psycopg.connect(host=str(self.folder), user="upheld", dbname="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql://upheld@/{name}?host={self.folder}"


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    needs("postgres")
    binaries = postgres_binaries()
    assert binaries is not None
    folder = Path(tempfile.mkdtemp(prefix="upheld-pg-"))
    who: dict[str, Any] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        user = next(entry for entry in pwd.getpwall() if entry.pw_name in ("postgres", "nobody"))
        os.chown(folder, user.pw_uid, user.pw_gid)
        who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def run(program: str, *arguments: str) -> None:
        log = folder / "log"
        with log.open("ab") as out:
            done = subprocess.run(
                [binaries / program, "-D", folder / "data", *arguments], cwd=folder, stdout=out, stderr=out, **who
            )
        assert done.returncode == 0, log.read_text()

    try:
        run("initdb", "--auth=trust", "--username=upheld", "--encoding=UTF8", "--locale=C", "--no-sync")
        settings = f"-k {folder} -c listen_addresses= -c fsync=off -c timezone=Asia/Kathmandu"
        run("pg_ctl", "start", "-w", "-t", "60", "-o", settings)
        try:
            yield Cluster(folder)
        finally:
            run("pg_ctl", "stop", "-w", "-m", "immediate")
    finally:
        shutil.rmtree(folder)
