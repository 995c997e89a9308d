"""A message opened as its reader's program opens it: which parts are words, which pictures, which are files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.message import Message
from urllib.parse import unquote

from upheld.mailbox import _html
from upheld.mailbox._calendar import is_calendar
from upheld.mailbox._charsets import decoded
from upheld.mailbox._limits import Faults, clean, tried
from upheld.mailbox._parts import Leaf, leaves, parse
from upheld.mailbox._prose import bare_links, unflowed
from upheld.promises.promise import Link

__all__ = ["CID", "Opened", "is_winmail", "opened", "pages", "unquoted"]

LINKS = 500
CID = re.compile(r"cid:([^\"'\s<>)]+)", re.IGNORECASE)
"""How HTML points to a part of its own message (RFC 2392)."""
_SIGNATURES = frozenset(("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"))
# OpenPGP's armour (RFC 9580, 6 and 7), which a program that knows it takes off. Where it does not end it is no armour.
_ENCRYPTED = re.compile(r"^-----BEGIN PGP MESSAGE-----\n[^-]*^-----END PGP MESSAGE-----", re.MULTILINE)
_SIGNED = re.compile(
    r"^-----BEGIN PGP SIGNED MESSAGE-----\n(?:[A-Za-z-]+: .*\n)*\n(?P<words>(?:(?!-----).*\n)*)"
    r"-----BEGIN PGP SIGNATURE-----\n[^-]*^-----END PGP SIGNATURE-----",
    re.MULTILINE,
)
_WINMAIL = frozenset(("application/ms-tnef", "application/vnd.ms-tnef"))


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
    texts = [_text(leaf, faults) for leaf in found if leaf.type == "text/plain" and not _is_file(leaf, shown)]
    text = "\n\n".join(part.strip("\n") for part in texts).strip()
    if any(map(is_winmail, files)):
        faults.add("a winmail.dat hangs on it, which only Outlook opens; what is in it could not be read")
    if _ENCRYPTED.search(text):
        faults.add("the message is encrypted (PGP), and what it says could not be read")
        text = _ENCRYPTED.sub("", text).strip()
    bare = _SIGNED.sub(_unsigned, text).strip()
    views = [view for page in sources if (view := _view(page, faults))]
    links = [Link(words, clean(url)) for view in views for words, url in view.links]
    known = {link.url for link in links}
    links += [link for link in bare_links(bare) if link.url not in known]
    if len(links) > LINKS:
        faults.add(f"the message has {len(links)} links; only the first {LINKS} were read")
    return Opened(
        message=message,
        parts=found,
        pages=sources,
        views=views,
        text=bare,
        html_text="\n".join(view.text for view in views),
        links=tuple(links[:LINKS]),
        files=files,
        signed=any(leaf.type in _SIGNATURES for leaf in found) or bare != text,
    )


def pages(found: Iterable[Leaf], faults: Faults) -> list[str]:
    """Return the sources of the parts that are shown as HTML."""
    shown = (leaf for leaf in found if leaf.type == "text/html" and not _is_file(leaf, frozenset()))
    return [decoded(leaf, faults, declared=_html.declared_charset(leaf.data)) for leaf in shown]


def unquoted(cid: str) -> str:
    """Return a part's name as its own header writes it, without the URL's escapes."""
    return tried(lambda: unquote(cid), cid)


def is_winmail(leaf: Leaf) -> bool:
    """True for what Exchange wraps a message in where it takes its reader for one with Outlook (MS-OXTNEF)."""
    return leaf.type in _WINMAIL or leaf.name.lower() == "winmail.dat"


def _text(leaf: Leaf, faults: Faults) -> str:
    text = decoded(leaf, faults)
    return unflowed(text, delsp=leaf.delsp) if leaf.flowed else text


def _unsigned(match: re.Match[str]) -> str:
    return re.sub(r"^- ", "", match["words"], flags=re.MULTILINE)


def _is_file(leaf: Leaf, shown: set[str] | frozenset[str]) -> bool:
    """True where a reader finds the part among the attachments, and not in the text or as a picture in it."""
    if leaf.cid and leaf.cid in shown:
        return False
    if leaf.type in ("text/plain", "text/html"):
        named = leaf.name and leaf.disposition != "inline" and not (leaf.alternative or leaf.whole)
        return leaf.disposition == "attachment" or bool(named)
    if leaf.type in _SIGNATURES:
        return False  # its reader's program says that it is signed, and shows no file
    if leaf.alternative and leaf.type.startswith("text/") and not is_calendar(leaf) and not leaf.name:
        return False  # the same words for another kind of program: AMP, a watch
    picture = leaf.type.startswith("image/") and leaf.related
    return leaf.disposition == "attachment" or not picture


def _view(page: str, faults: Faults) -> _html.Seen | None:
    try:
        return _html.seen(page)
    except Exception as error:  # the parser gave up; so would some readers
        faults.add(f"the HTML could not be read ({type(error).__name__})")
        return None
