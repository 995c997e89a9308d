"""The errors of `upheld`, as a tree with one root.

    UpheldError
    ├── UsageError                 the person who runs us can mend it: wrong option, file or setting
    │   ├── ConfigError            a setting in [tool.upheld] or a map
    │   ├── FeatureError           a fault in a feature file; carries file and line
    │   └── RefusedHost            a host outside `allow_hosts`; nothing was sent to it
    ├── CouldNotLook               we could not look; the verdict is `unproven`, never `broken`
    │   ├── MailboxUnreachable
    │   ├── SiteUnreachable
    │   ├── BrowserGone
    │   ├── ClockWouldNotTurn
    │   │   └── StillAtWork        the site said for too long that it had not done what was due
    │   └── LedgerUnreachable
    ├── LedgerError                the ledger refuses what was to be written
    │   └── LeaseLost              somebody else holds the lease now; what its last holder writes is refused
    └── StepFailed                 the customer saw something else than the feature says

A message says who tried what, what was seen instead, and what to do next.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = [
    "BrowserGone",
    "ClockWouldNotTurn",
    "ConfigError",
    "CouldNotLook",
    "FeatureError",
    "LeaseLost",
    "LedgerError",
    "LedgerUnreachable",
    "MailboxUnreachable",
    "RefusedHost",
    "SiteUnreachable",
    "StepFailed",
    "StillAtWork",
    "UpheldError",
    "UsageError",
    "did_you_mean",
]


class UpheldError(Exception):
    """Root of every error that this package raises on purpose."""


class UsageError(UpheldError):
    """Something that the person who runs us can mend: an option, a setting, a file."""


class ConfigError(UsageError):
    """A setting in `[tool.upheld]`, in the environment or in a journey's map is not usable."""


class FeatureError(UsageError):
    """A fault in a feature file.

    `file` is the path as it should be shown, `line` counts from 1; both stand in front of the message.
    """

    def __init__(self, message: str, *, file: str = "", line: int = 0) -> None:
        self.file = file
        self.line = line
        super().__init__(f"{file}:{line}: {message}" if file else message)


class RefusedHost(UsageError):
    """A host outside `allow_hosts` was asked for; nothing was sent to it."""


class CouldNotLook(UpheldError):
    """We could not look, so nothing can be said about the site: what depends on it is `unproven`."""


class MailboxUnreachable(CouldNotLook):
    """The mailbox does not answer, or answers something that is no mailbox."""


class SiteUnreachable(CouldNotLook):
    """The site refuses connections: a failed connection and a failed probe, not merely a bad page."""


class BrowserGone(CouldNotLook):
    """The browser died or could not be started."""


class ClockWouldNotTurn(CouldNotLook):
    """The site's clock could not be read or turned; `output` is what a command that should have done it printed."""

    def __init__(self, message: str, *, output: str = "") -> None:
        super().__init__(message)
        self.output = output


class StillAtWork(ClockWouldNotTurn):
    """The site said for longer than `site_works` allows that it had not done all that was due, so nobody turned on."""


class LedgerUnreachable(CouldNotLook):
    """The ledger cannot be opened, read or written."""


class LedgerError(UpheldError):
    """The ledger refuses what was to be written; nothing of it was."""


class LeaseLost(LedgerError):
    """Somebody else holds the lease now, so its last holder may neither write under it nor renew it."""


class StepFailed(UpheldError):
    """The customer saw something else than the feature says."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ` Did you mean "…"?` for the nearest known word, or an empty string where none is near."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f' Did you mean "{near[0]}"?' if near else ""
