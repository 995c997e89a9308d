"""One of the cast as she walks a journey: what a suite's own tasks do in her name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from upheld.promises.facts import Money, money_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from upheld.browser import Evidence, Manner
    from upheld.cast import Person
    from upheld.drive import Journey

__all__ = ["Actor"]


class Actor:
    """One of the cast in this journey, with a browser of her own that opens when it is first needed."""

    def __init__(self, journey: Journey, who: str) -> None:
        self._journey = journey
        self.who = who
        self._page: Page | None = None
        self.evidence: Evidence | None = None

    @property
    def person(self) -> Person:
        """Who she is."""
        return self._journey.cast[self.who]

    @property
    def has_page(self) -> bool:
        """True once she has opened anything."""
        return self._page is not None

    @property
    def page(self) -> Page:
        """Her page, in a context of her own with her locale and time zone."""
        if self._page is None:
            self._page, self.evidence = self._journey.open_page(self)
        return self._page

    @page.setter
    def page(self, page: Page) -> None:
        self._page = page

    @property
    def manner(self) -> Manner:
        """How she goes about her acts."""
        return self._journey.manner(self.who)

    def opens(self, where: str) -> None:
        """Open an address of the site (`/events`) or a whole one on an allowed host."""
        from upheld.browser import opens

        opens(self.page, self._journey.url(where), self.manner)

    def presses(self, words: str) -> None:
        """Press the button of these words."""
        from upheld.browser import press

        self.page = press(self.page, words, self.manner)

    def follows(self, words: str) -> None:
        """Follow the link of these words."""
        from upheld.browser import follow

        self.page = follow(self.page, words, self.manner)

    def sees(self, words: str) -> None:
        """Wait until the page shows these words."""
        from upheld.browser import sees

        sees(self.page, words, self.manner)

    def fills_in(self, answers: Mapping[str, str] | None = None) -> None:
        """Fill in the form as this customer; `answers` by label go before what she would say herself."""
        from upheld.browser import fill_in

        self._journey.fields.extend(fill_in(self.page, self.person, answers or {}, self.manner))

    def reads(self, label: str) -> str:
        """Return what stands on her page beside this label; raises `StepFailed` where nothing does."""
        from upheld.browser import read_labelled

        return str(read_labelled(self.page, label, self.manner))

    def text(self) -> str:
        """Return what her page says."""
        with self._journey.looking(self, "could not read the page"):
            return str(self.page.inner_text("body"))

    def shows(self, money: Money) -> bool:
        """Return whether her page states this amount, in whatever form her language writes it."""
        return money in money_in(self.text(), money.currency, self.person.locale)

    def downloads(self, words: str) -> bytes:
        """Follow a link that downloads a file, and return what is in it."""
        with self._journey.looking(self, f'could not download "{words}"'):
            limit = self._journey.settings.step_limit.total_seconds() * 1000
            with self.page.expect_download(timeout=limit) as download:
                self.page.get_by_text(words, exact=True).first.click(timeout=limit)
            return Path(download.value.path()).read_bytes()
