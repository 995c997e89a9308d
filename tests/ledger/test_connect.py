"""Where a ledger may be kept, and what is said where it may not."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from upheld.errors import ConfigError, LedgerUnreachable
from upheld.ledger import connect, open_ledger
from upheld.ledger.connect import network_file_system

MOUNTS = r"""
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
22 21 0:40 / /net/ada rw,relatime shared:2 master:1 - nfs4 files:/export/ada rw,vers=4.2
23 22 8:2 / /net/ada/local rw - xfs /dev/sda2 rw
24 21 0:41 / /mnt/team\040drive rw - cifs //files/team rw
25 21 0:42 / /mnt/büro rw - fuse.sshfs ada@host:/ rw
26 21 0:43 / /mnt/c rw - 9p C:\134 rw
27 21 0:44 / /srv rw - nfs files:/srv rw
28 21 8:3 / /srv rw - btrfs /dev/sda3 rw
not a line of this file
""".strip()


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("/var/lib/ledger.db", None),
        ("/net/ada/suite/.upheld/ledger.db", "nfs4"),
        ("/net/ada/local/ledger.db", None),
        ("/net/adam/ledger.db", None),
        ("/mnt/team drive/ledger.db", "cifs"),
        ("/mnt/büro/ledger.db", "fuse.sshfs"),
        ("/mnt/c/ledger.db", "9p"),
        ("/srv/ledger.db", None),
    ],
)
def test_a_network_file_system_is_seen(file: str, kind: str | None) -> None:
    assert network_file_system(Path(file), MOUNTS) == kind


def test_sqlite_on_a_network_file_system_is_refused(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(f"1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:9 / {tmp_path.resolve()} rw - nfs4 files:/ rw\n")
    monkeypatch.setattr(connect, "_MOUNTS", table)
    with pytest.raises(ConfigError, match=r"network file system \(nfs4\).*use PostgreSQL: --ledger \"postgresql://"):
        open_ledger(sqlite_url, migrate=True)
    assert list(tmp_path.iterdir()) == [table]


def test_without_a_mount_table_the_file_is_taken(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connect, "_MOUNTS", tmp_path / "none")
    open_ledger(sqlite_url, migrate=True).close()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?uri=true"])
def test_sqlite_is_a_plain_file(url: str) -> None:
    with pytest.raises(ConfigError, match=r'is no plain file\. .* name one, such as "sqlite:///.upheld/ledger.db"'):
        open_ledger(url, migrate=True)


def test_another_database_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match=r'cannot be kept in "mysql".*SQLite file or a PostgreSQL database'):
        open_ledger("mysql://ada:secret@host/db")


def test_what_is_no_url_is_not_repeated() -> None:
    with pytest.raises(ConfigError, match=r"cannot be read\. It looks like") as raised:
        open_ledger("ada:secret@host")
    assert "secret" not in str(raised.value)


def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ConfigError, match=r'needs the PostgreSQL driver.*pip install "upheld\[postgres\]"') as raised:
        open_ledger("postgresql://ada:secret@127.0.0.1/db")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:s3cr%20t@127.0.0.1:1/db",
        "postgres://127.0.0.1:1/db?user=ada&password=s3cr+t",
        "postgresql+psycopg://ada:s3cr t@127.0.0.1:1/db",
    ],
)
def test_a_server_that_does_not_answer_is_named_without_the_password(url: str) -> None:
    with pytest.raises(LedgerUnreachable, match=r"could not be opened: .*Is the database running\?") as raised:
        open_ledger(url)
    assert "s3cr" not in str(raised.value)
    assert "The ledger at postgresql://" in str(raised.value)


def test_a_file_that_is_no_ledger_is_unreachable(tmp_path: Path) -> None:
    file = tmp_path / "notes.db"
    file.write_text("Dear diary, " * 100)
    for migrate in (False, True):
        with pytest.raises(LedgerUnreachable, match="could not be opened: file is not a database"):
            open_ledger(f"sqlite:///{file}", migrate=migrate)
    assert file.read_text().startswith("Dear diary")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LedgerUnreachable, match=r"could not be made: .*Is the file writable"):
        open_ledger(f"sqlite:///{tmp_path}/file/ledger.db", migrate=True)


def test_sqlite_is_set_up_for_many_processes(sqlite_url: str) -> None:
    with open_ledger(sqlite_url, migrate=True) as ledger, ledger._engine.connect() as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")
        }
        assert asked == {"journal_mode": "wal", "synchronous": 2}
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 30_000


def test_a_relative_file_stays_the_same_wherever_the_process_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with open_ledger("sqlite:///.upheld/ledger.db", migrate=True) as ledger:
        ledger._engine.dispose()
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / "elsewhere")
        assert ledger.runs() == []
    assert (tmp_path / ".upheld" / "ledger.db").exists()
