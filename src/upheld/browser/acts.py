"""What a customer does on a page: open, press, follow, see. She finds things by their words, as people do."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from playwright.sync_api import Error, Locator, Page
from playwright.sync_api import TimeoutError as TookTooLong

from upheld.browser.address import where
from upheld.browser.allow import check
from upheld.browser.manner import Deadline, Manner, looked_for, seconds
from upheld.browser.scripts import script
from upheld.browser.trouble import alive, told, trouble
from upheld.browser.walking import Walking, title_of
from upheld.errors import SiteUnreachable, StepFailed, did_you_mean
from upheld.language import N_
from upheld.language import gettext as _

__all__ = ["follow", "goes_back", "missing", "opens", "press", "reloads", "sees"]

BUTTONS = ("button", "tab", "menuitem", "switch")
LINKS = ("link",)

_COULD_NOT = {"press": N_('{who} could not press "{words}"'), "follow": N_('{who} could not follow "{words}"')}
_HAS = {"buttons": N_("has buttons {names}."), "links": N_("has links {names}.")}
# https://www.w3.org/TR/navigation-timing-2/, 0 where it is not known; nothing of the page's own is run.
_STATUS = "() => performance.getEntriesByType('navigation')[0]?.responseStatus || 0"
_HAS_NO = {"buttons": N_("has no buttons."), "links": N_("has no links.")}


def opens(page: Page, url: str, manner: Manner | None = None) -> None:
    """Go to an address, which must be absolute.

    Raises `RefusedHost` before any request where it is outside `allow_hosts`, `StepFailed` where the site answers
    with an error (500 and above) or not in time, and what `told` says for a dead site or browser.
    """
    manner = manner or Manner()
    check(url, manner.allow)
    doing = _("{who} could not open {at}", who=manner.who, at=where(url))
    alive(page, doing)
    deadline = Deadline(manner.page_limit)
    with Walking(page, doing, manner) as walking:
        try:
            _go(page, url, deadline)
        except TookTooLong as error:
            raise _too_slow(doing, deadline, manner) from error
        except Error as error:
            if "Download is starting" in str(error):
                raise StepFailed(f'{doing}: it is a file and no page. Say: downloads "..." in it.') from error
            raise walking.failure(error, url) from error
        walking.verify()


def press(page: Page, words: str, manner: Manner | None = None) -> Page:
    """Press the button of these words, or a link where no button is called so; return the page she is at then.

    The whole words are preferred to a part of them; case does not matter. Raises `StepFailed` where there is none,
    where it cannot be pressed, where several would do that lead to different things, or where the answer is an
    error of the site.
    """
    return _act(page, words, manner or Manner(), verb="press", noun="buttons", roles=(*BUTTONS, *LINKS))


def follow(page: Page, words: str, manner: Manner | None = None) -> Page:
    """Follow the link of these words, or press a button where no link is called so; see `press`."""
    return _act(page, words, manner or Manner(), verb="follow", noun="links", roles=(*LINKS, *BUTTONS))


def goes_back(page: Page, manner: Manner | None = None) -> None:
    """Go back to the page before, by the browser's own button; raises `StepFailed` where there is none."""
    manner = manner or Manner()
    _turn(page, f"{manner.who} could not go back", manner, page.go_back)


def reloads(page: Page, manner: Manner | None = None) -> None:
    """Load the page again, by the browser's own button."""
    manner = manner or Manner()
    _turn(page, f"{manner.who} could not load the page again", manner, page.reload)


def sees(page: Page, words: str, manner: Manner | None = None) -> None:
    """Wait until the page shows these words; neither case nor the kind of white space matters.

    Raises `StepFailed` with what the page says instead.
    """
    manner = manner or Manner()
    doing = _('{who} does not see "{words}"', who=manner.who, words=words)
    alive(page, doing)
    deadline = Deadline(manner.limit)
    shown = page.get_by_text(words).filter(visible=True).first
    with Walking(page, doing, manner) as walking:
        try:
            shown.wait_for(state="visible", timeout=deadline.left_ms)
        except TookTooLong as error:
            raise missing(page, doing, manner, deadline, walking, lambda: _says(page, words)) from error
        except Error as error:
            raise walking.failure(error) from error


def _turn(page: Page, doing: str, manner: Manner, turn: Callable[..., Any]) -> None:
    alive(page, doing)
    deadline, before = Deadline(manner.page_limit), page.url
    with Walking(page, doing, manner) as walking:
        try:
            came = turn(wait_until="domcontentloaded", timeout=deadline.left_ms)
        except TookTooLong as error:
            raise _too_slow(doing, deadline, manner) from error
        except Error as error:
            raise walking.failure(error) from error
        if came is None and page.url == before:
            raise StepFailed(f"{doing}: there is no page before {where(before)}.")
        walking.verify()


def _act(page: Page, words: str, manner: Manner, *, verb: str, noun: str, roles: Sequence[str]) -> Page:
    doing = _(_COULD_NOT[verb], who=manner.who, words=words)
    alive(page, doing)
    deadline = Deadline(manner.limit)
    with Walking(page, doing, manner) as walking:
        try:
            chosen, new_tab = _find(page, words, roles, doing, deadline)
        except TookTooLong as error:
            raise missing(page, doing, manner, deadline, walking, lambda: _offers(page, words, noun)) from error
        except Error as error:
            raise walking.failure(error) from error
        # What was found late must still have a moment to become pressable.
        patience = max(deadline.left_ms, 1000)
        try:
            if new_tab:
                with page.expect_popup(timeout=patience) as popup:
                    chosen.click(timeout=patience)
                page = popup.value
            else:
                chosen.click(timeout=patience)
        except TookTooLong as error:
            if "click action done" not in str(error):
                raise _unmoved(page, doing, manner, deadline, str(error)) from error
            # She has pressed; the site takes its time to answer.
        except Error as error:
            raise walking.failure(error) from error
        walking.arrive(page)
    return page


def _find(page: Page, words: str, roles: Sequence[str], doing: str, deadline: Deadline) -> tuple[Locator, bool]:
    # The whole words first, in each role, and only then a part of them: "Register" is not "Register for news".
    whole = re.compile(rf"^\s*{_spaced(words)}\s*$", re.IGNORECASE)
    exact = [_named(page, roles[:1], whole), _named(page, roles[1:], whole)]
    loose = [_named(page, roles[:1], words), _named(page, roles[1:], words)]
    _any_of([*exact, *loose]).first.wait_for(state="visible", timeout=deadline.left_ms)
    for stage in exact:
        if found := _choose(stage, doing, page):
            return found
    # A page that is still being built may bring the whole words in a moment.
    page.wait_for_load_state("load", timeout=deadline.left_ms)
    for stage in (*exact, *loose):
        if found := _choose(stage, doing, page):
            return found
    raise TookTooLong("it went away again")


def _choose(stage: Locator, doing: str, page: Page) -> tuple[Locator, bool] | None:
    found: list[dict[str, Any]] = stage.evaluate_all(script("candidates"))
    if not found:
        return None
    # An open dialog covers all else; the page's own matter goes before its header, menu and footer.
    best = max(entry["rank"] for entry in found)
    candidates = [entry for entry in found if entry["rank"] == best]
    if len({entry["leads"] for entry in candidates}) > 1:
        places = ", ".join(f'under "{entry["heading"]}"' if entry["heading"] else "on its own" for entry in candidates)
        raise StepFailed(
            f"{doing}: the page at {where(page.url)} has {len(candidates)} that are called so and lead to different "
            f"things ({places}). Say more of its words in the feature."
        )
    return stage.nth(candidates[0]["index"]), bool(candidates[0]["newTab"])


def _named(page: Page, roles: Sequence[str], name: str | re.Pattern[str]) -> Locator:
    # get_by_role takes one of many literal names, and these are some of them.
    by_role: Callable[..., Locator] = page.get_by_role
    return _any_of([by_role(role, name=name) for role in roles]).filter(visible=True)


def _any_of(locators: Iterable[Locator]) -> Locator:
    first, *others = locators
    for other in others:
        first = first.or_(other)
    return first


def _spaced(words: str) -> str:
    return r"\s+".join(re.escape(word) for word in words.split())


def _go(page: Page, url: str, deadline: Deadline) -> None:
    try:
        page.goto(url, wait_until="domcontentloaded", timeout=deadline.left_ms)
    except Error as error:
        # The browser's own error page, of a failed navigation before, can still be on its way and push ours aside.
        if 'interrupted by another navigation to "chrome-error' not in str(error):
            raise
        page.goto(url, wait_until="domcontentloaded", timeout=deadline.left_ms)


def missing(
    page: Page, doing: str, manner: Manner, deadline: Deadline, walking: Walking, seen: Callable[[], str]
) -> Exception:
    """Return what it means that she looked in vain; `seen` says what the page shows instead."""
    spent = deadline.spent
    alive(page, doing)
    lost = walking.lost and walking.failure(*walking.lost)
    if lost and not isinstance(lost, StepFailed):
        return lost
    # Without a probe nobody can say whose fault the browser's own error page is.
    errant = _("she has the browser's error page before her") if page.url.startswith("chrome-error:") else ""
    if not (manner.probe() if manner.probe else not errant):
        return SiteUnreachable(
            f"{doing}: {errant + ', and ' if errant else ''}the site does not answer a probe. "
            "Start the site, or say where it is with --site; `upheld doctor` looks."
        )
    if errant:
        return StepFailed(f"{doing}: {errant}. {looked_for(spent)}")
    with trouble(doing, page=page, allow=manner.allow, probe=manner.probe):
        # That the page is not there says more than what it does not have.
        status = page.evaluate(_STATUS)
        at = where(page.url)
        at = _("{at}, which the site answered with {status},", at=at, status=status) if status >= 400 else at
        said = _("{doing}: the page at {at} {seen}", doing=doing, at=at, seen=seen())
        return StepFailed(f"{said} {looked_for(spent)}")


def _too_slow(doing: str, deadline: Deadline, manner: Manner) -> Exception:
    if manner.probe and not manner.probe():
        return SiteUnreachable(
            f"{doing}: the site has not answered for {deadline.spent:.1f} s, nor does it to a probe."
        )
    return StepFailed(_("{doing}: the site has not answered for {time} s.", doing=doing, time=seconds(deadline.spent)))


def _unmoved(page: Page, doing: str, manner: Manner, deadline: Deadline, log: str) -> Exception:
    gone = told(log, doing, page=page, allow=manner.allow, probe=manner.probe)
    if not isinstance(gone, StepFailed):
        return gone
    over = re.findall(r"(<[^>]+>)[^\n]* intercepts pointer events", log)
    if over:
        reason = _("something lies over it: {what}", what=over[-1][:120])
    elif "not enabled" in log:
        reason = _("it is there, but disabled")
    elif "not stable" in log:
        reason = _("it keeps moving")
    else:
        reason = _("it is there, but does not let itself be pressed")
    said = {"doing": doing, "at": where(page.url), "why": reason, "time": seconds(deadline.spent)}
    return StepFailed(_("{doing}: at {at} {why}. It tried for {time} s.", **said))


def _offers(page: Page, words: str, noun: str) -> str:
    offers: dict[str, list[str]] = page.locator("html").evaluate(script("offers"), timeout=2000)
    names = offers[noun]
    listed = ", ".join(_('"{words}"', words=name) for name in names[:8])
    if len(names) > 8:
        listed += " " + _("and {count} more", count=len(names) - 8)
    near = did_you_mean(words, [*offers["buttons"], *offers["links"]])
    return (_(_HAS[noun], names=listed) if names else _(_HAS_NO[noun])) + near


def _says(page: Page, words: str) -> str:
    said: dict[str, list[str]] = page.locator("html").evaluate(script("said"), timeout=2000)
    near = difflib.get_close_matches(words, said["lines"], n=1, cutoff=0.6)
    lines = list(dict.fromkeys([*near, *(said["marked"] or said["lines"])]))[:4]
    if not lines:
        return f"is empty (its title is {title_of(page)!r})."
    return "says " + ", ".join(f'"{line}"' for line in lines) + "."
