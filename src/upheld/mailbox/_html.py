"""HTML as its reader sees it: text, headings and links, without what is hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bs4 import BeautifulSoup
from bs4.element import CData, NavigableString, PageElement, PreformattedString, Tag

from upheld.mailbox._css import hidden_classes

__all__ = ["MOST", "Seen", "declared_charset", "seen", "tamed"]

MOST = 1000
"""How many headings and links are read, both together, and how many pictures."""

_NEVER = frozenset(
    ("script", "style", "head", "title", "template", "noscript", "meta", "link", "object", "embed", "iframe", "svg")
)
_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        """address article aside blockquote body br caption center dd details div dl dt fieldset figcaption figure
        footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody tfoot thead tr ul""",
    )
)
_CELLS = {"td", "th"}
_HEADINGS = {"h1", "h2", "h3"}
_OF_A_PICTURE = ("src", "alt", "width", "height")
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all"
    r"|opacity\s*:\s*0?\.?0*\s*(?:;|!|$)|max-height\s*:\s*0(?:px)?\s*(?:;|!|$)",
    re.IGNORECASE,
)
_SHOWN = re.compile(r"(?:^|[;\s])display\s*:", re.IGNORECASE)
# Templates lay out columns in boxes of this size, and give the words within a size of their own.
_FONT_SIZE = re.compile(r"(?:^|[;\s])font-size\s*:\s*(?P<none>0(?:\.0*)?(?:px|pt|r?em|%)?\s*(?:;|!|$))?", re.IGNORECASE)
_UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff\u034f]|(?<!\\w)\u200c|\u200c(?!\\w)")
# A space that does not break and stands between two digits parts thousands, and not two numbers.
_SPACES = re.compile(r"(?:(?!(?<=\d)[\u00a0\u2009\u202f](?=\d))\s)+")
_ODD_SECTION = re.compile(r"<!\[(?!if|else|endif|CDATA)", re.IGNORECASE)
_TAG = re.compile(r"""<[a-zA-Z][^<>"']*+(?:"[^"]*+"[^<>"']*+|'[^']*+'[^<>"']*+)*+>|</[^<>]*+>|<![^<>]*+>""")
_FAILURES = 50
_CHARSET = re.compile(
    rb"""(?:<meta[^>]{0,200}?charset|\A\s{0,10}<\?xml[^>]{0,100}?encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reader sees: lines of text, headings (h1 to h3), and links as (words, address).

    `pictures` are the attributes of each `<img>`, `language` is the `lang` of the whole, "" where it has none.
    """

    text: str
    headings: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    pictures: tuple[Mapping[str, str], ...] = ()
    language: str = ""


def declared_charset(data: bytes) -> str:
    """Return the charset that the HTML itself names, in a `meta` or as XML, or ""."""
    found = _CHARSET.search(data[:4096])
    return found.group(1).decode("ascii").lower() if found else ""


def seen(markup: str) -> Seen:
    """Return what a reader sees of the HTML. May raise on markup that no parser takes.

    Hidden is what is hidden by its own attributes, or by a rule for its class alone; other rules in style sheets are
    not followed, and the words that stand in for a picture (`alt`) count as seen.
    """
    # An unknown marked section makes the parser give up; without a tag it takes the text for a file's name and warns.
    soup = BeautifulSoup(f"<p></p>{_ODD_SECTION.sub('&lt;![', tamed(markup))}", "html.parser")
    out: list[str] = []
    headings: list[str] = []
    links: list[tuple[str, str]] = []
    pictures: list[Mapping[str, str]] = []
    # A walk with a stack of our own: markup nested thousands deep must not exhaust Python's. A string on the stack
    # is written; a tuple closes what was opened when its text began, or gives back the size that its words had.
    todo: list[PageElement | str | tuple[str, Tag, int]] = list(reversed(soup.contents))
    tiny = 0
    unseen = hidden_classes("\n".join(_sheets(soup)))
    while todo:
        node = todo.pop()
        if isinstance(node, str) and not isinstance(node, NavigableString):
            out.append(node)
        elif isinstance(node, tuple):
            kind, tag, began = node
            if kind == "size":
                tiny = began
                continue
            if len(headings) + len(links) >= MOST:
                continue  # thousands, one inside the other, would take thousands times their text
            words = _line("".join(out[began:]))
            address = re.sub(r"[\r\n\t]", "", _attribute(tag, "href")).strip()
            if kind == "heading" and words:
                headings.append(words)
            elif kind == "link" and address and not address.startswith("#"):
                links.append((words, address))
        elif isinstance(node, Tag):
            if not _hidden(node, unseen):
                tiny = _enter(node, todo, out, pictures, tiny)
        elif isinstance(node, NavigableString) and not (
            tiny or (isinstance(node, PreformattedString) and not isinstance(node, CData))
        ):
            out.append(re.sub(r"[ \t\r\n\f]+", " ", str(node)))
    root = soup.find(("html", "body"), lang=True)
    language = _attribute(root, "lang").strip() if isinstance(root, Tag) else ""
    return Seen(_lines("".join(out)), tuple(headings), tuple(links), tuple(pictures), language)


def tamed(markup: str) -> str:
    """Return the markup without comments and instructions, and with every `<` that opens nothing as text.

    Python's parser takes time by the square of the length where something opens again and again and never closes.
    """
    kept: list[str] = []
    place = failures = 0
    while (start := markup.find("<", place)) >= 0:
        kept.append(markup[place:start])
        if markup.startswith(("<!--", "<?"), start):
            ending = "-->" if markup.startswith("<!--", start) else ">"
            # "<!-->" is a comment that ends at once (HTML standard, 13.2.5.43).
            end = markup.find(ending, start + 2)
            if end < 0:
                return "".join(kept)  # it never ends, and so its reader sees nothing more
            place = end + len(ending)
        elif failures >= _FAILURES:
            return "".join((*kept, markup[start:].replace("<", "&lt;")))
        elif tag := _TAG.match(markup, start):
            kept.append(tag.group())
            place = tag.end()
        else:
            failures += 1
            kept.append("&lt;")
            place = start + 1
    kept.append(markup[place:])
    return "".join(kept)


def _enter(
    tag: Tag,
    todo: list[PageElement | str | tuple[str, Tag, int]],
    out: list[str],
    pictures: list[Mapping[str, str]],
    tiny: int,
) -> int:
    """Write what begins here, and put on the stack what follows; return whether its words are of no size."""
    name = tag.name.lower()
    if name == "img":
        out.append(f" {_attribute(tag, 'alt')} ")
        if len(pictures) < MOST:
            pictures.append({name: _attribute(tag, name) for name in _OF_A_PICTURE if tag.has_attr(name)})
        return tiny
    edge = "\n" if name in _BLOCKS else "\t" if name in _CELLS else ""
    if edge:
        out.append(edge)
        todo.append(edge)
    if name in _HEADINGS:
        todo.append(("heading", tag, len(out)))
    if name == "a":
        todo.append(("link", tag, len(out)))
    sizes = list(_FONT_SIZE.finditer(_attribute(tag, "style")))
    if sizes:
        todo.append(("size", tag, tiny))
        tiny = int(sizes[-1]["none"] is not None)
    todo.extend(reversed(tag.contents))
    return tiny


def _attribute(tag: Tag, name: str) -> str:
    value = tag.get(name)
    return value if isinstance(value, str) else ""


def _sheets(soup: BeautifulSoup) -> Iterator[str]:
    for sheet in soup.find_all("style"):
        if _attribute(sheet, "media").strip().lower() in ("", "all", "screen"):
            yield sheet.get_text()


def _hidden(tag: Tag, unseen: frozenset[str]) -> bool:
    style = _attribute(tag, "style")
    if tag.name.lower() in _NEVER or tag.has_attr("hidden") or _HIDING.search(style):
        return True
    classes = tag.get("class") if unseen else None
    return bool(isinstance(classes, list) and unseen.intersection(classes)) and not _SHOWN.search(style)


def _line(text: str) -> str:
    return _SPACES.sub(" ", _UNSEEN.sub("", text)).strip()


def _lines(text: str) -> str:
    lines = (
        "\t".join(cell for cell in (_line(cell) for cell in line.split("\t")) if cell) for line in text.split("\n")
    )
    return "\n".join(line for line in lines if line)
