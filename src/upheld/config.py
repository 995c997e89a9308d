"""The settings of a suite: `[tool.upheld]` in pyproject.toml, then `UPHELD_...` in the environment, then options."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError

from upheld.errors import ConfigError, did_you_mean
from upheld.language import speaking
from upheld.promises.window import parse_duration

__all__ = ["Settings", "find_root", "is_suite", "load_settings"]


def _duration(value: Any) -> Any:
    return parse_duration(str(value)) if isinstance(value, str | int | float) else value


Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(lambda value: f"{value.total_seconds()}s", return_type=str),
]


class Settings(BaseModel):
    """What a run needs to know. Durations are said as `90s`, `2m`, `1h`, `3d` or in words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    root: Path = Field(default=Path(), description="The suite's folder, where pyproject.toml stands.")
    site: str = Field(default="", description="The address of the site that is walked.")
    mailbox: str = Field(
        default="embedded://127.0.0.1:1025",
        description="Where captured messages are read: `embedded://host:port` or `mailpit+http://host:port`.",
    )
    capture: str = Field(
        default="",
        description="Where text messages and webhooks are caught: `capture://127.0.0.1:1080` starts a server for them, "
        "beside any mailbox; see [text messages and webhooks](capture.md). Empty: they are not.",
    )
    clock: str = Field(
        default="real",
        description="How time passes on the site: `real`, the address of its test clock, or `command:` and what to run "
        "at each moment, with `{now}` in it. `{customer}` in it: the site has a clock for each customer.",
    )
    clock_reads: str = Field(
        default="",
        description="For a `command:` clock: what prints the site's time; without it that is real time plus what was "
        "turned.",
    )
    clock_limit: Duration = Field(
        default=timedelta(minutes=1), description="How long a `command:` clock may take for one turn."
    )
    ledger: str = Field(
        default="", description="Where promises are written down; a SQLite file in `folder` unless said otherwise."
    )
    folder: Path = Field(default=Path(".upheld"), description="Where ledger, evidence, mailbox and report are kept.")
    allow_hosts: tuple[str, ...] = Field(
        default=(), description="Hosts that may be driven and fetched, such as `staging.example.org`; loopback always."
    )
    mail_domain: str = Field(default="journeys.test", description="The domain of the customers' addresses.")
    patience: Duration = Field(
        default=timedelta(minutes=2), description="How long a run waits in real time for windows to close."
    )
    quiet: Duration = Field(
        default=timedelta(seconds=2), description="How long after the right thing came nothing more may come."
    )
    tolerance: Duration = Field(
        default=timedelta(hours=2), description="How far off `1 day before the event` may be, either way."
    )
    look_after: Duration = Field(
        default=timedelta(days=2), description="How far a turned clock goes past a window, to tell late from never."
    )
    site_works: Duration = Field(
        default=timedelta(seconds=10),
        description="How long the site may take after a turn of its clock. A clock that says `idle` ends it sooner; "
        "one that says that it is not gets three times as long, and then nothing is told of what was due.",
    )
    step_limit: Duration = Field(
        default=timedelta(seconds=5), description="How long a step looks for what it needs on a page."
    )
    checks: dict[str, Literal["fail", "warn", "off"]] = Field(
        default_factory=dict,
        description="What a check's finding does, by the check's name (`*`: by all others): `fail`, `warn` or `off`; "
        "see [checks](checks.md).",
    )
    unpromised: Literal["fail", "warn", "off"] = Field(
        default="warn", description="What a message does that answers no promise: `fail`, `warn` or `off`."
    )
    budgets: dict[str, float] = Field(
        default_factory=dict, description="How much of what a smooth ride may cost; see [a smooth ride](ride.md)."
    )
    language: str = Field(
        default="en",
        description="The language that the report is written in: `en`, `de`, or one that the suite has a catalogue for "
        "([how](report.md#in-another-language)).",
    )
    publish: bool = Field(
        default=False,
        description="Whether the report is for strangers: what lets its reader in is masked, and raw messages are left "
        "out. See [publishing](publishing.md).",
    )
    report_url: str = Field(
        default="",
        description="Where the report can be read on the web, for links to it; `{run}` in it is the run. See "
        "[publishing](publishing.md).",
    )
    evidence_keep: Duration = Field(
        default=timedelta(days=14),
        description="How long pictures and messages are kept of journeys that kept their word; traces are not.",
    )
    evidence_keep_failed: Duration = Field(
        default=timedelta(days=90),
        description="How long pictures, messages and traces are kept of journeys that did not, or not yet.",
    )
    history: Path | None = Field(
        default=None,
        description="A folder that keeps the report of each night, with a page that leads through the nights. Empty: "
        "the report is that of the last run only.",
    )
    history_keep: int = Field(default=90, ge=1, description="How many nights `history` keeps; older ones are deleted.")
    seed: int | None = Field(default=None, description="Repeats the people of an earlier run; drawn unless given.")

    @property
    def ledger_url(self) -> str:
        """The ledger's address, with the default filled in."""
        return self.ledger or f"sqlite:///{self.path / 'ledger.db'}"

    @property
    def path(self) -> Path:
        """`folder`, absolute."""
        return (self.root / self.folder).resolve()

    def with_options(self, **options: Any) -> Settings:
        """Return these settings with every option that is not `None` set; raises `ConfigError`."""
        given = {name: value for name, value in options.items() if value is not None}
        return _validated({**self.model_dump(), **given}, "the command line")


def find_root(start: Path) -> Path:
    """Return the nearest folder from `start` upward with a pyproject.toml, or `start` itself."""
    for folder in (start, *start.parents):
        if (folder / "pyproject.toml").is_file():
            return folder
    return start


def is_suite(folder: Path) -> bool:
    """Return whether this folder's pyproject.toml has [tool.upheld]; raises nothing, for a file that cannot be read."""
    try:
        text = (folder / "pyproject.toml").read_text("utf-8")
        return "upheld" in tomllib.loads(text).get("tool", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False


def load_settings(root: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of the suite in this folder. Raises `ConfigError` naming the file and the setting."""
    data: dict[str, Any] = {}
    file = root / "pyproject.toml"
    if file.is_file():
        try:
            data = tomllib.loads(file.read_text("utf-8")).get("tool", {}).get("upheld", {})
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{file} cannot be read: {error}") from None
    settings = _validated({**data, "root": root}, "[tool.upheld] in pyproject.toml")
    said = {
        name: _from_environment(name, value)
        for name in Settings.model_fields
        if name != "root" and (value := environ.get(f"UPHELD_{name.upper()}"))
    }
    if said:
        settings = _validated({**settings.model_dump(), **said}, "the environment (UPHELD_...)")
    # Known before anything is walked, and not when the report is written.
    with speaking(settings.language, settings.root):
        return settings


def _from_environment(name: str, value: str) -> Any:
    """Lists are written `a,b` there, and tables `name=value,name=value`."""
    if name == "allow_hosts":
        return tuple(value.split(","))
    if name in ("checks", "budgets"):
        return {one.partition("=")[0].strip(): one.partition("=")[2].strip() for one in value.split(",")}
    return value


def _validated(data: Mapping[str, Any], where: str) -> Settings:
    try:
        return Settings.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            raise ConfigError(f'{where}: no setting is called "{name}".{did_you_mean(name, Settings.model_fields)}'
                              ) from None  # fmt: skip
        raise ConfigError(f"{where}: {name} = {first['input']!r}: {first['msg'].removeprefix('Value error, ')}"
                          ) from None  # fmt: skip
