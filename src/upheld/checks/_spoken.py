"""What a touchpoint says, place by place: its subject, what is read of it, what stands behind links, its files."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from upheld.checks.base import Touch
from upheld.language import gettext as _

__all__ = ["Source", "Spoken", "named", "source_of", "spoken"]

# What is longer is no message that a person reads to its end.
LONGEST = 200_000
LINKS = 200
_BLOCK, _INLINE = "pre", "code, kbd, samp, tt"
_ASIDE = "script, style, template, noscript, head"
_HIDDEN = (
    "[hidden], [style*='display:none' i], [style*='display: none' i], [style*='mso-hide' i], [style*='max-height:0' i]"
)
_FENCED = re.compile(r"```.*?```|`[^`\n]{1,200}`", re.DOTALL)
_FILES = {"text/csv": "CSV", "application/pdf": "PDF", "text/calendar": "calendar entry"}


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words in one place. `where` begins a sentence ("The subject of the receipt"), `part` is the file's channel.

    `place` is one of text (what is read first), plain, subject, title, link, preview and file.
    """

    place: str
    where: str
    text: str
    part: str = ""

    @property
    def says(self) -> str:
        """The verb that goes with it: the details say, the receipt says."""
        last = self.where.rpartition(" ")[2]
        several = self.place == "text" and last.endswith("s") and not last.endswith(("ss", "series", "news"))
        return _("say") if several else _("says")


@dataclass(frozen=True, slots=True)
class Source:
    """What stands in the source of an HTML part, and a reader does not read as text.

    `code` are samples of code, `hidden` what is hidden (the line that a list of messages shows is often so hidden).
    """

    title: str = ""
    code: tuple[str, ...] = ()
    hidden: str = ""


def named(touch: Touch) -> str:
    """Return the touchpoint's name as a sentence begins with it."""
    return touch.name[:1].upper() + touch.name[1:]


def spoken(touch: Touch) -> Iterator[Spoken]:
    """Yield all that the touchpoint says, what its reader sees first in front; without samples of code."""
    arrival, letter, names = touch.arrival, touch.letter, touch.names
    source = source_of(letter.html) if letter else Source()
    read = _prose(arrival.html_text or arrival.text, source)
    yield Spoken("text", named(touch), read)
    if arrival.subject:
        # A page is called by its title already.
        where = _("The title of {it}", **names) if arrival.channel == "page" else _("The subject of {it}", **names)
        yield Spoken("subject", where, arrival.subject)
    if arrival.html_text and arrival.text:
        yield Spoken("plain", _("The plain text of {it}", **names), _prose(arrival.text, source))
    if source.title:
        yield Spoken("title", _("The title of {it}", **names), source.title)
    if source.hidden:
        yield Spoken("preview", _("The hidden line of {it}", **names), source.hidden)
    for link in arrival.links[:LINKS]:
        yield Spoken("link", _("A link in {it}", **names), _unquoted(link.url))
    for file in arrival.attachments:
        where = _("{file}, which came with {it},", file=file.name or _("A file"), **names)
        if file.text:
            yield Spoken("file", where, file.text[:LONGEST], _FILES.get(file.type, ""))
        if file.name:
            yield Spoken(
                "file name", _("The name of a file that came with {it}", **names), file.name, _FILES.get(file.type, "")
            )


@functools.lru_cache(maxsize=64)
def source_of(html: str) -> Source:
    """Return what the source of an HTML part says beside its text."""
    if not html:
        return Source()
    tree = LexborHTMLParser(html[: 5 * LONGEST])
    head = tree.css_first("title")
    title = _text(head) if head is not None else ""
    # A lesson shows several samples; a single one is likelier a voucher or a key, in letters of a fixed width.
    inline = tree.css(_INLINE)
    samples = [*tree.css(_BLOCK), *(inline if len({_text(one) for one in inline}) > 1 else ())]
    code = [line for sample in samples for line in _text(sample).split("\n")]
    for aside in tree.css(_ASIDE):
        aside.decompose()
    hidden = (_text(node) for node in tree.css(_HIDDEN))
    return Source(
        title=title,
        code=tuple(dict.fromkeys(line for line in code if line)),
        hidden="\n".join(dict.fromkeys(line for line in hidden if line)),
    )


def _text(node: LexborNode) -> str:
    lines = (" ".join(line.split()) for line in node.text().split("\n"))
    return "\n".join(line for line in lines if line)


def _prose(text: str, source: Source) -> str:
    """Return the text without samples of code: what a lesson on templates shows is nothing that was left unfilled."""
    text = _FENCED.sub(" ", text[:LONGEST])
    for sample in source.code:
        text = text.replace(sample, " ")
    return text


def _unquoted(url: str) -> str:
    try:
        return unquote(url[:2000])
    except UnicodeDecodeError:
        return url[:2000]
