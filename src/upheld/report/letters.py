"""A message as its receiver sees it, made safe to be shown: no script, no form, nothing from elsewhere, no way in.

Three walls, each of which would do: what is not harmless is taken out (nh3), the frame is sandboxed without any
permission, and its content security policy lets nothing load that is not in the message itself.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import nh3

from upheld.language import gettext as _
from upheld.language import ngettext
from upheld.mailbox.message import inline_html
from upheld.promises import Arrival
from upheld.report.plain import shown

__all__ = ["FRAME", "Letter", "masked", "read_letter", "size"]

# A page of letters must stay a page: what is larger than this is shown by its text.
LARGEST = 1_500_000
LONGEST_TEXT = 20_000
LONGEST_NAME = 300
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_URL = re.compile(r"https?://[^\s<>\"'`{}|\\^]+", re.IGNORECASE)
# As the serializer writes them: no text has a bare `<`, and no attribute's value a bare `"`.
_TAG = re.compile(r"""(<(?:[^>"]|"[^"]*")*>)""")
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)
_TAGS = {
    "a", "abbr", "address", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite", "code", "col",
    "colgroup", "dd", "del", "div", "dl", "dt", "em", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img",
    "ins", "kbd", "li", "ol", "p", "pre", "q", "s", "small", "span", "strike", "strong", "sub", "sup", "table",
    "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "wbr",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"align", "bgcolor", "dir", "height", "lang", "style", "valign", "width"},
    "font": {"color", "face", "size"},
    "img": {"alt", "src"},
    "ol": {"start"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_STYLES = {
    "background-color", "border", "border-bottom", "border-collapse", "border-color", "border-left", "border-radius",
    "border-right", "border-spacing", "border-style", "border-top", "border-width", "color", "direction", "display",
    "font", "font-family", "font-size", "font-style", "font-weight", "height", "letter-spacing", "line-height",
    "list-style-type", "margin", "margin-bottom", "margin-left", "margin-right", "margin-top", "max-width",
    "min-width", "padding", "padding-bottom", "padding-left", "padding-right", "padding-top", "text-align",
    "text-decoration", "text-transform", "vertical-align", "white-space", "width",
}  # fmt: skip
FRAME = (
    '<!doctype html><html><head><meta charset="utf-8">'
    f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    "<style>:root{color-scheme:light}body{margin:12px;background:#fff;color:#1d2a33;"
    "font:15px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}img{max-width:100%;height:auto}table{max-width:100%}"
    "pre{white-space:pre-wrap}a{color:#0b5a73;text-decoration:underline}</style></head><body>"
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message for the page: `page` is a whole HTML document for a sandboxed frame, or "" where there is only `text`.

    `links` are words and host only, since what stands behind them may be a way in. `files` are names and sizes,
    `file_texts` the names and texts of those that people read (no calendar entry, whose text is for programs).
    `left_out` counts pictures that lie elsewhere and were not fetched.
    """

    subject: str
    sender: str
    to: tuple[str, ...]
    page: str
    text: str
    links: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]
    file_texts: tuple[tuple[str, str], ...]
    left_out: int
    faults: tuple[str, ...]


def read_letter(
    arrival: Arrival,
    raw: bytes | None,
    *,
    mask: Callable[[str], str] | None = None,
    pictures: bool = True,
    leaks: Callable[[str], bool] | None = None,
) -> Letter:
    """Return the message as it may be shown; without `raw`, from what was read of it when it came.

    `mask` takes out of its words what no reader may see (`masked` unless said otherwise). Without `pictures` those that
    are part of the message are left out as well: one may be a ticket. `leaks` says whether a text still has something
    that no reader may see, such as a code with an element for each of its figures: then only the text is shown.
    """
    hide = mask or masked
    page, left_out = _page(raw, hide, pictures) if raw is not None else ("", 0)
    if leaks is not None and leaks(html.unescape("".join(_TAG.split(page)[::2]))):
        page = ""
    text = arrival.text or arrival.html_text
    return Letter(
        subject=hide(arrival.subject)[:LONGEST_NAME],
        sender=hide(arrival.sender)[:LONGEST_NAME],
        to=arrival.to,
        page=page,
        text="" if page else shown(hide(text[:LONGEST_TEXT] + (" …" if len(text) > LONGEST_TEXT else ""))),
        links=tuple(
            dict.fromkeys(
                (hide(link.words)[:LONGEST_NAME] or _("a link"), _host(link.url)) for link in arrival.links[:50]
            )
        ),
        files=tuple((hide(part.name) or _("without a name"), size(part.size)) for part in arrival.attachments),
        file_texts=tuple(
            (hide(part.name) or _("without a name"), shown(hide(part.text[:LONGEST_TEXT])))
            for part in arrival.attachments[:10]
            if part.text.strip() and part.type != "text/calendar"
        ),
        left_out=left_out,
        faults=arrival.faults,
    )


def masked(text: str) -> str:
    """Return the text with every address cut down to its host: what follows may be a token that lets its reader in."""
    return _URL.sub(lambda found: _cut(found.group()), text)


def size(count: int) -> str:
    """Return a number of bytes as a person says it: `812 bytes`, `14 kB`, `1.2 MB`."""
    if count < 1000:
        return ngettext("{count} byte", "{count} bytes", count)
    return f"{count / 1000:.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def _page(raw: bytes, hide: Callable[[str], str], pictures: bool) -> tuple[str, int]:
    """Return the HTML part as a document for the frame, "" where there is none, and how many pictures are left out."""
    source = inline_html(raw)
    if source is None or len(source) > LARGEST:
        return "", 0
    elsewhere = 0

    def attribute(tag: str, name: str, value: str) -> str | None:
        nonlocal elsewhere
        if name == "src":
            if pictures and _PICTURE.fullmatch(value):
                return value
            elsewhere += 1
            return None
        if name == "alt":
            return hide(value)
        if name == "style" and ("url(" in value.lower() or "\\" in value):
            return None
        return value

    safe = nh3.clean(
        source,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=attribute,
        filter_style_properties=_STYLES,
        url_schemes={"data", "cid", "http", "https"},  # pictures from elsewhere are left out, and counted, above
        clean_content_tags={"script", "style", "title", "noscript", "template"},
        strip_comments=True,
        link_rel=None,
    )
    # What stands in the text is masked; the addresses behind links are gone already.
    words = _TAG.split(safe)
    words[::2] = [shown(hide(part)) for part in words[::2]]
    return (f"{FRAME}{''.join(words)}</body></html>" if safe.strip() else ""), elsewhere


def _cut(url: str) -> str:
    host = _host(url)
    bare = url.rstrip("/.,;:!?)").lower() in (f"http://{host}".lower(), f"https://{host}".lower())
    return url if bare else f"{url.partition('://')[0]}://{host}/…"


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        return parts.netloc.rpartition("@")[2] or f"{parts.scheme}:"
    except ValueError:
        return _("an address that cannot be read")
