"""Who a message comes from, and where an answer to it goes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import getaddresses
from fnmatch import fnmatchcase
from typing import ClassVar

from upheld.browser.allow import host_of
from upheld.checks._hosts import machine, same_owner
from upheld.checks.base import Finding, Known, Severity, Touch
from upheld.checks.following import plain
from upheld.language import N_
from upheld.language import gettext as _

__all__ = ["CHECKS", "Sender"]

# What a program calls itself where nobody has told it who it is.
_UNNAMED = re.compile(
    r"root|www-?data|apache2?|nginx|nobody|django|wordpress|laravel|symfony|rails|webmaster|postmaster|daemon|ubuntu|debian"
    r"|vagrant|ec2-user|postgres|mysql|php|mailer-daemon|you|your-?(?:name|email|address)|user|username|test|foo|me"
)
# Of these, the ones that a shop may well have meant at a domain of its own.
_MEANT = frozenset({"webmaster", "postmaster", "rails", "me", "you", "user", "test"})
_NO_DOMAIN = re.compile(r"(?:.*\.)?(?:localhost|localdomain|local|internal|lan|invalid|localhost\.\w+)|\[?127\..*")
_EXAMPLE = re.compile(
    r"(?:.*\.)?example\.(?:com|org|net)"
    r"|(?:.*\.)?(?:your-?(?:domain|company|site)|mysite|mydomain)\.\w+"
)
_STAGE = re.compile(
    r"(?:^|[^a-z])(?:staging|stage|stg|preprod|uat|qa|test|testing|dev|develop|development|sandbox)(?:[^a-z]|$)"
)
_PLACEHOLDER = re.compile(
    r"(?:your|my) (?:company|name|site|shop|store|business|app|organi[sz]ation)(?: name)?|company name|site name|sender"
    r"(?: name)?|from name|acme(?: inc\.?| corp\.?)?|wordpress|django|webmaster|root|none|null|undefined|lorem ipsum"
)


class Sender:
    """A sender or an address for answers that is not the one of the map, or that nobody has ever set."""

    name: ClassVar[str] = "sender"
    about: ClassVar[str] = (
        "A message comes from, or is answered to, another address than the map says (`sender`, `reply_to`). One that "
        "was left as a program or a stage had it (`root@localhost`, “Shop (Staging)”, example.com) is a warning."
    )
    severity: ClassVar[Severity] = Severity.FAIL
    channels: ClassVar[frozenset[str]] = frozenset({"email"})

    def look(self, touch: Touch, known: Known) -> Iterator[Finding]:
        """Yield what is wrong with From and with Reply-To."""
        said = (touch.letter.header("from") if touch.letter else "") or touch.arrival.sender
        senders = _addresses(said)
        wanted = _wanted("sender", known)
        if not senders:
            if wanted:
                told = _("{It} does not say who it comes from; the map says {wanted}.", wanted=wanted, **touch.names)
                yield Finding(told, "sender", said, severity=_weight(touch, known))
            return
        if wanted and not _is(wanted, senders):
            told = _("{It} comes from {sender}; the map says {wanted}.", sender=said, wanted=wanted, **touch.names)
            yield Finding(told, "sender", said, severity=_weight(touch, known))
        elif what := _unset_name(senders[0][0], known.site) or ("" if wanted else _unset(senders[0][1], known.site)):
            told = _("{It} comes from {sender}: {what}.", sender=said, what=what, **touch.names)
            yield _left_so(told, said, what, known)
        yield from self._answers(touch, known, said)

    def _answers(self, touch: Touch, known: Known, sender: str) -> Iterator[Finding]:
        said = touch.letter.header("reply-to") if touch.letter else ""
        wanted = _wanted("reply_to", known)
        answered = _addresses(said)
        if wanted and touch.letter and not _is(wanted, answered or _addresses(sender)):
            # Without an address of its own, an answer goes to the sender (RFC 5322, section 3.6.2).
            goes = said or _("its sender, {sender}", sender=sender)
            told = _(
                "An answer to {it} goes to {whom}; the map says {wanted}.", whom=goes, wanted=wanted, **touch.names
            )
            yield Finding(told, "reply-to", said, severity=_weight(touch, known))
        elif answered and not wanted and (what := _unset(answered[0][1], known.site)):
            told = _("{It} is answered to {whom}: {what}.", whom=said, what=what, **touch.names)
            yield _left_so(told, said, what, known)


def _wanted(name: str, known: Known) -> str:
    return str(getattr(known.point, name, "") or getattr(known.map, name, ""))


def _weight(touch: Touch, known: Known) -> Severity | None:
    """What nobody promised and the map does not know may well be somebody else's, such as a payment's notice."""
    return Severity.WARN if touch.promise is None and known.point is None else None


def _left_so(told: str, said: str, what: str, known: Known) -> Finding:
    # Whoever tries things out at home has such senders there; nobody else should.
    fails = what == _(_NOWHERE) and not machine(host_of(known.site))
    return Finding(told, "staging", said, severity=Severity.FAIL if fails else Severity.WARN)


_NOWHERE = N_("an address that nobody outside can answer")


def _unset(mail: str, site: str) -> str:
    """Return what about an address says that nobody has set it, "" where nothing does."""
    local, _at, domain = mail.rpartition("@")
    home = host_of(site)
    if not domain or (_NO_DOMAIN.fullmatch(domain) and not home.endswith(domain)):
        return _(_NOWHERE)
    if _EXAMPLE.fullmatch(domain) and not same_owner(domain, home):
        return _("a domain that is only an example")
    if _UNNAMED.fullmatch(local) and local not in _MEANT:
        return _("the name of a program, where customers look for yours")
    below = domain.partition(".")[0] if domain.count(".") > 1 else ""
    # On a stage all is called so, and rightly.
    return _("a stage's address, and not yours") if _STAGE.search(below) and not _STAGE.search(home) else ""


def _unset_name(name: str, site: str) -> str:
    """Return what about a sender's name says that nobody has set it, "" where nothing does."""
    if _PLACEHOLDER.fullmatch(plain(name).strip(" []()")):
        return _("a name that was never filled in")
    return (
        _("the name of a stage, and not yours")
        if _STAGE.search(_marked(name)) and not _STAGE.search(host_of(site))
        else ""
    )


def _marked(name: str) -> str:
    """Return the marks in a name, as stages make them: "(Staging)", "[TEST]", "DEV - Shop", "Shop | Staging"."""
    marks = re.findall(r"[\[({](.*?)[\])}]", name)
    ends = re.split(r"\s+[-–—|:·]+\s+|:\s+", name)
    return " | ".join(plain(one) for one in (*marks, *(ends if len(ends) > 1 else ()), name) if len(one.split()) == 1)


def _addresses(header: str) -> list[tuple[str, str]]:
    """Return the (name, address) pairs of a header, addresses in small letters; the name with what is in comments."""
    header = " ".join(header.split())
    there = re.findall(r"[^\s<>,;:\"()]+@[^\s<>,;\"()]+|<[\w.-]+>", header)
    if len(there) == 1:
        # A header is read as it is shown, where a comma in a name is no longer between two addresses.
        return [(header.replace(there[0], "").replace("<>", "").strip(' "'), there[0].strip("<>").lower())]
    return [(name, address.lower()) for name, address in getaddresses([header]) if "@" in address]


def _is(wanted: str, there: list[tuple[str, str]]) -> bool:
    """Return whether each address that is there is one of those that the map names, with its name where that has one.

    `*` stands for anything, as in `reply+*@example.org`.
    """
    allowed = _addresses(wanted)
    return bool(there) and all(
        any(fnmatchcase(mail, address) and (not called or plain(called) == plain(name)) for called, address in allowed)
        for name, mail in there
    )


CHECKS = (Sender(),)
