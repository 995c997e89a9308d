"""Pictures in mail: words in their place for those who see none, and all of them there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import urlsplit

from upheld.browser.allow import allows
from upheld.checks.base import Check, Finding, Known, Severity, Touch
from upheld.language import gettext as _
from upheld.language import ngettext
from upheld.mailbox.letter import Picture

__all__ = ["CHECKS", "AltText", "PictureMissing"]

EMAIL = frozenset({"email"})
MOST = 3


class AltText:
    """A picture without words that stand in for it, where pictures are not shown or cannot be seen."""

    name: ClassVar[str] = "alt_text"
    about: ClassVar[str] = "Every picture has words in its place (an empty `alt` says that it is decoration)."
    severity: ClassVar[Severity] = Severity.WARN
    channels: ClassVar[frozenset[str]] = EMAIL

    def look(self, touch: Touch, known: Known) -> Iterator[Finding]:
        """Yield one finding for all pictures that lack it; what only counts who has opened the mail is none."""
        without = [
            one for one in (touch.letter.pictures if touch.letter else ()) if one.alt is None and not _counts(one)
        ]
        if without:
            said = ngettext(
                "{It} has no words in the place of the picture {file}.",
                "{It} has no words in the place of {count} pictures.",
                len(without), file=_file(without[0].src), **touch.names,
            )  # fmt: skip
            yield Finding(said, "no words", _file(without[0].src))


class PictureMissing:
    """A picture that does not come: its reader sees a hole."""

    name: ClassVar[str] = "picture_missing"
    about: ClassVar[str] = "Every picture comes."
    severity: ClassVar[Severity] = Severity.FAIL
    channels: ClassVar[frozenset[str]] = EMAIL

    def look(self, touch: Touch, known: Known) -> Iterator[Finding]:
        """Yield the pictures that no part has, and those that the browser did not get from the site itself."""
        pictures = touch.letter.pictures if touch.letter else ()
        for one in dict.fromkeys(one.src for one in pictures if not one.found):
            if touch.arrival.faults:
                said = _("{It} could not be looked at.", **touch.names)
                yield Finding(said, "cid", one, unsure=touch.arrival.faults[0])
                return
            said = _("{It} shows a picture that did not come with it ({file}).", file=one, **touch.names)
            yield Finding(said, "cid", one)
        small = {one.src for one in pictures if _counts(one)}
        broken = [src for src in (known.rendered.broken_pictures if known.rendered else ()) if src not in small]
        for src in list(dict.fromkeys(broken))[:MOST]:
            if not _has_host(src):
                if touch.letter and "<base" in touch.letter.html.lower():
                    continue  # where that leads to is not asked for
                said = _(
                    "{It} has a picture that is nowhere for its reader: “{file}” names no host.",
                    file=src[:80], **touch.names,
                )  # fmt: skip
                yield Finding(said, "no host", src, severity=Severity.WARN if src.startswith("data:") else None)
            else:
                own = _is_own(src, known.site)
                said = _("{It} has a picture that does not come: {file}.", file=_file(src), **touch.names)
                yield Finding(said, "not there", src, severity=None if own else Severity.WARN)
        if known.rendered is None and any(_is_own(one.src, known.site) and not _counts(one) for one in pictures):
            why = _("the message was not shown in a browser")
            said = _("Nobody looked whether the pictures of {it} come.", **touch.names)
            yield Finding(said, "not looked", unsure=why)


def _counts(picture: Picture) -> bool:
    """True for the picture of a pixel or two that only tells its sender that the mail was opened."""
    sides = [side for side in (picture.width, picture.height) if side is not None]
    return bool(sides) and max(sides) <= 2


def _has_host(src: str) -> bool:
    return src.startswith("//") or src.lower().startswith(("http:", "https:"))


def _is_own(src: str, site: str) -> bool:
    """True where the picture is on the site's own host; on this machine every port is."""
    try:
        there, here = urlsplit(src).hostname, urlsplit(site).hostname
    except ValueError:
        return False
    if not there or not here:
        return False
    return there == here or (allows(site, ()) and allows(f"http://{there}", ()))


def _file(src: str) -> str:
    """Return the name of the picture's file, without what follows a question mark: it may be a way in."""
    if src.lower().startswith("data:"):
        return _("inside it")
    if src.lower().startswith("cid:"):
        return _("that came with it")
    path = src.partition("?")[0].rstrip("/")
    return _("“{words}”", words=(path.rpartition("/")[2] or path)[:78])


CHECKS: tuple[Check, ...] = (AltText(), PictureMissing())
