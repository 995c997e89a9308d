"""Links: that they lead somewhere, to the site that was walked and not to another, and to where their words say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import urlsplit

from upheld.browser.address import masked, where
from upheld.browser.allow import host_of
from upheld.checks._anchors import Anchor, anchors_in, leads_nowhere, unfilled
from upheld.checks._dialects import is_filled_later
from upheld.checks._hosts import (
    environment,
    is_another,
    is_nobodys,
    is_tracker,
    is_tried_out,
    is_well_known,
    listed,
    machine,
    owner,
    same_owner,
)
from upheld.checks._lost import is_lost
from upheld.checks.base import Finding, Known, Probe, Severity, Touch
from upheld.checks.following import distinct, is_web, plain
from upheld.language import gettext as _
from upheld.language import listed as in_a_list
from upheld.language import ngettext
from upheld.promises import Link

__all__ = ["CHECKS", "DeadLink", "DisguisedLink", "EmptyLink", "ForeignEnvironment", "InsecureLink", "OutsideLink"]

_READ = frozenset({"email", "text message", "page"})
# Who is not let in, or asks too often, may well be let in as the customer that she is.
_NOT_FOR_US = frozenset({401, 403, 407, 429, 451})
_GONE = frozenset({404, 410})
# What tells one customer's page from another's: a number, and what is shown masked; "guide-2019" is a name.
_ID = re.compile(r"[A-Za-z]{0,3}[-_]?\d+|\*{3}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=\w*\d)[A-Za-z0-9_-]{12,}")
_SIGNED_IN = re.compile(
    r"\b(?:sign(?:s|ed|ing)?[ _-]?in|log(?:s|ged|ging)?[ _-]?in|angemeldet|anmeldet|meldet sich .*an\b|einlogg"
    r"|se connecte|connectee?\b|ingelogd|logt in|meldt zich .*aan\b|inicia sesion)"
)
# How a door speaks that lets people in and no program.
_DOOR = re.compile(
    r"just a moment|attention required|checking your browser|are you (?:a )?human|verify(?:ing)? you are human"
)


class DeadLink:
    """A link that was fetched soon after it arrived, and led to an error."""

    name: ClassVar[str] = "dead_link"
    about: ClassVar[str] = (
        "A link leads nowhere: the site answers 404, 410 or an error of its own, or shows an error page. "
        "Links that may do something when they are followed are not tried."
    )
    severity: ClassVar[Severity] = Severity.FAIL
    channels: ClassVar[frozenset[str]] = _READ

    def look(self, touch: Touch, known: Known) -> Iterator[Finding]:
        """Yield each link that is dead, and once where the site did not answer at all."""
        silent: list[str] = []
        for link in distinct(touch.arrival.links):
            probe = known.probes.get(link.url)
            if probe is None or probe.status is None:
                continue
            if probe.status == 0:
                silent += [] if _is_neighbour(link.url, known.site) else [probe.why]
            elif finding := _dead(link, probe, touch, known):
                yield finding
        if silent:
            said = ngettext(
                "Whether a link of {it} leads somewhere could not be seen.",
                "Whether any of {count} links of {it} leads somewhere could not be seen.",
                len(silent), **touch.names,
            )  # fmt: skip
            yield Finding(said, "no answer", unsure=silent[0])


def _is_neighbour(url: str, site: str) -> bool:
    """Return whether this is this machine, as the site is, but another port of it."""
    try:
        ports = urlsplit(url).port, urlsplit(site).port
    except ValueError:
        return False
    return bool(machine(host_of(url)) == machine(host_of(site)) == "loopback") and ports[0] != ports[1]


def _dead(link: Link, probe: Probe, touch: Touch, known: Known) -> Finding | None:
    status = probe.status or 0
    if _DOOR.match(plain(probe.title)):
        return None
    # She may have been signed in, and we are not: what is hidden from us need not be from her.
    hidden = touch.arrival.channel == "page" or (status in _GONE and _may_be_hers(link.url, known))
    severity = Severity.WARN if hidden else None
    at = where(probe.final or link.url)
    told = {"link": _named(link), "status": status, "at": at, **touch.names}
    if status in _GONE or status >= 500:
        said = (
            _("{link} in {it} leads nowhere: the site answers {status} at {at}.", **told)
            if status in _GONE
            else _("{link} in {it} leads to an error: the site answers {status} at {at}.", **told)
        )
        return Finding(said, "dead", link.words, severity=severity)
    if status >= 400 and status not in _NOT_FOR_US:
        said = _("{link} in {it} leads to a page that cannot be had: the site answers {status} at {at}.", **told)
        return Finding(said, "refused", link.words, severity=Severity.WARN)
    if status < 300 and (shown := next((one for one in (probe.heading, probe.title) if is_lost(one)), "")):
        said = _(
            "{link} in {it} leads to what looks like an error page: it says “{words}” at {at}.", words=shown, **told
        )
        return Finding(said, "error page", link.words, severity=Severity.WARN)
    return None


def _may_be_hers(url: str, known: Known) -> bool:
    """Return whether an address may be that of a page of hers alone, which others are told is not there."""
    path = where(url)
    if not any(_ID.fullmatch(part) for part in (*path.split("/"), *re.split(r"[=&]", urlsplit(url).query))):
        return False
    hers = [step for step in known.steps if step.who in ("", known.person.who)]
    opened = any(step.address and where(step.address) == path and not is_lost(step.title) for step in hers)
    return opened or any(_SIGNED_IN.search(plain(f"{step.text} {step.address}")) for step in hers)


class ForeignEnvironment:
    """A link to staging, to somebody's own machine, or to an example."""

    name: ClassVar[str] = "foreign_environment"
    about: ClassVar[str] = (
        "A link leads to another environment than the site's own: localhost, a private network, staging or test, "
        "a tunnel, example.com."
    )
    severity: ClassVar[Severity] = Severity.FAIL
    channels: ClassVar[frozenset[str]] = _READ

    def look(self, touch: Touch, known: Known) -> Iterator[Finding]:
        """Yield the first link to each such host."""
        seen: set[str] = set()
        for link in distinct(touch.arrival.links):
            host = host_of(link.url)
            if not is_web(link.url) or host in seen:
                continue
            what, sure = environment(link.url, known.site, known.allow_hosts)
            probe = known.probes.get(link.url)
            silent = probe is not None and probe.status == 0
            if is_another(what) and same_owner(host, host_of(known.site)):
                sure = sure or (silent and not is_tried_out(host_of(known.site)))
            if not what and _is_neighbour(link.url, known.site) and not listed(link.url, known.allow_hosts):
                # What is tried out on one machine may have other parts there; then something answers.
                sure = silent
                what = _("a machine that only its own user can reach, and nothing answers there") if sure else ""
            if what and is_nobodys(host) and same_owner(host, _domain(touch.arrival.sender)):
                # Who writes has such a name, too: all of it is an example or a test, and consistent.
                what, sure = ("" if host.endswith(".example") else what), False
            if what:
                seen.add(host)
                said = _(
                    "{link} in {it} leads to {what}: {at}.",
                    link=_named(link), what=what, at=_authority(link.url), **touch.names,
                )  # fmt: skip
                yield Finding(said, "other environment", link.words, severity=None if sure else Severity.WARN)


class OutsideLink:
    """Links to hosts that are neither the site's nor well known, and could not be looked at."""

    name: ClassVar[str] = "outside_link"
    about: ClassVar[str] = (
        "A link leads to a host that is neither the site's nor in `allow_hosts`, and was not looked at. Maps, "
        "calendars, social networks, payment, parcels, app stores and trackers are ordinary and not told."
    )
    severity: ClassVar[Severity] = Severity.WARN
    channels: ClassVar[frozenset[str]] = frozenset({"email", "text message"})

    def look(self, touch: Touch, known: Known) -> Iterator[Finding]:
        """Yield one finding that names these hosts."""
        hosts: dict[str, str] = {}
        for link in distinct(touch.arrival.links):
            host = host_of(link.url)
            ours = not is_web(link.url) or same_owner(host, host_of(known.site)) or listed(link.url, known.allow_hosts)
            ordinary = is_well_known(host) or is_tracker(host) or bool(machine(host))
            if not ours and not ordinary and not environment(link.url, known.site, known.allow_hosts)[0]:
                hosts.setdefault(host, link.words)
        if hosts:
            said = _(
                "{It} leads to {hosts}, where nobody was allowed to look.", hosts=_some(list(hosts)), **touch.names
            )
            yield Finding(said, "outside", next(iter(hosts.values())))


class InsecureLink:
    """A link by http where the site is at https."""

    name: ClassVar[str] = "insecure_link"
    about: ClassVar[str] = (
        "A link goes by http where the site is at https; to another host than the site's it is a warning."
    )
    severity: ClassVar[Severity] = Severity.FAIL
    channels: ClassVar[frozenset[str]] = _READ

    def look(self, touch: Touch, known: Known) -> Iterator[Finding]:
        """Yield the first such link to each host."""
        if not known.site.lower().startswith("https:"):
            return
        seen: set[str] = set()
        home = host_of(known.site)
        for link in distinct(touch.arrival.links):
            host = host_of(link.url)
            ours = same_owner(host, home) or listed(link.url, known.allow_hosts)
            if not link.url.lower().startswith("http:") or host in seen or not ours:
                continue
            seen.add(host)
            probe = known.probes.get(link.url)
            # A site that leads on to https at once lets nobody down.
            leads_on = probe is not None and probe.final.lower().startswith("https:")
            said = _(
                "{link} in {it} goes by http, which others can read, though the site is at https.",
                link=_named(link), **touch.names,
            )  # fmt: skip
            yield Finding(said, "http", link.words, severity=None if host == home and not leads_on else Severity.WARN)


class EmptyLink:
    """A link that leads nowhere by the way it is written."""

    name: ClassVar[str] = "empty_link"
    about: ClassVar[str] = (
        "A link is written so that it leads nowhere: “#”, nothing, `javascript:`, an unfilled `{{url}}`, "
        "`http://None/`, a path without a host. One that only a picture without a text shows is a warning."
    )
    severity: ClassVar[Severity] = Severity.FAIL
    channels: ClassVar[frozenset[str]] = _READ

    def look(self, touch: Touch, known: Known) -> Iterator[Finding]:
        """Yield each such link once."""
        home = host_of(known.site)
        in_html = anchors_in(touch.letter.html) if touch.letter else ()
        rest = (Anchor(link.url, link.words, 0, True) for link in distinct(touch.arrival.links))
        seen: set[tuple[str, str]] = set()
        for one in (*in_html, *(link for link in rest if is_web(link.href) or ":" in link.href)):
            if (one.href, "") in seen or (one.href, one.words) in seen:
                continue
            if found := _empty(one, touch, home):
                seen.add((one.href, one.words if one.href in ("", "#") else ""))
                yield found


def _empty(one: Anchor, touch: Touch, home: str) -> Finding | None:
    """Return what is wrong with how a link is written."""
    name = _("“{words}”", words=one.words) if one.words and one.words != one.href else _("A link")
    told = {"link": name, **touch.names}
    if empty := unfilled(one.href):
        said = _("{link} in {it} has an address that was never filled in: {address}", address=empty, **told)
        later = is_filled_later(one.href)
        return Finding(said, "unfilled", one.words, severity=Severity.WARN if later else None)
    if one.href in ("", "#") or one.href.lower().startswith("javascript:"):
        if not one.meant or not (one.words or one.pictures):
            return None
        # Dates, places and numbers are made links to nowhere so that a phone makes none of them.
        doubt = not one.words or bool(re.search(r"\d|@", one.words))
        written = _("“{words}”", words=one.href[:40]) if one.href else _("nothing")
        said = _("{link} in {it} leads nowhere: its address is {address}.", address=written, **told)
        return Finding(said, "nowhere", one.words, severity=Severity.WARN if doubt else None)
    if nothing := leads_nowhere(one.href):
        theirs = is_web(one.href) and nothing == "path" and host_of(one.href) != home
        written = _("“{words}”", words=masked(one.href))
        said = _("{link} in {it} leads nowhere: its address is {address}.", address=written, **told)
        return Finding(said, "nowhere", one.words, severity=Severity.WARN if theirs or nothing == "doubt" else None)
    if not one.words and one.pictures and is_web(one.href):
        said = _(
            "{It} has a link to {at} that is a picture without words: some will not know it.",
            at=where(one.href), **touch.names,
        )  # fmt: skip
        return Finding(said, "wordless", severity=Severity.WARN)
    return None


class DisguisedLink:
    """Words that are an address, over a link to another."""

    name: ClassVar[str] = "disguised_link"
    about: ClassVar[str] = "A link's words show one address, and it leads to another's: what fraud looks like."
    severity: ClassVar[Severity] = Severity.WARN
    channels: ClassVar[frozenset[str]] = frozenset({"email"})

    def look(self, touch: Touch, known: Known) -> Iterator[Finding]:
        """Yield each such link; a tracker, which leads on to what the words say, is ordinary."""
        for link in dict.fromkeys(touch.arrival.links):
            shown = re.fullmatch(r"(?:https?://|www\.)\S+", link.words.strip(), re.IGNORECASE)
            if not shown or not is_web(link.url):
                continue
            told = host_of(shown[0] if "://" in shown[0] else f"https://{shown[0]}")
            host = host_of(link.url)
            if "." not in told or same_owner(told, host) or is_tracker(host):
                continue
            if machine(host) and machine(told):
                continue
            said = _(
                "A link in {it} shows “{words}” and leads to {host}.",
                words=masked(shown[0]), host=owner(host), **touch.names,
            )  # fmt: skip
            yield Finding(said, "other address", link.words)


def _domain(sender: str) -> str:
    return sender.rpartition("@")[2].strip(' >"').lower()


def _authority(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


def _named(link: Link) -> str:
    words = " ".join(link.words.split())
    if not words:
        return _("A link without words (to {at})", at=where(link.url))
    return _("“{words}”", words=masked(words) if "://" in words else words)


def _some(words: list[str]) -> str:
    return in_a_list(words if len(words) < 5 else [*words[:3], _("{count} more", count=len(words) - 3)])


CHECKS = (DeadLink(), ForeignEnvironment(), OutsideLink(), InsecureLink(), EmptyLink(), DisguisedLink())
