"""A way to leave: what marketing mail must offer to mail programs (RFC 2369, RFC 8058) and to who reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from upheld.browser.allow import host_of
from upheld.checks.base import Finding, Known, Severity, Touch
from upheld.checks.following import is_web, plain
from upheld.language import gettext as _
from upheld.promises import Link

__all__ = ["CHECKS", "ONE_CLICK", "Unsubscribing", "leaves", "ways_to_leave"]

ONE_CLICK = "List-Unsubscribe=One-Click"
"""What a mail program posts, and what `List-Unsubscribe-Post` says (RFC 8058, section 3.1)."""

_LEAVES = re.compile(
    r"unsub|opt ?-?out|(?:leave|stop|no more|turn off|manage|change|update|edit) .{0,30}"
    r"(?:e?-?mails?|letters?|list|news\w*|preferences|subscriptions?|messages|notifications)"
    r"|(?:e-?mail|mail|communication|notification) preferences"
    r"|abmeld|abbestell|austrag|keine (?:weiteren )?(?:e-?mails|newsletter|nachrichten)|newsletter .{0,20}(?:ab|kundig)"
    r"|desabonn|desinscri|ne plus recevoir|se desinscrire|preferences (?:e-?mail|de communication)"
    r"|uitschrijv|afmeld|geen (?:e-?mails|nieuwsbrief)|voorkeuren (?:wijzig|aanpas)"
    r"|darse de baja|date de baja|dar de baja|cancelar (?:la |tu |su )?suscrip|anular (?:la |tu |su )?suscrip"
    r"|dejar de recibir|no (?:deseo|quiero) recibir|preferencias de (?:correo|comunicacion)"
)


class Unsubscribing:
    """Marketing mail that has no way to leave it, or none that works."""

    name: ClassVar[str] = "unsubscribing"
    about: ClassVar[str] = (
        "Mail that the map calls `marketing` has no way to leave: no `List-Unsubscribe` header, one that cannot be "
        "followed, or no link in its text. That a mail program could not do it with one click (RFC 8058) is a warning."
    )
    severity: ClassVar[Severity] = Severity.FAIL
    channels: ClassVar[frozenset[str]] = frozenset({"email"})

    def look(self, touch: Touch, known: Known) -> Iterator[Finding]:
        """Yield what is missing, of the header and of the text."""
        if known.point is None or not known.point.marketing or touch.letter is None:
            return
        header = touch.letter.header("list-unsubscribe")
        if not header.strip():
            said = _("{It} offers mail programs no way to leave: no List-Unsubscribe header.", **touch.names)
            yield Finding(said, "header")
        else:
            yield from _of_header(touch, header, known)
        if not any(leaves(link) for link in (*touch.letter.links, *touch.arrival.links)):
            yield Finding(_("{It} has no link to unsubscribe in what she reads.", **touch.names), "link")


def _of_header(touch: Touch, header: str, known: Known) -> Iterator[Finding]:
    ways = ways_to_leave(header)
    web = [way for way in ways if is_web(way)]
    mails = [way for way in ways if re.fullmatch(r"mailto:[^@\s]+@[^@\s]+", way, re.IGNORECASE)]
    unfilled = [way for way in ways if re.search(r"\{\{|\{%|<%|\$\{|%s|\*\|", way)]
    if unfilled or not (web or mails):
        said = _(
            "The List-Unsubscribe header of {it} cannot be followed: {header}", header=_short(header), **touch.names
        )
        yield Finding(said, "malformed", header)
        return
    post = (touch.letter.header("list-unsubscribe-post") if touch.letter else "").strip()
    scheme = "https" if known.site.lower().startswith("https:") or not _is_home(known.site) else ""
    if not web:
        said = _("{It} can be left by mail alone: a mail program cannot do it with one click.", **touch.names)
        yield Finding(said, "by mail", header, severity=Severity.WARN)
    elif scheme and not any(way.lower().startswith("https:") for way in web):
        # RFC 8058, section 3.1: one of the addresses must be of https.
        said = _("{It} can be left with one click by http alone, which mail programs do not follow.", **touch.names)
        yield Finding(said, "http", header, severity=Severity.WARN)
    if web and "".join(post.split()).lower() != ONE_CLICK.lower():
        said = (
            _(
                "{It} cannot be left with one click: List-Unsubscribe-Post says “{words}”.",
                words=_short(post),
                **touch.names,
            )
            if post
            else _("{It} cannot be left with one click: List-Unsubscribe-Post is missing.", **touch.names)
        )
        yield Finding(said, "not one click", post, severity=Severity.WARN)


def ways_to_leave(header: str) -> tuple[str, ...]:
    """Return the addresses of a List-Unsubscribe header, in its order (RFC 2369, section 2): each within `<>`."""
    return tuple("".join(way.split()) for way in re.findall(r"<([^<>]*)>", header) if way.strip())


def leaves(link: Link) -> bool:
    """Return whether a link is one to unsubscribe, by its words or its address."""
    if not (is_web(link.url) or link.url.lower().startswith("mailto:")):
        return False
    address = re.sub(r"[/_.?&=+-]+", " ", plain(link.url))
    return bool(
        _LEAVES.search(plain(link.words)) or re.search(r"unsub|optout|opt out|abmeld|abbestell|desinscri", address)
    )


def _is_home(site: str) -> bool:
    return site.lower().startswith("http:") or not host_of(site)


def _short(words: str) -> str:
    return words if len(words) <= 80 else f"{words[:79]}…"


CHECKS = (Unsubscribing(),)
