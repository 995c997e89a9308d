"""Which checks there are, what others may add, and what a typo in the settings is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.metadata import EntryPoint
from typing import ClassVar

import pytest

from upheld import added
from upheld.checks import EVERYWHERE, Finding, Known, Severity, Touch, all_checks, registry, severities
from upheld.errors import ConfigError


class NoEmoji:
    """What somebody else adds."""

    name: ClassVar[str] = "no_emoji"
    about: ClassVar[str] = "We write without emoji."
    severity: ClassVar[Severity] = Severity.WARN
    channels: ClassVar[frozenset[str]] = EVERYWHERE

    def look(self, touch: Touch, known: Known) -> Iterable[Finding]:
        yield from ()


class Twin(NoEmoji):
    name = "dead_link"


NOTHING = object()


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    all_checks.cache_clear()
    yield
    all_checks.cache_clear()


def offer(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    entry = EntryPoint(what.lower(), f"{__name__}:{what}", registry.GROUP)
    monkeypatch.setattr(added, "entry_points", lambda group: [entry] if group == registry.GROUP else [])
    monkeypatch.setattr(EntryPoint, "load", lambda self: globals()[self.attr])


def test_every_check_says_what_it_is() -> None:
    names = [check.name for check in all_checks()]
    assert names == sorted(names)
    assert "dead_link" in names
    for check in all_checks():
        assert check.name.isidentifier()
        assert check.about.endswith(".")
        assert check.channels


def test_somebody_adds_a_check(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, "NoEmoji")
    assert severities({})["no_emoji"] is Severity.WARN


@pytest.mark.parametrize(
    ("what", "said"), [("Twin", 'is called "dead_link", as another one is'), ("NOTHING", "is none: it needs name")]
)
def test_what_is_no_check_is_told(monkeypatch: pytest.MonkeyPatch, what: str, said: str) -> None:
    offer(monkeypatch, what)
    with pytest.raises(ConfigError) as raised:
        all_checks()
    assert said in str(raised.value)


def test_the_settings_have_the_last_word_and_a_typo_is_told() -> None:
    weighed = severities({"*": "off", "dead_link": "warn"})
    assert weighed["dead_link"] is Severity.WARN
    assert set(weighed.values()) == {Severity.WARN, Severity.OFF}
    with pytest.raises(ConfigError) as raised:
        severities({"dead_links": "off"})
    assert str(raised.value) == '[tool.upheld.checks]: no check is called "dead_links". Did you mean "dead_link"?'
