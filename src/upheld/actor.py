"""One of the cast as she walks a journey: what a suite's own tasks do in her name."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from upheld.errors import StepFailed, UsageError, did_you_mean
from upheld.promises.facts import Money, money_in
from upheld.promises.promise import Arrival

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from upheld.browser import Evidence, Manner
    from upheld.cast import Person
    from upheld.drive import Journey
    from upheld.vocabulary.codes import Authenticator

__all__ = ["DEVICES", "Actor"]

_TOUCH = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}
DEVICES: Mapping[str, Mapping[str, Any]] = {
    "computer": {},
    "phone": {"viewport": {"width": 390, "height": 844}, **_TOUCH},
    "small phone": {"viewport": {"width": 360, "height": 640}, **_TOUCH},
    "tablet": {"viewport": {"width": 820, "height": 1180}, **_TOUCH},
}
"""What people use, as options of a Playwright context; sizes in CSS pixels."""


@dataclass(frozen=True, slots=True)
class _SignedIn:
    """What a browser kept after signing in, and where that had led. It is held in memory alone."""

    state: Any
    url: str


# By site and key: one for each process that walks journeys.
_signed_in: dict[tuple[str, str], _SignedIn] = {}


class Actor:
    """One of the cast in this journey, with a browser of her own that opens when it is first needed."""

    def __init__(self, journey: Journey, who: str) -> None:
        self._journey = journey
        self.who = who
        self._page: Page | None = None
        self.evidence: Evidence | None = None
        self._device: Mapping[str, Any] = {}
        # What her browser keeps while it is closed, and her other devices while she is not at them.
        self._state: Any = None
        self._others: list[tuple[Page | None, Evidence | None, Any]] = []
        self._here: set[str] = set()
        self._app: Authenticator | None = None
        self.last_file: Arrival | None = None

    @property
    def person(self) -> Person:
        """Who she is."""
        return self._journey.cast[self.who]

    @property
    def has_page(self) -> bool:
        """True while she has anything open."""
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
    def browser_options(self) -> dict[str, Any]:
        """What her browser is opened with besides locale and time zone: her device, and what it has kept."""
        kept = {"storage_state": self._state} if self._state is not None else {}
        return {**self._device, **kept}

    @property
    def manner(self) -> Manner:
        """How she goes about her acts."""
        return self._journey.manner(self.who)

    # Her browser

    def uses(self, device: str) -> None:
        """Give her a device of `DEVICES`; raises `UsageError` where there is none such, or she has opened a page."""
        if device not in DEVICES:
            known = ", ".join(f"a {name}" for name in DEVICES)
            raise UsageError(f'No device is called "{device}".{did_you_mean(device, DEVICES)} There is: {known}.')
        if self.has_page:
            raise UsageError(f"{self.who} has opened a page already. Say what she uses before she opens anything.")
        self._device = DEVICES[device]

    def closes_browser(self) -> None:
        """Close her browser; when she opens a page again it has her cookies and what sites have stored."""
        if self._page is None:
            raise StepFailed(f"{self.who} could not close her browser: she has opened none.")
        with self._journey.looking(self, "could not close her browser"):
            self._state = self._page.context.storage_state()
            self._leave()

    def comes_back(self, where: str) -> None:
        """Open an address in a browser that was closed meanwhile, as it is when she comes back another day."""
        if self.has_page:
            self.closes_browser()
        self.opens(where)

    def takes_another_device(self) -> None:
        """Go on at a device that knows nothing of her; her own stays as it is."""
        if self.evidence:
            self.evidence.keep_trace()
        self._others.append((self._page, self.evidence, self._state))
        self._page = self.evidence = self._state = None

    def returns_to_own_device(self) -> None:
        """Go on where she was before she took another device."""
        if not self._others:
            raise StepFailed(f"{self.who} could not go back to her own device: she has taken no other.")
        if self.has_page:
            self._leave()
        self._page, self.evidence, self._state = self._others.pop()

    def stays_signed_in(
        self, key: str, sign_in: Callable[[Actor], None], holds: Callable[[Actor], bool] | None = None
    ) -> None:
        """Sign in once for each process and site, and in later journeys go on with what the browser kept.

        `key` names the account, such as "organiser"; only accounts that all journeys share can be kept so. Whether
        she is still signed in is seen by opening the page that signing in had led to, or said by `holds`; where she
        is not, `sign_in` is called again.
        """
        if key in self._here:
            return
        name = (self._journey.settings.site, key)
        known = _signed_in.get(name)
        if known is not None:
            if self.has_page:
                self._leave()
            self._state = known.state
            if holds(self) if holds else self._is_let_in(known.url):
                self._here.add(key)
                return
            self._leave()
            self._state = None
        sign_in(self)
        with self._journey.looking(self, "could not stay signed in"):
            _signed_in[name] = _SignedIn(self.page.context.storage_state(), self.page.url)
        self._here.add(key)

    # What she does on a page

    def opens(self, where: str) -> None:
        """Open an address of the site (`/events`) or a whole one on an allowed host."""
        from upheld.browser import opens

        opens(self.page, self._journey.url(where), self.manner)
        self._did("open", self._journey.url(where))

    def presses(self, words: str) -> None:
        """Press the button of these words."""
        from upheld.browser import press

        self.page = press(self.page, words, self.manner)

    def follows(self, words: str) -> None:
        """Follow the link of these words."""
        from upheld.browser import follow

        self.page = follow(self.page, words, self.manner)

    def goes_back(self) -> None:
        """Go back to the page before."""
        from upheld.browser import goes_back

        goes_back(self.page, self.manner)
        self._did("back")

    def reloads(self) -> None:
        """Load the page again."""
        from upheld.browser import reloads

        reloads(self.page, self.manner)
        self._did("reload")

    def fills_in(self, answers: Mapping[str, str] | None = None) -> None:
        """Fill in the form as this customer; `answers` by label go before what she would say herself."""
        from upheld.browser import fill_in

        self._journey.fields.extend(fill_in(self.page, self.person, answers or {}, self.manner))

    def answers(self, label: str, text: str) -> None:
        """Fill in the field of these words, and no other."""
        from upheld.browser import answer_field

        self._journey.fields.append(answer_field(self.page, self.person, label, text, self.manner))

    def chooses(self, choice: str, label: str = "") -> None:
        """Choose this one of a list or of round buttons; `label` says of which."""
        from upheld.browser import choose

        self._journey.fields.append(choose(self.page, self.person, choice, label, self.manner))

    def ticks(self, label: str, *, on: bool = True) -> None:
        """Tick the box of these words, or take its tick away."""
        from upheld.browser import tick

        self._journey.fields.append(tick(self.page, self.person, label, on=on, manner=self.manner))

    def enters_code(self, code: str) -> None:
        """Type a one-time code where the page asks for it."""
        from upheld.browser import enter_code

        self._journey.fields.append(enter_code(self.page, self.person, code, self.manner))

    def adds_key(self) -> None:
        """Give her authenticator app the key that the page shows, as a link, behind a picture, or to be typed."""
        from upheld.browser import authenticator_keys
        from upheld.vocabulary.codes import Authenticator

        keys = authenticator_keys(self.page, self.manner)
        if len(keys) > 1:
            raise StepFailed(f"{self.who} could not add the key to her authenticator app: the page shows {len(keys)}.")
        self._app = Authenticator.given(keys[0], self.who)

    def app_code(self) -> str:
        """Return the code that her authenticator app shows by the site's time, one that she has not used yet."""
        if self._app is None:
            raise StepFailed(
                f"{self.who} has no key in her authenticator app. "
                'Say "she adds the key to her authenticator app" where the page shows it.'
            )
        return self._app.code(self._journey.now, self._lets_pass)

    def downloads(self, words: str) -> bytes:
        """Follow a link that downloads a file, and return what is in it."""
        from upheld.browser import download

        return bytes(download(self.page, words, self.manner).content)

    def receives_file(self, words: str = "", url: str = "") -> Arrival:
        """Follow a link that downloads a file, which reaches her as a touchpoint of the channel "download".

        Without words it is the one link of the page that says it downloads; `url` is a link from elsewhere.
        """
        from upheld.browser import download
        from upheld.mailbox.message import read_file

        file = download(self.page, words, self.manner, url=self._journey.url(url) if url else "")
        attachment = read_file(file.name, file.type, file.content)
        address = self.person.email
        arrival = Arrival(
            id=f"download-{secrets.token_hex(10)}",
            to=(address,),
            at=datetime.now(UTC),
            subject=words or file.name,
            header_to=(address,),
            headings=(attachment.name,),
            text=attachment.text,
            attachments=(attachment,),
            channel="download",
        )
        self._journey.catch(arrival, file.content)
        self.last_file = arrival
        return arrival

    # What she finds

    def sees(self, words: str) -> None:
        """Wait until the page shows these words."""
        from upheld.browser import sees

        sees(self.page, words, self.manner)

    def does_not_see(self, words: str) -> None:
        """Look that the page does not show these words."""
        from upheld.browser import does_not_see

        does_not_see(self.page, words, self.manner)

    def is_on(self, path: str) -> None:
        """Wait until she is at this path of the site."""
        from upheld.browser import is_at

        is_at(self.page, path, self.manner)

    def is_refused(self) -> str:
        """Look that the site refused her the page, and return what it says."""
        from upheld.browser import is_refused

        return str(is_refused(self.page, self.manner))

    def is_asked_to_sign_in(self) -> None:
        """Wait until the page asks her to sign in."""
        from upheld.browser import is_asked_to_sign_in

        is_asked_to_sign_in(self.page, self.manner)

    def cannot_download(self, words: str = "", url: str = "") -> str:
        """Look that a link brings no file but a refusal, and return what the page says.

        Raises `StepFailed` where a file comes, and where what comes is no refusal.
        """
        from upheld.browser import Refused, try_download

        came = try_download(self.page, words, self.manner, url=self._journey.url(url) if url else "")
        named = f'"{words}"' if words else "it"
        if not isinstance(came, Refused):
            raise StepFailed(f"{self.who} could download {named}, which she should not: {came.name} came.")
        if came.status < 400 and came.offers:
            raise StepFailed(f"{self.who} was not refused {named}: {came.told()} and still offers a download.")
        return str(came.says)

    def reads(self, label: str) -> str:
        """Return what stands on her page beside this label; raises `StepFailed` where nothing does."""
        from upheld.browser import read_labelled

        return str(read_labelled(self.page, label, self.manner))

    def text(self) -> str:
        """Return what her page says."""
        with self._journey.looking(self, "could not read the page"):
            return str(self.page.inner_text("body"))

    def title(self) -> str:
        """Return the title of her page."""
        with self._journey.looking(self, "could not read the page"):
            return str(self.page.title())

    def shows(self, money: Money) -> bool:
        """Return whether her page states this amount, in whatever form her language writes it."""
        return money in money_in(self.text(), money.currency, self.person.locale)

    # Within

    def _did(self, what: str, where: str = "") -> None:
        if self.evidence:
            self.evidence.does(what, where)

    def _leave(self) -> None:
        if self._page is None:
            return
        if self.evidence:
            self.evidence.keep_trace()
        with self._journey.looking(self, "could not close her browser"):
            self._page.context.close()
        self._page = None
        self._here.clear()

    def _is_let_in(self, url: str) -> bool:
        """True where the page that signing in had led to still lets her in."""
        try:
            self.opens(url)
            with self._journey.looking(self, "could not look whether she is signed in"):
                status = self.page.evaluate(
                    "() => performance.getEntriesByType('navigation')[0]?.responseStatus ?? 200"
                )
                asked = self.page.locator("input[type=password]").filter(visible=True).count()
        except StepFailed:
            return False
        return status < 400 and not asked and urlsplit(self.page.url).path == urlsplit(url).path

    def _lets_pass(self, seconds: float) -> None:
        with self._journey.looking(self, "could not wait for the next code"):
            self.page.wait_for_timeout(seconds * 1000)
