"""Defects of pages: what they show that is wrong, and what makes them a bad ride."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from time import sleep

from flask import Flask, Response, redirect, request
from flask.typing import ResponseReturnValue

from demo.settings import Settings

__all__ = ["PAGES", "spoil_pages"]

Act = Callable[[str], str]
SLOW = 6.0  # seconds
HOPS = 5


def spoil_pages(app: Flask, settings: Settings) -> None:
    """Let the pages of this shop be as the defects that are switched on leave them."""
    wrong = settings.defects & PAGES.keys()
    if wrong:

        @app.after_request
        def spoil(response: Response) -> Response:
            if response.mimetype == "text/html" and response.status_code in (200, 422):
                for name in sorted(wrong):
                    where, act = PAGES[name]
                    if request.endpoint == where:
                        response.set_data(act(response.get_data(as_text=True)))
            return response

    if "slow_checkout" in settings:

        @app.before_request
        def dawdle() -> None:
            if request.endpoint == "courses.checkout" and request.method == "GET":
                sleep(SLOW)

    if "round_about_way_in" in settings:

        @app.before_request
        def send_on() -> ResponseReturnValue | None:
            hop = request.args.get("hop", 0, int)
            if request.endpoint != "members.join" or request.method != "GET" or hop >= HOPS:
                return None
            return redirect(f"{request.path}?hop={hop + 1}", 302)


def _before(mark: str, more: str) -> Act:
    return lambda html: html.replace(mark, f"{more}\n{mark}", 1)


def _without_label(name: str) -> Act:
    """Let the words beside a field be just words."""
    return lambda html: re.sub(rf'<label for="{name}">(.*?)</label>', r"<span>\1</span>", html)


def _email_again(html: str) -> str:
    """Ask for the address a second time, under the first."""
    field = re.search(r'<div class="field">\s*<label for="email">.*?</div>', html, re.DOTALL)
    if field is None:
        return html
    again = field[0].replace('for="email"', 'for="email_again"').replace('id="email"', 'id="email_again"')
    again = again.replace('name="email"', 'name="email_again"').replace(">Email<", ">Email, once more<")
    return html.replace(field[0], field[0] + again.replace("email-note", "email-again-note"), 1)


def _emptied(html: str) -> str:
    """Where something was wrong with the form, forget all that was right."""
    if 'role="alert"' not in html:
        return html
    html = re.sub(r'(<input [^>]*?type="(?:text|email|tel)"[^>]*?) value="[^"]*"', r'\1 value=""', html)
    return html.replace(" checked", "").replace(" selected", "")


def _no_way_on(html: str) -> str:
    """Leave no link and no button on the page."""
    return re.sub(r"<(a|button)\b[^>]*>.*?</\1>", "", html, flags=re.DOTALL)


_LATE_BANNER = """<div id="late"></div>
<script>
document.addEventListener("DOMContentLoaded", () => setTimeout(() => {
  const late = document.getElementById("late");
  late.style.height = "380px";
  late.textContent = "This week: three for two";
}, 120));
</script>"""

PAGES: Mapping[str, tuple[str, Act]] = {
    "script_with_a_fault": (
        "downloads.product",
        _before("</body>", "<script>shopTracker.pageViewed('product');</script>"),
    ),
    "script_missing_at_checkout": ("events.checkout", _before("</body>", '<script src="/static/pay.js"></script>')),
    "page_that_jumps": ("downloads.order_form", _before("<h1", _LATE_BANNER)),
    "email_asked_twice": ("courses.book", _email_again),
    "mistake_clears_the_form": ("events.take_details", _emptied),
    "no_way_on_after_paying": ("events.booked", _no_way_on),
    "field_without_label": ("downloads.order_form", _without_label("email")),
    "voucher_nobody_checks": (
        "events.booked",
        _before('<p class="notice">', "<p>We will send you a voucher for your next visit by email.</p>"),
    ),
    "undefined_on_the_page": (
        "courses.booked",
        _before("</dl>", "<div><dt>Your reference</dt><dd>undefined</dd></div>"),
    ),
}
"""What each of these defects does to the page of which endpoint."""
