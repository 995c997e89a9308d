"""Only the controller makes the ledger or brings it up to date; everyone else is told what is the matter."""

from __future__ import annotations

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from tests.ledger import writers
from tests.ledger.telling import told
from upheld.errors import UsageError
from upheld.ledger import Ledger, open_ledger, schema
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
    import subprocess

    code = "import sys, upheld.ledger; print([name for name in ('sqlalchemy', 'alembic') if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
