"""Watching what an act leads to: which page came, what the site answered, whether the connection was lost."""

from __future__ import annotations

import http
from types import TracebackType
from typing import Any

from playwright.sync_api import Error, Frame, Page, Request, Response
from playwright.sync_api import TimeoutError as TookTooLong

from upheld.browser.address import where
from upheld.browser.allow import allows
from upheld.browser.manner import Deadline, Manner
from upheld.browser.trouble import failed_connection, told
from upheld.errors import SiteUnreachable, StepFailed, UpheldError
from upheld.language import gettext as _

__all__ = ["Walking", "title_of"]

# Milliseconds between looks whether a page that was asked for has come.
PAUSE = 20


class Walking:
    """Listens to one page, and to the tabs it opens, during one act; `verify` says what the customer would say."""

    def __init__(self, page: Page, doing: str, manner: Manner) -> None:
        self.page = page
        self.doing = doing
        self.manner = manner
        # A failed connection to an allowed host: what failed, and where.
        self.lost: tuple[str, str] | None = None
        self._pending: Request | None = None
        self._answer: Response | None = None
        self._failed: tuple[str, str] | None = None
        # The same for new tabs, whose first request comes before there is a page to listen to.
        self._new_answer: Response | None = None
        self._new_failed: tuple[str, str] | None = None
        self._heard: dict[str, Any] = {
            "request": self._on_request,
            "response": self._on_response,
            "requestfailed": self._on_failed,
        }

    def __enter__(self) -> Walking:
        # Playwright types `on` by literal names only.
        listen: Any = self.page.context.on
        for name, heard in self._heard.items():
            listen(name, heard)
        self.page.on("framenavigated", self._on_navigated)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name, heard in self._heard.items():
            self.page.context.remove_listener(name, heard)
        self.page.remove_listener("framenavigated", self._on_navigated)

    @property
    def left(self) -> bool:
        """True once another page was asked for."""
        return self._pending is not None or self._answer is not None

    @property
    def status(self) -> int:
        """The status of the site's answer to what was asked for; 0 where nothing was, or none came."""
        return self._answer.status if self._answer is not None else 0

    def arrive(self, page: Page) -> None:
        """Wait for the page that was asked for, if one was, and verify it; `page` is where she is then."""
        if page is not self.page:
            self._leave_for(page)
        deadline = Deadline(self.manner.page_limit)
        try:
            # Coming, failing and turning out to be a download end it; all are heard while Playwright's loop goes on.
            while self._pending is not None and deadline.left_ms > 1:
                page.wait_for_timeout(PAUSE)
            if self._pending is not None:
                raise self._silence(deadline)
            page.wait_for_load_state("domcontentloaded", timeout=deadline.left_ms)
        except TookTooLong as error:
            if self._failed is None:
                raise self._silence(deadline) from error
        except Error as error:
            raise self.failure(error) from error
        self.verify()

    def verify(self) -> None:
        """Raise `StepFailed` where the site answered with an error of its own, and what `told` says of a lost one."""
        if self._failed is not None:
            raise self.failure(self._failed[0], self._failed[1])
        if self._answer is None or self._answer.status < 500:
            return
        try:
            phrase = http.HTTPStatus(self._answer.status).phrase
        except ValueError:
            phrase = ""
        says = title_of(self.page)
        status = f"{self._answer.status} {phrase}".rstrip()
        said = _(
            "{doing}: the site answered {status} at {at}", doing=self.doing, status=status, at=where(self._answer.url)
        )
        raise StepFailed(said + (_(', and the page says "{words}".', words=says) if says else "."))

    def failure(self, error: BaseException | str, url: str = "") -> UpheldError:
        """Return what an error means, with the address that really failed (a redirect's, say)."""
        if self._failed is not None and failed_connection(str(error)):
            url = self._failed[1]
        return told(error, self.doing, page=self.page, url=url, allow=self.manner.allow, probe=self.manner.probe)

    def _silence(self, deadline: Deadline) -> UpheldError:
        if self.manner.probe and not self.manner.probe():
            return SiteUnreachable(
                f"{self.doing}: the next page has not come for {deadline.spent:.1f} s, nor does the site "
                "answer a probe."
            )
        said = {"doing": self.doing, "time": f"{deadline.spent:.1f}"}
        return StepFailed(_("{doing}: the next page has not come for {time} s.", **said))

    def _leave_for(self, page: Page) -> None:
        self.page.remove_listener("framenavigated", self._on_navigated)
        self.page = page
        self.page.on("framenavigated", self._on_navigated)
        self._pending, self._answer, self._failed = None, self._new_answer, self._new_failed

    def _on_request(self, request: Request) -> None:
        if self._is_main(request):
            self._pending, self._failed, self._answer = request, None, None

    def _on_response(self, response: Response) -> None:
        if self._is_main(response.request):
            self._answer = response
        elif self._is_new_tabs(response.request):
            self._new_answer = response

    def _on_failed(self, request: Request) -> None:
        failure = request.failure or ""
        # Aborted is what a download, an answer without content and a newer navigation look like.
        aborted = "ERR_ABORTED" in failure or "NS_BINDING_ABORTED" in failure
        if self._is_main(request):
            self._pending = None
            if not aborted:
                self._failed = (failure, request.url)
        elif self._is_new_tabs(request) and not aborted:
            self._new_failed = (failure, request.url)
        if failed_connection(failure) and allows(request.url, self.manner.allow):
            self.lost = (failure, request.url)

    def _on_navigated(self, frame: Frame) -> None:
        if frame == self.page.main_frame:
            self._pending = None

    def _is_main(self, request: Request) -> bool:
        return request.is_navigation_request() and _frame_of(request) == self.page.main_frame

    def _is_new_tabs(self, request: Request) -> bool:
        frame = _frame_of(request)
        return request.is_navigation_request() and (frame is None or frame.parent_frame is None)


def _frame_of(request: Request) -> Frame | None:
    # A request of a frame that is gone, or of a tab that is not there yet, raises when it is asked for its frame.
    try:
        return request.frame
    except Error:
        return None


def title_of(page: Page) -> str:
    """Return the first heading of a page, else its title, in at most 80 characters; "" where there is neither."""
    try:
        text = page.locator("html").evaluate(
            "e => (e.querySelector('h1,h2')?.innerText || document.title || '').trim().slice(0, 80)", timeout=1000
        )
    except Error:
        return ""
    return " ".join(str(text).split())
