"""The embedded mailbox's own word: what it accepted it has stored, and it lives as long as it should."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import smtplib
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.mailbox.servers import Listener, Server, eventually, free_port, sent
from upheld.errors import MailboxUnreachable, UsageError
from upheld.mailbox import open_mailbox
from upheld.mailbox._store import Reader, Writer
from upheld.mailbox.embedded import EmbeddedMailbox


@pytest.fixture
def own(tmp_path: Path) -> Iterator[EmbeddedMailbox]:
    with EmbeddedMailbox.start("embedded://127.0.0.1:0", tmp_path) as mailbox:
        yield mailbox


def port_of(mailbox: EmbeddedMailbox) -> int:
    return int(mailbox.url.rpartition(":")[2])


def process_of(folder: Path) -> int:
    sitting = Reader(folder / ".upheld/mailbox.db").sitting()
    assert sitting is not None
    return sitting.process


def alive(process: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, 0)
        return True
    return False


@contextlib.contextmanager
def program_on_a_port(greeting: bytes) -> Iterator[int]:
    """Another program, which greets whoever connects and then keeps silent."""
    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def greet() -> None:
            with contextlib.suppress(OSError):
                while True:
                    held.append(listening.accept()[0])
                    held[-1].sendall(greeting)
                    if greeting:
                        held[-1].recv(100)
                        held[-1].sendall(b"250 mail.other.test\r\n")

        thread = threading.Thread(target=greet)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)
    for one in held:
        one.close()


def test_a_kill_right_after_it_said_yes_loses_nothing(serve: Callable[..., Server]) -> None:
    server = serve("embedded")
    accepted = 0
    for _ in range(4):
        smtp = smtplib.SMTP("127.0.0.1", server.port, local_hostname="site.test", timeout=5)
        for _ in range(3):
            smtp.sendmail("shop@example.test", ["ada@example.test"], sent(f"n{accepted}"))
            accepted += 1
        server.end(signal.SIGKILL)
        smtp.close()
        server.start()
    assert accepted == 12
    mailbox = server.mailbox()
    kept = [mailbox.raw(envelope.id) for envelope in mailbox.since("")]
    assert kept == [sent(f"n{number}") for number in range(12)]


def test_it_dies_with_its_starter_however_that_ends(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from upheld.mailbox.embedded import EmbeddedMailbox as E; "
        "print(E.start('embedded://127.0.0.1:0', pathlib.Path(sys.argv[1])).url, flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        url = starter.stdout.readline().strip()
        with EmbeddedMailbox.attach(url, tmp_path) as mailbox:
            process = process_of(tmp_path)
            mailbox.post("a@example.test", "b@example.test", "s", "b")
            starter.kill()
            eventually(lambda: not alive(process) or _zombie(process), 5)
            with pytest.raises(MailboxUnreachable):
                mailbox.ready()
            assert len(mailbox.since("")) == 1


def _zombie(process: int) -> bool:
    """True where it has ended and nobody has collected it, as in a container without an init."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return False


def test_it_ends_when_it_is_closed_and_only_by_its_starter(own: EmbeddedMailbox, tmp_path: Path) -> None:
    process = process_of(tmp_path)
    with EmbeddedMailbox.attach(own.url, tmp_path) as worker:
        assert worker.url == own.url
    with EmbeddedMailbox.start(own.url, tmp_path) as second:
        second.ready()
    own.ready()
    assert alive(process)
    own.close()
    assert not alive(process)


def test_ctrl_c_in_the_terminal_does_not_reach_it(own: EmbeddedMailbox, tmp_path: Path) -> None:
    process = process_of(tmp_path)
    os.kill(process, signal.SIGINT)
    assert os.getpgid(process) != os.getpgid(0)
    with Listener(own) as listener:
        listener.wait(lambda: len(listener.pulses) >= 2)


def test_the_death_of_a_reader_disturbs_nobody(own: EmbeddedMailbox, tmp_path: Path) -> None:
    code = (
        "import sys, pathlib, threading; from upheld.mailbox.embedded import EmbeddedMailbox as E\n"
        "for one in E.attach(sys.argv[1], pathlib.Path(sys.argv[2])).stream('', threading.Event()):\n"
        "    print(one, flush=True)"
    )
    command = [sys.executable, "-c", code, own.url, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader, Listener(own) as listener:
        assert reader.stdout is not None
        assert "Pulse" in reader.stdout.readline()
        reader.kill()
        own.post("a@example.test", "b@example.test", "s", "b")
        listener.wait(lambda: listener.envelopes and len(listener.pulses) >= 2)


def test_two_readers_see_the_same(own: EmbeddedMailbox, tmp_path: Path) -> None:
    with EmbeddedMailbox.attach(own.url, tmp_path) as other, Listener(own) as one, Listener(other) as two:
        for number in range(20):
            own.post("a@example.test", f"n{number}@example.test", "s", "b")
        one.wait(lambda: len(one.envelopes) == 20)
        two.wait(lambda: len(two.envelopes) == 20)
    assert one.envelopes == two.envelopes == own.since("")
    assert [envelope.to[0] for envelope in one.envelopes] == [f"n{number}@example.test" for number in range(20)]


def test_sigterm_ends_a_daemon_cleanly(serve: Callable[..., Server]) -> None:
    server = serve("embedded")
    mailbox = server.mailbox()
    assert server.end(signal.SIGTERM) == 0
    sitting = Reader(server.folder / ".upheld/mailbox.db").sitting()
    assert sitting is not None
    assert sitting.ended
    with pytest.raises(MailboxUnreachable, match=r"refuses the connection\. It was stopped at \d\d:\d\d:\d\d UTC\.$"):
        mailbox.ready()


def test_nobody_there_is_told_with_what_to_do(tmp_path: Path) -> None:
    port = free_port()
    with pytest.raises(MailboxUnreachable) as raised:
        open_mailbox(f"embedded://127.0.0.1:{port}", root=tmp_path, start=False)
    assert str(raised.value) == (
        f"Nobody serves the mailbox at embedded://127.0.0.1:{port}: 127.0.0.1:{port} refuses the connection. "
        "`upheld mailbox serve` starts one that stays."
    )


@pytest.mark.parametrize("start", [True, False])
def test_another_program_on_the_port_is_told(tmp_path: Path, start: bool) -> None:
    with program_on_a_port(b"220 mail.other.test ESMTP\r\n") as port, pytest.raises(UsageError) as raised:
        open_mailbox(f"embedded://127.0.0.1:{port}", root=tmp_path, start=start)
    assert str(raised.value) == (
        f"The mailbox cannot be at embedded://127.0.0.1:{port}: 127.0.0.1:{port} is another mail server, which calls "
        'itself "mail.other.test". Choose another port; 0 takes a free one.'
    )


def test_a_program_that_says_nothing_is_told(tmp_path: Path) -> None:
    with program_on_a_port(b"") as port, pytest.raises(UsageError, match="says nothing that a mailbox would"):
        open_mailbox(f"embedded://127.0.0.1:{port}", root=tmp_path, start=True)


def test_a_mailbox_with_another_store_is_told(own: EmbeddedMailbox, tmp_path: Path) -> None:
    for url in (f"{own.url}?store=elsewhere.db", own.url.replace("embedded", "embedded")):
        root = tmp_path if "?" in url else tmp_path / "other suite"
        with pytest.raises(UsageError, match=r"keeps another store than .*Choose another port \(0 takes a free one\)"):
            EmbeddedMailbox.start(url, root)


def test_a_store_is_served_once(own: EmbeddedMailbox, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        EmbeddedMailbox.start("embedded://127.0.0.1:0", tmp_path)
    assert str(raised.value) == (
        f"The mailbox store {tmp_path}/.upheld/mailbox.db is already served at 127.0.0.1:{port_of(own)} "
        f"(process {process_of(tmp_path)}). Use that address, or another ?store=."
    )
    with EmbeddedMailbox.start("embedded://127.0.0.1:0?store=a%20second%20one.db", tmp_path) as second:
        assert (tmp_path / "a second one.db").exists()
        assert second.url.endswith("?store=a%20second%20one.db")


def test_a_bounce_and_a_password_are_taken(own: EmbeddedMailbox) -> None:
    with smtplib.SMTP("127.0.0.1", port_of(own), local_hostname="site.test", timeout=5) as smtp:
        smtp.ehlo()
        assert smtp.esmtp_features["size"] == str(50 * 1024 * 1024)
        smtp.login("shop", "secret")
        smtp.sendmail("", ["ada@example.test"], sent("bounce"))
    assert len(own.since("")) == 1


def test_what_cannot_be_stored_is_not_accepted(serve: Callable[..., Server]) -> None:
    server = serve("embedded")
    mailbox = server.mailbox()
    (server.folder / ".upheld/mailbox.db").unlink()
    with pytest.raises((smtplib.SMTPResponseException, OSError, smtplib.SMTPServerDisconnected)) as raised:
        server.send(sent("lost"))
    assert getattr(raised.value, "smtp_code", 451) == 451
    assert server.process is not None
    assert server.process.wait(5) == 0
    with pytest.raises(MailboxUnreachable, match=r"is not there\. Was it deleted during the run"):
        mailbox.since("")


def test_a_machine_that_slept_did_not_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    began = datetime(2026, 3, 2, 9, tzinfo=UTC)
    clock = [0.0]
    epoch = int(began.timestamp()) * 10**9
    monkeypatch.setattr("upheld.mailbox._store.time.time_ns", lambda: epoch + int(clock[0] * 1e9))
    writer = Writer(tmp_path / "box.db")
    writer.sit("127.0.0.1:1025")
    for clock[0] in (0.7, 1.4, 4.3, 8.0, 8.7, 6.0, 6.7):  # a gap after 4.3; the clock is set back after 8.7
        writer.beat()
    writer.close()
    reader = Reader(tmp_path / "box.db")
    told = [(sitting.began - began, sitting.beat - began) for sitting in reader.sittings(began, began + timedelta(1))]
    told_seconds = [(one.total_seconds(), two.total_seconds()) for one, two in told]
    assert told_seconds == [(0.0, 4.3), (6.0, 6.7), (8.0, 8.7)]
    coverage = EmbeddedMailbox("127.0.0.1", 1025, reader, "").coverage(began, began + timedelta(seconds=10))
    assert [(span.since - began).total_seconds() for span in coverage.spans] == [0.0, 6.0, 8.0]
    assert [(gap.until - began).total_seconds() for gap in coverage.gaps] == [6.0, 8.0, 10.0]
    assert re.match("the mailbox at 127.0.0.1:1025 began again at 09:00:06 UTC", coverage.gaps[0].why)
    reader.close()


def test_a_message_that_could_not_be_stored_is_a_hole_in_what_is_covered(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "box.db")
    writer.sit("127.0.0.1:1025")
    with sqlite3.connect(tmp_path / "box.db") as other:
        # What a full disk does, at the place where it does it: the first byte of a message too many.
        other.execute(
            "CREATE TRIGGER full BEFORE INSERT ON messages WHEN length(NEW.raw) > 10 "
            "BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
        )
    other.close()
    writer.store("shop@example.test", ["ada@example.test"], b"small")
    with pytest.raises(sqlite3.Error, match="disk is full"):
        writer.store("shop@example.test", ["ada@example.test"], b"large" * 10)
    writer.beat()
    writer.store("shop@example.test", ["ada@example.test"], b"again")
    writer.close()
    reader = Reader(tmp_path / "box.db")
    one, two = reader.sittings(datetime(2026, 1, 1, tzinfo=UTC), datetime.now(UTC) + timedelta(1))
    assert one.beat < two.began
    assert reader.count() == 2
    reader.close()


def test_a_store_of_an_earlier_version_is_kept_on_with(tmp_path: Path) -> None:
    """Earlier versions made the tables in other words; what was kept is found, and what comes is numbered on."""
    with sqlite3.connect(tmp_path / "box.db") as earlier:
        earlier.executescript("""
            CREATE TABLE store (id TEXT NOT NULL, made INTEGER, PRIMARY KEY (id));
            CREATE TABLE messages (seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL,
                sender TEXT NOT NULL, recipients TEXT NOT NULL, raw BLOB NOT NULL);
            CREATE TABLE sittings (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, address TEXT NOT NULL,
                process INTEGER NOT NULL, began INTEGER NOT NULL, beat INTEGER NOT NULL, ended BOOLEAN NOT NULL);
            INSERT INTO store VALUES ('0123456789abcdef', 1);
            INSERT INTO messages VALUES (7, 1700000000000000, 'shop@shop.test', '["ada@journeys.test"]', x'48656c6c6f');
            INSERT INTO sittings VALUES (3, '127.0.0.1:1025', 42, 1700000000000000, 1700000009000000, 1);
        """)
    earlier.close()
    writer = Writer(tmp_path / "box.db")
    writer.sit("127.0.0.1:1026")
    writer.store("shop@shop.test", ["ben@journeys.test"], b"World")
    writer.close()
    reader = Reader(tmp_path / "box.db")
    assert [(one.id, one.to, reader.raw(one.id)) for one in reader.after(0)] == [
        ("0123456789ab-7", ("ada@journeys.test",), b"Hello"),
        ("0123456789ab-8", ("ben@journeys.test",), b"World"),
    ]
    since = datetime(2020, 1, 1, tzinfo=UTC)
    assert [(one.id, one.ended) for one in reader.sittings(since, datetime.now(UTC))] == [(3, True), (4, True)]
    reader.close()


def test_its_process_starts_without_what_is_slow_to_load() -> None:
    code = "import sys, upheld.mailbox.serve; print({'sqlalchemy', 'httpx', 'bs4', 'pytest'} & set(sys.modules) or '')"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == ""
