"""A run as strangers may read it: what lets its reader in, or proves who somebody is, is masked wherever it stands.

What a link or a code of this run's own messages holds is known, and masked in every sentence, page and complaint;
besides, what looks like a secret is. A picture cannot be masked: `upheld.report.withheld` leaves it out.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from upheld.browser.address import LONG, SECRET_NAMES, SLUG
from upheld.ledger import RunView
from upheld.promises import Arrival
from upheld.report.attached import addresses_attached
from upheld.report.letters import masked

__all__ = ["Mask"]

MASK = "•••"
_T = TypeVar("_T")
# What the harness named by itself, or what somebody is found by; masked, it would name nothing any more.
_NAMES = frozenset(
    (
        "id", "run", "raw", "picture", "pictures", "page_text", "node", "feature", "file", "worker", "clock", "zone",
        "version", "seed", "superseded_by", "arrival", "arrivals", "address", "recipient", "to", "header_to", "journey",
        "tags", "screenshot",
    )
)  # fmt: skip
_WORD = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_~=+-]|\.(?=[A-Za-z0-9])|%[0-9A-Fa-f]{2})*")
_URL = re.compile(r"https?://[^\s<>\"'`{}|\\^]+", re.IGNORECASE)
_SAID = re.compile(
    r"(?P<name>\b(?:bearer|basic|(?:set-)?cookie\s*:\s*[\w.-]+\s*="
    r"|[\w-]*(?:token|secret|passwor[dt]|passwd|kennwort|api[ _-]?key|session[_-]?id|sessid|\bsid)[\w-]*[\"']?\s*[:=]"
    r"|(?:password|passwort|kennwort|api[ _-]?key)\s+(?:is|ist|lautet)\s*:?(?=\s*[\"']?\S*\d))\s*[\"']?)"
    r"(?P<value>[^\s\"'<>&,;]{4,})",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"\b(?:\w{0,20}codes?|pin|tan|otp|passwor[dt]|kennwort|wachtwoord|c[óo]digos?|codice|contraseña)\b", re.IGNORECASE
)
# What is called a code as well, and lets nobody in.
_NO_KEY = re.compile(r"(?i)\b(?:post(?:al)?|zip|country|area|dress|qr|source|colou?r|tax)[ -]?codes?\b")
_CARD = re.compile(r"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])")
_CODE = re.compile(
    r"(?<![\w.,:/+#€$£%-])(?:\d{4,8}|\d{3}[ -]\d{3}|\d{4}[ -]\d{4}|(?=[A-Z-]*\d)[A-Z0-9-]{5,12})(?![\w%€$£]|[.,:/]\d)"
)
# On a page a word such as "Password" is mostly the name of a field.
_FIELD = re.compile(r"(?i)\b(?:passwor[dt]|kennwort|wachtwoord|contraseña)\b")
_PARTS = re.compile(r"[-._~+=%]+")
_YEAR = re.compile(r"(?:19|20)\d\d")
# A code stands in the line that calls it one, or in the next two.
_NEAR = 3
_TEXT = 200_000


class Mask:
    """Masks what belongs to this run; `read` gives a file of the evidence, None where it is not kept."""

    def __init__(self, run: RunView, read: Callable[[str], bytes | None] | None = None) -> None:
        self._known = {word for one in run.arrivals for word in _secrets_of(one.arrival)}
        for path in {one.raw for one in run.arrivals if one.raw and one.arrival.attachments} if read else ():
            for address in addresses_attached(read(path) or b"") if read else ():
                self._known.update(_secrets_in(address))
        for probe in run.probes:
            self._known.update(_secrets_in(probe.url))
        for journey in run.journeys:
            for step in journey.steps:
                self._known.update(_secrets_in(step.address))

    def text(self, said: str) -> str:
        """Return the text without what lets its reader in."""
        if len(said) < 4:
            return said
        said = _SAID.sub(lambda found: f"{found['name']}{MASK}", masked(said))
        said = _CARD.sub(lambda found: MASK if _is_card(found.group()) else found.group(), said)
        if any(" " in word or "-" in word for word in self._known):
            said = self._groups(said)
        return _WORD.sub(lambda found: MASK if self._is_secret(found.group()) else found.group(), said)

    def leaks(self, said: str) -> bool:
        """Return whether a text that was masked piece by piece still has a secret, however its letters stand apart."""
        bare = _bare(said)
        # Each stretch of the text is looked up once, however many secrets a run has.
        return any(
            bare[at : at + length] in secrets
            for length, secrets in self._bare_known.items()
            for at in range(len(bare) - length + 1)
        )

    @functools.cached_property
    def _bare_known(self) -> dict[int, set[str]]:
        """What is known as secret, without what may stand between its letters, by its length."""
        found: dict[int, set[str]] = defaultdict(set)
        for secret in map(_bare, self._known):
            if len(secret) >= 4:
                found[len(secret)].add(secret)
        return dict(found)

    def hides(self, said: str) -> bool:
        """Return whether a text has something that would be masked, besides the addresses of pages anybody may open.

        Here also a code counts that no message had: a page may show one as well.
        """
        said = said[:_TEXT]
        if _SAID.search(said) or any(_is_card(one) for one in _CARD.findall(said)):
            return True
        if any(True for url in _URL.findall(said) for _secret in _secrets_in(url.rstrip(".,;:!?)"))):
            return True
        if self._groups(said) != said or any(self._is_secret(word) for word in _WORD.findall(said)):
            return True
        return any(True for _code in _called_codes(_FIELD.sub("", said)))

    def run(self, run: RunView) -> RunView:
        """Return the run as it may be published: without its traces, and without pictures of its messages."""
        journeys = tuple(replace(self.of(journey), trace="") for journey in run.journeys)
        return replace(self.of(replace(run, journeys=(), renders=(), probes=())), journeys=journeys)

    def of(self, value: _T) -> _T:
        """Return plain data or dataclasses with every text in them masked, but those that are names of ours."""
        return self._of(value, "")  # type: ignore[no-any-return]

    def _of(self, value: Any, name: str) -> Any:
        if type(value) is str:
            if name in _NAMES:
                return masked(value) if "://" in value else value
            return self.text(value)
        if isinstance(value, Mapping):
            return {key: self._of(one, str(key)) for key, one in value.items()}
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return type(value)(*(self._of(one, field) for field, one in zip(value._fields, value, strict=True)))
        if isinstance(value, list | tuple):
            return type(value)(self._of(one, name) for one in value)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.init}
            return replace(value, **{field: self._of(one, field) for field, one in fields.items()})
        return value

    def _groups(self, said: str) -> str:
        for word in self._known:
            if (" " in word or "-" in word) and word in said:
                said = said.replace(word, MASK)
        return said

    def _is_secret(self, word: str) -> bool:
        parts = {word, *_PARTS.split(word)}
        return not self._known.isdisjoint(parts) or _looks_secret(word)


def _bare(words: str) -> str:
    return "".join(letter for letter in words if letter.isalnum())


def _looks_secret(word: str) -> bool:
    """True for what nobody types: so long, with figures or capitals among its letters, and no words with dashes."""
    long = LONG.fullmatch(word) and not SLUG.fullmatch(word)
    return bool(long) and any(sign.isdigit() for sign in word) and any(sign.isalpha() for sign in word)


def _secrets_of(arrival: Arrival) -> Iterator[str]:
    for link in arrival.links:
        yield from _secrets_in(link.url)
    for text in (arrival.subject, arrival.text, arrival.html_text, *(part.text for part in arrival.attachments)):
        text = text[:_TEXT]
        for url in _URL.findall(text):
            yield from _secrets_in(url.rstrip(".,;:!?)"))
        yield from (
            found["value"].rstrip(".") for found in _SAID.finditer(text) if len(found["value"].rstrip(".")) >= 6
        )
        yield from _called_codes(text)


def _called_codes(text: str) -> Iterator[str]:
    """Yield what a text calls a code, in the same line or in the next two."""
    lines = [line for line in text.split("\n") if line.strip()]
    for number, line in enumerate(lines):
        if _CALLED.search(_NO_KEY.sub("", line)):
            yield from _codes_in("\n".join(lines[number : number + _NEAR]))


def _codes_in(text: str) -> Iterator[str]:
    for code in _CODE.findall(text):
        if not _YEAR.fullmatch(code):
            yield code
            yield re.sub(r"[ -]", "", code)


def _is_card(written: str) -> bool:
    """True for a number that a payment card may have (Luhn, ISO/IEC 7812-1)."""
    digits = [int(sign) for sign in reversed(written) if sign.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return len(set(digits)) > 1 and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _secrets_in(url: str) -> Iterator[str]:
    """Yield what stands in an address and may let its reader in, as it is written and as it is meant."""
    try:
        parts = urlsplit(url)
        pairs = [*parse_qsl(parts.query), *parse_qsl(parts.fragment)]
    except ValueError:
        return
    if parts.scheme not in ("http", "https"):
        return
    if parts.password:
        yield parts.password
    found = [value for name, value in pairs if len(value) >= 4 and (SECRET_NAMES.search(name) or _is_odd(value))]
    found += [part for part in (*parts.path.split("/"), parts.fragment) if _is_odd(part)]
    for one in found:
        yield one
        yield unquote(one)


def _is_odd(part: str) -> bool:
    """True for what is neither words nor a plain number: `k3j2x9`, a long row of signs."""
    if len(part) < 6 or ("." in part and part.rpartition(".")[2].isalpha()):
        return False
    mixed = any(sign.isdigit() for sign in part) and any(sign.isalpha() for sign in part)
    return (mixed or len(part) >= 20) and not SLUG.fullmatch(part)
