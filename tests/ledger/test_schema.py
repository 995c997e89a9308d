"""Only the controller makes the ledger or brings it up to date; everyone else is told what is the matter."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DatabaseError

from tests.ledger import writers
from tests.ledger.telling import told
from upheld.errors import UsageError
from upheld.ledger import Ledger, open_ledger, schema
from upheld.ledger.connect import engine_for
from upheld.ledger.tables import metadata


def test_what_was_not_made_is_not_made_by_opening_it(url: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no ledger at .* yet\. `upheld run` makes it"):
        open_ledger(url)
    assert list(tmp_path.iterdir()) == []


def test_migrating_twice_changes_nothing(url: str) -> None:
    with open_ledger(url, migrate=True) as ledger:
        ledger.append(told("run_started"))
    with open_ledger(url, migrate=True) as again, open_ledger(url) as opened:
        assert again.runs() == opened.runs() == ["r1"]


def test_several_may_migrate_at_once(url: str) -> None:
    with ProcessPoolExecutor(4, multiprocessing.get_context("spawn")) as pool:
        assert list(pool.map(writers.migrate, [url] * 4)) == [[]] * 4


def test_the_migrations_make_what_the_code_uses(ledger: Ledger) -> None:
    with ledger._engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": schema.VERSION_TABLE})
        assert compare_metadata(context, metadata) == []


def test_a_new_one_is_what_the_migrations_come_to(tmp_path: Path) -> None:
    """A new SQLite ledger is made at once, and the one of an earlier version step by step, to the same."""
    made = {}
    for name in ("made", "migrated"):
        engine = engine_for(f"sqlite:///{tmp_path / name}.db", make=True)
        with engine.execution_options(writes=True).begin() as connection:
            (schema._make if name == "made" else schema._upgrade)(connection)
            found = connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master").all()
            version = connection.exec_driver_sql(f"SELECT * FROM {schema.VERSION_TABLE}").all()
        engine.dispose()
        made[name] = ({(*row[:3], "".join((row[3] or "").split())) for row in found}, version)
    assert made["made"] == made["migrated"]


def test_a_migrated_one_is_written_on_and_is_as_hard_to_change(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    engine = engine_for(url, make=True)
    with engine.execution_options(writes=True).begin() as connection:
        schema._upgrade(connection)
    engine.dispose()
    with open_ledger(url, migrate=True) as ledger:
        ledger.append(told("run_started"))
        assert ledger.runs() == ["r1"]
        with pytest.raises(DatabaseError, match="append-only"), ledger._engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM events")


def test_making_one_loads_no_alembic(tmp_path: Path) -> None:
    code = (
        "import sys; from upheld.ledger import open_ledger; open_ledger(sys.argv[1], migrate=True).close();"
        "print([name for name in ('alembic', 'mako') if name in sys.modules])"
    )
    command = [sys.executable, "-c", code, f"sqlite:///{tmp_path / 'new.db'}"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_every_revision_is_known_without_alembic() -> None:
    config = Config()
    config.set_main_option("script_location", "upheld.ledger:migrations")
    config.set_main_option("path_separator", "os")
    revisions = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(revisions)) == schema.REVISIONS


def test_a_newer_ledger_is_left_alone(ledger: Ledger, url: str) -> None:
    with ledger._engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE {schema.VERSION_TABLE} SET version_num = '0999'")
    for migrate in (False, True):
        with pytest.raises(UsageError, match=r"made by a newer upheld \(revision 0999; .* pip install --upgrade"):
            open_ledger(url, migrate=migrate)


def test_an_older_ledger_waits_for_the_controller(ledger: Ledger, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "REVISIONS", (*schema.REVISIONS, "0998"))
    with pytest.raises(UsageError, match=r"made by an older upheld \(revision \d+; this one writes 0998\)"):
        open_ledger(url)


def test_collecting_a_suite_does_not_load_sqlalchemy() -> None:
    code = "import sys, upheld.ledger; print([name for name in ('sqlalchemy', 'alembic') if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
