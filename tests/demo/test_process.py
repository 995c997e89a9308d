"""Starting and ending: settings that cannot be used, a clean end, and children that never outlive their parent."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

import demo
from demo.events.tables import DIETS
from demo.process import Demo, DemoDidNotStart
from demo.settings import Settings, WrongSetting
from demo.words import LANGUAGES, Words, catalogue
from tests.demo.stage import until


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"DEMO_PORT": "eighty"}, 'DEMO_PORT is "eighty"; it must be a port, a whole number from 0 to 65535.'),
        ({"DEMO_SMTP_PORT": "0"}, 'DEMO_SMTP_PORT is "0"; it must be a port, a whole number from 1 to 65535.'),
        ({"DEMO_MAIL_DELAY": "nan"}, 'DEMO_MAIL_DELAY is "nan"; it must be a number of seconds such as 0 or 2.5.'),
        (
            {"DEMO_TEST_CLOCK": "yes"},
            'DEMO_TEST_CLOCK is "yes"; it must be 1 (shared by all), customer (one for each) or 0.',
        ),
        ({"DEMO_DEFECTS": "no_receipt, no_reciept"}, 'names "no_reciept", and there is no such defect. Did you mean'),
        ({"DEMO_DEFECTS": "zzz"}, "There are: no_confirmation, no_receipt,"),
        ({"DEMO_SMS_URL": "127.0.0.1:9"}, 'DEMO_SMS_URL is "127.0.0.1:9"; it must begin with http:// or https://.'),
        ({"STRIPE_API_BASE": "http://127.0.0.1:1"}, "STRIPE_API_BASE is set and STRIPE_API_KEY is not"),
        ({"STRIPE_API_KEY": "sk_live_1"}, "is a live key"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(environ: dict[str, str], says: str) -> None:
    with pytest.raises(WrongSetting) as error:
        Settings.read(environ)
    assert says in str(error.value)


def test_a_defect_that_is_not_in_the_table_cannot_be_asked_for() -> None:
    settings = Settings.read({"DEMO_DEFECTS": "no_receipt"})
    assert "no_receipt" in settings
    assert "no_reminder" not in settings
    with pytest.raises(KeyError):
        _ = "no_recept" in settings


def test_a_wrong_setting_is_one_line_and_exit_2(tmp_path: Path) -> None:
    environ = os.environ | {"DEMO_DEFECTS": "slow_male", "DEMO_DATABASE": str(tmp_path / "x.db")}
    ended = subprocess.run([sys.executable, "-m", "demo"], env=environ, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr.splitlines() == [
        'demo: DEMO_DEFECTS names "slow_male", and there is no such defect. Did you mean "slow_mail"?'
    ]


def test_a_demo_that_cannot_start_says_why_in_its_own_words(tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(DemoDidNotStart, match="Address already in use"),
    ):
        Demo(tmp_path, port=taken.getsockname()[1]).start()


def test_it_ends_cleanly_and_soon_when_asked(tmp_path: Path) -> None:
    shop = Demo(tmp_path)
    shop.start()
    began = time.monotonic()
    shop.stop()
    assert time.monotonic() - began < 8  # 0.1 s when nothing else is going on
    assert not alive(shop.pid)
    assert shop.log.read_text() == ""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_localstripe_ends_with_the_shop(tmp_path: Path, number: signal.Signals) -> None:
    shop = Demo(tmp_path)
    shop.start()
    (bank,) = children(shop.pid)
    os.kill(shop.pid, number)
    shop.stop()
    until(lambda: not alive(bank))


def test_the_shop_ends_with_whoever_started_it(tmp_path: Path) -> None:
    starter = textwrap.dedent(f"""
        import os, sys
        from pathlib import Path
        from demo.process import Demo
        shop = Demo(Path({str(tmp_path)!r}))
        shop.start()
        print(shop.pid, flush=True)
        sys.stdin.read()
    """)
    home = str(Path(demo.__file__).parent.parent)
    with subprocess.Popen(
        [sys.executable, "-c", starter], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=home
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        (bank,) = children(pid)
        parent.kill()
    until(lambda: not alive(pid) and not alive(bank))


@pytest.mark.parametrize("story", ["", "events"])
def test_every_language_says_everything(story: str) -> None:
    first, *others = [catalogue(story, language) for language in LANGUAGES]
    assert all(set(other) == set(first) for other in others)
    assert not story or all(f"diet_{diet}" in first for diet in DIETS)


def test_a_story_says_in_english_what_it_does_not_say_in_german(monkeypatch: pytest.MonkeyPatch) -> None:
    spoken = {("", "en"): {"a": "A", "b": "B", "c": "C"}, ("tale", "en"): {"b": "tale's B"}, ("", "de"): {"a": "Ä"}}
    monkeypatch.setattr("demo.words.catalogue", lambda story, language: spoken.get((story, language), {}))
    words = Words("de_AT", "tale")
    assert [words(key) for key in "abc"] == ["Ä", "tale's B", "C"]


def alive(pid: int) -> bool:
    """Return whether the process runs; one that has ended and waits to be counted does not."""
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def children(pid: int) -> list[int]:
    """Return the ids of the processes that this one has started (Linux, proc(5))."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
