"""What mail programs make of a message: features that they do not show, and what not everybody can read."""

from __future__ import annotations

import contextlib
import functools
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, ClassVar

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from upheld.checks.barriers import BARRIERS
from upheld.checks.base import Check, Finding, Known, Severity, Touch
from upheld.language import gettext as _
from upheld.language import listed, ngettext

__all__ = ["CHECKS", "MailAccessibility", "MailClients"]

EMAIL = frozenset({"email"})
LARGEST = 500_000
MOST = 5
# A mail that brings something of its own for Outlook knows what Outlook does not show.
_FOR_OUTLOOK = re.compile(r"<!--\[if [^\]]*\bmso\b|<v:|xmlns:v=", re.IGNORECASE)
_OUTLOOK = "Outlook on Windows"
# Rules of axe-core that are about pages, and that no mail program lets a mail break: it puts its own page around it.
_OF_PAGES = frozenset(
    ("document-title", "html-has-lang", "landmark-one-main", "region", "bypass", "page-has-heading-one", "frame-title")
)


@dataclass(frozen=True, slots=True)
class _Feature:
    name: str
    what: str
    declares: re.Pattern[str] | None
    has: str
    without: tuple[str, ...]


class MailClients:
    """HTML or CSS that a family of mail programs does not show; Mailpit, where it is the mailbox, has a wider look."""

    name: ClassVar[str] = "mail_clients"
    about: ClassVar[str] = "It uses only what Gmail, Outlook on Windows and Apple Mail show."
    severity: ClassVar[Severity] = Severity.WARN
    channels: ClassVar[frozenset[str]] = EMAIL

    def look(self, touch: Touch, known: Known) -> Iterator[Finding]:
        """Yield the features that somebody will not see."""
        html = touch.letter.html if touch.letter else ""
        if not html or len(html) > LARGEST:
            return
        knows_outlook = bool(_FOR_OUTLOOK.search(html))
        for feature, words in _used(html)[:MOST]:
            without = [one for one in feature.without if one != _OUTLOOK or not knows_outlook]
            if without:
                said = ngettext(
                    "{It} has {what}, which {who} does not show.",
                    "{It} has {what}, which {who} do not show.",
                    len(without), what=_(feature.what), who=listed(_(one) for one in without), **touch.names,
                )  # fmt: skip
                yield Finding(said, feature.name, words)


class MailAccessibility:
    """What axe-core finds in the message as a browser shows it, of what keeps somebody from reading it."""

    name: ClassVar[str] = "mail_accessibility"
    about: ClassVar[str] = "Everybody can read it: contrast, names of links, headings (axe-core, serious and critical)."
    severity: ClassVar[Severity] = Severity.WARN
    channels: ClassVar[frozenset[str]] = EMAIL

    def look(self, touch: Touch, known: Known) -> Iterator[Finding]:
        """Yield the violations with the element that is meant."""
        for found in known.rendered.violations if known.rendered else ():
            rule, impact = str(found.get("id", "")), str(found.get("impact", ""))
            # Pictures without words have a check of their own.
            if impact not in ("serious", "critical") or rule in _OF_PAGES or rule == "image-alt":
                continue
            nodes: list[Any] = list(found.get("nodes") or ())
            where = words = _where(nodes[0] if nodes else None, touch.letter.html if touch.letter else "")
            count = int(found.get("count", len(nodes)))
            if count > 1:
                where = _("{where} and {count} more", where=where, count=count - 1)
            why = _(BARRIERS[rule]) if rule in BARRIERS else str(found.get("help", rule)).rstrip(".")
            said = _("Not everybody can read {it}: {why} ({where}).", why=why, where=where, **touch.names)
            yield Finding(said, rule, words)


def _where(node: Any, html: str) -> str:
    """Return the words of the element that is meant, or where it stands as axe-core says it."""
    target = node.get("target", ()) if isinstance(node, dict) else ()
    if not target:
        return _("somewhere in it")
    with contextlib.suppress(SelectolaxError, ValueError):
        element = LexborHTMLParser(html[:LARGEST]).css_first(str(target[-1]))
        if element is not None and (words := " ".join(element.text().split())):
            return _("“{words}”", words=words[:60])
    return str(target[-1])[:80]


@functools.cache
def _features() -> tuple[_Feature, ...]:
    data = tomllib.loads(files("upheld.checks").joinpath("mail_clients.toml").read_text("utf-8"))
    return tuple(
        _Feature(
            name=name,
            what=one["is"],
            declares=re.compile(one["declares"], re.IGNORECASE) if "declares" in one else None,
            has=one.get("has", ""),
            without=tuple(one["without"]),
        )
        for name, one in data.items()
    )


@functools.lru_cache(maxsize=64)
def _used(html: str) -> tuple[tuple[_Feature, str], ...]:
    """Return the features of this HTML that some mail program lacks, each with the words that use it."""
    tree = LexborHTMLParser(html)
    declared = tuple(_declarations(tree))
    found: list[tuple[_Feature, str]] = []
    for feature in _features():
        if feature.declares is not None:
            words = next((one for one in declared if feature.declares.match(one)), "")
        else:
            words = feature.has if tree.css_first(feature.has) is not None else ""
        if words:
            found.append((feature, words[:80]))
    return tuple(found)


def _declarations(tree: LexborHTMLParser) -> Iterator[str]:
    """Yield every declaration that counts: of `style` attributes, and of rules that meet an element of the message.

    What stands below `@media` or `@supports` is for those who have it.
    """
    import tinycss2

    for node in tree.css("[style]"):
        for one in tinycss2.parse_blocks_contents(node.attributes.get("style") or ""):
            if one.type == "declaration":
                yield f"{one.lower_name}: {tinycss2.serialize(one.value).strip()}"
    for sheet in tree.css("style"):
        for rule in tinycss2.parse_stylesheet(sheet.text(), skip_comments=True, skip_whitespace=True):
            if rule.type == "qualified-rule" and _meets(tree, tinycss2.serialize(rule.prelude)):
                for one in tinycss2.parse_blocks_contents(rule.content):
                    if one.type == "declaration":
                        yield f"{one.lower_name}: {tinycss2.serialize(one.value).strip()}"


def _meets(tree: LexborHTMLParser, selector: str) -> bool:
    plain = re.sub(r"::?(?:before|after)\b", "", selector).strip()
    try:
        return bool(plain) and tree.css_first(plain) is not None
    except (SelectolaxError, ValueError):
        return False


CHECKS: tuple[Check, ...] = (MailClients(), MailAccessibility())
