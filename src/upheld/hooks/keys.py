"""What the hooks keep on pytest's configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from upheld.config import Settings

__all__ = ["CLOCK", "CONTEXT", "FENCE", "FLAGS", "OPTIONS", "UNPROVEN", "WORKER", "settings_of"]

OPTIONS = {
    "site": "address of the site that is walked",
    "mailbox": "embedded://host:port or mailpit+http://host:port",
    "capture": "capture://host:port, where text messages and webhooks are caught",
    "clock": "real, the address of the site's test clock, or command: and what turns it",
    "ledger": "sqlite:///file or postgresql://...",
    "patience": "how long to wait in real time for windows to close, such as 2m",
    "seed": "repeat the people of an earlier run",
    "history": "a folder that keeps the report of each night",
    "publish": "true: write the report for strangers, without what lets its reader in",
    "report_url": "where the report can be read on the web, for links to it",
}
# pytest has a --capture of its own.
_NAMED = {"capture": "upheld-capture", "publish": "upheld-publish", "report_url": "report-url"}
FLAGS = {option: _NAMED.get(option, option) for option in OPTIONS}

WORKER = pytest.StashKey[Any]()
CONTEXT = pytest.StashKey[Any]()
# In the controlling process: the run's clock, and the right to turn it while a journey walks alone.
CLOCK = pytest.StashKey[Any]()
FENCE = pytest.StashKey[Any]()
_SETTINGS = pytest.StashKey["Settings"]()

# A report's user property: this failure says that we could not look, and nothing about the site.
UNPROVEN = "upheld_unproven"


def settings_of(config: pytest.Config) -> Settings:
    """Return the settings of this session, read once; a worker has those of its controller.

    Raises `ConfigError`.
    """
    if _SETTINGS not in config.stash:
        from upheld.config import Settings, find_root, is_suite, load_settings

        worker = config.stash.get(WORKER, None)
        if worker is not None:
            config.stash[_SETTINGS] = Settings.model_validate(worker["settings"])
        else:
            said = {option: config.getoption(f"upheld_{option}") for option in OPTIONS}
            # The nearest suite: pytest's own root may be a project further out, whose settings are not meant.
            near = find_root(config.invocation_params.dir)
            root = near if is_suite(near) or not config.inipath else config.rootpath
            config.stash[_SETTINGS] = load_settings(root).with_options(**said)
    return config.stash[_SETTINGS]
