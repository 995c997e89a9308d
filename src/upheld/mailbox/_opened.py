"""A message opened as its reader's program opens it: which parts are words, which pictures, which are files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.message import Message
from urllib.parse import unquote

from upheld.mailbox import _html
from upheld.mailbox._parts import Faults, Leaf, clean, decoded, leaves, parse, tried
from upheld.mailbox._prose import bare_links
from upheld.promises.promise import Link

__all__ = ["CID", "Opened", "opened", "pages", "unquoted"]

LINKS = 500
CID = re.compile(r"cid:([^\"'\s<>)]+)", re.IGNORECASE)
"""How HTML points to a part of its own message (RFC 2392)."""
_SIGNATURES = frozenset(("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"))
_PGP = "-----BEGIN PGP SIGNED MESSAGE-----"


@dataclass(frozen=True, slots=True)
class Opened:
    """A message taken apart once. `pages` are the sources of its HTML parts, `views` what is seen of each."""

    message: Message
    parts: Sequence[Leaf]
    pages: Sequence[str]
    views: Sequence[_html.Seen]
    text: str
    html_text: str
    links: tuple[Link, ...]
    files: Sequence[Leaf]
    signed: bool


def opened(raw: bytes, faults: Faults) -> Opened:
    """Return the message taken apart; what cannot be read stands in the faults. May raise."""
    message = parse(raw, faults)
    if not raw.strip():
        faults.add("the message is empty")
    found = list(leaves(message, faults))
    sources = pages(found, faults)
    shown = {unquoted(cid) for page in sources for cid in CID.findall(page)}
    files = [leaf for leaf in found if _is_file(leaf, shown)]
    texts = [decoded(leaf, faults) for leaf in found if leaf.type == "text/plain" and not _is_file(leaf, shown)]
    text = "\n\n".join(part.strip("\n") for part in texts).strip()
    views = [view for page in sources if (view := _view(page, faults))]
    links = [Link(words, clean(url)) for view in views for words, url in view.links]
    known = {link.url for link in links}
    links += [link for link in bare_links(text) if link.url not in known]
    if len(links) > LINKS:
        faults.add(f"the message has {len(links)} links; only the first {LINKS} were read")
    return Opened(
        message=message,
        parts=found,
        pages=sources,
        views=views,
        text=text,
        html_text="\n".join(view.text for view in views),
        links=tuple(links[:LINKS]),
        files=files,
        signed=any(leaf.type in _SIGNATURES for leaf in found) or _PGP in text,
    )


def pages(found: Iterable[Leaf], faults: Faults) -> list[str]:
    """Return the sources of the parts that are shown as HTML."""
    shown = (leaf for leaf in found if leaf.type == "text/html" and not _is_file(leaf, frozenset()))
    return [decoded(leaf, faults, declared=_html.declared_charset(leaf.data)) for leaf in shown]


def unquoted(cid: str) -> str:
    """Return a part's name as its own header writes it, without the URL's escapes."""
    return tried(lambda: unquote(cid), cid)


def _is_file(leaf: Leaf, shown: set[str] | frozenset[str]) -> bool:
    """True where a reader finds the part among the attachments, and not in the text or as a picture in it."""
    if leaf.cid and leaf.cid in shown:
        return False
    if leaf.type in ("text/plain", "text/html"):
        return leaf.disposition == "attachment" or bool(leaf.name and leaf.disposition != "inline")
    picture = leaf.type.startswith("image/") and leaf.related
    return leaf.disposition == "attachment" or not picture


def _view(page: str, faults: Faults) -> _html.Seen | None:
    try:
        return _html.seen(page)
    except Exception as error:  # the parser gave up; so would some readers
        faults.add(f"the HTML could not be read ({type(error).__name__})")
        return None
