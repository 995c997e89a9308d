"""The ride as the browser measures it: pages, waits, fields, clicks. The script `ride.js` runs in every document.

Nothing here asks the page for anything: what is measured comes with the look that evidence takes at each step, and
with what each document tells on the console when it is left.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Response

from upheld.browser.address import masked
from upheld.browser.scripts import script

__all__ = ["Measuring"]

MARK = "upheld.ride "
# What of a document's measures goes into the ledger as it is; lengths of time are in seconds since it was asked for.
KEPT = ("id", "status", "first", "ready", "loaded", "largest", "shift", "redirects", "login")
FORM = ("asked", "required", "filled")
# Documents of one step; a page that reloads itself without end must not fill the ledger.
MOST = 20
LABELS = 12
ACTS = frozenset({"open", "press", "follow", "type", "choose", "tick", "untick", "attach", "hide", "back", "reload"})
MOST_ACTS = 60


class Measuring:
    """What was measured of one person's ride since the step before; `step` gives it as plain JSON."""

    def __init__(self) -> None:
        self._documents: dict[str, dict[str, Any]] = {}
        self._new: list[str] = []
        self._told: dict[str, dict[str, Any]] = {}
        self._counted: dict[tuple[str, str], int] = {}
        self._sums = {"pages": 0, "clicks": 0}
        self._chains: list[int] = []
        # What she has sent last, and has not been answered well: names and labels of fields.
        self._given: list[tuple[str, str]] = []
        self._sent: dict[str, int] = {}
        self._cleared: dict[str, None] = {}
        self._acts: list[dict[str, str]] = []
        self._done: dict[str, list[dict[str, str]]] = {}

    def attach(self, context: BrowserContext) -> None:
        """Measure in all documents that this context opens from now on."""
        context.add_init_script(f"({script('ride')})()")
        context.on("console", self._on_console)
        context.on("response", self._on_response)

    def step(self, seen: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return what was measured since the last call; `seen` is what the document before her says now.

        The keys are those of docs/ride.md; what is nothing is left out.
        """
        if seen:
            self._take(seen)
        documents = [self._documents[one] for one in dict.fromkeys(self._new) if one in self._documents]
        changed = [one for one in documents if self._told.get(one["id"]) != one][-MOST:]
        self._told |= {one["id"]: dict(one) for one in changed}
        found: dict[str, Any] = {
            **self._sums,
            "redirects": sum(self._chains),
            "chain": max(self._chains, default=0),
            "documents": [dict(one) for one in changed],
            "cleared": list(self._cleared)[:LABELS],
        }
        if seen and seen.get("top") and seen.get("html"):
            found |= {"status": seen["status"], "ways": seen["ways"], "on": seen["id"]}
        self._new, self._chains, self._cleared = [], [], {}
        self._sums = dict.fromkeys(self._sums, 0)
        return {name: value for name, value in found.items() if value or name == "ways"}

    def acts(self) -> tuple[Mapping[str, str], ...]:
        """Return what was done since the last call, as somebody else would have to do it."""
        acts, self._acts = tuple(self._acts[:MOST_ACTS]), []
        return acts

    def does(self, what: str, where: str = "") -> None:
        """Note what she did with her browser itself: open an address, go back, load the page again."""
        self._acts.append({"does": what, "words": masked(where), "value": ""})

    def _take(self, seen: Mapping[str, Any]) -> None:
        document = str(seen["id"])
        self._follow(document, seen.get("acts") or ())
        self._sums["clicks"] += self._more(document, "clicks", seen)
        if seen["top"]:
            self._sums["pages"] += (document not in self._documents) + self._more(document, "routes", seen)
        one: dict[str, Any] = {"address": masked(str(seen["url"]).partition("#")[0].partition("?")[0])}
        one |= {name: seen[name] for name in (*KEPT, *(FORM if seen["asked"] else ())) if seen[name]}
        one |= {} if seen["top"] else {"frame": True}
        if seen["top"] or seen["asked"]:
            self._documents[document] = one
            self._new.append(document)
        if seen["top"]:
            self._validate(document, seen)

    def _follow(self, document: str, told: Sequence[Mapping[str, Any]]) -> None:
        """Take what was done on a page since it was told last; what she types on into the same field is told anew."""
        acts = [{name: str(one.get(name, "")) for name in ("does", "words", "value")} for one in told]
        before = self._done.get(document, [])
        same = next((at for at, (old, new) in enumerate(zip(before, acts, strict=False)) if old != new), len(before))
        self._done[document] = acts
        self._acts += [one for one in acts[same:] if one["does"] in ACTS]

    def _more(self, document: str, name: str, seen: Mapping[str, Any]) -> int:
        """How many more there are than this document told before: its numbers only grow."""
        before = self._counted.get((document, name), 0)
        self._counted[document, name] = now = int(seen[name])
        return max(0, now - before)

    def _validate(self, document: str, seen: Mapping[str, Any]) -> None:
        """Compare what she has sent with what is left of it where the site asks for it again."""
        if seen["submits"] > self._sent.get(document, 0):
            self._sent[document] = int(seen["submits"])
            self._given = [(str(name), str(label)) for name, label in seen["given"]]
            elsewhere = False
        else:
            elsewhere = document not in self._sent
        left = dict(seen["left"])
        asked_again = [(name, label) for name, label in self._given if name in left]
        if not self._given:
            return
        if seen["problem"] and len(asked_again) * 2 >= len(self._given):
            self._cleared |= {label or name: None for name, label in asked_again if not left[name]}
            if self._cleared:
                self._given = []
        elif elsewhere and not seen["problem"]:
            self._given = []

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "debug" and message.text.startswith(MARK):
            # A page may say what it likes on its console; only what has our form counts.
            with contextlib.suppress(ValueError, KeyError, TypeError):
                self._take(json.loads(message.text.removeprefix(MARK)))

    def _on_response(self, response: Response) -> None:
        request = response.request
        if not request.is_navigation_request() or 300 <= response.status < 400:
            return
        with contextlib.suppress(Error):  # a tab that is not there yet has no frame, and is none within a page
            if request.frame.parent_frame is not None:
                return
        chain = 0
        while (before := request.redirected_from) is not None:
            chain, request = chain + 1, before
        if chain:
            self._chains.append(chain)
